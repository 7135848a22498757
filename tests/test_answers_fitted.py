"""What Normal needs, the two thresholds of statements, and outputs that are kept: on hand-made values."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heartguard.answers import conclude
from heartguard.classify import EnsembleSpec, NormalSpec
from heartguard.classify.findings import reported
from heartguard.classify.signal_model import merge_findings
from heartguard.classify.wave_features import FEATURES
from heartguard.models import shared_models
from heartguard.pipeline import answer
from heartguard.statements import Case, Statements
from heartguard.values import Ecg, Finding
from heartlab.data.answers import write_answers
from heartlab.data.ecg_outputs import kept_outputs, outputs_of
from heartlab.data.kept_answers import conclude_kept, predicted, statement_logits
from heartlab.data.signal_labels import CLASSES
from heartlab.data.truths import Truth, truth_of
from heartlab.evaluate.judged_answers import counts, judged_by
from heartlab.evaluate.statement_scores import score_row
from heartlab.metrics.statement_thresholds import Scored, Thresholds, fit_thresholds
from heartlab.simulate.ecg import simulate_ecg
from heartlab.train.signal import joint_answer, normal_support, statement_trees
from heartlab.train.signal.normal_support import KnownRecords, called_normal, fit_normal, least_support, with_normal
from heartlab.train.signal.signal_model import TOGETHER
from heartlab.train.signal.trees import Trees
from tests.handmade import make_measurements, make_prediction

NORMAL = NormalSpec("Normal", 0.6, {"super:NORM": 1.0, "super:MI": -0.5}, -0.5, 0.7)
PATIENTS = [str(number) for number in range(1000)]


@pytest.fixture(scope="module")
def ecg() -> Ecg:
    return Ecg(simulate_ecg().signals, np.ones(12, np.float32), "II")


def test_support_is_a_logistic_sum_and_objects_with_value_and_limit() -> None:
    said = {"super:NORM": 1.5, "super:MI": 2.0, "super:CD": 9.0}
    assert NORMAL.support(said) == pytest.approx(0.5)
    (reason,) = NORMAL.objection(said)
    assert "50 % (allowed: from 70 %)" in reason
    assert NORMAL.objection({**said, "super:MI": -2.0}) == ()


def test_only_normal_has_a_threshold_of_its_own() -> None:
    joint = EnsembleSpec("abc", 1.0, 0.8, 0.9, {}, normal=NORMAL)
    assert [joint.threshold_of(label) for label in ("Normal", "HB")] == [0.6, 0.8]
    assert replace(joint, normal=None).threshold_of("Normal") == 0.8


def test_what_the_models_have_against_normal_comes_before_what_was_measured(ecg: Ecg) -> None:
    prediction = replace(make_prediction(), abstained=True, why_not_normal=("Little support.",))
    found = conclude(prediction, Case(make_measurements(heart_rate_bpm=130.0), ecg), Statements())
    assert found.why_not_normal == ("Little support.", "Rate 130/min (allowed: 50 to 110/min).")
    other = conclude(replace(prediction, label="HB"), Case(make_measurements(), ecg), Statements())
    assert other.why_not_normal == ()


def test_a_finding_that_is_not_present_may_be_too_probable_to_be_excluded() -> None:
    shares = {"sub:LVH": 0.9, "sub:AMI": 0.2, "sub:IMI": 0.05}
    thresholds, exclusions = dict.fromkeys(shares, 0.5), {"sub:LVH": 0.1, "sub:AMI": 0.1}
    found = {one.scp_code: (one.present, one.possible) for one in reported(shares, thresholds, exclusions)}
    assert found == {"sub:LVH": (True, False), "sub:AMI": (False, True), "sub:IMI": (False, False)}


def test_kept_outputs_give_the_answer_that_the_ecg_gets(ecg: Ecg, tmp_path) -> None:
    models, path = shared_models(), tmp_path / "kept.jsonl"
    (first,) = kept_outputs(path, ["one"], lambda _: ecg, models)
    (again,) = kept_outputs(path, ["one"], lambda name: pytest.fail(f"{name} was worked out again"), models)
    assert again == first
    found, whole = predicted(again, models), answer(ecg, models)
    assert found.probabilities == pytest.approx(whole.probabilities, abs=1e-4)
    assert (found.label, found.abstained, found.prediction_set) == (whole.label, whole.abstained, whole.prediction_set)
    assert [f.scp_code for f in found.findings] == [f.scp_code for f in whole.findings]
    assert json.loads(path.read_text())["name"] == "one"


def test_the_joint_logit_of_a_statement_weighs_both_models(ecg: Ecg) -> None:
    outputs = replace(
        outputs_of("one", ecg, shared_models()), drawing_statements=[1.0, 0.0], signal_statements=[3.0, -2.0]
    )
    models = with_normal(shared_models(), None)
    assert models.signal.spec.joint is not None
    joint = replace(models.signal.spec.joint, finding_share=0.75)
    signal = replace(models.signal, spec=replace(models.signal.spec, joint=joint), statement_forest=None)
    assert statement_logits(outputs, replace(models, signal=signal)).tolist() == [2.5, -1.5]


def test_kept_statements_forbid_normal_as_those_of_the_ecg_do(ecg: Ecg) -> None:
    models = shared_models()
    outputs = replace(outputs_of("one", ecg, models), stated=[("rhythm.pause", "A pause of 3 s.", ["pause_s"])])
    found = conclude_kept(make_prediction(), outputs)
    assert found.why_not_normal[0] == "A pause of 3 s."


def test_statements_have_two_thresholds_and_too_few_cases_set_but_one() -> None:
    scores = np.arange(1000.0)
    mixed = fit_thresholds(Scored(scores, scores % 4 == 0, PATIENTS))
    assert (mixed.present, mixed.excluded) == (pytest.approx(979, abs=1), pytest.approx(49.8))
    apart = fit_thresholds(Scored(scores, scores >= 800, PATIENTS))
    assert apart.present == apart.excluded == pytest.approx(809.95)
    few = fit_thresholds(Scored(scores, scores >= 995, PATIENTS))
    assert (few.present, few.excluded) == (pytest.approx(974.12), None)


def test_figures_of_a_statement_are_counted_at_both_thresholds() -> None:
    scores = np.arange(100.0)
    row = score_row(Scored(scores, scores >= 75, PATIENTS[:100]), Thresholds(90.0, 50.0))
    assert (row["positives"], row["auroc"], row["low"]) == (25, 1.0, 1.0)
    assert row["sensitivity, given"].endswith("10 of 25)")
    assert row["specificity, not excluded"].endswith("50 of 75)")
    few = score_row(
        Scored(np.array([np.nan, 1.0, 2.0]), np.array([False, False, True]), PATIENTS[:3]), Thresholds(None, None)
    )
    assert (few["auroc"], few["sensitivity, given"]) == (None, "")


def test_a_score_that_is_not_known_is_the_least() -> None:
    assert Scored(np.array([3.0, np.nan, 1.0]), np.zeros(3, bool), PATIENTS[:3]).known.tolist() == [3.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("labels", "broad", "classes"),
    [
        ("super=MI | sub=IMI | form= | rhythm=SR", "MI_unknown", {"MI", "PMI"}),
        ("super=MI;CD | sub=IMI;CRBBB | form= | rhythm=SR", "MI_old", {"PMI", "HB"}),
        ("super=STTC | sub=ISC | form= | rhythm=SR", "other_abnormal", {"MI", "PMI", "HB"}),
        ("super=NORM | sub=NORM | form= | rhythm=SR", "normal", {"Normal"}),
        ("super= | sub= | form= | rhythm=", "unlabelled_diag", set()),
    ],
)
def test_right_classes_of_a_record(labels: str, broad: str, classes: set[str]) -> None:
    assert truth_of({"labels": labels, "broad": broad}).classes == classes


def test_answers_are_right_where_their_class_is_one_of_those() -> None:
    old = Truth(infarction=True, normal=False, classes=frozenset({"MI", "PMI"}))
    answers = [replace(make_prediction(), label=label) for label in ("PMI", "HB", "Normal")]
    rows = {row["measure"]: row for row in counts("x", [judged_by(old, one) for one in answers])}
    assert (rows["answers that are right"]["count"], rows["answers that are right"]["of"]) == (1, 3)


def test_infarctions_bound_the_least_support() -> None:
    support = np.linspace(0, 1, 101)
    normal = support > 0.4
    assert least_support(support, np.ones(101, bool), normal, ~normal) == pytest.approx(0.39)
    assert least_support(support, np.zeros(101, bool), normal, ~normal) == 1.0


def test_support_is_learned_from_the_statements_and_withholds_normal(ecg: Ecg, monkeypatch) -> None:
    models, rng = shared_models(), np.random.default_rng(3)
    names = models.signal.spec.statements
    base = outputs_of("one", ecg, models)
    outputs, truths = [], []
    for number in range(60):
        normal = number % 2 == 0
        logits = rng.normal(0, 0.3, len(names))
        logits[names.index("super:NORM")] += 2.0 if normal else -2.0
        outputs.append(replace(base, name=str(number), signal_statements=logits.tolist()))
        truths.append(Truth(infarction=not normal, normal=normal))
    records = KnownRecords(outputs, truths, np.array([str(number) for number in range(60)]))
    monkeypatch.setattr(normal_support, "predicted", lambda one, models: _always_normal(one, models))
    found = fit_normal(records, with_normal(models, None))
    assert found.weights["super:NORM"] > max(abs(found.weights[name]) for name in normal_support.SUPPORTING[1:])
    assert (found.label, found.threshold) == ("Normal", 0.0)
    said = called_normal(records, with_normal(models, found))
    assert (said == records.normal).mean() > 0.95


def _always_normal(outputs, models):
    said = dict(zip(models.signal.spec.statements, outputs.signal_statements, strict=True))
    against = models.signal.spec.joint.normal.objection(said)
    return replace(make_prediction(), abstained=bool(against), why_not_normal=against)


def test_normal_is_named_from_where_it_is_right_often_enough(tmp_path, monkeypatch) -> None:
    labels = ["Normal"] * 19 + ["HB", "HB", "Normal"]
    logits = np.zeros((len(labels), 4), np.float32)
    logits[:, 0] = [*np.linspace(6, 4, 20), 3.0, 0.5]  # the twentieth is wrong, and the one after it
    pages = pd.DataFrame({"page_id": [f"p{k}" for k in range(len(labels))], "layout": "3x4", "filter_hz": "0.67-25"})
    table = pages[["page_id"]].assign(fold=0, label=labels)
    named = {f"logit_{name}": logits[:, k] for k, name in enumerate(CLASSES)}
    write_answers(table.assign(**named), tmp_path, TOGETHER)
    monkeypatch.setattr(joint_answer, "load_pages", lambda: pages)
    joint = EnsembleSpec("abc", 1.0, 0.8, 0.9, {})
    shares = np.exp(4.0) / (np.exp(4.0) + 3)
    assert joint_answer.normal_threshold(tmp_path, joint) == pytest.approx(shares, abs=1e-4)


def test_reported_statements_get_thresholds_from_the_records(ecg: Ecg) -> None:
    spec = shared_models().signal.spec
    assert spec.joint is not None
    base = outputs_of("one", ecg, shared_models())
    said = [frozenset({"sub:LVH"}) if number >= 160 else frozenset() for number in range(200)]
    truths = [Truth(infarction=False, normal=True, statements=one) for one in said]
    logits = np.zeros((200, len(spec.statements)))
    logits[:, spec.statements.index("sub:LVH")] = np.arange(200) / 100
    records = KnownRecords([base] * 200, truths, np.array(PATIENTS[:200]))
    joint = replace(spec.joint, finding_thresholds={"sub:LVH": 0.5})
    found = joint_answer.with_statements(replace(spec, joint=joint), records, logits)
    given = excluded = 1 / (1 + np.exp(-1.6195))  # 95 % of the cases reach it, and none of the others
    assert found.finding_thresholds == pytest.approx({"sub:LVH": given}, abs=1e-4)
    assert found.finding_exclusions == pytest.approx({"sub:LVH": excluded}, abs=1e-4)


def test_trees_of_statements_are_grown_and_stored_as_xgboost_answers(tmp_path, monkeypatch, ecg: Ecg) -> None:
    pytest.importorskip("xgboost")
    rng = np.random.default_rng(1)
    waves = rng.normal(size=(120, len(FEATURES))).astype(np.float32)
    waves[rng.random(waves.shape) < 0.1] = np.nan
    said = np.nan_to_num(waves[:, 3]) > 0.5
    labels = ["rhythm=AFIB" if one else "rhythm=SR" for one in said]
    index = pd.DataFrame({"source": "PTB-XL", "record_id": PATIENTS[:120], "labels": labels})
    monkeypatch.setattr(statement_trees, "open_signals", lambda: index)
    monkeypatch.setattr(statement_trees, "WAVE_STATEMENTS", ("rhythm:AFIB",))
    np.save(tmp_path / "waves-records.npy", waves)
    base = outputs_of("one", ecg, shared_models())
    outputs = [replace(base, waves=row.tolist()) for row in waves]
    truths = [truth_of({"labels": one, "broad": "normal"}) for one in labels]
    forest, by_fold = statement_trees.grow(tmp_path, KnownRecords(outputs, truths, np.array(PATIENTS[:120])))
    trees = Trees(statement_trees.RECIPE).fit(np.vstack([waves, waves]), np.r_[said, said].astype(np.int64))
    logits = np.array([forest.logits(row)[0] for row in waves])
    np.testing.assert_allclose(logits, trees.margins(waves), atol=1e-4)
    assert by_fold.shape == (120, 1)
    assert ((by_fold[:, 0] > 0) == said).mean() > 0.9


def test_statements_of_trees_replace_those_of_the_networks() -> None:
    joint = EnsembleSpec("abc", 1.0, 0.5, 0.9, {}, {"rhythm:AFIB": 0.6, "sub:LVH": 0.6}, finding_share=0.5)
    findings = (Finding("rhythm:AFIB", 0.5, False), Finding("sub:LVH", 0.5, False))
    found = merge_findings(findings, {"rhythm:AFIB": 2.0, "sub:LVH": 2.0}, joint, ("rhythm:AFIB",))
    assert [round(one.probability, 3) for one in found] == [0.881, 0.731]
