"""What a page is told about itself once its lines are judged."""

from __future__ import annotations

from dataclasses import replace

import cv2
import pytest

from heartguard.models import shared_models
from heartguard.traced import Stopwatch, trace_ecgs
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
