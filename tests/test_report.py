"""The JSON form, the CSV and the text of a reading whose numbers are known."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heartguard import errors, report
from heartguard.leads import LEADS
from heartguard.patient import Patient
from heartguard.report import rejected_json, rejected_text, to_csv, to_json, to_text
from heartguard.report.structured import reason_of
from heartguard.review import MeasurementReview, ProgramAnswer, Review, StatementReview
from heartguard.values import Corrections, Finding, LeadWaves, Reading, SignalPrediction
from heartguard.vocabulary import DISCLAIMER
from heartguard.warning import caution, fault, note
from heartguard.wave_marks import Beats, WaveMarks
from tests.handmade import make_ecg, make_measurements, make_page, make_prediction, make_reading, make_upload

SCHEMA = Path(report.__file__).with_name("reading.schema.json")
PROMISED = ["file", "status", "reason", "prediction", "measurements", "beats", "statements", "quality"]
MEASURED = ["heart_rate_bpm", "rr_ms", "pr_ms", "qrs_ms", "qt_ms", "qtc_ms", "axis_deg"]


def test_json_has_the_promised_form_and_numbers() -> None:
    row = to_json(make_reading(), file="scans/page.png")
    assert list(row)[: len(PROMISED)] == PROMISED
    assert (row["file"], row["status"], row["reason"]) == ("scans/page.png", "ok", None)
    assert row["prediction"] == {
        "label": "Normal",
        "abstained": False,
        "probabilities": {"Normal": 0.9, "MI": 0.04, "PMI": 0.03, "HB": 0.03},
        "why_not_normal": [],
        "no_sign": None,
        "withheld": None,
        "possible": None,
        "possible_level": 0.9,
        "novelty": None,
        "unlike": False,
        "findings": [],
        "network": None,
        "second": None,
    }
    assert [row["measurements"][key] for key in MEASURED] == [72.0, 833, 160, 88, 380, 416, 45]
    assert (row["quality"], row["model"], row["layout"]) == (0.8, "vgg16-0123abcd", "3x4+1")
    assert row["timings_ms"]["total"] == 15.0
    assert to_json(make_reading())["file"] == "page.png"


def test_what_is_unknown_is_null_and_never_nan() -> None:
    reasons = {"pr_ms": "No P wave was found."}
    measurements = make_measurements(pr_ms=None, axis_deg=float("nan"), missing_reasons=reasons)
    row = to_json(make_reading(measurements=measurements, quality=float("inf")))
    assert row["measurements"]["pr_ms"] is None
    assert row["measurements"]["axis_deg"] is None
    assert row["measurements"]["reasons"] == reasons
    assert row["quality"] is None
    assert json.loads(json.dumps(row, allow_nan=False)) == row


def test_numpy_numbers_become_plain_ones() -> None:
    prediction = make_prediction(
        abstained=np.bool_(True), probabilities={name: np.float32(0.25) for name in ("Normal", "MI", "PMI", "HB")}
    )
    row = json.loads(json.dumps(to_json(make_reading(prediction=prediction, quality=np.float64(0.5)))))
    assert row["prediction"]["abstained"] is True
    assert row["prediction"]["probabilities"]["MI"] == 0.25


def test_classes_that_cannot_be_ruled_out_are_listed_and_none_is_said_to_be_none() -> None:
    reading = make_reading(prediction=make_prediction(prediction_set=("HB", "Normal")))
    assert to_json(reading)["prediction"]["possible"] == ["HB", "Normal"]
    assert "Possible at 90%   HB, Normal" in to_text(reading)
    assert "none of the four classes fits well" in to_text(make_reading(prediction=make_prediction(prediction_set=())))
    assert "Possible at" not in to_text(make_reading())


def test_findings_are_listed_and_those_that_stand_out_are_printed() -> None:
    found = (Finding("rhythm:AFIB", 0.8, True), Finding("sub:LVH", 0.1, False))
    reading = make_reading(prediction=make_prediction(findings=found))
    assert to_json(reading)["prediction"]["findings"] == [
        {"statement": "rhythm:AFIB", "probability": 0.8, "present": True, "possible": False, "withdrawn": None},
        {"statement": "sub:LVH", "probability": 0.1, "present": False, "possible": False, "withdrawn": None},
    ]
    assert "Findings          Atrial fibrillation 80%\n" in to_text(reading)
    assert "Findings" not in to_text(make_reading())
    refuted = replace(found[0], present=False, withdrawn="The RR intervals are regular.")
    text = to_text(make_reading(prediction=make_prediction(findings=(refuted,))))
    assert "Withdrawn         Atrial fibrillation 80%: The RR intervals are regular.\n" in text
    assert "Findings" not in text


def test_rejected_files_carry_the_same_keys() -> None:
    read = to_json(make_reading())
    rejected = rejected_json("x.gif", errors.UnsupportedTypeError("The picture is a GIF. Save it as PNG."))
    assert list(rejected) == list(read)
    for key in ("prediction", "measurements", "timings_ms", "scale"):
        assert list(rejected[key]) == list(read[key])
    assert rejected["reason"] == "The picture is a GIF. Save it as PNG."
    assert (rejected["status"], rejected["error"]) == ("rejected", "UnsupportedTypeError")
    assert rejected["prediction"]["probabilities"] == {"Normal": None, "MI": None, "PMI": None, "HB": None}
    assert all(rejected["measurements"][key] is None for key in MEASURED)
    assert rejected["model"] is rejected["quality"] is None


def test_an_unexpected_fault_is_a_plain_sentence() -> None:
    row = rejected_json("x.png", ZeroDivisionError("division by zero"))
    assert row["error"] == "ZeroDivisionError"
    assert "division" not in row["reason"]
    assert row["reason"] in rejected_text("x.png", ZeroDivisionError("division by zero"))


def test_warnings_carry_code_severity_and_text() -> None:
    said = (caution("scale.length", "The traces span 8 s."), note("file.bits", "It was reduced to 8 bits."))
    assert to_json(make_reading(warnings=said))["warnings"] == [
        {"code": "scale.length", "severity": "caution", "text": "The traces span 8 s."},
        {"code": "file.bits", "severity": "note", "text": "It was reduced to 8 bits."},
    ]


def test_scale_says_paper_speed_and_gain() -> None:
    page = make_page(paper_speed_mm_per_s=50.0, gain_mm_per_mv=5.0)
    assert to_json(make_reading(page=page))["scale"] == {
        "px_per_mm": 4.0,
        "speed_mm_s": 50.0,
        "gain_mm_mv": 5.0,
        "source": "grid",
    }


def test_measurements_are_no_finer_than_they_can_be_measured_on_paper() -> None:
    names = (*MEASURED, "qtc_fridericia_ms", "rr_variation", "einthoven_residual_mv")
    row = to_json(make_reading(measurements=make_measurements(**dict.fromkeys(names, 123.4567))))["measurements"]
    whole = dict.fromkeys(("rr_ms", "pr_ms", "qrs_ms", "qt_ms", "qtc_ms", "qtc_fridericia_ms", "axis_deg"), 123)
    assert {name: row[name] for name in names} == {
        **whole,
        "heart_rate_bpm": 123.5,
        "rr_variation": 123.457,
        "einthoven_residual_mv": 123.457,
    }
    assert all(isinstance(row[name], int) for name in whole)


def test_beats_and_waves_of_each_lead_are_in_the_json() -> None:
    measurements = make_measurements(
        p_ms=104.0,
        beats_s=np.array([0.5004, 1.3]),
        dominant=np.array([True, False]),
        fiducials_s={"p_on": -0.2062},
        leads={"V1": LeadWaves(r_mv=0.276, r_ms=26.0, s_mv=-0.934, beats=3)},
    )
    row = to_json(make_reading(measurements=measurements))["measurements"]
    assert (row["p_ms"], row["beats_s"], row["dominant_beats"]) == (104, [0.5, 1.3], [True, False])
    assert row["fiducials_s"] == {"p_on": -0.206}
    lead = row["leads"]["V1"]
    assert (lead["r_mv"], lead["r_ms"], lead["s_mv"], lead["q_mv"], lead["beats"]) == (0.28, 26, -0.93, None, 3)


def test_shares_scores_scale_and_times_are_rounded() -> None:
    share = {"MI": 0.123456}
    prediction = make_prediction(
        probabilities=share,
        cnn_probabilities=share,
        signal_model=SignalPrediction("MI", share, True, "second-1"),
        findings=(Finding("rhythm:AFIB", 0.123456, False),),
        ood_score=0.123456,
    )
    page = make_page(px_per_mm=4.123456, tilt_deg=-1.23456)
    row = to_json(make_reading(prediction=prediction, page=page, quality=0.123456, timings_ms={"total": 12.3456}))
    said = row["prediction"]
    shares = said["probabilities"], said["network"], said["second"]["probabilities"]
    assert [by_class["MI"] for by_class in shares] == [0.1235] * 3
    assert said["findings"][0]["probability"] == 0.1235
    assert (said["novelty"], row["quality"]) == (0.123, 0.123)
    assert (row["scale"]["px_per_mm"], row["tilt_deg"]) == (4.123, -1.23)
    assert (row["timings_ms"]["total"], row["timings_ms"]["page"]) == (12.3, None)


def test_a_page_is_counted_from_one() -> None:
    reading = make_reading(upload=make_upload(page=1, pages=5))
    assert (to_json(reading)["page"], to_json(reading)["pages"]) == (2, 5)
    assert "  Page              2 of 5\n" in to_text(reading)
    assert to_json(make_reading())["page"] == 1
    assert "  Page  " not in to_text(make_reading())


def test_a_class_that_is_withheld_is_not_said() -> None:
    shares = {"Normal": 0.9, "MI": 0.1}
    withheld = make_prediction(withheld="Leads are missing.", probabilities=shares, cnn_probabilities=shares)
    said = to_json(make_reading(prediction=withheld))["prediction"]
    assert (said["label"], said["withheld"], said["network"]) == (None, "Leads are missing.", None)
    assert said["probabilities"] == {"Normal": None, "MI": None}
    text = to_text(make_reading(prediction=withheld))
    assert "Answer            none\n" in text
    assert "Normal" not in text


def test_a_fault_without_a_sentence_is_said_in_general() -> None:
    assert reason_of(errors.EmptyFileError("It is empty.")) == "It is empty."
    assert reason_of(errors.EmptyFileError("")) == reason_of(ZeroDivisionError("division by zero"))
    assert rejected_text("a\x1b.png", errors.EmptyFileError("It is empty.")) == (
        "a\\x1b.png\n  Not read          It is empty.\n"
    )


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def named(part: Any, place: str = "") -> set[str]:
    """Return the path of every key that a schema names."""
    keys: set[str] = set()
    for way in (part, *part.get("anyOf", ()), part.get("items", {})):
        for key, value in way.get("properties", {}).items():
            keys |= {f"{place}/{key}"} | named(value, f"{place}/{key}")
    return keys


def keys_of(value: Any, place: str = "") -> set[str]:
    """Return the path of every key of a JSON value."""
    if isinstance(value, list):
        return set().union(*(keys_of(item, place) for item in value))
    if not isinstance(value, dict) or place in {"/models", "/measurements/reasons"}:
        return set()
    return {f"{place}/{key}" for key in value}.union(*(keys_of(v, f"{place}/{key}") for key, v in value.items()))


def full_reading() -> Reading:
    second = SignalPrediction("MI", {"Normal": 0.1, "MI": 0.7, "PMI": 0.1, "HB": 0.1}, False, "second-1")
    prediction = make_prediction(
        findings=(Finding("rhythm:AFIB", 0.8, False, "The RR intervals are regular."),),
        why_not_normal=("QRS 132 ms (allowed: up to 110 ms).",),
        signal_model=second,
        cnn_probabilities=second.probabilities,
        prediction_set=("Normal",),
        ood_score=0.4,
    )
    warnings = (caution("trace.poor", "V6 was traced poorly."),)
    beats = Beats(("normal",), np.array([True]), np.array([True]), WaveMarks(*np.linspace(0.2, 1.0, 9)[:, None]))
    measurements = make_measurements(beats=beats, pr_ms=240.0)
    models = {"line": "line-1"}
    return make_reading(prediction=prediction, measurements=measurements, warnings=warnings, models=models, **by_hand())


def a_review() -> Review:
    statement = StatementReview("rhythm.pause", "A pause of 2.4 s.", "overruled")
    return Review(ProgramAnswer("Normal", 0.9, "m-1"), "MI", (statement,), (MeasurementReview("qrs_ms", None, 98.0),))


def by_hand() -> dict[str, Any]:
    return {"corrections": Corrections(1, layout="3x4", gain_mm_per_mv=5.0), "found": {"gain_mm_per_mv": 10.0}}


def test_what_was_set_by_hand_stands_beside_what_had_been_found() -> None:
    reading = make_reading(**by_hand())
    assert to_json(reading)["by_hand"] == [
        {"field": "quarter_turns", "set": 1, "found": None},
        {"field": "layout", "set": "3x4", "found": None},
        {"field": "gain_mm_per_mv", "set": 5.0, "found": 10.0},
    ]
    lines = [line.split("Set by hand")[1].strip() for line in to_text(reading).splitlines() if "Set by hand" in line]
    assert lines == ["turned by 90 degrees", "arrangement 3x4", "gain 5 mm/mV (found: 10 mm/mV)"]
    assert to_json(make_reading())["by_hand"] == []


def test_every_answer_is_of_the_published_schema_and_names_no_other_key() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())
    read = to_json(full_reading(), review=a_review())
    rejected = rejected_json("x.gif", errors.UnsupportedTypeError("The picture is a GIF."))
    doubts = (caution("scale.length", "The traces span 8 s."),)
    doubted = to_json(replace(full_reading(), warnings=doubts))  # of such a page nothing is stated
    for row in (read, doubted, rejected, {**read, "signals_csv": "out/page.csv", "exports": {}}):
        jsonschema.validate(row, schema())
        assert keys_of(row) <= named(schema())
    assert named(schema()) - keys_of(read) - keys_of(doubted) == {"/signals_csv", "/exports"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**read, "warnings": ["a sentence"]}, schema())


def test_csv_is_one_common_axis_with_empty_cells() -> None:
    signals = make_ecg().signals.copy()
    signals[0, 3] = -0.0001
    signals[0, 4] = -1.23456
    rows = list(csv.reader(io.StringIO(to_csv(make_ecg(signals=signals)))))
    assert rows[0] == ["time_s", *LEADS]
    assert len(rows) == 5001
    assert all(len(row) == 13 for row in rows)
    assert [rows[1][0], rows[2][0], rows[-1][0]] == ["0.000", "0.002", "9.998"]
    assert (rows[4][1], rows[5][1]) == ("0.000", "-1.235")
    assert rows[1][12] == "1.100"
    assert rows[1250][1] == "0.000"
    assert rows[1251][1] == ""
    assert all(row[2] == "0.100" for row in rows[1:])


def test_csv_has_a_column_for_each_further_lead() -> None:
    v7 = np.full(5000, 0.25, np.float32)
    v7[1] = np.nan
    lines = to_csv(make_ecg(others={"V7": v7})).split("\n")
    assert lines[0].endswith(",V6,V7")
    assert [line.rpartition(",")[2] for line in lines[1:4]] == ["0.250", "", "0.250"]
    assert (len(lines), lines[-1]) == (5002, "")


TEXT = f"""page.png
  Page              2 of 5
  Answer            not sure; closest: Myocardial infarction (MI)
  Probabilities     MI 50.0%   HB 25.0%   Normal 15.0%   PMI 10.0%
  Possible at 90%   MI, HB
  Findings          Atrial fibrillation 80%
  Signal model      says HB (70%); VGG16 (image model) alone: 60% Normal
  Heart rate        72 /min
  RR                833 ms
  PR                not measured: No P wave was found.
  QRS               88 ms
  QT                380 ms
  QTc (Bazett)      416 ms
  QTc (Fridericia)  404 ms
  Frontal axis      not measured: it could not be trusted
  Layout            3x4+1, scale from the grid
  Set by hand       gain 5 mm/mV (found: 10 mm/mV)
  Quality           80%
  Time              2.9 s
  Fault             Leads not found: V6.
  Note              It was reduced to 8 bits.
  {DISCLAIMER}
