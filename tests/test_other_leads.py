"""Pages that have other leads than the usual twelve, told by their printed names."""

from __future__ import annotations

import pytest

from heartguard import read_ecg
from heartguard.leads import CHEST_LEADS, LEADS, LIMB_LEADS
from heartguard.warning_rules import LOW_QUALITY
from heartguard.weights import models_folder
from heartlab.simulate.encoded import png
from tests.drawn_pages import RATE, Print, Seen, picture

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
