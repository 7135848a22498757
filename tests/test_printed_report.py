"""The printed report: true scale in the PDF, both languages whole, nothing fetched by the HTML, names blanked."""

from __future__ import annotations

import ast
import ctypes
import re
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest

import heartguard
from heartguard.arrays import Doubles
from heartguard.leads import LEAD_INDEX
from heartguard.patient import Patient
from heartguard.report.printed import ReportOptions, page_picture, to_html, to_note
from heartguard.report.printed.contents import contents_of
from heartguard.report.printed.german import SENTENCES, STATEMENTS, german_statement
from heartguard.report.printed.sheet import START_MM, sheets_of
from heartguard.report.printed.values import value_rows
from heartguard.report.printed.words import WORDS
from heartguard.statements import Statement
from heartguard.values import Ecg, Finding, Panel, Reading, RecordedSignals, Segment
from heartguard.vocabulary import CLASS_NAMES, DISCLAIMER, FINDING_NAMES
from heartguard.warning import caution, note
from heartguard.wave_marks import Beats, WaveMarks
from tests.handmade import make_measurements, make_page, make_prediction, make_reading
from tests.test_report import by_hand, full_reading

ENGLISH = ReportOptions("en", made_on=date(2026, 3, 4))
GERMAN = ReportOptions("de", made_on=date(2026, 3, 4))
MM = 72 / 25.4


def spiked_ecg() -> Ecg:
    """Return 12 leads of 10 s at 0 mV, with a spike of 1 mV in V5 at 2 s and one of -0.5 mV at 6 s."""
    signals = np.zeros((12, 5000), np.float32)
    signals[LEAD_INDEX["V5"], 990:1011] = 1 - np.abs(np.arange(-10, 11)) / 10
    signals[LEAD_INDEX["V5"], 2990:3011] = -0.5 * (1 - np.abs(np.arange(-10, 11)) / 10)
    return Ecg(signals, np.ones(12, np.float32), rhythm_lead="V5")


def marked_reading(**changes: Any) -> Reading:
    """Return a reading with two beats, the second ectopic, whose marks are known."""
    beats_s = np.array([2.0, 3.0])
    marks = WaveMarks(*(beats_s + offset for offset in (-0.2, -0.15, -0.1, -0.05, 0.0, 0.05, 0.2, 0.25, 0.3)))
    usual = np.array([True, True])
    beats = Beats(("normal", "ectopic"), usual, usual, marks)
    measured = make_measurements(beats_s=beats_s, dominant=usual, beats=beats)
    return make_reading(ecg=spiked_ecg(), measurements=measured, **changes)


def paths_of(data: bytes, page: int = 0) -> list[Doubles]:
    """Return the points of each path of a page of a PDF, mm from its lower left corner."""
    found = []
    for part in pdfium.PdfDocument(data)[page].get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_PATH]):
        matrix, points = part.get_matrix(), []
        for at in range(pdfium.raw.FPDFPath_CountSegments(part)):
            x, y = ctypes.c_float(), ctypes.c_float()
            segment = pdfium.raw.FPDFPath_GetPathSegment(part, at)
            assert pdfium.raw.FPDFPathSegment_GetPoint(segment, x, y)
            points.append(matrix.on_point(x.value, y.value))
        found.append(np.array(points) / MM)
    return found


def text_of(data: bytes) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(data)]


def pdf(reading: Reading, options: ReportOptions = ENGLISH) -> bytes:
    pytest.importorskip("reportlab")
    from heartguard.report.printed.pdf import to_pdf

    return to_pdf(reading, options)


def test_the_pdf_is_a4_and_its_traces_have_true_scale() -> None:
    data = pdf(marked_reading())
    document = pdfium.PdfDocument(data)
    assert [tuple(round(side / MM) for side in page.get_size()) for page in document] == [(297, 210)] * 2
    trace = max(paths_of(data), key=lambda one: np.ptp(one[:, 1]) if np.ptp(one[:, 0]) > 200 else 0)
    top, bottom = trace[trace[:, 1].argmax()], trace[trace[:, 1].argmin()]
    level = trace[0, 1]
    assert bottom[0] - top[0] == pytest.approx(4 * 25, abs=0.05), "4 s at 25 mm/s"
    assert (top[1] - level, level - bottom[1]) == pytest.approx((10, 5), abs=0.05), "1 and 0.5 mV at 10 mm/mV"
    assert np.ptp(trace[:, 0]) == pytest.approx(250 - 0.05, abs=0.1), "10 s, but for the last sample's width"


