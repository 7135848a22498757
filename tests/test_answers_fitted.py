"""Answers to ECGs unlike the clinic's, the two thresholds of statements, and kept outputs: on hand-made values."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heartguard.classify import LIKENESS, ElsewhereSpec, EnsembleSpec, NormalSpec, probabilities
from heartguard.classify.elsewhere import answer_elsewhere
from heartguard.classify.findings import reported
from heartguard.classify.forest import Forest
from heartguard.classify.signal_model import merge_findings
from heartguard.classify.wave_features import FEATURES
from heartguard.models import shared_models
from heartguard.pipeline import answer
from heartguard.values import Ecg, Finding
from heartguard.warning_rules import warnings_on
from heartlab.benchmarks.sources import source_row, without_statements
from heartlab.data.answers import write_answers
from heartlab.data.ecg_outputs import kept_outputs, outputs_of
from heartlab.data.judged_answers import counts, judged_by
from heartlab.data.kept_answers import conclude_kept, predicted, statement_logits
from heartlab.data.signal_labels import CLASSES
from heartlab.data.truths import Truth, truth_of
from heartlab.evaluate.proportions import share
from heartlab.evaluate.statement_scores import score_row
from heartlab.metrics.statement_thresholds import Scored, Thresholds, fit_thresholds
from heartlab.simulate.ecg import simulate_ecg
from heartlab.train.signal import joint_answer, statement_trees
from heartlab.train.signal.elsewhere import fit_classes, fit_elsewhere
from heartlab.train.signal.known_records import KnownRecords
from heartlab.train.signal.likeness import Likeness, grow_likeness
from heartlab.train.signal.signal_model import TOGETHER
from heartlab.train.signal.trees import Trees
from tests.handmade import make_prediction, make_reading

NORMAL = NormalSpec("Normal", 0.6)
HEAD = {"super:NORM": (2.0, -1.0, -1.0, -1.0), "super:MI": (-1.0, 2.0, 0.0, 0.0)}
ELSEWHERE = ElsewhereSpec(
    HEAD, (0.0, 0.0, -1.0, 0.0), most_alike=-3.0, threshold=0.6, set_threshold=0.25, set_level=0.9
)
PATIENTS = [str(number) for number in range(1000)]


@pytest.fixture(scope="module")
def ecg() -> Ecg:
    return Ecg(simulate_ecg().signals, np.ones(12, np.float32), "II")


def said(normal: float, infarction: float, alike: float = -4.0) -> dict[str, float]:
    """Return logits of statements of an ECG, by default of one unlike the clinic's."""
    return {"super:NORM": normal, "super:MI": infarction, LIKENESS: alike}


def test_the_statements_answer_where_the_ensemble_is_unsure_and_the_ecg_is_unlike_the_clinics() -> None:
    unsure = replace(make_prediction(), abstained=True)
    found = answer_elsewhere(unsure, said(-1.0, 2.0), ELSEWHERE, "Normal")
    logits = np.array([-4.0, 5.0, 0.0, 1.0])  # by hand: -2 - 2; 1 + 4; 1 + 0 - 1; 1 + 0
    assert list(found.probabilities.values()) == pytest.approx(list(np.exp(logits) / np.exp(logits).sum()))
    assert (found.label, found.abstained, found.prediction_set, found.coverage) == ("MI", False, ("MI",), 0.9)
    assert "unlike those of the clinic" in (found.elsewhere or "")
    assert answer_elsewhere(unsure, said(-1.0, 2.0, alike=-2.9), ELSEWHERE, "Normal") is unsure


def test_the_statements_name_no_infarction_an_old_one() -> None:
    old = replace(ELSEWHERE, weights={**HEAD, "super:MI": (-1.0, 0.0, 2.0, 0.0)}, bias=(0.0, 0.0, 0.0, 0.0))
    found = answer_elsewhere(make_prediction(), said(-1.0, 2.0), old, "Normal")
    assert (found.label, found.abstained) == ("PMI", True)
    assert found.probabilities["PMI"] > ELSEWHERE.threshold
    reading = make_reading(prediction=found)
    said_of = warnings_on(reading.upload, reading.page, reading.ecg, reading.measurements, found, reading.quality)
    assert found.not_named in [one.text for one in said_of if one.code == "class.unsure"]


