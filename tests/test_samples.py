from __future__ import annotations

import numpy as np
from PIL import Image

from heartguard.samples import list_samples
from heartlab.export.samples import draw_samples, unsure_samples


def test_the_shipped_samples_show_every_class_and_one_picture_that_is_no_ecg():
    samples = list_samples()
    assert len(samples) == 8
    assert {sample.label for sample in samples} == {"Normal", "MI", "PMI", "HB", None}
    assert {sample.path.suffix for sample in samples} == {".png", ".jpg", ".pdf"}
    for sample in samples:
        assert sample.description.startswith("Simulated.")
        assert (sample.heart_rate_bpm is None) == (sample.label is None)
        assert 1_000 < sample.path.stat().st_size < 400_000


def test_samples_are_drawn_again_as_they_are_shipped(tmp_path):
    drawn = {path.name: path for path in draw_samples(tmp_path)}
    for sample in list_samples():
        if sample.path.suffix != ".pdf":
            shipped, again = (
                np.asarray(Image.open(path).convert("L"), float) for path in (sample.path, drawn[sample.path.name])
            )
            assert shipped.shape == again.shape
            assert np.abs(shipped - again).mean() < 1


def test_the_cards_say_where_the_models_are_not_sure_and_most_are_answered():
    unsure = {sample.path.name for sample in list_samples() if sample.unsure}
    assert unsure == unsure_samples()
    assert len(unsure) < 3


def test_every_sample_has_its_small_picture():
    for sample in list_samples():
        assert Image.open(sample.thumbnail).size == (480, 320)


def test_a_folder_without_an_index_has_no_samples(tmp_path):
    assert list_samples(tmp_path) == ()
