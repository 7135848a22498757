from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heartguard.sessions import (
    FORGOTTEN_S,
    GONE_S,
    MAX_ECGS,
    MAX_READINGS,
    MAX_TABS,
    Chosen,
    Job,
    ReadingCache,
    ReadingGoneError,
    Room,
    Tab,
    TabStore,
    View,
    room_bytes,
)
from heartguard.values import NO_CORRECTIONS, Corrections
from tests.handmade import make_reading


def key(number):
    return (f"{number:064d}", 0, NO_CORRECTIONS)


def test_the_cache_gives_back_the_very_reading():
    cache, reading = ReadingCache(), make_reading()
    cache.put(key(1), reading)
    assert cache.get(key(1)) is reading
    assert cache.get(key(2)) is None


def test_a_reading_that_is_not_looked_at_is_packed_and_comes_back_whole():
    cache, reading = ReadingCache(), make_reading()
    plain = reading.upload.image.nbytes
    cache.put(key(1), reading)
    assert cache.nbytes > plain
    cache.rest()
    assert cache.nbytes < plain / 10
    back = cache.get(key(1))
    assert back is not reading
    np.testing.assert_array_equal(back.page.image, reading.page.image)
    np.testing.assert_array_equal(back.ecg.signals, reading.ecg.signals)
    assert back.prediction.probabilities == reading.prediction.probabilities
    assert back.page.upload is back.upload
    cache.put(key(2), reading)
    assert cache.get(key(1)) is not None
    assert cache.get(key(2)) is not reading


def test_page_and_corrections_are_part_of_the_key():
    cache = ReadingCache()
    chosen = Chosen("a", b"abc", "upload")
    cache.put(chosen.key, make_reading())
    views = (View(1), View(part=1), View(scope="alone"))
    others = [replace(chosen, view=view) for view in views]
    others += [replace(chosen, more=(("b", b"def"),)), replace(chosen, data=b"abd")]
    for other in (*others, replace(chosen, corrections=Corrections(1))):
        assert cache.get(other.key) is None
    assert cache.get(replace(chosen, name="b", note="c").key) is not None


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
    cache = ReadingCache(most_bytes=10_000_000)
    noise = np.random.default_rng(0).integers(0, 255, (3, 1000, 1000, 3), np.uint8)
    for number in range(3):
        cache.put(key(number), replace(reading, upload=replace(reading.upload, image=noise[number])))
    assert cache.nbytes <= 10_000_000
    assert cache.get(key(2)) is not None
    assert cache.get(key(0)) is None


def test_a_tab_keeps_its_last_ecgs_and_one_word_for_each():
    tab = Tab()
    words = [tab.open(Chosen(f"{number}.png", bytes([number]), "upload")) for number in range(MAX_ECGS + 1)]
    assert list(tab.ecgs) == words[1:]
    assert tab.open(Chosen("again.png", bytes([3]), "camera")) == words[3]
    assert len(set(words)) == len(words)
    assert all(len(word) == 8 for word in words)


def test_a_tab_is_taken_up_by_its_token_alone_and_not_for_ever():
    now = [0.0]
    store, tab = TabStore(lambda: now[0]), Tab()
    store.keep(tab)
    assert store.get(tab.token) is tab
    assert store.get(Tab().token) is None
    assert len(tab.token) == 32
    now[0] = FORGOTTEN_S
    assert store.get(tab.token) is None
    store.keep(Tab())
    assert len(store) == 1


def test_the_tabs_that_are_kept_are_bounded_in_number_and_bytes():
    store = TabStore(lambda: 0.0)
    tabs = [Tab() for _ in range(MAX_TABS + 3)]
    for tab in tabs:
        store.keep(tab)
    assert len(store) == MAX_TABS
    assert store.get(tabs[0].token) is None
    large = [Tab() for _ in range(3)]
    for number, tab in enumerate(large):
        tab.open(Chosen("a", bytes([number]) * (35 * 2**20), "upload"))
        store.keep(tab)
    assert store.get(large[0].token) is None
    assert store.get(large[1].token) is not None
    assert store.get(large[2].token) is not None


def test_the_digest_depends_on_every_byte():
    assert Chosen("a", b"abc", "upload").digest != Chosen("a", b"abd", "upload").digest
    assert Chosen("a", b"abc", "upload").digest == Chosen("b", b"abc", "camera").digest


