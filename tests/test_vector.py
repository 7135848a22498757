"""PDFs whose traces are lines: every lead under its name, as exact as the file."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from heartguard import read_ecg
from heartguard.arrays import Doubles
from heartguard.errors import CorrectionError
from heartguard.intake import open_upload
from heartguard.leads import LEADS, LIMB_LEADS
from heartguard.report.structured import to_json
from heartguard.samples import Sample, list_samples
from heartguard.ui.viewer.payload import ecg_payload
from heartguard.values import NO_CORRECTIONS, Corrections, Ecg, Page
from heartguard.vector import LineReading, read_lines
from heartguard.warning import Warning
from heartlab.data.datasets import data_folder
from heartlab.simulate.vector_pages import (
    CABRERA_6X2,
    FIFTEEN,
    LIMB,
    STANDARD_6X2,
    Plan,
    by_matplotlib,
    by_reportlab,
    drawn_leads,
    known_ecg,
)

pytest.importorskip("matplotlib")
pytest.importorskip("reportlab")

ECG = known_ecg()
BELOW = tuple((lead,) for lead in LEADS)
SIX = tuple((lead,) for lead in LIMB)


class Case(NamedTuple):
    plan: Plan
    layout: str
    draw: Callable[[Plan], bytes]


PAGES = {
    "matplotlib, 3x4+1": Case(Plan(strips=("II",)), "3x4+1", lambda plan: by_matplotlib(plan, ECG)),
    "grid as one path": Case(Plan(), "3x4", lambda plan: by_matplotlib(plan, ECG, grid_as_one_path=True)),
    "5 mm/mV, no pulse": Case(Plan(STANDARD_6X2, gain=5, pulses=False), "6x2", lambda plan: by_matplotlib(plan, ECG)),
    "matplotlib, 12x1": Case(Plan(BELOW), "12x1", lambda plan: by_matplotlib(plan, ECG)),
    "limb leads at 50 mm/s": Case(Plan(SIX, speed=50, seconds=5), "6x1", lambda plan: by_reportlab(plan, ECG)),
    "pieces of 100 points": Case(
        Plan(strips=("II",), spelled=str.upper), "3x4+1", lambda plan: by_reportlab(plan, ECG, piece=100)
    ),
    "a row is one path": Case(Plan(), "3x4", lambda plan: by_reportlab(plan, ECG, row_as_path=True)),
    "form XObject, page turned": Case(
        Plan(strips=("V1", "II", "V5")), "3x4+3", lambda plan: by_reportlab(plan, ECG, in_form=True, turned=True)
    ),
    "Cabrera with -aVR": Case(Plan(CABRERA_6X2, strips=("II",)), "6x2+1 Cabrera", lambda plan: by_reportlab(plan, ECG)),
    "unlinked pieces at 80 %": Case(
        Plan(BELOW), "12x1", lambda plan: by_reportlab(plan, ECG, scale=0.8, piece=100, linked=False)
    ),
    "filled outlines": Case(Plan(), "3x4", lambda plan: by_reportlab(plan, ECG, outline=True)),
    "fifteen leads": Case(Plan(FIFTEEN), "3x5", lambda plan: by_reportlab(plan, ECG)),
    "columns of the same seconds": Case(
        Plan(same_seconds=True, seconds=2.5), "3x4", lambda plan: by_reportlab(plan, ECG)
    ),
}

LEAST_DB = 35.0


@lru_cache
def drawn(name: str) -> bytes:
    return PAGES[name].draw(PAGES[name].plan)


class Lines(NamedTuple):
    """The first ECG of a page of lines, and the notes on why there is none."""

    page: Page | None = None
    ecg: Ecg | None = None
    notes: tuple[Warning, ...] = ()


def lines_of(source: bytes | Path, corrections: Corrections = NO_CORRECTIONS) -> Lines:
    read = read_lines(source, open_upload(source, name="page.pdf"), corrections)
    first = read.ecgs[0] if read.ecgs else None
    return Lines(None if first is None else first.page, first, read.notes)


def lead_of(ecg: Ecg, name: str) -> Doubles:
    lead = name.lstrip("-")
    return np.asarray(ecg.lead(lead) if lead in LEADS else ecg.others[lead], np.float64)


def decibels(plan: Plan, ecg: Ecg) -> dict[str, float]:
    """Return the signal-to-noise ratio of every drawn lead; a sample that is missing is an error as large as itself."""
    found = {}
    for one in drawn_leads(plan, ECG):
        upright = one.lead.lstrip("-")
        here = slice(one.start, one.start + len(one.points))
        wanted = ECG[upright][here] - ECG[upright][here].mean()
        got = lead_of(ecg, one.lead)[here]
        error = np.nan_to_num(got - np.nanmean(got)) - wanted
        found[f"{one.lead} {one.row}"] = float(10 * np.log10(np.sum(wanted**2) / np.sum(error**2)))
    return found


@pytest.mark.parametrize("name", PAGES)
def test_every_lead_is_read_exactly_under_its_name(name: str) -> None:
    plan, layout, _ = PAGES[name]
    lines = lines_of(drawn(name))
    assert lines.page is not None
    assert lines.ecg is not None
    assert lines.page.layout.name == layout
    rows = tuple(tuple(lead.lstrip("-") for lead in row) for row in plan.rows)
    assert lines.page.layout.rows == rows
    assert [panel.lead for panel in lines.page.panels if panel.rhythm] == list(plan.strips)
    assert min(decibels(plan, lines.ecg).values()) > LEAST_DB
    assert (lines.page.paper_speed_mm_per_s, lines.page.gain_mm_per_mv) == (plan.speed, plan.gain)
    assert lines.page.scale_source == "grid"
    assert lines.page.quality == 0.98
    assert set(lines.ecg.shown) == set(LEADS) & {lead for row in rows for lead in row}


def test_points_left_out_by_matplotlib_cost_decibels_but_no_lead() -> None:
    """Points that the pen hides are not in the file: the line through those left is 20 to 35 dB from the signal."""
    plan = Plan(strips=("II",))
    lines = lines_of(by_matplotlib(plan, ECG, thinned=True))
    assert lines.ecg is not None
    assert min(decibels(plan, lines.ecg).values()) > 20


def test_a_page_of_lines_takes_at_most_a_third_of_a_second() -> None:
    data = drawn("pieces of 100 points")
    upload = open_upload(data, name="page.pdf")
    times = []
    for _ in range(3):
        began = time.process_time()
        read_lines(data, upload, NO_CORRECTIONS)
        times.append(time.process_time() - began)
    assert min(times) < 0.3


def test_trace_lies_on_the_picture_of_the_page() -> None:
    page = lines_of(drawn("limb leads at 50 mm/s")).page
    assert page is not None
    assert page.px_per_s == 400
    dark = page.image.max(axis=2) < 128
    assert dark[page.ink > 0.9].mean() > 0.9
    corners = np.array([(0.0, 0.0), (100.0, 50.0)])
    assert page.on_upload(page.on_page(corners)) == pytest.approx(corners)


def test_reading_of_six_leads_has_six_leads() -> None:
    reading = read_ecg(drawn("limb leads at 50 mm/s"), name="page.pdf")
    answer = to_json(reading)
    assert (answer["layout"], answer["scale"]["source"], answer["quality"]) == ("6x1", "grid", 0.98)
    assert reading.ecg.shown == LIMB_LEADS
    assert "page.vector" in {warning.code for warning in reading.warnings}
    beats = np.diff(reading.measurements.beats_s)
    assert reading.measurements.heart_rate_bpm == pytest.approx(60 / np.mean(beats), abs=3)
    panels = ecg_payload(reading, uploaded=True)["page"]["panels"]
    assert [panel["lead"] for panel in panels] == list(LIMB)


def test_rows_without_names_stay_unnamed_and_give_no_class() -> None:
    plan = Plan(SIX[:3], spelled=lambda name: "")
    lines = lines_of(by_reportlab(plan, ECG))
    assert lines.ecg is not None
    assert lines.page is not None
    assert list(lines.ecg.others) == ["row 1", "row 2", "row 3"]
    assert lines.ecg.shown == ()
    assert lines.page.quality < 0.5
    error = lines.ecg.others["row 2"] - (ECG["II"] - np.median(ECG["II"]))
    assert np.abs(error).max() < 0.001


def test_exchanged_names_are_noticed_by_the_limb_leads() -> None:
    plan = Plan(spelled=lambda name: {"II": "III", "III": "II"}.get(name, name))
    lines = lines_of(by_reportlab(plan, ECG))
    assert lines.page is not None
    assert lines.ecg is not None
    assert lines.page.quality < 0.5
    assert "names.limb_leads" in {warning.code for warning in lines.page.warnings}
    assert lines.ecg.quality[LEADS.index("V1")] > 0.5


def test_avr_drawn_upside_down_under_its_own_name_is_turned_back() -> None:
    plan = Plan(CABRERA_6X2, spelled=lambda name: name.strip("-"))
    lines = lines_of(by_reportlab(plan, ECG))
    assert lines.ecg is not None
    assert lines.page is not None
    assert min(decibels(plan, lines.ecg).values()) > LEAST_DB
    assert [panel.label for panel in lines.page.panels if panel.lead == "aVR"] == ["-aVR"]


def test_what_is_not_printed_is_called_assumed() -> None:
    page = lines_of(by_reportlab(Plan(pulses=False, legend=""), ECG)).page
    assert page is not None
    assert page.quality == 0.6
    assert {warning.code for warning in page.warnings} >= {"scale.speed", "scale.gain"}


def test_speed_and_gain_are_read_from_the_pulses_where_none_are_printed() -> None:
    page = lines_of(by_reportlab(Plan(SIX, speed=50, gain=20, seconds=5, legend=""), ECG)).page
    assert page is not None
    assert (page.paper_speed_mm_per_s, page.gain_mm_per_mv, page.quality) == (50, 20, 0.98)


def test_gains_of_limb_and_chest_leads_are_told_apart() -> None:
    plan = Plan(STANDARD_6X2, gain=5, pulses=False, legend="25 mm/s Limb: 5 mm/mV Chest: 10 mm/mV")
    ecg = lines_of(by_reportlab(plan, ECG)).ecg
    assert ecg is not None
    assert np.ptp(ecg.lead("I")[:2500]) == pytest.approx(np.ptp(ECG["I"][:2500]), rel=0.001)
    assert np.ptp(ecg.lead("V2")[2500:]) == pytest.approx(np.ptp(ECG["V2"][2500:5000]) / 2, rel=0.001)


@pytest.mark.parametrize(
    ("speed", "gain", "legend"),
    [
        (50.0, None, None),
        (12.5, None, None),
        (None, 20.0, None),
        (12.5, 5.0, None),
        (50.0, None, "25 mm/s 10 mm/mV Rhythm 50 mm/s"),
    ],
)
def test_a_strip_at_a_speed_or_gain_of_its_own(speed: float | None, gain: float | None, legend: str | None) -> None:
    plan = Plan(strips=("II",), strip_speed=speed, strip_gain=gain, legend=legend)
    ecg = known_ecg(20.0)
    read = lines_of(by_reportlab(plan, ecg)).ecg
    assert read is not None
    assert read.page is not None
    assert (read.page.layout.name, read.page.paper_speed_mm_per_s, read.page.gain_mm_per_mv) == ("3x4+1", 25, 10)
    (strip,) = [panel for panel in read.page.panels if panel.rhythm]
    assert strip.end_s - strip.start_s == pytest.approx(10.0 * 25 / (speed or 25), abs=0.01)
    assert strip.gain_mm_per_mv == gain
    for lead in ("II", "V5"):
        got = read.lead(lead)
        error = (got - ecg[lead][: len(got)])[np.isfinite(got)]
        assert np.ptp(error) < 0.03
    assert "scale.strip" in {warning.code for warning in read.page.warnings}


def test_settings_by_hand() -> None:
    data = drawn("a row is one path")
    page = lines_of(data, Corrections(gain_mm_per_mv=20)).page
    assert page is not None
    assert page.gain_mm_per_mv == 20
    for corrections in (Corrections(layout="3x4"), Corrections(quarter_turns=1)):
        assert lines_of(data, corrections) == Lines()


def test_a_gain_set_against_what_the_page_shows_is_said_and_leaves_no_quality_that_looks_good() -> None:
    readings = [
        read_ecg(drawn("a row is one path"), corrections=Corrections(gain_mm_per_mv=gain)) for gain in (10.0, 20.0)
    ]
    assert readings[0].quality > 0.75
    assert max(readings[1].quality, *readings[1].ecg.quality) <= 0.6
    (said,) = [w for w in readings[1].warnings if w.code == "scale.gain"]
    assert said.severity == "fault"
    assert said.text.startswith("The page shows 10 mm/mV, but 20 mm/mV was set by hand and is used.")


def test_leads_named_by_hand_stay_lines() -> None:
    data = by_reportlab(Plan(SIX[:3], spelled=lambda name: ""), ECG)
    ecg = lines_of(data, Corrections(leads=(("row 1", "I"), ("row 3", "-aVR")))).ecg
    assert ecg is not None
    assert ecg.page is not None
    assert ecg.shown == ("I", "aVR")
    assert list(ecg.others) == ["row 2"]
    assert np.abs(ecg.lead("aVR") + (ECG["III"] - np.median(ECG["III"]))).max() < 0.001
    assert [(panel.label, panel.by_hand) for panel in ecg.page.panels] == [
        ("I", True),
        ("row 2", False),
        ("-aVR", True),
    ]


@pytest.mark.parametrize(
    ("leads", "said"),
    [((("row 9", "V1"),), "no row 9 to name; it has row 1"), ((("row 1", "V1"), ("row 2", "V1")), "would be V1")],
)
def test_names_by_hand_that_cannot_be_are_refused(leads: tuple[tuple[str, str], ...], said: str) -> None:
    with pytest.raises(CorrectionError, match=said):
        lines_of(by_reportlab(Plan(SIX[:3], spelled=lambda name: ""), ECG), Corrections(leads=leads))


@pytest.mark.parametrize("same_seconds", [False, True])
def test_all_seconds_of_a_long_page_are_read(same_seconds: bool) -> None:
    """Twelve rows of 30 s, and two columns that show the same 10 s."""
    plan = Plan(STANDARD_6X2, same_seconds=True) if same_seconds else Plan(BELOW, seconds=30)
    ecg = known_ecg(30.0)
    read = lines_of(by_reportlab(plan, ecg)).ecg
    assert read is not None
    assert read.page is not None
    seconds = 10 if same_seconds else 30
    assert read.signals.shape == (12, seconds * 500)
    error = read.lead("V5") - (ecg["V5"] - np.median(ecg["V5"][: seconds * 500]))[: seconds * 500]
    assert np.nanmax(np.abs(error)) < 0.02
    assert ("layout.length" in {warning.code for warning in read.page.warnings}) is not same_seconds


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lambda: by_reportlab(Plan(spelled=lambda name: ""), ECG), "its lead names are no text"),
        (lambda: by_reportlab(Plan(spelled=lambda name: name.replace("V6", "V5")), ECG), "do not fit each other"),
        (lambda: by_reportlab(Plan(spelled=lambda name: name.replace("aVR", "")), ECG, piece=100), "do not fit"),
        (lambda: by_reportlab(Plan(), ECG, paper=False), "no scale can be read"),
    ],
)
def test_what_cannot_be_read_safely_is_read_as_a_picture_with_a_note(data: Callable[[], bytes], reason: str) -> None:
    lines = lines_of(data())
    assert lines.ecg is None
    (why,) = lines.notes
    assert (why.code, why.severity) == ("page.vector", "note")
    assert reason in why.text


@pytest.mark.parametrize("sample", list_samples(), ids=lambda sample: sample.path.name)
def test_pictures_and_scans_are_read_as_before(sample: Sample) -> None:
    path = sample.path
    assert read_lines(path, open_upload(path), NO_CORRECTIONS) == LineReading()


@pytest.mark.skipif(data_folder() is None, reason="the shared ECG data is not here")
def test_a_recorder_whose_grid_is_a_font() -> None:
    data = data_folder()
    assert data is not None
    path = data / "field" / "f011.pdf"
    page = lines_of(path).page
    assert page is not None
    assert (page.layout.name, page.paper_speed_mm_per_s, page.quality) == ("6x1", 50, 0.98)
