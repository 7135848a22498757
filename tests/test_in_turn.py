"""Rows in which few leads go on are joined to those leads, and never taken for twelve."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pytest

from heartguard import read_ecg
from heartguard.arrays import Doubles
from heartguard.in_turn import leads_in_turn, may_be_in_turn
from heartguard.leads import LEAD_INDEX, SAMPLING_RATE_HZ
from heartguard.models import shared_models
from heartguard.page.continued import arrange_in_turn
from heartguard.page.ends import Extent
from heartguard.page.print import PrintedName
from heartguard.traced import Stopwatch, trace_ecgs
from heartguard.values import Corrections, Reading
from heartguard.weights import models_folder
from heartlab.benchmarks.layouts import judge_layout
from heartlab.simulate.ecg import simulate_ecg
from heartlab.simulate.encoded import png
from heartlab.simulate.recorders import NAMED_PAGES, print_named_page
from heartlab.simulate.vector_pages import Plan, by_reportlab, known_ecg

pytest.importorskip("reportlab")
pytestmark = pytest.mark.skipif(not (models_folder() / "vgg16.json").exists(), reason="the shipped models are not here")

RATE_HZ = 200.0
TEN_SECONDS = 10 * SAMPLING_RATE_HZ
ECG = known_ecg(30.0)


@lru_cache
def half_a_minute(condition: str = "normal", rate: float = 71.0) -> Doubles:
    """Return twelve leads of 30 s, shape (12, 15000), mV."""
    return np.asarray(simulate_ecg(condition, rate, seed=9, muscle_noise_mv=0.01, seconds=30.0).signals, np.float64)


def row(lead: str, first_s: float = 0.0, condition: str = "normal") -> Doubles:
    """Return ten seconds of a lead at `RATE_HZ`."""
    first = round(first_s * SAMPLING_RATE_HZ)
    signal = half_a_minute(condition)[LEAD_INDEX[lead], first : first + TEN_SECONDS]
    return np.interp(np.arange(0, TEN_SECONDS, SAMPLING_RATE_HZ / RATE_HZ), np.arange(TEN_SECONDS), signal)


@pytest.mark.parametrize("condition", ["normal", "af", "pvc", "lbbb"])
@pytest.mark.parametrize("names", [("I", "", ""), ("I", "I", "I"), ("", "", "")])
def test_rows_of_one_lead_are_told_by_their_beats(condition: str, names: Sequence[str]) -> None:
    rows = [row("I", start, condition) for start in (0.0, 10.0, 20.0)]
    assert leads_in_turn(rows, RATE_HZ, names) == (names[0],)


def test_rows_of_two_leads_go_on_two_rows_below() -> None:
    rows = [row(lead, start) for start in (0.0, 10.0) for lead in ("II", "V1")]
    assert leads_in_turn(rows, RATE_HZ, ["II", "V1", "", ""]) == ("II", "V1")
    assert leads_in_turn(rows, RATE_HZ, ["", "", "", ""]) == ("", "")


@pytest.mark.parametrize(
    "leads", [("I", "II", "III"), ("V5", "V6"), ("I", "II", "III", "aVR", "aVL", "aVF"), ("V4", "V5", "V6")]
)
def test_leads_that_were_recorded_at_once_do_not_go_on(leads: Sequence[str]) -> None:
    rows = [row(lead) for lead in leads]
    assert leads_in_turn(rows, RATE_HZ, [""] * len(rows)) is None


def test_one_lead_after_the_other_does_not_go_on() -> None:
    rows = [row(lead, start) for lead, start in (("I", 0.0), ("aVR", 10.0), ("V2", 20.0))]
    assert leads_in_turn(rows, RATE_HZ, ["", "", ""]) is None


def test_other_names_below_are_of_other_leads() -> None:
    assert not may_be_in_turn(["I", "II"])
    assert not may_be_in_turn(["I", "II", "I"])
    assert may_be_in_turn(["I", "II", "", ""])


def test_a_break_that_no_beat_fills_is_not_the_same_recording() -> None:
    upper, lower = row("II"), row("II", 10.0)
    lower[: round(2.5 * RATE_HZ)] = np.median(lower)
    assert leads_in_turn([upper, lower], RATE_HZ, ["II", ""]) is None


def watch(**options: str) -> Reading:
    """Return the reading of one lead in three rows of lines."""
    return read_ecg(by_reportlab(Plan((("I",),) * 3, in_turn=1, pulses=False, **options), ECG))  # type: ignore[arg-type]


def test_three_rows_of_lines_are_one_lead_of_thirty_seconds() -> None:
    reading = watch()
    assert reading.page.layout.name == "3x1 in turn"
    assert reading.ecg.shown == ("I",)
    assert not reading.ecg.others
    error = reading.ecg.lead("I") - (ECG["I"] - np.median(ECG["I"]))
    assert np.isfinite(error[: 30 * SAMPLING_RATE_HZ - 10]).mean() > 0.999
    assert np.nanmax(np.abs(error)) < 0.02
    assert {"layout.in_turn"} <= {warning.code for warning in reading.warnings}
    assert reading.prediction.withheld is not None


def test_a_lead_that_the_header_alone_names() -> None:
    legend = "25 mm/s, 10 mm/mV, Lead I, 512Hz"
    reading = read_ecg(by_reportlab(Plan((("I",),) * 3, in_turn=1, legend=legend, spelled=lambda name: ""), ECG))
    assert reading.ecg.shown == ("I",)


def test_two_leads_of_lines_go_on() -> None:
    reading = read_ecg(by_reportlab(Plan((("II",), ("V2",)) * 2, in_turn=2), ECG))
    assert reading.ecg.shown == ("II", "V2")
    for lead in ("II", "V2"):
        error = reading.ecg.lead(lead)[: 2 * TEN_SECONDS] - (ECG[lead] - np.median(ECG[lead]))[: 2 * TEN_SECONDS]
        assert np.nanmax(np.abs(error)) < 0.02


def test_rows_without_a_name_are_one_lead_that_is_named_once() -> None:
    data = by_reportlab(Plan((("I",),) * 3, in_turn=1, spelled=lambda name: ""), ECG)
    reading = read_ecg(data)
    assert list(reading.ecg.others) == ["row 1"]
    assert np.isfinite(reading.ecg.others["row 1"]).sum() == pytest.approx(30 * SAMPLING_RATE_HZ, abs=10)
    named = read_ecg(data, corrections=Corrections(leads=(("row 1", "V5"),)))
    assert named.ecg.shown == ("V5",)
    assert not named.ecg.others


@pytest.mark.parametrize(
    ("in_text", "beside", "turns"), [(("I",), "", 3), ((), "", None), (("I", "II"), "", None), (("I",), "V2", None)]
)
def test_rows_whose_beats_tell_nothing_are_of_the_one_lead_that_the_page_names_in_its_text(
    in_text: tuple[str, ...], beside: str, turns: int | None
) -> None:
    rows, trace = (200.0, 400.0, 600.0), np.zeros((800, 2100), bool)
    for y in rows:
        trace[round(y) - 1 : round(y) + 2, 50:2050] = True
    names = [PrintedName(beside, 60.0, 380.0, 0.9)] if beside else []
    found = arrange_in_turn(rows, Extent(50.0, 2050.0), trace, names, 8.0, RATE_HZ, in_text)
    assert (None if found is None else found.layout.turns) == turns


@pytest.mark.parametrize("name", ["I in turn, named once", "I in turn, named above", "two in turn, all named"])
def test_a_picture_of_rows_that_go_on(name: str) -> None:
    page = NAMED_PAGES[name]
    sheet = print_named_page(page, np.asarray(half_a_minute(), np.float32), seed=4)
    (traced,) = trace_ecgs(png(sheet.draw().image), shared_models(), Stopwatch(), name="watch.png")
    judged = judge_layout(sheet, traced)
    assert (judged.layout_right, judged.misnamed, judged.unnamed) == (True, 0.0, 0.0)
    assert judged.db > 10
    assert traced.ecg.shown == page.leads
    assert traced.measurements.heart_rate_bpm == pytest.approx(71.0, rel=0.04)