def test_the_statements_may_be_unsure_too() -> None:
    found = answer_elsewhere(replace(make_prediction(), abstained=True), said(0.1, 0.0), ELSEWHERE, "Normal")
    assert (found.label, found.abstained) == ("Normal", True)
    assert found.probabilities["Normal"] == pytest.approx(np.exp(0.2) / (np.exp(0.2) + 2 * np.exp(-0.1) + np.exp(-1.1)))
    assert found.prediction_set == ("Normal", "MI", "HB")  # 0.35, 0.26, 0.26; PMI has 0.10


def test_a_sure_answer_stays_unless_it_is_normal_by_one_model_alone() -> None:
    block = replace(make_prediction(), label="HB")
    assert answer_elsewhere(block, said(3.0, -2.0), ELSEWHERE, "Normal") is block
    normal = make_prediction()
    assert answer_elsewhere(normal, said(1.0, 0.0), ELSEWHERE, "Normal") is normal
    other = answer_elsewhere(normal, said(-1.0, 2.0), ELSEWHERE, "Normal")
    assert (other.label, other.abstained) == ("MI", False)


def test_the_signal_model_asks_the_statements_where_the_ensemble_is_unsure(ecg: Ecg) -> None:
    models = shared_models()
    spec = models.signal.spec
    assert spec.joint is not None
    joint = replace(spec.joint, abstention_threshold=1.1, normal=None, elsewhere=ELSEWHERE)
    unsure = replace(models, signal=replace(models.signal, spec=replace(spec, joint=joint)))
    outputs = outputs_of("one", ecg, models)
    logits = {**dict.fromkeys(spec.statements, 0.0), **said(-1.0, 2.0)}
    found = predicted(outputs, unsure, logits)
    assert (found.label, found.abstained) == ("MI", False)
    assert predicted(outputs, without_statements(unsure), logits).abstained
    assert predicted(outputs, unsure, {**logits, LIKENESS: 4.0}).elsewhere is None


def test_figures_of_a_source_are_counted_for_both_ways_to_answer() -> None:
    truths = [Truth(infarction=True, normal=False, classes=frozenset({"MI", "PMI"}))] * 2
    normal, unsure = make_prediction(), replace(make_prediction(), abstained=True)
    other = replace(make_prediction(), label="PMI", elsewhere="Unlike.")
    row = source_row("x", truths, [normal, unsure], [normal, other])
    assert (row["source"], row["ECGs"], row["classes by the statements"]) == ("x", 2, share(1, 2))
    assert (row["answered, ensemble alone"], row["right, ensemble alone"]) == (share(1, 2), share(0, 1))
    assert (row["answered, as answered"], row["right, as answered"]) == (share(2, 2), share(1, 2))
    assert row["infarctions called Normal, as answered"] == share(1, 2)


@pytest.mark.parametrize(("infarction", "severity"), [(2.0, "caution"), (-4.0, "note")])
def test_a_reading_says_that_its_class_rests_on_the_statements(infarction: float, severity: str) -> None:
    unsure = replace(make_prediction(), abstained=True)
    reading = make_reading(prediction=answer_elsewhere(unsure, said(-1.0, infarction), ELSEWHERE, "Normal"))
    prediction = reading.prediction
    warnings = warnings_on(reading.upload, reading.page, reading.ecg, reading.measurements, prediction, reading.quality)
    (found,) = [one for one in warnings if one.code == "class.elsewhere"]
    assert found.severity == severity
    assert found.text.startswith(prediction.elsewhere or "-")
    assert ("not its age" in found.text) == (severity == "caution")


def test_only_normal_has_a_threshold_of_its_own() -> None:
    joint = EnsembleSpec("abc", 1.0, 0.8, 0.9, {}, normal=NORMAL)
    assert [joint.threshold_of(label) for label in ("Normal", "HB")] == [0.6, 0.8]
    assert replace(joint, normal=None).threshold_of("Normal") == 0.8


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
    models = shared_models()
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


