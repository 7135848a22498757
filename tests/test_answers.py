"""Normal is earned, refuted findings are withdrawn, and rules and models state one thing once: on hand-made values."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import heartguard
from heartguard.answers import (
    LOOKED_FOR,
    NORMAL_LIMITS,
    NOT_LOOKED_FOR,
    conclude,
    joint_statements,
    no_sign_of_infarction,
    why_not_normal,
    without_refuted,
)
from heartguard.leads import LEAD_INDEX, LEADS
from heartguard.statements import Case, Statement, Statements, state
from heartguard.values import Ecg, Finding, LeadWaves, Measurements, Prediction
from heartguard.vocabulary import FINDING_NAMES
from heartguard.warning_rules import NOT_NORMAL, warnings_on
from heartlab.data.judged_answers import JudgedAnswer, counts, judged_by
from heartlab.data.truths import Truth, truth_of
from tests.handmade import make_measurements, make_page, make_prediction

WHOLE = Ecg(np.zeros((12, 5000), np.float32), np.ones(12, np.float32))
UPRIGHT = LeadWaves(r_mv=1.0, s_mv=-0.2, t_mv=0.3, j_mv=0.0, st60_mv=0.0, st80_mv=0.0)
NOTHING = Statements()


def case(ecg: Ecg = WHOLE, **measured: Any) -> Case:
    return Case(make_measurements(**measured), ecg)


def without(*leads: str) -> Ecg:
    signals = WHOLE.signals.copy()
    signals[[LEAD_INDEX[lead] for lead in leads]] = np.nan
    return replace(WHOLE, signals=signals)


def concluded(prediction: Prediction, of: Case, stated: Statements = NOTHING) -> Prediction:
    return conclude(prediction, of, stated)


def test_an_ecg_without_any_reason_against_it_is_normal() -> None:
    assert why_not_normal((), case(), NOTHING) == ()
    answer = concluded(make_prediction(), case())
    assert (answer.label, answer.abstained, answer.why_not_normal) == ("Normal", False, ())


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("heart_rate_bpm", 49.4, "Rate 49/min (allowed: 50 to 110/min)."),
        ("heart_rate_bpm", 49.6, None),
        ("heart_rate_bpm", 110.4, None),
        ("heart_rate_bpm", 110.6, "Rate 111/min (allowed: 50 to 110/min)."),
        ("pr_ms", 109.0, "PR 109 ms (allowed: 110 to 210 ms)."),
        ("pr_ms", 110.0, None),
        ("pr_ms", 210.4, None),
        ("pr_ms", 211.0, "PR 211 ms (allowed: 110 to 210 ms)."),
        ("pr_ms", None, None),
        ("qrs_ms", 120.0, None),
        ("qrs_ms", 121.0, "QRS 121 ms (allowed: up to 120 ms)."),
        ("heart_rate_bpm", None, "No beats were found, or only one, so that the rate is not known."),
    ],
)
def test_each_limit_and_both_of_its_sides(field: str, value: float | None, reason: str | None) -> None:
    found = why_not_normal((), case(**{field: value}), NOTHING)
    assert found == (() if reason is None else (reason,))


def test_every_limit_has_a_source_and_a_measurement() -> None:
    assert [entry.field for entry in NORMAL_LIMITS] == ["heart_rate_bpm", "pr_ms", "qrs_ms"]
    assert all(entry.source for entry in NORMAL_LIMITS)
    assert all(entry.field in Measurements.__dataclass_fields__ for entry in NORMAL_LIMITS)


def test_a_missing_lead_is_named() -> None:
    assert why_not_normal((), case(without("V5")), NOTHING) == ("A lead is missing: V5.",)
    assert why_not_normal((), case(without("III", "V6")), NOTHING) == ("Leads are missing: III, V6.",)


def test_a_statement_of_the_rules_does_not_allow_it() -> None:
    left = Statement("axis.left", "Left axis deviation: -42 degrees (normal from -30 to 90).", {"axis_deg": -42.0})
    assert why_not_normal((), case(), Statements((left,))) == (left.text,)


@pytest.mark.parametrize(
    ("code", "measured", "reasons"),
    [
        ("rate.fast", {"heart_rate_bpm": 104.0}, ()),
        ("rate.fast", {"heart_rate_bpm": 120.0}, ("Rate 120/min (allowed: 50 to 110/min).",)),
        ("conduction.first_degree", {"pr_ms": 206.0}, ()),
        ("conduction.first_degree", {"pr_ms": 240.0}, ("PR 240 ms (allowed: 110 to 210 ms).",)),
        ("conduction.ivcd", {"qrs_ms": 116.0}, ()),
        ("conduction.ivcd", {"qrs_ms": 130.0}, ("QRS 130 ms (allowed: up to 120 ms).",)),
        ("conduction.rbbb", {"qrs_ms": 120.0}, ("Said.",)),
        ("conduction.incomplete_rbbb", {"qrs_ms": 114.0}, ()),
        ("ectopy.supraventricular", {}, ()),
        ("ectopy.ventricular", {}, ("Said.",)),
        ("voltage.low_limbs", {}, ()),
        ("voltage.lvh", {}, ("Said.",)),
        ("recording.lead_off", {}, ("Said.",)),
    ],
)
def test_some_statements_are_judged_by_their_number_or_are_minor(
    code: str, measured: dict[str, Any], reasons: tuple[str, ...]
) -> None:
    assert why_not_normal((), case(**measured), Statements((Statement(code, "Said."),))) == reasons


def test_an_interval_that_a_statement_names_is_not_named_twice() -> None:
    block = Statement("conduction.lbbb", "Left bundle branch block: QRS 142 ms.", {"qrs_ms": 142.0})
    assert why_not_normal((), case(qrs_ms=142.0), Statements((block,))) == (block.text,)


def test_a_finding_that_is_present_does_not_allow_it() -> None:
    found = (Finding("sub:IMI", 0.41, present=True), Finding("sub:LVH", 0.2, present=False))
    assert why_not_normal(found, case(), NOTHING) == ("The models find: Inferior infarction pattern (41 %).",)


def test_an_answer_that_is_not_allowed_keeps_its_label_and_abstains() -> None:
    answer = concluded(make_prediction(findings=(Finding("sub:IMI", 0.41, present=True),)), case(qrs_ms=132.0))
    assert (answer.label, answer.abstained) == ("Normal", True)
    assert answer.why_not_normal == (
        "QRS 132 ms (allowed: up to 120 ms).",
        "The models find: Inferior infarction pattern (41 %).",
    )
    assert answer.probabilities == make_prediction().probabilities


def test_the_warning_names_the_reasons_and_no_other_says_that_the_models_are_unsure() -> None:
    answer = concluded(make_prediction(), case(qrs_ms=132.0))
    page = make_page()
    said = warnings_on(page.upload, page, WHOLE, make_measurements(qrs_ms=132.0), answer, 0.9)
    texts = {warning.code: warning.text for warning in said}
    assert texts[NOT_NORMAL] == (
        "The models' best answer, Normal (90%), is not given: QRS 132 ms (allowed: up to 120 ms)."
    )
    assert "class.unsure" not in texts


@pytest.mark.parametrize("label", ["MI", "PMI", "HB"])
def test_other_classes_are_not_asked(label: str) -> None:
    answer = concluded(make_prediction(label=label), case(without("V5"), qrs_ms=132.0))
    assert (answer.abstained, answer.why_not_normal) == (False, ())


@pytest.mark.parametrize("changes", [{"withheld": "Three leads are shown."}, {"ood_score": 1.2}])
def test_what_gets_no_class_is_left_as_it_is(changes: dict[str, Any]) -> None:
    prediction = make_prediction(findings=(Finding("rhythm:AFIB", 0.7, present=True),), **changes)
    assert concluded(prediction, case(qrs_ms=132.0)) is prediction


@pytest.mark.parametrize(
    ("code", "measured", "reason"),
    [
        ("rhythm:AFIB", {"rr_variation": 0.039}, "The RR intervals vary by 3.9 %"),
        ("rhythm:AFIB", {"rr_variation": 0.04}, None),
        ("rhythm:AFIB", {"rr_variation": None}, None),
        ("rhythm:SBRAD", {"heart_rate_bpm": 60.2}, "The rate is 60/min: bradycardia is below 60/min."),
        ("rhythm:SBRAD", {"heart_rate_bpm": 59.4}, None),
        ("rhythm:STACH", {"heart_rate_bpm": 100.4}, "The rate is 100/min: tachycardia is over 100/min."),
        ("rhythm:STACH", {"heart_rate_bpm": 101.0}, None),
        ("rhythm:STACH", {"heart_rate_bpm": None}, None),
        ("sub:LVH", {"rr_variation": 0.0, "heart_rate_bpm": 60.0}, None),
    ],
)
def test_a_finding_that_the_rhythm_refutes_is_withdrawn(
    code: str, measured: dict[str, Any], reason: str | None
) -> None:
    (found,) = without_refuted((Finding(code, 0.7, present=True),), make_measurements(**measured))
    assert found.present == (reason is None)
    assert (found.withdrawn or "").startswith(reason or "")
    assert (found.withdrawn is None) == (reason is None)
    (absent,) = without_refuted((Finding(code, 0.1, present=False),), make_measurements(**measured))
    assert absent.withdrawn is None


def test_a_withdrawn_finding_does_not_forbid_normal() -> None:
    fibrillates = (Finding("rhythm:AFIB", 0.7, present=True),)
    regular = concluded(make_prediction(findings=fibrillates), case(rr_variation=0.012))
    assert not regular.abstained
    irregular = concluded(make_prediction(findings=fibrillates), case(rr_variation=0.12))
    assert irregular.why_not_normal == ("The models find: Atrial fibrillation (70 %).",)


def test_rule_and_models_state_one_thing_once() -> None:
    stated = Statements((Statement("conduction.first_degree", "PR 240 ms."), Statement("axis.left", "Axis -42.")))
    findings = (
        Finding("sub:AVB", 0.6, present=True),
        Finding("sub:LVH", 0.5, present=True),
        Finding("rhythm:AFIB", 0.7, present=False, withdrawn="Regular."),
        Finding("sub:CLBBB", 0.1, present=False),
    )
    found = [(s.code, s.probability, s.found_by, s.withdrawn) for s in joint_statements(findings, stated)]
    assert found == [
        ("conduction.first_degree", 0.6, "both", None),
        ("axis.left", None, "rule", None),
        ("sub:LVH", 0.5, "models", None),
        ("rhythm:AFIB", 0.7, "models", "Regular."),
    ]
    silent = joint_statements((Finding("sub:AVB", 0.1, present=False),), stated)
    assert (silent[0].probability, silent[0].found_by) == (0.1, "rule")


def infarction(leads: dict[str, LeadWaves], **changes: Any) -> str | None:
    measured = make_measurements(leads=dict.fromkeys(LEADS, UPRIGHT) | leads, **changes)
    of = Case(measured, WHOLE)
    return no_sign_of_infarction(make_prediction(label="MI"), of, state(of))


def test_an_infarction_without_any_sign_says_so() -> None:
    said = infarction({})
    assert said is not None
    assert "Myocardial infarction" in said
    inverted, q_wave = replace(UPRIGHT, t_mv=-0.2), replace(UPRIGHT, q_mv=-0.3, q_ms=40)
    assert infarction({"V4": inverted}) is not None  # no neighbour shows it
    assert infarction({"V4": inverted, "V5": inverted}) is None
    assert infarction({"II": q_wave, "aVF": q_wave}) is None
    raised = replace(UPRIGHT, j_mv=0.3, st60_mv=0.3, st80_mv=0.3)
    assert infarction({"V4": raised, "V5": raised}) is None
    assert infarction({}, qrs_ms=124.0) is None  # ST and T follow from the wide complex


def test_an_infarction_among_the_findings_is_asked_too_and_no_other_answer() -> None:
    measured = make_measurements(leads=dict.fromkeys(LEADS, UPRIGHT))
    of = Case(measured, WHOLE)
    found = make_prediction(label="HB", findings=(Finding("sub:AMI", 0.6, present=True),))
    assert "Anterior infarction pattern" in (no_sign_of_infarction(found, of, NOTHING) or "")
    assert no_sign_of_infarction(make_prediction(label="HB"), of, NOTHING) is None
    doubted = Statements(withheld={"ST segment": "The gain was assumed."})
    assert no_sign_of_infarction(found, of, doubted) is None


def test_everything_that_rules_or_models_state_is_listed_once_as_looked_for() -> None:
    findings = [code for subject in LOOKED_FOR for code in subject.findings]
    assert sorted(findings) == sorted(FINDING_NAMES)
    listed = [code for subject in LOOKED_FOR for code in subject.statements]
    assert len(set(listed)) == len(listed)
    rules = Path(heartguard.__file__).parent / "statements"
    text = "".join(path.read_text(encoding="utf-8") for path in rules.glob("*_rules.py"))
    families = "rate|rhythm|ectopy|pacing|conduction|axis|repolarisation|st|infarction|voltage|recording"
    literal = set(re.findall(rf'"((?:{families})\.[a-z_]+)"', text))
    made = {"conduction.rbbb", "conduction.incomplete_rbbb", "voltage.low_limbs", "voltage.low_chest"}
    assert {*literal, *made, "ectopy.ventricular", "ectopy.supraventricular"} == set(listed)
    assert not {subject.name.lower() for subject in LOOKED_FOR} & set(NOT_LOOKED_FOR)
    assert LOOKED_FOR[2].by == "models and rule"


def test_the_benchmark_counts_before_and_after() -> None:
    truths = [Truth(infarction=True, normal=False), Truth(infarction=False, normal=True)]
    wide = judged_by(truths[0], make_prediction(), make_measurements(qrs_ms=132.0))
    plain = judged_by(truths[1], make_prediction(), make_measurements())
    rows = {(row["measure"], row["when"]): row for row in counts("a set", [wide, plain])}
    called = "infarctions called Normal"
    assert [(rows[called, when]["count"], rows[called, when]["of"]) for when in ("before", "after")] == [(1, 1), (0, 1)]
    said = "Normal said of plain normal"
    assert [(rows[said, when]["count"], rows[said, when]["of"]) for when in ("before", "after")] == [(1, 2), (1, 1)]
    assert rows["answered", "after"]["percent"] == 50.0
    assert (rows["Normal withdrawn", "after"]["count"], rows["Normal withdrawn", "after"]["of"]) == (1, 2)
    assert rows["Normal withdrawn, though plain normal or minor deviations", "after"]["count"] == 0
    assert ("atrial fibrillation found", "after") not in rows  # no findings were looked for
    assert isinstance(wide, JudgedAnswer)


def test_the_truth_of_a_record_comes_from_its_statements() -> None:
    fibrillates = truth_of({"broad": "arrhythmia_conduction_hyp", "labels": "super= | rhythm=AFIB"})
    assert (fibrillates.fibrillation, fibrillates.minor) == (True, False)
    assert truth_of({"broad": "MI_old", "labels": "super=MI | sub=IMI | rhythm=SR"}).infarction
    sinus = truth_of({"broad": "arrhythmia_conduction_hyp", "labels": "super=NORM | sub=NORM | rhythm=SARRH"})
    assert (sinus.normal, sinus.minor) == (False, True)
