from __future__ import annotations

from dataclasses import replace

import pytest

from heartguard.contradictions import contradictions
from heartguard.errors import CorrectionError, EmptyFileError, LayoutError, ModelError, NotAnEcgError, TraceError
from heartguard.ui.preprocessing import steps
from heartguard.ui.read.answer import uncertainties
from heartguard.ui.read.cards import measurement_cards, measurement_rows
from heartguard.ui.shared.problems import advice, headline
from heartguard.ui.shared.session import Chosen
from heartguard.ui.shared.words import likelihood, natural_frequency, quality_word, sentence_list
from heartguard.values import Finding
from heartguard.vocabulary import class_name, percent
from heartguard.warning import caution, note
from tests.handmade import make_measurements, make_prediction, make_reading


def cards(**changes):
    return {card.field: card for card in measurement_cards(make_measurements(**changes))}


@pytest.mark.parametrize(
    ("probability", "text"), [(0.0, "< 1 %"), (0.004, "< 1 %"), (0.42, "42 %"), (0.99, "99 %"), (0.9999, "> 99 %")]
)
def test_a_probability_is_never_certainty(probability, text):
    assert percent(probability) == text


def test_words_follow_the_probability():
    assert likelihood(0.97) == "very likely"
    assert likelihood(0.8) == "likely"
    assert likelihood(0.5) == "more likely than not"
    assert "less likely" in likelihood(0.49)
    assert "about 87 " in natural_frequency(0.871)
    assert "about 99 " in natural_frequency(1.0)


def test_class_names_are_written_out():
    assert [class_name(label) for label in ("Normal", "MI", "PMI", "HB")] == [
        "Normal",
        "Myocardial infarction",
        "History of MI",
        "Abnormal heartbeat",
    ]
    assert class_name("LVH") == "LVH"


def test_quality_has_three_words():
    assert [quality_word(value) for value in (0.9, 0.75, 0.6, 0.2)] == ["good", "good", "fair", "poor"]


def test_sentences_are_listed_once_and_empty_ones_left_out():
    assert sentence_list(["A.", "", "B.", "A."]) == "- A.\n- B."


def test_every_measurement_has_a_card_with_its_unit():
    shown = cards()
    assert [card.label for card in shown.values()][:7] == ["Rate", "PR", "QRS", "QT", "QTc", "QTc", "Axis"]
    assert shown["heart_rate_bpm"].value == "72 /min"
    assert shown["heart_rate_bpm"].note == "60–100 · RR 833 ms ± 1 %"
    assert shown["axis_deg"].value == "45°"
    assert all(card.flag == "" for card in shown.values())


@pytest.mark.parametrize(
    ("field", "value", "flag"),
    [
        ("heart_rate_bpm", 59.4, "low"),
        ("heart_rate_bpm", 100.4, ""),
        ("heart_rate_bpm", 101.0, "high"),
        ("pr_ms", 201.0, "high"),
        ("qrs_ms", 110.0, ""),
        ("qrs_ms", 112.0, "high"),
        ("qtc_ms", 360.0, "low"),
        ("qtc_ms", 389.0, ""),
        ("qtc_ms", 449.0, ""),
        ("qtc_ms", 450.0, "high for men"),
        ("qtc_fridericia_ms", 460.0, "high"),
        ("axis_deg", -31.0, "left axis"),
        ("axis_deg", -30.0, ""),
        ("axis_deg", 91.0, "right axis"),
        ("axis_deg", -107.0, "extreme axis"),
    ],
)
def test_values_outside_of_the_published_limits_are_flagged(field, value, flag):
    assert cards(**{field: value})[field].flag == flag


def test_irregular_beats_are_flagged():
    assert cards(rr_variation=0.2)["heart_rate_bpm"].flag == "irregular"
    assert cards(rr_variation=0.1)["heart_rate_bpm"].flag == ""


def test_what_cannot_be_measured_says_why():
    card = cards(pr_ms=None, missing_reasons={"pr_ms": "No P waves."})["pr_ms"]
    assert (card.value, card.note, card.flag, card.drawn) == ("–", "Not measurable. No P waves.", "", "")
    assert "with confidence" in cards(qt_ms=None)["qt_ms"].note


def test_a_negative_axis_has_a_true_minus_sign():
    assert cards(axis_deg=-12.0)["axis_deg"].value == "−12°"


def test_problems_have_a_headline_and_advice_that_fits():
    assert headline(EmptyFileError("")) == "This file cannot be opened"
    assert headline(NotAnEcgError("")) == headline(LayoutError("")) == "This page could not be read"
    assert advice(EmptyFileError("")) == ()
    assert any("photograph" in tip for tip in advice(NotAnEcgError(""), "camera"))
    assert any("page of the document" in tip for tip in advice(TraceError(""), "document"))
    for origin in ("document", "picture"):
        assert not any("photo" in tip or "camera" in tip for tip in advice(NotAnEcgError(""), origin))
    assert "models folder" in advice(ModelError(""))[0]
    assert "arrangement of the leads by hand" in advice(LayoutError(""), "picture")[0]
    assert "four corners" in advice(CorrectionError(""), "camera")[0]


