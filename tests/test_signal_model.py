"""The signal model: its features do not see the paper, its trees are XGBoost's, and its answer reaches the doctor."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from heartguard.classify import EnsembleSpec, SignalModel, load_signal_model, read_weights, save_spec, write_weights
from heartguard.classify.forest import Forest, from_table, to_table
from heartguard.classify.signal_model import log_opinion_pool
from heartguard.classify.signal_network import SHAPE, SignalNetworks
from heartguard.classify.signal_spec import SignalModelSpec
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


def network_table(number: int = 0, **biases: list[float]) -> dict[str, np.ndarray]:
    """Return a network of one block whose outputs are the biases of its heads, whatever the signals."""
    shapes = {"stem": (4, 4, 7), "block1/first": (4, 1, 5), "block1/second": (4, 1, 5), "block1/shortcut": (4, 1, 1)}
    table = {f"{name}/kernel": np.zeros(shape, np.float32) for name, shape in shapes.items()}
    table |= {f"{name}/bias": np.zeros(4, np.float32) for name in shapes}
    for head, values in ({"pages": [0.0] * 4, "tags": [3.0]} | biases).items():
        table |= {
            f"{head}/kernel": np.zeros((8, len(values)), np.float32),
            f"{head}/bias": np.array(values, np.float32),
        }
    return {f"net{number}/{name}": values for name, values in table.items()}


@pytest.fixture(scope="module")
def network_file() -> bytes:
    """Return a LiteRT file of two networks whose mean logits are 1, 0, 0, 0.5 for the classes, 3 for the statement."""
    pytest.importorskip("ai_edge_quantizer")
    from heartlab.networks.signal import signal_networks_file

    first = network_table(0, pages=[3.0, -2.0, 4.0, 0.0], tags=[5.0])
    return signal_networks_file(first | network_table(1, pages=[-1.0, 2.0, -4.0, 1.0], tags=[1.0]))


def a_spec(folder, **facts) -> SignalModelSpec:
    digests = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("second.npz", "second.tflite")]
    files = digests[0], "second.npz", digests[1], "second.tflite"
    return replace(SignalModelSpec(CLASSES, FEATURES, 1.0, *files, "2026-01-01", statements=("rhythm:AFIB",)), **facts)


@pytest.fixture
def folder(tmp_path, network_file):
    write_weights(to_table(small_forest()), tmp_path / "second.npz")
    (tmp_path / "second.tflite").write_bytes(network_file)
    save_spec(a_spec(tmp_path), tmp_path / "second.json")
    return tmp_path


class FixedNetworks(SignalNetworks):
    """Say the same of all signals."""

    def __init__(self) -> None:
        pass

    def logits(self, signals):
        assert signals.shape == SHAPE
        return np.array([1.0, 0.0, 0.0, 0.5], np.float32), np.array([3.0], np.float32)


def a_model(**facts) -> SignalModel:
    spec = SignalModelSpec(CLASSES, FEATURES, 1.0, "0" * 64, "", "1" * 64, "", "2026-01-01", None, ("rhythm:AFIB",))
    return SignalModel(replace(spec, **facts), small_forest(), FixedNetworks())


FAST = on_paper(simulate_ecg("normal", 130, seed=1).signals, "3x4+1")


def test_a_model_from_files_answers_as_its_parts(folder):
    said = load_signal_model(folder).consult(make_prediction(label="MI"), segment_leads(FAST), "any").signal_model
    expected = a_model().consult(make_prediction(label="MI"), segment_leads(FAST), "any").signal_model
    assert said.probabilities == pytest.approx(expected.probabilities, abs=1e-4)


def test_it_agrees_or_disagrees_and_its_probabilities_are_those_of_trees_and_networks():
    model = a_model(temperature=2.0)
    said = model.consult(make_prediction(label="MI"), segment_leads(FAST), "any")
    assert (said.signal_model.label, said.signal_model.agrees) == ("MI", True)
    logits = np.array([0.5 + 1.0, 2.0, 0.0, 0.5]) / 2
    expected = np.exp(logits / 2) / np.exp(logits / 2).sum()
    assert said.signal_model.probabilities == pytest.approx(dict(zip(CLASSES, expected, strict=True)), abs=1e-4)
    assert said.signal_model.model == model.spec.identity
    assert not model.consult(make_prediction(), segment_leads(FAST), "any").signal_model.agrees


def test_the_identity_is_that_of_both_files():
    known = a_model().spec.identity
    assert known == f"second-{hashlib.sha256(b'0' * 64 + b'1' * 64).hexdigest()[:12]}"


def test_without_facts_on_both_together_the_answer_stays_the_network_s():
    said = a_model().consult(make_prediction(), segment_leads(FAST), "any")
    assert said.probabilities == make_prediction().probabilities
    assert (said.label, said.model, said.cnn_probabilities) == ("Normal", make_prediction().model, None)


def test_a_page_without_beats_gets_no_second_opinion():
    flat = make_ecg(signals=np.zeros((12, SAMPLES), np.float32), quality=np.ones(12, np.float32))
    network = make_prediction()
    assert a_model().consult(network, segment_leads(flat), "any") is network


@pytest.mark.parametrize(("least", "abstained"), [(0.37, False), (0.38, True)])
def test_both_together_answer_beside_the_network_that_they_were_measured_with(least, abstained):
    """The signal model weighs three quarters of the log probabilities, half of that its trees, half its networks."""
    model = a_model(joint=EnsembleSpec("abc", 1.25, least, 0.9, dict.fromkeys(CLASSES, 0.2), share=0.75))
    network = make_prediction(probabilities={"Normal": 0.5, "MI": 0.4, "PMI": 0.05, "HB": 0.05})
    both = model.consult(network, segment_leads(FAST), "abc")
    own = np.array([0.5, 0.4, 0.05, 0.05])
    by_trees, by_networks = np.array([0.5, 2.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.5])
    logits = 0.25 * np.log(own) + 0.75 * (by_trees + by_networks) / 2
    expected = np.exp(logits / 1.25) / np.exp(logits / 1.25).sum()
    assert small_forest().logits(wave_features(segment_leads(FAST))).tolist() == by_trees.tolist()
    assert list(both.probabilities.values()) == pytest.approx(list(expected), abs=1e-4)
    assert 0.37 < expected.max() < 0.38
    assert (both.label, both.abstained, both.coverage) == ("MI", abstained, 0.9)
    assert set(both.prediction_set) == {name for name, p in zip(CLASSES, expected, strict=True) if p >= 0.2}
    assert both.cnn_probabilities == network.probabilities
    assert both.model == f"{network.model}+{model.spec.identity}"
    assert model.consult(network, segment_leads(FAST), "another network").cnn_probabilities is None


def test_the_second_opinion_weighs_as_many_voices_as_it_has():
    first, second = np.array([0.5, 0.5]), np.array([0.2, 0.8])
    logits = log_opinion_pool(first, second, 2 / 3)
    assert logits[1] - logits[0] == pytest.approx(2 / 3 * np.log(4), abs=1e-4)


@pytest.mark.parametrize("weight", [0.5, 0.8])
def test_findings_are_named_by_drawing_and_signals_together(weight):
    model = a_model(joint=EnsembleSpec("abc", 1.0, 0.55, 0.9, {}, {"rhythm:AFIB": 0.6}, finding_share=weight))
    network = replace(make_prediction(), findings=(Finding("rhythm:AFIB", 0.5, False), Finding("sub:LVH", 0.9, True)))
    (both,) = model.consult(network, segment_leads(FAST), "abc").findings
    assert both.scp_code == "rhythm:AFIB"
    assert both.probability == pytest.approx(1 / (1 + np.exp(-3 * weight)), abs=1e-3)
    assert both.present
    assert model.consult(network, segment_leads(FAST), "other weights").findings == network.findings


def test_every_network_has_the_same_say(network_file):
    classes, statements = SignalNetworks(network_file, 4, 1).logits(np.zeros(SHAPE, np.float32))
    assert classes.tolist() == [1, 0, 0, 0.5]
    assert statements.tolist() == [3]


def test_a_network_convolves_each_column_apart_and_pools_over_time():
    """Only the stem's middle sample of the first channel of a column and the shortcut let anything through."""
    pytest.importorskip("ai_edge_quantizer")
    from heartlab.networks.signal import CHANNELS, signal_networks_file

    table = network_table(tags=[0.0] * 8)
    table["net0/stem/kernel"][:, 0, 3] = 1
    table["net0/block1/shortcut/kernel"][:] = [[[1.0]], [[2.0]], [[4.0]], [[8.0]]]
    table["net0/tags/kernel"] = np.eye(8, dtype=np.float32)
    signals = np.random.default_rng(0).random(SHAPE).astype(np.float32)
    heard = signals[CHANNELS][::4, ::2]  # one channel of each column, every second sample
    heard[heard < 0] = 0
    halved = np.append(heard[:, :-1].reshape(4, -1, 2).mean(axis=2), heard[:, -1:], axis=1)
    expected = halved * [[1], [2], [4], [8]]
    statements = SignalNetworks(signal_networks_file(table), 4, 8).logits(signals)[1]
    np.testing.assert_allclose(statements, [*expected.mean(axis=1), *expected.max(axis=1)], rtol=1e-3)


@pytest.mark.parametrize("facts", [{"statements": ()}, {"classes": ("Normal", "MI", "HB")}])
def test_networks_that_do_not_fit_are_refused(folder, facts):
    spec = a_spec(folder, **facts)
    with pytest.raises(ModelError, match="classes and statements"):
        SignalNetworks((folder / "second.tflite").read_bytes(), len(spec.classes), len(spec.statements))


def test_no_file_is_no_opinion_and_an_altered_one_is_refused(folder, tmp_path_factory):
    assert load_signal_model(tmp_path_factory.mktemp("empty")) is None
    facts = json.loads((folder / "second.json").read_text())
    (folder / "second.json").write_text(json.dumps({**facts, "features": facts["features"][:-1]}))
    with pytest.raises(ModelError, match="train it again"):
        load_signal_model(folder)
    (folder / "second.json").write_text("no JSON")
    with pytest.raises(ModelError, match=r"second\.json cannot be read"):
        load_signal_model(folder)


@pytest.mark.parametrize("name", ["second.npz", "second.tflite"])
def test_altered_weights_are_refused(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[-40] ^= 1
    (folder / name).write_bytes(bytes(content))
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
