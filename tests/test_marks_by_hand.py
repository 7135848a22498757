"""Marks that a doctor moves: what changes by them, what does not, and how it is said."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from heartguard import read_ecg
from heartguard.errors import CorrectionError
from heartguard.measure import with_marks
from heartguard.report import to_json, to_text
from heartguard.samples import list_samples
from heartguard.values import Corrections, Measurements, Reading
from tests.sample_readings import read_sample


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_sample(0)


def numbers(measured: Measurements) -> dict[str, float | None]:
    values = {field.name: getattr(measured, field.name) for field in fields(measured)}
    return {name: value for name, value in values.items() if value is None or isinstance(value, float)}


def moved(reading: Reading, name: str, seconds: float) -> Reading:
    return with_marks(reading, {name: reading.measurements.fiducials_s[name] + seconds})


def test_without_a_move_nothing_changes(reading: Reading) -> None:
    same = with_marks(reading, {})
    assert to_json(same) == to_json(reading)
    assert numbers(same.measurements) == numbers(reading.measurements)
    assert same.measurements.leads == reading.measurements.leads


def test_a_moved_end_of_qrs_changes_qrs_and_what_begins_there_and_no_other_interval(reading: Reading) -> None:
    before, after = reading.measurements, moved(reading, "qrs_off", 0.020).measurements
    assert after.qrs_ms == pytest.approx(before.qrs_ms + 20, abs=0.1)
    for name in ("heart_rate_bpm", "p_ms", "pr_ms", "qt_ms", "qtc_ms"):
        assert getattr(after, name) == getattr(before, name)
    assert after.leads["V2"].st60_mv != before.leads["V2"].st60_mv, "J is later"


def test_a_moved_start_of_qrs_changes_pr_qrs_and_qt(reading: Reading) -> None:
    before, after = reading.measurements, moved(reading, "qrs_on", -0.010).measurements
    assert after.pr_ms == pytest.approx(before.pr_ms - 10, abs=0.1)
    assert after.qrs_ms == pytest.approx(before.qrs_ms + 10, abs=0.1)
    assert after.qt_ms == pytest.approx(before.qt_ms + 10, abs=0.1)
    assert after.qtc_ms / before.qtc_ms == pytest.approx(after.qt_ms / before.qt_ms)


def test_a_move_is_told_beside_what_was_found_in_json_and_text(reading: Reading) -> None:
    found_s = round(reading.measurements.fiducials_s["t_off"], 3)
    changed = moved(reading, "t_off", 0.040)
    [told] = to_json(changed)["by_hand"]
    assert (told["field"], told["set"]) == ("marks", (("t_off", pytest.approx(found_s + 0.04, abs=1e-3)),))
    assert told["found"] == (("t_off", found_s),)
    assert f"end of T +{1000 * found_s + 40:.0f} ms (found: end of T +{1000 * found_s:.0f} ms)" in to_text(changed)
    assert changed.prediction is reading.prediction


def test_marks_go_back_and_a_second_move_remembers_what_was_found_first(reading: Reading) -> None:
    found_s = round(reading.measurements.fiducials_s["qrs_off"], 3)
    twice = moved(moved(reading, "qrs_off", 0.02), "qrs_off", 0.02)
    assert dict(twice.found["marks"]) == {"qrs_off": found_s}
    back = with_marks(twice, {})
    assert to_json(back) == to_json(reading)


def test_a_mark_cannot_pass_the_next_one_nor_be_made_anew(reading: Reading) -> None:
    with pytest.raises(CorrectionError, match="cannot pass"):
        moved(reading, "qrs_on", 0.5)
    lacking = {k: v for k, v in reading.measurements.fiducials_s.items() if k != "p_on"}
    without_p = replace(reading, measurements=replace(reading.measurements, fiducials_s=lacking))
    with pytest.raises(CorrectionError, match="Only marks that were found"):
        with_marks(without_p, {"p_on": -0.2})
    with pytest.raises(ValueError, match="A mark is not known"):
        Corrections(marks=(("u_on", 0.5),))


def test_a_page_read_with_marks_has_them(reading: Reading) -> None:
    wanted = reading.measurements.fiducials_s["qrs_off"] + 0.03
    again = read_ecg(list_samples()[0].path, corrections=Corrections(marks=(("qrs_off", wanted),)))
    assert again.measurements.qrs_ms == pytest.approx(reading.measurements.qrs_ms + 30, abs=1)
    assert np.array_equal(again.measurements.beats_s, reading.measurements.beats_s)