def test_the_grid_has_lines_every_millimetre_and_pulses_show_one_millivolt() -> None:
    paths = paths_of(pdf(marked_reading()))
    upright = sorted({round(float(one[0, 0]), 2) for one in paths if len(one) == 2 and np.ptp(one[:, 1]) > 100})
    assert len(upright) == 266
    assert np.diff(upright) == pytest.approx(np.ones(265), abs=0.02)
    pulses = [one for one in paths if len(one) == 6 and np.ptp(one[:, 0]) == pytest.approx(7, abs=0.01)]
    assert len(pulses) == len(sheets_of(marked_reading())[0].pulses) == 8, "of 12 close rows, those with room"
    assert {round(float(np.ptp(one[:, 1])), 2) for one in pulses} == {10.0}
    assert {round(float(one[3, 0] - one[2, 0]), 2) for one in pulses} == {5.0}, "0.2 s"


def test_the_same_reading_gives_the_same_pdf_in_less_than_a_second_of_computing() -> None:
    reading = marked_reading()
    first = pdf(reading)
    began = time.process_time()
    assert pdf(reading) == first
    assert time.process_time() - began < 1.0


def test_both_languages_have_every_text_with_the_same_fields() -> None:
    for key, words in WORDS.items():
        fields = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in words]
        assert fields[0] == fields[1], key
        assert all(words) or key == "english", key
    assert {f"class.{name}" for name in CLASS_NAMES} | {f"finding.{name}" for name in FINDING_NAMES} <= set(WORDS)
    assert [WORDS[f"class.{label}"].en for label in CLASS_NAMES] == list(CLASS_NAMES.values())
    assert [WORDS[f"finding.{label}"].en for label in FINDING_NAMES] == list(FINDING_NAMES.values())
    assert WORDS["disclaimer"].en == DISCLAIMER