NOISE = np.random.default_rng(0).integers(0, 255, (1000, 1000, 3), np.uint8)
"""A picture that no packing makes smaller: 3 MB."""


def noisy_reading(number: int = 0):
    reading = make_reading()
    return replace(reading, upload=replace(reading.upload, image=np.roll(NOISE, number, axis=0)))


def test_what_stands_for_a_reading_does_not_keep_it():
    cache, reading = ReadingCache(), noisy_reading()
    cache.put(key(1), reading)
    held = cache.hold(reading)
    assert held.get() is reading
    cache.rest()
    assert cache.hold(reading)._own is None  # packed meanwhile, and still known
    del reading
    np.testing.assert_array_equal(held.get().upload.image, NOISE)
    cache.clear()
    with pytest.raises(ReadingGoneError, match="read anew"):
        held.get()
    alone = make_reading()
    assert cache.hold(alone).get() is alone  # of no cache


def test_all_tabs_hold_no_more_than_there_is_room_for_and_who_looks_now_keeps_most():
    room, tabs = Room(16_000_000), [Tab() for _ in range(4)]
    for number, tab in enumerate(tabs):
        tab.open(Chosen("a.png", bytes([number]) * 1_000_000, "upload"))
        tab.readings.put(key(number), noisy_reading(number))
        room.used(tab)
    assert room.nbytes <= 16_000_000
    kept = [tab.readings.get(key(number)) is not None for number, tab in enumerate(tabs)]
    assert kept == [False, False, True, True]
    assert all(tab.ecgs for tab in tabs)  # a file is let go of only when no reading is left to let go of


def test_the_ecg_that_somebody_looks_at_stays_longer_than_earlier_ones_of_others():
    room, looking, busy = Room(18_000_000), Tab(), Tab()
    looking.readings.put(key(0), noisy_reading())
    room.used(looking)
    for number in range(1, 5):
        busy.readings.put(key(number), noisy_reading(number))
        room.used(busy)
    third = Tab()
    third.readings.put(key(9), noisy_reading(9))
    room.used(third)
    assert room.nbytes <= 18_000_000
    assert looking.readings.get(key(0)) is not None
    assert busy.readings.get(key(1)) is None
    assert busy.readings.get(key(4)) is not None


def test_names_of_what_is_read_tell_all_but_moved_marks():
    chosen = Chosen("a", b"abc", "upload")
    others = [replace(chosen, view=View(part=1)), replace(chosen, data=b"abd")]
    others.append(replace(chosen, corrections=Corrections(1)))
    assert len({one.read_as for one in (chosen, *others)}) == 4
    moved = replace(chosen, corrections=Corrections(marks=(("qrs_on", -0.05),)))
    assert moved.read_as == chosen.read_as


def test_files_of_the_tabs_not_looked_at_for_longest_are_let_go_of_at_last():
    room, tabs = Room(2_500_000), [Tab() for _ in range(4)]
    for number, tab in enumerate(tabs):
        tab.open(Chosen("a.png", bytes([number]) * 1_000_000, "upload"))
        room.used(tab)
    assert [len(tab.ecgs) for tab in tabs] == [0, 0, 1, 1]
    room.used(tabs[0])
    tabs[0].open(Chosen("b.png", b"b" * 1_000_000, "upload"))
    room.used(tabs[0])
    assert [len(tab.ecgs) for tab in tabs] == [1, 0, 0, 1]


def test_what_an_ended_session_held_is_free_and_a_tab_taken_up_by_another_keeps_it():
    room, tab = Room(10**9), Tab(session="first")
    tab.open(Chosen("a.png", b"a", "upload"))
    tab.readings.put(key(1), make_reading())
    room.used(tab)
    tab.session = "after a reload"
    room.leave("first")
    assert tab.readings.get(key(1)) is not None
    job: Job[int] = Job("", lambda job: 1)
    tab.jobs.add(job)
    room.leave("after a reload")
    assert job._patience_s == GONE_S
    assert tab.readings.get(key(1)) is None
    assert len(tab.ecgs) == 1
    held = room.nbytes
    del tab
    assert (held, room.nbytes) == (1, 0)


@pytest.mark.parametrize(
    ("limit", "room"), [(690_000_000, 103_500_000), (100_000_000, 80 * 2**20), (None, 512 * 2**20)]
)
def test_tabs_may_hold_a_part_of_the_memory(limit, room):
    assert room_bytes(limit) == room
