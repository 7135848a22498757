"""Pages that have other leads than the usual twelve, told by their printed names."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard import read_ecg
from heartguard.leads import CHEST_LEADS, LEADS, LIMB_LEADS, SAMPLING_RATE_HZ
from heartguard.warning_rules import LOW_QUALITY
from heartguard.weights import models_folder
from heartlab.simulate.encoded import png
from tests.drawn_pages import RATE, Print, Seen, picture, signals

pytestmark = pytest.mark.skipif(not (models_folder() / "vgg16.json").exists(), reason="the shipped models are not here")


@pytest.mark.parametrize(
    ("made", "leads"),
    [
        (Print("6x1"), LIMB_LEADS),
        (Print("6x1", leads=CHEST_LEADS), CHEST_LEADS),
        (Print("3x1"), ("I", "II", "III")),
        (Print("4x3"), LEADS),
    ],
    ids=["limb leads", "chest leads", "three leads", "four rows by three columns"],
)
def test_a_page_has_the_leads_that_it_shows(made: Print, leads: tuple[str, ...]) -> None:
    reading = read_ecg(png(picture(made, Seen())))
    assert reading.page.layout.name == made.layout
    assert reading.ecg.shown == leads
    assert not reading.ecg.others
    assert reading.measurements.heart_rate_bpm == pytest.approx(RATE, rel=0.05)
    assert reading.quality >= LOW_QUALITY
    assert (reading.prediction.withheld is None) == (leads == LEADS)


@pytest.mark.parametrize(
    ("speed", "gain", "one_line"),
    [(50.0, None, False), (None, 20.0, False), (50.0, None, True)],
    ids=["50 mm/s", "20 mm/mV", "50 mm/s in the line of the page's speed"],
)
def test_a_strip_has_the_scale_that_is_printed_for_it(speed: float | None, gain: float | None, one_line: bool) -> None:
    made = Print("3x4+1", strip_speed=speed, strip_gain=gain, one_line=one_line)
    reading = read_ecg(png(picture(made, Seen())))
    assert reading.page.layout.name == "3x4+1"
    (strip,) = (panel for panel in reading.page.panels if panel.rhythm)
    assert strip.end_s == pytest.approx(5.0 if speed else 10.0, rel=0.02)
    assert strip.gain_mm_per_mv == gain
    assert "scale.strip" in {warning.code for warning in reading.warnings}
    shown = reading.ecg.lead("II")[: round(strip.end_s * SAMPLING_RATE_HZ) - 50]
    assert np.nanmax(shown) - np.nanmin(shown) == pytest.approx(np.ptp(signals()[1]), rel=0.15)
    assert reading.measurements.heart_rate_bpm == pytest.approx(RATE, rel=0.05)
