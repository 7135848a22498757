"""What a page is told about itself once its lines are judged."""

from __future__ import annotations

from dataclasses import replace

import cv2
import pytest

from heartguard.models import shared_models
from heartguard.traced import Stopwatch, trace_ecgs
from heartguard.values import Corrections
from heartguard.weights import models_folder
from tests.drawn_pages import Print, Seen, picture

pytestmark = pytest.mark.skipif(
    not (models_folder() / "structure.json").exists(), reason="the shipped structure network is not here"
)


@pytest.mark.parametrize(("log_odds", "said"), [(1.0, True), (-1.0, False)])
def test_amplitudes_that_are_probably_off_are_said(log_odds: float, said: bool) -> None:
    models = shared_models()
    zeros = (0.0,) * len(models.quality.amplitude.weights)
    sure = replace(models.quality.amplitude, weights=zeros, intercept=log_odds)
    models = replace(models, quality=replace(models.quality, amplitude=sure))
    encoded = cv2.imencode(".png", picture(Print(), Seen())[:, :, ::-1])[1].tobytes()
    (traced,) = trace_ecgs(encoded, models, Stopwatch(), name="page.png")
    codes = [(w.code, w.severity) for w in traced.page.warnings]
    assert (("scale.amplitudes", "caution") in codes) is said
    assert traced.ecg.page is traced.page


def test_a_gain_set_against_the_pulses_leaves_no_quality_that_looks_good() -> None:
    encoded = cv2.imencode(".png", picture(Print(), Seen())[:, :, ::-1])[1].tobytes()
    (found,), (against,) = (
        trace_ecgs(encoded, shared_models(), Stopwatch(), name="page.png", corrections=Corrections(gain_mm_per_mv=gain))
        for gain in (10.0, 5.0)
    )
    assert found.quality > 0.75
    assert max(against.quality, *against.ecg.quality) <= 0.6
    assert ("scale.gain", "fault") in [(w.code, w.severity) for w in against.page.warnings]
