from __future__ import annotations

from dataclasses import replace

import numpy as np

from heartguard.ui.session import MAX_READINGS, Chosen, ReadingCache
from heartguard.values import NO_CORRECTIONS, Corrections
from tests.handmade import make_reading


def key(number):
    return (f"{number:064d}", 0, "vgg16-0123", "1", NO_CORRECTIONS)


def test_the_cache_gives_back_the_very_reading():
    cache, reading = ReadingCache(), make_reading()
    cache.put(key(1), reading)
    assert cache.get(key(1)) is reading
    assert cache.get(key(2)) is None


def test_page_model_drawing_version_and_corrections_are_part_of_the_key():
    cache = ReadingCache()
    cache.put(("a", 0, "vgg16-0123", "1", NO_CORRECTIONS), make_reading())
    for other in (
        ("a", 1, "vgg16-0123", "1", NO_CORRECTIONS),
        ("a", 0, "vgg16-9999", "1", NO_CORRECTIONS),
        ("a", 0, "vgg16-0123", "2", NO_CORRECTIONS),
        ("a", 0, "vgg16-0123", "1", Corrections(1)),
    ):
        assert cache.get(other) is None


def test_the_cache_is_bounded_and_forgets_the_longest_unused():
    cache = ReadingCache()
    for number in range(MAX_READINGS):
        cache.put(key(number), make_reading())
    cache.get(key(0))
    cache.put(key(99), make_reading())
    assert len(cache) == MAX_READINGS
    assert cache.get(key(0)) is not None
    assert cache.get(key(1)) is None


def test_the_cache_is_bounded_in_bytes_but_keeps_the_newest():
    reading = make_reading()
    large = replace(reading.upload, image=np.zeros((1000, 1000, 3), np.uint8))
    cache = ReadingCache(most_bytes=10_000_000)
    for number in range(3):
        cache.put(key(number), replace(reading, upload=large))
    assert cache.nbytes <= 10_000_000
    assert cache.get(key(2)) is not None
    assert cache.get(key(0)) is None


def test_another_file_lets_the_readings_of_the_first_go():
    cache = ReadingCache()
    cache.put(key(1), make_reading())
    cache.put(key(2), make_reading())
    cache.keep_only(key(2)[0])
    assert len(cache) == 1
    assert cache.get(key(2)) is not None


def test_the_digest_depends_on_every_byte():
    assert Chosen("a", b"abc", "upload").digest != Chosen("a", b"abd", "upload").digest
    assert Chosen("a", b"abc", "upload").digest == Chosen("b", b"abc", "camera").digest
