"""The signal model: its features do not see the paper, its trees are XGBoost's, and its answer reaches the doctor."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from heartguard.classify import EnsembleSpec, load_signal_model, read_weights, save_spec, write_weights
from heartguard.classify.forest import Forest, from_table, to_table
from heartguard.classify.signal_model import SignalModelSpec, log_opinion_pool
from heartguard.classify.wave_features import FEATURES, wave_features
from heartguard.drawing import segment_leads
from heartguard.errors import ModelError
from heartguard.leads import LAYOUTS, LEAD_INDEX, SAMPLES
from heartguard.report import to_json, to_text
from heartguard.ui.shared.words import second_text
from heartguard.values import Ecg, Finding, SignalPrediction
from heartlab.data.signal_labels import CLASSES
from heartlab.simulate.ecg import simulate_ecg
from tests.handmade import make_ecg, make_prediction, make_reading


def on_paper(signals: np.ndarray, layout: str, rhythm: str = "II") -> Ecg:
    """Return what a page of a layout shows of whole signals."""
    shown = np.full_like(signals, np.nan)
    columns = LAYOUTS[layout].columns
    for row in LAYOUTS[layout].rows:
        for column, lead in enumerate(row):
            part = slice(column * SAMPLES // columns, (column + 1) * SAMPLES // columns)
            shown[LEAD_INDEX[lead], part] = signals[LEAD_INDEX[lead], part]
    shown[LEAD_INDEX[rhythm]] = signals[LEAD_INDEX[rhythm]]
    return make_ecg(signals=shown, quality=np.ones(12, np.float32), rhythm_lead=rhythm)


def features_of(signals: np.ndarray, layout: str = "3x4+1") -> dict[str, float]:
    return dict(zip(FEATURES, map(float, wave_features(segment_leads(on_paper(signals, layout)))), strict=True))


def test_features_are_those_of_the_heart():
    found = features_of(simulate_ecg("normal", 75, variety=0).signals)
    assert found["rate"] == pytest.approx(75, abs=2)
    assert found["RR variation"] < 0.05
    assert found["P found"] == 1
    assert 60 < found["QRS ms"] < 125
    assert found["II R"] > 0.3
    assert found["aVR net QRS"] < 0 < found["V5 R"]


def test_fibrillation_is_irregular():
    steady, fibrillating = (features_of(simulate_ecg(kind, 90, seed=3).signals) for kind in ("normal", "af"))
    assert fibrillating["RR variation"] > steady["RR variation"] + 0.05
    assert fibrillating["P coherence"] < steady["P coherence"]


def test_features_do_not_see_how_many_seconds_the_paper_shows():
    signals = simulate_ecg("normal", 68, seed=5).signals
    short, whole = (wave_features(segment_leads(on_paper(signals, name))) for name in ("3x4+1", "12x1"))
    np.testing.assert_array_equal(short, whole)


def test_an_empty_page_has_no_features():
    empty = make_ecg(signals=np.full((12, SAMPLES), np.nan, np.float32), quality=np.zeros(12, np.float32))
    assert np.isnan(wave_features(segment_leads(replace(empty, rhythm_lead=None)))).all()


def small_forest() -> Forest:
    """Two trees of depth 1: MI from a rate of 100, HB where the second feature is not known."""
    return Forest(
        feature=np.array([[0], [1]]),
        threshold=np.array([[100.0], [0.5]], np.float32),
        unknown_left=np.array([[True], [False]]),
        leaf=np.array([[-1.0, 2.0], [0.0, 3.0]], np.float32),
        place=np.array([1, 3]),
        base=np.array([0.5, 0.0, 0.0, 0.0], np.float32),
    )


def test_trees_are_walked_by_threshold_and_by_what_is_unknown():
    forest = small_forest()
    assert forest.logits(np.array([99.9, 0.4], np.float32)).tolist() == [0.5, -1, 0, 0]
    assert forest.logits(np.array([100.0, 0.5], np.float32)).tolist() == [0.5, 2, 0, 3]
    assert forest.logits(np.array([np.nan, np.nan], np.float32)).tolist() == [0.5, -1, 0, 3]


def test_numpy_trees_answer_as_xgboost_does():
    pytest.importorskip("xgboost")
    from heartlab.train.signal.trees import TreeRecipe, Trees, to_forest

    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 6)).astype(np.float32)
    y = (x[:, 0] > 0).astype(int) + 2 * (x[:, 1] > 0.5)
    x[rng.random(x.shape) < 0.2] = np.nan
    trees = Trees(TreeRecipe(rounds=12)).fit(x, y)
    forest = from_table({k: v.astype(np.float32) for k, v in to_table(to_forest(trees)).items()}, 6, 4)
    ours = np.stack([forest.logits(row) for row in x])
    np.testing.assert_allclose(ours, trees.margins(x), atol=1e-5)


def one_network(statement_bias: float = 0.0) -> dict[str, np.ndarray]:
    """Return a network of one block that says the same of everything."""
    shapes = {"stem": (4, 4, 7), "block1/first": (4, 1, 5), "block1/second": (4, 1, 5), "block1/shortcut": (4, 1, 1)}
    table = {f"net0/{name}/kernel": np.zeros(shape, np.float32) for name, shape in shapes.items()}
    table |= {f"net0/{name}/bias": np.zeros(4, np.float32) for name in shapes}
    table |= {"net0/pages/kernel": np.zeros((8, 4), np.float32), "net0/pages/bias": np.zeros(4, np.float32)}
    bias = np.full(1, statement_bias, np.float32)
    return table | {"net0/tags/kernel": np.zeros((8, 1), np.float32), "net0/tags/bias": bias}


@pytest.fixture
def folder(tmp_path):
    digest = write_weights(to_table(small_forest()), tmp_path / "second.npz")
    spec = SignalModelSpec(CLASSES, FEATURES, 1.0, digest, "second.npz", "2026-01-01")
    save_spec(spec, tmp_path / "second.json")
    return tmp_path


FAST = on_paper(simulate_ecg("normal", 130, seed=1).signals, "3x4+1")


def test_it_agrees_or_disagrees_and_its_probabilities_sum_to_one(folder):
    model = load_signal_model(folder)
    network = make_prediction(label="MI")
    said = model.consult(network, segment_leads(FAST), "any")
    assert (said.signal_model.label, said.signal_model.agrees) == ("MI", True)
    assert sum(said.signal_model.probabilities.values()) == pytest.approx(1)
    assert said.signal_model.model == model.spec.identity
    assert not model.consult(make_prediction(), segment_leads(FAST), "any").signal_model.agrees


def test_without_facts_on_both_together_the_answer_stays_the_network_s(folder):
    said = load_signal_model(folder).consult(make_prediction(), segment_leads(FAST), "any")
    assert said.probabilities == make_prediction().probabilities
    assert (said.label, said.model, said.cnn_probabilities) == ("Normal", make_prediction().model, None)


def test_a_page_without_beats_gets_no_second_opinion(folder):
    flat = make_ecg(signals=np.zeros((12, SAMPLES), np.float32), quality=np.ones(12, np.float32))
    network = make_prediction()
    assert load_signal_model(folder).consult(network, segment_leads(flat), "any") is network


def test_both_together_answer_beside_the_network_that_they_were_measured_with(folder):
    model = load_signal_model(folder)
    joint = EnsembleSpec("abc", 1.0, 0.55, 0.9, dict.fromkeys(CLASSES, 0.2))
    save_spec(replace(model.spec, joint=joint), folder / "second.json")
    model = load_signal_model(folder)
    network = make_prediction(probabilities={"Normal": 0.5, "MI": 0.4, "PMI": 0.05, "HB": 0.05})
    both = model.consult(network, segment_leads(FAST), "abc")
    own = np.array([0.5, 0.4, 0.05, 0.05])
    second = np.exp(small_forest().logits(wave_features(segment_leads(FAST))))
    expected = np.sqrt(own * second / second.sum())
    expected /= expected.sum()
    assert list(both.probabilities.values()) == pytest.approx(list(expected), abs=1e-4)
    assert both.label == "MI"
    assert both.abstained == (expected.max() < 0.55)
    assert set(both.prediction_set) == {name for name, p in zip(CLASSES, expected, strict=True) if p >= 0.2}
    assert both.cnn_probabilities == network.probabilities
    assert both.model == f"{network.model}+{model.spec.identity}"
    assert model.consult(network, segment_leads(FAST), "another network").cnn_probabilities is None


def test_the_second_opinion_weighs_as_many_voices_as_it_has():
    first, second = np.array([0.5, 0.5]), np.array([0.2, 0.8])
    logits = log_opinion_pool(first, second, 2 / 3)
    assert logits[1] - logits[0] == pytest.approx(2 / 3 * np.log(4), abs=1e-4)


@pytest.mark.parametrize("weight", [0.5, 0.8])
def test_findings_are_named_by_drawing_and_signals_together(folder, weight):
    table = read_weights(folder / "second.npz", load_signal_model(folder).spec.sha256) | one_network(statement_bias=3.0)
    digest = write_weights(table, folder / "second.npz")
    joint = EnsembleSpec("abc", 1.0, 0.55, 0.9, {}, {"rhythm:AFIB": 0.6}, finding_share=weight)
    spec = SignalModelSpec(CLASSES, FEATURES, 1.0, digest, "second.npz", "2026-01-01", joint, ("rhythm:AFIB",))
    save_spec(spec, folder / "second.json")
    network = replace(make_prediction(), findings=(Finding("rhythm:AFIB", 0.5, False), Finding("sub:LVH", 0.9, True)))
    (both,) = load_signal_model(folder).consult(network, segment_leads(FAST), "abc").findings
    assert both.scp_code == "rhythm:AFIB"
    assert both.probability == pytest.approx(1 / (1 + np.exp(-3 * weight)), abs=1e-3)
    assert both.present
    assert load_signal_model(folder).consult(network, segment_leads(FAST), "other weights").findings == network.findings


def test_networks_that_do_not_fit_are_refused(folder):
    table = read_weights(folder / "second.npz", load_signal_model(folder).spec.sha256) | one_network()
    digest = write_weights(table, folder / "second.npz")
    save_spec(SignalModelSpec(CLASSES, FEATURES, 1.0, digest, "second.npz", "2026-01-01"), folder / "second.json")
    with pytest.raises(ModelError, match="classes and statements"):
        load_signal_model(folder)
    digest = write_weights({k: v for k, v in table.items() if "stem" not in k}, folder / "second.npz")
    save_spec(SignalModelSpec(CLASSES, FEATURES, 1.0, digest, "second.npz", "2026-01-01"), folder / "second.json")
    with pytest.raises(ModelError, match="do not fit together"):
        load_signal_model(folder)


def test_no_file_is_no_opinion_and_an_altered_one_is_refused(folder, tmp_path_factory):
    assert load_signal_model(tmp_path_factory.mktemp("empty")) is None
    facts = json.loads((folder / "second.json").read_text())
    (folder / "second.json").write_text(json.dumps({**facts, "features": facts["features"][:-1]}))
    with pytest.raises(ModelError, match="train it again"):
        load_signal_model(folder)
    (folder / "second.json").write_text("no JSON")
    with pytest.raises(ModelError, match=r"second\.json cannot be read"):
        load_signal_model(folder)


def test_altered_weights_are_refused(folder):
    content = bytearray((folder / "second.npz").read_bytes())
    content[-40] ^= 1
    (folder / "second.npz").write_bytes(bytes(content))
    with pytest.raises(ModelError, match="altered"):
        load_signal_model(folder)


@pytest.mark.parametrize("part", ["feature", "place", "leaf"])
def test_trees_that_do_not_fit_together_are_refused(folder, part):
    table = read_weights(folder / "second.npz", json.loads((folder / "second.json").read_text())["sha256"])
    broken = {**table, f"head/{part}": table[f"head/{part}"] + 500 if part != "leaf" else table["head/leaf"][:, :1]}
    with pytest.raises(ModelError, match="do not fit"):
        from_table(broken, len(FEATURES), 4)
    with pytest.raises(ModelError, match="lack"):
        from_table({}, len(FEATURES), 4)


def test_reports_and_app_say_what_the_second_model_says():
    shares = {"Normal": 0.2, "MI": 0.6, "PMI": 0.1, "HB": 0.1}
    second = SignalPrediction("MI", shares, False, "second-0123")
    reading = make_reading(
        prediction=make_prediction(signal_model=second, cnn_probabilities={"Normal": 0.8, "HB": 0.2})
    )
    row = to_json(reading)["prediction"]
    assert row["second"] == {"label": "MI", "agrees": False, "probabilities": shares, "model": "second-0123"}
    assert row["network"] == {"Normal": 0.8, "HB": 0.2}
    assert "Signal model      says MI (60%); VGG16 (image model) alone: 80% Normal" in to_text(reading)
    assert "image **Normal** (80 %), signal **Myocardial infarction** (60 %)" in second_text(
        ("Normal", 0.8), ("MI", 0.6)
    )
    assert second_text(("MI", 0.5), ("MI", 0.6)).endswith("alone: Myocardial infarction (image 50 %, signal 60 %).")
    assert to_json(make_reading())["prediction"]["second"] is None
    assert "Signal model" not in to_text(make_reading())


def test_the_strip_adds_no_waves():
    signals = simulate_ecg("normal", 72, seed=2).signals
    usual = segment_leads(on_paper(signals, "3x4+1"))
    taller = replace(usual, strip=usual.strip * 3)
    names = [k for k, name in enumerate(FEATURES) if name.endswith((" R", " ST40", " T max"))]
    np.testing.assert_allclose(wave_features(usual)[names], wave_features(taller)[names], atol=0.02)


def answer_card() -> None:
    from heartguard.ui.read.answer import show_answer
    from heartguard.values import SignalPrediction
    from tests.handmade import make_prediction, make_reading

    shares = {"Normal": 0.2, "MI": 0.6, "PMI": 0.1, "HB": 0.1}
    second = SignalPrediction("MI", shares, False, "second-0123")
    show_answer(
        make_reading(prediction=make_prediction(signal_model=second, cnn_probabilities={"Normal": 0.8, "HB": 0.2}))
    )


def test_the_answer_card_says_when_the_two_models_disagree():
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_function(answer_card, default_timeout=60).run()
    assert not app.exception
    said = [caption.value for caption in app.caption if "models disagree" in caption.value]
    assert len(said) == 1
    assert "image **Normal** (80 %), signal **Myocardial infarction** (60 %)" in said[0]
