"""A doctor's review: the program's answer, the doctor's and the model stay apart, wherever they are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from heartguard.report import ReportOptions, to_html, to_json, to_note, to_text
from heartguard.review import (
    MeasurementReview,
    ProgramAnswer,
    Review,
    StatementReview,
    accept,
    judged_statements,
    reviewed,
    still_holds,
)
from heartguard.values import Finding
from tests.handmade import make_measurements, make_prediction, make_reading

AT = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
BLOCK, FIBRILLATION = "conduction.first_degree", "rhythm:AFIB"


def reading_with_statements():
    """Return a reading with a first-degree block by rule and atrial fibrillation by the models."""
    findings = (Finding(FIBRILLATION, 0.8, True), Finding("sub:LVH", 0.7, False, "The voltages are low."))
    return make_reading(
        prediction=make_prediction(findings=findings), measurements=make_measurements(pr_ms=240.0, qrs_ms=88.0)
    )


def overruled() -> Review:
    review = reviewed(
        reading_with_statements(),
        "MI",
        wrong={FIBRILLATION},
        measured={"qrs_ms": 124, "pr_ms": 240.3, "sokolow_lyon_mv": 2.5},
        note="  ST in II. ",
        initials=" AB ",
    )
    return replace(review, at=AT)


def test_everything_that_is_shown_is_judged():
    codes = [one.code for one in judged_statements(reading_with_statements())]
    assert BLOCK in codes
    assert FIBRILLATION in codes
    assert "sub:LVH" not in codes, "withdrawn"


def test_accepting_agrees_with_the_class_and_every_statement():
    review = accept(reading_with_statements(), initials="AB")
    assert review.program == ProgramAnswer("Normal", 0.9, "vgg16-0123abcd")
    assert (review.label, review.verdict, review.overrules) == ("Normal", "accepted", False)
    assert {one.verdict for one in review.statements} == {"accepted"}
    assert review.measurements == ()


def test_an_unsure_answer_is_accepted_as_no_class_and_overruled_by_one():
    unsure = make_reading(prediction=make_prediction(abstained=True))
    assert accept(unsure).program == ProgramAnswer(None, None, "vgg16-0123abcd")
    assert accept(unsure).verdict == "accepted"
    assert reviewed(unsure, "Normal").verdict == "overruled"
    withheld = make_reading(prediction=make_prediction(withheld="Only six leads are shown."))
    assert accept(withheld).label is None


def test_what_the_doctor_says_stands_beside_what_was_read():
    review = overruled()
    assert (review.label, review.verdict) == ("MI", "overruled")
    assert [one.code for one in review.overruled_statements] == [FIBRILLATION]
    assert review.measurements == (
        MeasurementReview("qrs_ms", 88.0, 124.0),
        MeasurementReview("sokolow_lyon_mv", None, 2.5),
    ), "240.3 is 240 as it is shown"
    assert (review.note, review.initials) == ("ST in II.", "AB")


def test_a_wrong_statement_or_a_value_alone_overrules_too():
    reading = reading_with_statements()
    for review in (reviewed(reading, "Normal", wrong={BLOCK}), reviewed(reading, "Normal", measured={"qrs_ms": 110})):
        assert (review.verdict, review.overrules) == ("accepted", True)
    with pytest.raises(ValueError, match="not one of Normal, MI"):
        reviewed(reading, "flutter")


def test_a_review_holds_only_for_the_answer_that_was_seen():
    reading = reading_with_statements()
    review = accept(reading)
    assert still_holds(review, reading)
    for changed in (make_prediction(label="MI"), make_prediction(abstained=True), make_prediction(model="other-1")):
        assert not still_holds(review, replace(reading, prediction=changed))


def test_json_keeps_both_answers_and_the_model():
    plain, said = (to_json(reading_with_statements(), review=review) for review in (None, overruled()))
    assert plain["review"] is None
    assert {key: plain[key] for key in plain if key != "review"} == {key: said[key] for key in said if key != "review"}
    review = said["review"]
    assert review["program"] == {"label": "Normal", "probability": 0.9, "model": "vgg16-0123abcd"}
    assert (review["doctor"], review["verdict"], review["at"]) == (
        {"label": "MI"},
        "overruled",
        "2026-03-04T09:30:00+00:00",
    )
    verdicts = {one["code"]: one["verdict"] for one in review["statements"]}
    assert (verdicts[BLOCK], verdicts[FIBRILLATION]) == ("accepted", "overruled")
    assert review["measurements"] == [
        {"field": "qrs_ms", "read": 88.0, "set": 124.0},
        {"field": "sokolow_lyon_mv", "read": None, "set": 2.5},
    ]


def test_text_has_the_answer_and_the_doctors_apart():
    lines = to_text(reading_with_statements(), review=overruled()).splitlines()
    assert "  Answer            Normal" in lines
    assert "  Doctor's answer   Myocardial infarction (overruled, AB, 2026-03-04 09:30 UTC)" in lines
    assert "  Reviewed was      Normal 90 %, by vgg16-0123abcd" in lines
    assert "  Doctor: wrong     Atrial fibrillation" in lines
    assert "  Doctor: measured  qrs_ms 124 (read: 88)" in lines
    assert "  Doctor's note     ST in II." in lines
    assert "Doctor" not in to_text(reading_with_statements())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "Doctor (AB): Myocardial infarction, overruled",
                "The program had answered: Normal, 90 % (model vgg16-0123abcd).",
                "Called wrong: Atrial fibrillation",
                "QRS: 124 by the doctor (read: 88)",
                "Sokolow-Lyon: 2.50 by the doctor (read: not measured)",
                "Note: ST in II.",
                "Reviewed by AB, 4 Mar 2026.",
            ),
        ),
        (
            "de",
            (
                "Ärztlich (AB): Herzinfarkt, abweichend",
                "hatte geantwortet: Normal, 90 % (",
                "Für falsch erklärt: Vorhofflimmern",
                "QRS: 124 ärztlich (gelesen: 88)",
                "Sokolow-Lyon: 2,50 ärztlich (gelesen: nicht gemessen)",
                "Anmerkung: ST in II.",
                "Beurteilt von AB, 04.03.2026.",
            ),
        ),
    ],
)
def test_reports_state_the_review_apart_in_both_languages(language, said):
    options = ReportOptions(language, made_on=date(2026, 3, 4), review=overruled())
    reading = reading_with_statements()
    html, note = to_html(reading, options), to_note(reading, options)
    assert all(line in html and line in note for line in said)
    assert "<h1>Normal, 90 %</h1>" in html, "the program's answer is as it was"
    unconfirmed = {"en": "not confirmed by a doctor", "de": "ärztlich nicht bestätigt"}[language]
    assert unconfirmed not in html + note
    assert unconfirmed in to_note(reading, replace(options, review=None))


def test_the_pdf_has_the_review_on_the_first_sheet_and_whole_on_the_last():
    pytest.importorskip("reportlab")
    from tests.test_printed_report import pdf, text_of

    options = ReportOptions("de", made_on=date(2026, 3, 4), review=overruled())
    sheets = [" ".join(sheet.split()) for sheet in text_of(pdf(reading_with_statements(), options))]
    assert "Ärztlich (AB): Herzinfarkt, abweichend" in sheets[0]
    assert "Für falsch erklärt: Vorhofflimmern" in sheets[-1]
    assert all("die ärztliche Beurteilung steht gesondert" in sheet for sheet in sheets)


def test_a_german_report_names_a_wrong_statement_in_german():
    reading = reading_with_statements()
    review = reviewed(reading, "Normal", wrong={BLOCK})
    note = to_note(reading, ReportOptions("de", review=review))
    assert "Für falsch erklärt: AV-Block" in note
    assert StatementReview(BLOCK, review.overruled_statements[0].text, "overruled") in review.statements