def test_a_normal_answer_that_the_measurements_contradict_is_named():
    wide = make_measurements(qrs_ms=176.0, axis_deg=-41.0)
    said = ("The answer is Normal, but not every measurement is: QRS 176 ms (high), Axis −41° (left axis).",)
    assert contradictions(make_reading(measurements=wide)) == said
    assert contradictions(make_reading(measurements=wide, prediction=make_prediction(label="HB"))) == ()
    unsure = contradictions(make_reading(measurements=wide, prediction=make_prediction(abstained=True)))
    assert unsure[0].startswith("The closest class is Normal, but not every measurement is")
    assert contradictions(make_reading()) == ()


def test_what_the_headline_says_is_not_said_twice():
    said = (
        caution("class.unsure", "The models are not sure."),
        caution("scale.grid", "A warning."),
        note("file.x", "Done."),
    )
    assert uncertainties(make_reading(prediction=make_prediction(abstained=True), warnings=said)) == ("A warning.",)


def test_a_finding_that_does_not_fit_the_answer_is_named():
    found = (
        Finding("sub:IMI", 0.53, present=True),
        Finding("sub:LVH", 0.61, present=True),
        Finding("form:STD", 0.4, present=True),
        Finding("rhythm:SBRAD", 0.9, True),
    )
    assert contradictions(make_reading(prediction=make_prediction(findings=found))) == (
        "The answer is Normal, but a finding does not fit it: Inferior infarction pattern (53 %), "
        "Left ventricular hypertrophy (61 %).",
        "Found by the models, but no measurement shows it: Left ventricular hypertrophy (61 %). Judge the tracing.",
    )
    heartbeat = contradictions(make_reading(prediction=make_prediction(label="HB", findings=found)))
    assert heartbeat == (
        "The answer is Abnormal heartbeat, but a finding does not fit it: Inferior infarction pattern (53 %).",
        "Found by the models, but no measurement shows it: Left ventricular hypertrophy (61 %). Judge the tracing.",
    )
    absent = (Finding("sub:IMI", 0.2, present=False),)
    assert contradictions(make_reading(prediction=make_prediction(findings=absent))) == ()
    unsure = contradictions(make_reading(prediction=make_prediction(abstained=True, findings=found)))
    assert unsure[0].startswith("The closest class is Normal, but a finding does not fit it: Inferior infarction")
    assert contradictions(make_reading(quality=0.3, prediction=make_prediction(findings=found))) == ()


def test_irregular_beats_without_a_rhythm_that_stands_out_are_named():
    irregular = make_measurements(rr_variation=0.2)
    absent = make_prediction(label="HB", findings=(Finding("rhythm:AFIB", 0.12, present=False),))
    assert contradictions(make_reading(measurements=irregular, prediction=absent)) == (
        "The beats are irregular (RR varies by 20 %), yet no rhythm stands out: Atrial fibrillation 12 %.",
    )
    present = make_prediction(label="HB", findings=(Finding("rhythm:AFIB", 0.9, present=True),))
    assert contradictions(make_reading(measurements=irregular, prediction=present)) == (
        "Found by the models, but no measurement shows it: Atrial fibrillation (90 %). Judge the tracing.",
    )


def test_a_statement_that_the_models_do_not_find_is_named():
    blocked = make_measurements(pr_ms=236.0)
    absent = make_prediction(label="HB", findings=(Finding("sub:AVB", 0.12, present=False),))
    assert contradictions(make_reading(measurements=blocked, prediction=absent)) == (
        "Measured, but the models do not find it: AV block (12 %). Judge the tracing.",
    )
    present = make_prediction(label="HB", findings=(Finding("sub:AVB", 0.8, present=True),))
    assert contradictions(make_reading(measurements=blocked, prediction=present)) == ()


def test_the_name_of_a_file_in_a_pdf_fetches_no_picture(monkeypatch):
    text = "The page is one of the file ![x](https://elsewhere.example/x.png), which the PDF carries."
    shown: list[str] = []
    monkeypatch.setattr(steps, "reading_steps", lambda reading: ())
    monkeypatch.setattr(steps.st, "markdown", shown.append)
    reading = make_reading()
    monkeypatch.setattr(steps, "show_ecg", lambda *_args, **_named: None)
    steps.show_steps(Chosen("a.pdf", b"", "upload"), replace(reading, warnings=(note("file.embedded", text),)))
    assert len(shown) == 2
    assert "![x](" not in shown[1]
    assert r"\!\[x\]\(https\://elsewhere.example/x.png\)" in shown[1]


def test_voltages_are_judged_and_shown_by_hundredths():
    shown = cards(sokolow_lyon_mv=3.58, cornell_mv=1.004, r_avl_mv=1.1)
    said = {field: (shown[field].value, shown[field].flag) for field in ("sokolow_lyon_mv", "cornell_mv", "r_avl_mv")}
    assert said == {
        "sokolow_lyon_mv": ("3.58 mV", "high"),
        "cornell_mv": ("1.00 mV", ""),
        "r_avl_mv": ("1.10 mV", ""),
    }


def test_what_a_moved_mark_bounds_says_so():
    rows = measurement_rows(make_measurements(), ["qrs_off"])
    assert [row["field"] for row in rows if row["note"].startswith("mark moved by hand")] == ["qrs_ms"]
    assert {row["field"] for row in rows if not row["more"]} >= {"qtc_hodges_ms", "qtc_framingham_ms", "axis_deg"}
    assert {row["field"] for row in rows if row["more"]} >= {"p_ms", "t_axis_deg", "cornell_mv", "least_rate_bpm"}