def texts_in(folder: str) -> set[str]:
    """Return every text of the modules of a folder."""
    found = set()
    for path in (Path(heartguard.__file__).parent / folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_every_statement_and_every_reason_has_its_german() -> None:
    codes = {text for text in texts_in("statements") if re.fullmatch(r"(?!scale)[a-z]+\.[a-z_]+[a-z]", text)}
    blocks = {"conduction.rbbb", "conduction.incomplete_rbbb", "voltage.low_limbs", "voltage.low_chest"}
    assert codes | blocks == set(STATEMENTS)
    reasons = {text for text in texts_in("measure") if text.endswith(".") and text in SENTENCES}
    withheld = {text for text in texts_in("statements") if text in SENTENCES}
    assert reasons | withheld == set(SENTENCES), "no sentence is translated that nothing says any more"
    from heartguard.measure import delineation, measuring, p_wave

    for module in (delineation, measuring, p_wave):
        said = {text for name, text in vars(module).items() if name.isupper() and isinstance(text, str)}
        assert {text for text in said if text.endswith(".")} <= set(SENTENCES), module


def test_german_statements_carry_the_values_of_the_english_ones() -> None:
    st = Statement("st.elevation", "ST elevation in II +0.22 mV.", {"II_j_mv": 0.221, "aVF_j_mv": -0.1}, ("II", "aVF"))
    assert german_statement(st) == "ST-Hebung in II 0,22, aVF −0,10 mV."
    long = Statement("repolarisation.long_qt", "Long QT.", {"qtc_fridericia_ms": 481.4})
    assert german_statement(long) == "QT verlängert: QTc 481 ms."
    assert german_statement(Statement("rate.new", "Something new.")) == "Something new."


def test_numbers_dates_and_words_follow_the_language() -> None:
    reading = make_reading(measurements=make_measurements(pr_ms=240.0, sokolow_lyon_mv=1.84, axis_deg=-31.0))
    english, german = to_note(reading, ENGLISH), to_note(reading, GERMAN)
    assert "PR 240 ms (high)" in english
    assert "First degree AV block: PR 240 ms (over 200)." in english
    assert "PQ 240 ms (hoch)" in german
    assert "AV-Block I. Grades: PQ 240 ms (über 200)." in german
    assert "QRS-Achse −31° (Linkstyp)" in german
    page = to_html(reading, GERMAN)
    assert "1,84 mV" in page
    assert "Bericht vom 04.03.2026" in page
    assert "Report of 4 Mar 2026" in to_html(reading, ENGLISH)
    assert page.startswith('<!doctype html>\n<html lang="de">')


def test_ranges_follow_the_sex_of_the_patient() -> None:
    measured = make_measurements(qtc_ms=455.0, cornell_mv=2.2)
    rows = {
        sex: {row.field: row for row in value_rows(measured, ReportOptions(patient=Patient(50, sex)))}
        for sex in ("female", "male", None)
    }
    assert [rows[sex]["qtc_ms"].normal for sex in rows] == ["361 to 459", "361 to 449", "361 to 449 (m), 459 (f)"]
    assert [rows[sex]["qtc_ms"].remark for sex in rows] == ["", "high", "high for men"]
    assert [rows[sex]["cornell_mv"].remark for sex in rows] == ["high", "", ""]


def test_the_report_says_all_that_was_read() -> None:
    prediction = make_prediction(findings=(Finding("sub:IMI", 0.8, True),), prediction_set=("Normal", "HB"))
    warnings = (note("file.bits", "It was reduced to 8 bits."), caution("scale.length", "The traces span 8 s."))
    reading = marked_reading(prediction=prediction, warnings=warnings, models={"line": "line-1"}, **by_hand())
    options = replace(ENGLISH, lead_shares={"II": 0.7, "rhythm": 0.3}, patient=Patient(61, "female"))
    for text in ("\n".join(text_of(pdf(reading, options))), to_html(reading, options)):
        plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
        for said in (
            "page.png", "Normal, 90 %", "Not ruled out (at 90 %): Normal, Abnormal heartbeat", "72 /min", "120 to 200",
            "Inferior infarction pattern", "Check: The traces span 8 s.", "Note: It was reduced to 8 bits.",
            "rhythm strip",
            "gain 5 mm/mV (found: 10)", "line: line-1", "vgg16-0123abcd", "80 %", "61 years, female", "4 Mar 2026",
            "pauses, ectopic beats, pacing, AV conduction",
        ):  # fmt: skip
            assert said in plain, said


def test_the_disclaimer_is_on_every_sheet() -> None:
    sheets = text_of(pdf(marked_reading(), GERMAN))
    assert [f"Blatt {number} von 2" in sheet for number, sheet in enumerate(sheets, 1)] == [True, True]
    assert all(WORDS["disclaimer"].de in sheet for sheet in sheets)


def test_html_runs_nothing_and_fetches_nothing() -> None:
    upload = replace(make_reading().upload, name='<script src="http://x">alert(1)</script>.png')
    page = to_html(make_reading(upload=upload), ENGLISH)
    assert "<script" not in page
    assert "&lt;script" in page
    addresses = re.findall(r"""(?:src|href|xlink:href)\s*=\s*["']([^"']*)|url\(([^)]*)""", page)
    assert [address[:23] for address, _ in addresses] == ["data:image/jpeg;base64,"]
    assert "default-src 'none'" in page


def test_names_in_any_writing_reach_the_pdf() -> None:
    upload = replace(make_reading().upload, name="Müller Ω.png")
    assert "Müller" in text_of(pdf(make_reading(upload=upload)))[0]


def test_rows_are_those_of_the_page_and_bars_those_of_the_beats() -> None:
    panels = tuple(
        Panel(lead, row, 0, 100, 50, 2.5 * column, 2.5 * (column + 1))
        for row, leads in enumerate((("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6")))
        for column, lead in enumerate(leads)
    )
    strip = Panel("V5", 3, 0, 400, 50, 0.0, 10.0, rhythm=True)
    (sheet,) = sheets_of(marked_reading(page=make_page(panels=(*panels, strip))))
    assert len(sheet.pulses) == 4
    assert [name.text for name in sheet.names] == [*(panel.lead for panel in panels), "V5"]
    assert sheet.names[1].x - sheet.names[0].x == pytest.approx(62.5), "2.5 s"
    first = {bar.wave: (bar.x0 - START_MM, bar.x1 - START_MM) for bar in sheet.bars[::2]}
    assert first["P"] == pytest.approx((1.8 * 25, 1.9 * 25))
    assert first["QRS"] == pytest.approx((1.95 * 25, 2.05 * 25))
    assert first["T"] == pytest.approx((2.2 * 25, 2.3 * 25))
    assert [(beat.rr_ms, beat.kind) for beat in sheet.beats] == [(None, ""), (1000, "E")]


def test_every_pulse_stays_on_the_paper_and_rows_keep_their_order() -> None:
    (sheet,) = sheets_of(marked_reading())
    levels = [name.y for name in sheet.names]
    assert len(levels) == 12
    assert min(np.diff(levels)) >= 9
    assert all(0 <= pulse[:, 1].min() < pulse[:, 1].max() < 130 for pulse in sheet.pulses)


def test_a_poor_page_says_so_and_states_nothing() -> None:
    contents = contents_of(make_reading(quality=0.3), ENGLISH)
    assert contents.quality == "30 %, poor: judge the page by eye"
    assert (contents.statements, contents.stated) == ((), (WORDS["statements.withheld"].en,))
    assert len(contents.withheld) == 1


def test_a_strip_of_no_known_lead_is_drawn_as_it_was_traced() -> None:
    strip = Panel("", 0, 0.0, 999.0, 100.0, 0.0, 10.0, rhythm=True)
    line = np.full(1000, 80.0, np.float32)  # 20 px above 0 mV, 4 px/mm, 10 mm/mV: 0.5 mV
    page = make_page(panels=(strip,))
    ecg = Ecg(
        np.full((12, 5000), np.nan, np.float32), np.zeros(12, np.float32), segments=(Segment(strip, line, 0, 1.0),)
    )
    (sheet,) = sheets_of(make_reading(page=page, ecg=ecg))
    assert sheet.pulses[0][0, 1] - sheet.traces[0][:, 1] == pytest.approx(5.0, abs=0.01)


def test_long_pages_have_a_sheet_for_each_ten_seconds() -> None:
    signals = np.zeros((12, 15000), np.float32)
    reading = make_reading(ecg=Ecg(signals, np.ones(12, np.float32)))
    assert [sheet.start_s for sheet in sheets_of(reading)] == [0.0, 10.0, 20.0]
    assert len(pdfium.PdfDocument(pdf(reading))) == 4


def printed_page() -> Reading:
    """Return a reading of a page of one row at 4 px/mm, with a name above it and a date inside its panel."""
    image = np.full((600, 900, 3), 250, np.uint8)
    image[:, ::20] = (240, 190, 184)
    cv2.line(image, (100, 300), (800, 300), (10, 10, 10), 2)
    cv2.line(image, (400, 300), (404, 220), (10, 10, 10), 2)
    cv2.line(image, (404, 220), (408, 300), (10, 10, 10), 2)
    cv2.putText(image, "MUSTERMANN", (100, 100), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 2)
    cv2.putText(image, "1950", (550, 260), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2)
    panel = Panel("II", 0, 100.0, 800.0, 300.0, 0.0, 10.0, rhythm=True)
    line = np.full(701, 300.0, np.float32)
    line[300:309] = 300 - 80 * (1 - np.abs(np.arange(-4, 5)) / 4)
    page = make_page(image=image, panels=(panel,))
    return make_reading(page=page, ecg=replace(spiked_ecg(), segments=(Segment(panel, line, 100, 1.0),)))


def test_the_picture_has_the_traces_and_no_print() -> None:
    reading = printed_page()
    whole, blanked = page_picture(reading, deidentify=False), page_picture(reading)
    dark = {
        name: [picture[box].min() < 100 for box in BOXES] for name, picture in (("whole", whole), ("blank", blanked))
    }
    assert dark == {"whole": [True, True, True, True], "blank": [False, False, True, True]}
    assert (blanked[:190] == 255).all(), "above the highest trace nothing stays"


BOXES = (np.s_[60:120, 90:400], np.s_[230:265, 545:640], np.s_[298:303, 150:350], np.s_[225:290, 400:409])
"""Of the name, the date, the trace and its spike."""


def test_a_page_without_traces_is_blanked_whole_and_one_drawn_from_signals_is_not() -> None:
    reading = printed_page()
    assert (page_picture(replace(reading, ecg=spiked_ecg())) == 255).all()
    recorded = RecordedSignals({"II": np.zeros(5000, np.float32)}, "WFDB", 500.0)
    page = replace(reading.page, upload=replace(reading.upload, signals=recorded))
    np.testing.assert_array_equal(page_picture(replace(reading, page=page)), reading.page.image)


def test_a_class_that_is_withheld_is_not_in_the_report() -> None:
    withheld = make_prediction(withheld="Leads are missing.", prediction_set=("Normal",))
    contents = contents_of(make_reading(prediction=withheld), replace(ENGLISH, lead_shares={"II": 1.0}))
    assert (contents.headline, contents.below) == ("No class given", ("Leads are missing.",))
    assert (contents.classes, contents.shares) == ((), ())


def test_a_reading_with_everything_in_it_is_laid_out_without_a_fault() -> None:
    many = tuple(
        caution("scale.length", f"Point {place} is doubtful, for a reason of some length. " * 3) for place in range(30)
    )
    reading = replace(full_reading(), warnings=many)
    sheets = text_of(pdf(reading, GERMAN))
    assert len(sheets) > 2, "what does not fit goes on"
    assert "Point 29" in " ".join(sheets)
    assert "weitere zu Unsicherem auf Blatt 2" in sheets[0]