def records_of(classes: list[set[str]], ecg: Ecg) -> KnownRecords:
    """Return records of which these classes are right, each of a patient of its own."""
    base = outputs_of("one", ecg, shared_models())
    truths = [Truth(infarction="MI" in one, normal="Normal" in one, classes=frozenset(one)) for one in classes]
    return KnownRecords([base] * len(classes), truths, np.array(PATIENTS[: len(classes)]))


def test_classes_are_fitted_to_records_of_which_several_may_be_right() -> None:
    rng = np.random.default_rng(2)
    truth = np.arange(400) % 4
    logits = rng.normal(0, 0.5, (400, 4)) + 2 * np.eye(4)[truth]
    allowed = np.eye(4, dtype=bool)[truth]
    allowed[truth == 1, 2] = allowed[truth == 2, 1] = True  # which of two is not known
    allowed[::7] = False  # nothing is known
    weights, bias = fit_classes(logits, allowed, 0.01)
    shares = probabilities(logits @ weights + bias)
    assert (shares.argmax(axis=1) == truth)[np.isin(truth, (0, 3))].mean() > 0.95
    assert shares[truth == 1][:, 1:3].sum(axis=1).mean() > 0.85
    firmer, _ = fit_classes(logits, allowed, 1.0)
    assert np.abs(firmer).sum() < np.abs(weights).sum()


def test_how_unlike_and_how_sure_an_ecg_must_be_is_set_by_folds(ecg: Ecg) -> None:
    rng = np.random.default_rng(3)
    names, places = ("Normal", "MI", "HB"), np.array([0, 1, 3])
    records = records_of([{names[number % 3]} for number in range(300)], ecg)
    logits = rng.normal(0, 1.5, (300, 3)) + 2 * np.eye(3)[np.arange(300) % 3]
    likeness = Likeness(_no_forest(), np.full(300, -5.0), np.linspace(-4, 6, 101))
    unsure = [replace(make_prediction(), abstained=True)] * 300
    statements = dict(zip(("super:NORM", "super:MI", "super:CD"), logits.T, strict=True))
    spec, by_fold = fit_elsewhere(records, statements, likeness, np.ones(101, bool), unsure)
    assert spec.most_alike == pytest.approx(np.quantile(likeness.of_pages, 0.05), abs=1e-3)
    shares, right = probabilities(by_fold), places[np.arange(300) % 3]
    given = shares.max(axis=1) >= spec.threshold
    more = shares.max(axis=1) >= spec.threshold - 0.01
    assert 0.3 < given.mean() < 0.95
    assert (shares.argmax(axis=1) == right)[given].mean() >= 0.9
    missed = (shares.argmax(axis=1) == 0) & (right == 1)
    fails = (shares.argmax(axis=1) == right)[more].mean() < 0.9 or (missed & more).sum() > 0.05 * (right == 1).sum()
    assert fails or spec.threshold == 0.5
    assert (shares[np.arange(300), right] >= spec.set_threshold).mean() == pytest.approx(0.9, abs=0.01)


def _no_forest() -> Forest:
    nothing = np.zeros((0, 1))
    return Forest(nothing.astype(np.int64), nothing, nothing > 0, nothing, np.zeros(0, np.int64), np.zeros(1))


def test_trees_tell_the_clinics_pages_from_other_records(ecg: Ecg) -> None:
    pytest.importorskip("xgboost")
    rng = np.random.default_rng(5)
    waves = rng.normal(size=(260, len(FEATURES))).astype(np.float32)
    waves[180:, 2] += 4.0  # of the clinic
    base = outputs_of("one", ecg, shared_models())
    outputs = [replace(base, waves=row.tolist()) for row in waves[100:180]]
    records = KnownRecords(outputs, [Truth(infarction=False, normal=True)] * 80, np.array(PATIENTS[:80]))
    found = grow_likeness(waves[:100], records, waves[180:], np.arange(80) % 5)
    assert (found.of_records < 0).mean() > 0.95
    assert (found.of_pages > 0).mean() > 0.9
    assert found.forest.logits(waves[200])[0] > 0 > found.forest.logits(waves[5])[0]


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