"""
"""What is said of the reading of the next test, line by line."""


def test_text_is_one_line_for_each_thing_known() -> None:
    second = SignalPrediction("HB", {"Normal": 0.2, "HB": 0.7, "MI": 0.1}, False, "second-1")
    prediction = make_prediction(
        label="MI",
        abstained=True,
        probabilities={"Normal": 0.15, "MI": 0.5, "PMI": 0.1, "HB": 0.25},
        prediction_set=("MI", "HB"),
        findings=(Finding("rhythm:AFIB", 0.8, True), Finding("sub:LVH", 0.1, False)),
        signal_model=second,
        cnn_probabilities={"MI": 0.4, "Normal": 0.6},
    )
    reading = make_reading(
        upload=make_upload(page=1, pages=5),
        prediction=prediction,
        measurements=make_measurements(pr_ms=None, axis_deg=None, missing_reasons={"pr_ms": "No P wave was found."}),
        corrections=Corrections(gain_mm_per_mv=5.0),
        found={"gain_mm_per_mv": 10.0},
        timings_ms={"total": 2948.0},
        warnings=(fault("trace.missing", "Leads not found: V6."), note("file.bits", "It was reduced to 8 bits.")),
    )
    assert to_text(reading) == TEXT


def test_text_says_that_the_signal_model_agrees() -> None:
    second = SignalPrediction("Normal", {"Normal": 0.7, "MI": 0.3}, True, "second-1")
    text = to_text(make_reading(prediction=make_prediction(signal_model=second), timings_ms={}))
    assert "  Signal model      agrees (70%); VGG16 (image model) alone: 90% Normal\n" in text
    assert "  Time              0.0 s\n" in text


def test_text_says_answer_numbers_and_reasons() -> None:
    measurements = make_measurements(pr_ms=None, missing_reasons={"pr_ms": "No P wave was found."})
    text = to_text(make_reading(measurements=measurements, warnings=(fault("trace.missing", "Leads not found: V6."),)))
    assert "Answer            Normal\n" in text
    assert "Normal 90.0%   MI 4.0%" in text
    assert "72 /min" in text
    assert "not measured: No P wave was found." in text
    assert "Fault             Leads not found: V6." in text
    assert "not a medical device" in text
    unsure = make_prediction(label="MI", abstained=True)
    assert "not sure; closest: Myocardial infarction (MI)" in to_text(make_reading(prediction=unsure))


def test_statements_are_given_in_json_and_in_text() -> None:
    reading = make_reading(measurements=make_measurements(pr_ms=240.0))
    given = to_json(reading)["statements"]["given"]
    text = "First degree AV block: PR 240 ms (over 200)."
    assert given == [
        {
            "code": "conduction.first_degree",
            "text": text,
            "values": [{"name": "pr_ms", "value": 240.0}],
            "leads": [],
            "beats": [],
        }
    ]
    assert f"  Statement         {text}" in to_text(reading).splitlines()
    poor = to_text(make_reading(quality=0.3))
    assert any(line.startswith("  Not stated        electrodes, rate, ") for line in poor.splitlines())
    withheld = to_json(make_reading(quality=0.3))["statements"]["withheld"]
    assert {"subject": "QT", "reason": withheld[0]["reason"]} in withheld


def test_statements_follow_the_sex_of_the_patient() -> None:
    reading = make_reading(measurements=make_measurements(qtc_ms=452.0))
    assert "Long QT" in to_text(reading, patient=Patient(sex="male"))
    assert "Long QT" not in to_text(reading, patient=Patient(sex="female"))
    assert to_json(reading, patient=Patient(sex="male"))["statements"]["given"]
