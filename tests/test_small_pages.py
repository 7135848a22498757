"""Small pages of every kind with what must come out: names, rate, scale and signals, or the word of what is doubted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pytest

from heartguard.measure import measure
from heartguard.quality import load_quality_model
from heartguard.values import Reading, Upload
from heartguard.warning_rules import LOW_QUALITY
from heartguard.weights import models_folder
from heartlab.metrics.right_pages import Judged, judge_page
from heartlab.simulate.recorders.grid import Level
from tests.drawn_pages import RATE, RED, Print, Seen, drawn_stretches, picture, signals
from tests.handmade import make_reading
from tests.networks import read_page, trace_page

pytestmark = pytest.mark.skipif(
    not (models_folder() / "structure.json").exists(), reason="the shipped structure network is not here"
)


USUAL, AS_A_FILE = Print(), Seen()


@dataclass(frozen=True)
class Case:
    """A page, and what must come out of it.

    Attributes
    ----------
    name : str
    made : Print
    seen : Seen
    least_db : float
        Mean signal-to-noise ratio of the leads, each at its own shift.
    says : tuple of str
        Codes of warnings that must be given; no other than these may be more than a note.
    fails : str
        Why the page is not read right yet, where it is not.
    """

    name: str
    made: Print = USUAL
    seen: Seen = AS_A_FILE
    least_db: float = 18.0
    says: tuple[str, ...] = ()
    fails: str = ""


DOTS = Level((1.0, 1.0), 0.25, 0.9, "dots", 1.0)
CASES = (
    Case("flat", least_db=19),
    Case("scan", seen=Seen("scan", tilt_deg=0.8, aspect=1.01, seed=4), least_db=19),
    Case("photo", seen=Seen("photo"), least_db=17, says=("page.photo",)),
    Case("tilted photo", seen=Seen("photo", tilt_deg=15, width_px=3000), least_db=15, says=("page.photo",)),
    Case("folded photo", seen=Seen("photo", folds=2), least_db=16, says=("page.photo",)),
    Case(
        "turned by 90",
        seen=Seen(quarters=1),
        says=("page.turned",),
    ),
    Case("turned by 180", seen=Seen(quarters=2), says=("page.turned",)),
    Case("turned by 270", seen=Seen(quarters=3), says=("page.turned",)),
    Case(
        "mirrored",
        seen=Seen(mirrored=True),
        least_db=17,
        says=("page.turned",),
    ),
    Case("dark grid", Print(colour=(25, 25, 25), minor=Level((1.0, 1.0), 0.1, 0.5)), least_db=15),
    Case("grid of dots", Print(colour=RED, minor=DOTS)),
    Case("fine lines as dark as large ones", Print(colour=RED, minor=Level((1.0, 1.0), 0.2, 1.0)), least_db=16),
    Case(
        "no grid",
        Print(major=None, minor=None),
        says=("scale.grid",),
    ),
    Case("dark mode", Print(colour=(110, 40, 40), paper=(12, 12, 16), trace=(110, 240, 130)), least_db=19),
    Case(
        "negative screenshot",
        seen=Seen("screenshot", negative=True, seed=3),
    ),
    Case("half gain", Print(gain=5.0), least_db=19, says=("scale.gain",)),
    Case("double gain", Print(gain=20.0), least_db=17, says=("scale.gain",)),
    Case("50 mm/s", Print(seconds=5.0, speed=50.0, pulse_mm=10.0), least_db=26, says=("scale.speed",)),
    Case("one pulse", Print(pulses="one"), least_db=17),
    Case("pulses at the right", Print(pulses="right")),
    Case("attached pulses", Print(pulses="attached"), least_db=19),
    Case("gaps between columns", Print(gap=6.0)),
    Case("columns of the same seconds", Print(same_seconds=True)),
    Case("6x2+1", Print("6x2+1")),
    Case("12x1", Print("12x1")),
    Case("3x4+3", Print("3x4+3")),
    Case("fax", seen=Seen("copy", seed=3), least_db=16),
    Case(
        "fax that lost its grid",
        seen=Seen("copy", seed=2),
        least_db=12,
        says=("scale.grid",),
        fails="R waves of chest leads come out 3 to 18 % short",
    ),
    Case("scan under a warm lamp", seen=Seen("scan", light=(1.0, 0.62, 0.3), seed=4)),
    Case("scan with a blue cast", Print(colour=RED), Seen("scan", light=(0.6, 0.75, 1.0), seed=5)),
    Case("messenger", Print(colour=RED), Seen(messenger=True), least_db=15),
)


@lru_cache(maxsize=1)
def read(case: Case) -> Reading:
    """Read a page as far as classes are not asked for."""
    page = read_page(Upload(case.name, "0" * 64, "png", picture(case.made, case.seen)))
    ecg = trace_page(page)
    measurements = measure(ecg)
    quality = load_quality_model(models_folder()).judge(page, ecg, measurements).page
    return make_reading(
        upload=page.upload, page=page, ecg=ecg, measurements=measurements, quality=quality, warnings=page.warnings
    )


def judged(case: Case) -> Judged:
    return judge_page(read(case), signals(), drawn_stretches(case.made), [RATE])


def known(case: Case) -> Any:
    """Return a case as a parameter, marked where it is known to fail."""
    marks = [pytest.mark.xfail(reason=case.fails, strict=True)] if case.fails else []
    return pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", map(known, CASES))
def test_a_page_is_read_right(case: Case) -> None:
    reading, found = read(case), judged(case)
    page, said = reading.page, {warning.code for warning in reading.page.warnings}
    assert page.layout.name == case.made.layout
    assert page.gain_mm_per_mv == case.made.gain
    assert page.paper_speed_mm_per_s == case.made.speed
    assert reading.measurements.heart_rate_bpm == pytest.approx(RATE, rel=0.05)
    assert found.names_right
    assert found.scale_right
    assert found.mean_db >= case.least_db
    assert set(case.says) <= said
    assert {warning.code for warning in page.warnings if warning.severity != "note"} <= set(case.says)
    assert ("page.photo" in said) == (case.seen.kind == "photo")
    assert reading.quality >= LOW_QUALITY


def test_the_scale_of_a_page_without_a_grid_needs_no_caution_where_pulses_and_rows_agree() -> None:
    (case,) = (case for case in CASES if case.name == "no grid")
    (said,) = [warning for warning in read(case).page.warnings if warning.code == "scale.grid"]
    assert said.severity == "note"
    assert said.text.endswith("which agree.")
