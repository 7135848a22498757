"""Models: their facts survive the disk, altered files are refused, maps add up to the answer."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest

from heartguard.classify import (
    Backbone,
    FindingSpec,
    ModelSpec,
    classify,
    load_engine,
    load_spec,
    models_folder,
    probabilities,
    read_weights,
    save_spec,
    write_weights,
)
from heartguard.classify.architecture import HEAD_LEVELS, VGG16_BLOCKS
from heartguard.classify.engine import Outputs, VggEngine
from heartguard.classify.findings import FindingHead, findings_of, load_findings, reported
from heartguard.classify.int8 import Int8Spec, int8_path
from heartguard.classify.out_of_distribution import OodSpec, load_ood_detector
from heartguard.drawing import DRAWING_HEIGHT, DRAWING_VERSION, DRAWING_WIDTH, draw, segment_leads
from heartguard.errors import DrawingRangeError, ModelError
from heartguard.leads import SAMPLES, SAMPLING_RATE_HZ
from heartguard.values import Ecg
from heartguard.weights import read_spec

CLASSES = ("Normal", "MI", "PMI", "HB")


def head_weights(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    levels = {f"head/{level}": rng.standard_normal((13, 512, 4)).astype(np.float32) / 5000 for level in HEAD_LEVELS}
    return {**levels, "head/bias": np.array([0.5, -0.5, 1.0, 0.0], np.float32)}


def random_weights(seed: int = 0) -> dict[str, np.ndarray]:
    """Return weights of the whole network, which take a second; `head_weights` are enough beside `SmallBackbone`."""
    rng = np.random.default_rng(seed)
    weights, channels = head_weights(seed), 3
    for block, widths in enumerate(VGG16_BLOCKS, start=1):
        for k, width in enumerate(widths, start=1):
            kernel = rng.standard_normal((3, 3, channels, width), np.float32) * np.sqrt(2 / 9 / channels)
            weights[f"block{block}_conv{k}/kernel"] = kernel.astype(np.float32)
            weights[f"block{block}_conv{k}/bias"] = rng.standard_normal(width).astype(np.float32) / 10
            channels = width
    return weights


def a_spec(**changes) -> ModelSpec:
    spec = ModelSpec(
        name="tiny",
        classes=CLASSES,
        input_size=(32, 64),
        drawing_version=DRAWING_VERSION,
        temperature=1.5,
        abstention_threshold=0.6,
        sha256="0" * 64,
        weights_file="tiny.npz",
        date="2026-01-02",
        metrics={"all": {"macro_f1": 0.5}},
    )
    return dataclasses.replace(spec, **changes)


def an_ecg() -> Ecg:
    seconds = np.arange(SAMPLES) / SAMPLING_RATE_HZ
    beats = np.exp(-0.5 * (((seconds + 0.4) % 0.8 - 0.4) / 0.02) ** 2).astype(np.float32)
    return Ecg(np.tile(beats, (12, 1)), np.ones(12, np.float32), rhythm_lead="II")


class SmallBackbone(Backbone):
    """Channel c of block 4 is c times a cell's mean grey, that of block 5 the square of it."""

    engine = "hand-made"

    def near(self, image):
        rows, columns = image.shape[0] // 4, image.shape[1] // 4
        grey = image.reshape(rows, 4, columns, 4).mean(axis=(1, 3)) / 255
        return np.repeat(grey[..., None], 128, axis=2).astype(np.float32)

    def far(self, pooled):
        rows, columns = pooled.shape[0] // 4, pooled.shape[1] // 4
        grey = pooled[..., 0].reshape(rows, 4, columns, 4).mean(axis=(1, 3))[..., None]
        return {"pool4": grey * np.arange(512, dtype=np.float32), "block5_conv3": np.repeat(grey**2, 512, axis=2)}


def an_engine(spec: ModelSpec, weights: dict[str, np.ndarray], findings: FindingHead | None = None) -> VggEngine:
    return VggEngine(spec, SmallBackbone(), weights, findings)


def keras_engine(weights: dict[str, np.ndarray]) -> VggEngine:
    pytest.importorskip("keras")
    from heartlab.networks.vgg16 import KerasBackbone

    return VggEngine(a_spec(), KerasBackbone(weights), weights)


@pytest.fixture(scope="module")
def shipped():
    return load_engine()


def test_a_spec_survives_the_disk(tmp_path):
    save_spec(a_spec(), tmp_path / "tiny.json")
    assert load_spec(tmp_path / "tiny.json") == a_spec()


def test_a_missing_or_altered_spec_is_a_model_error(tmp_path):
    with pytest.raises(ModelError, match="missing"):
        load_spec(tmp_path / "tiny.json")
    (tmp_path / "tiny.json").write_text("{")
    with pytest.raises(ModelError, match="cannot be read"):
        load_spec(tmp_path / "tiny.json")
    (tmp_path / "tiny.json").write_text(json.dumps({"name": "tiny"}))
    with pytest.raises(ModelError, match="cannot be read"):
        load_spec(tmp_path / "tiny.json")


def test_weights_survive_the_disk_as_float16_with_an_exact_head(tmp_path):
    weights = random_weights()
    digest = write_weights(weights, tmp_path / "w.npz")
    assert write_weights(weights, tmp_path / "again.npz") == digest
    found = read_weights(tmp_path / "w.npz", digest)
    assert set(found) == set(weights)
    assert np.array_equal(found["head/level4"], weights["head/level4"])
    kernel = weights["block3_conv1/kernel"]
    assert np.array_equal(found["block3_conv1/kernel"], kernel.astype(np.float16).astype(np.float32))


def test_altered_or_missing_weights_are_a_model_error(tmp_path):
    path = tmp_path / "w.npz"
    digest = write_weights({"head/bias": np.zeros(4, np.float32)}, path)
    content = bytearray(path.read_bytes())
    content[-30] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match="were altered"):
        read_weights(path, digest)
    with pytest.raises(ModelError, match="missing"):
        read_weights(tmp_path / "other.npz", digest)


@pytest.mark.parametrize("shape", [(1, 32, 60), (32, 64), (1, 64, 32)])
def test_a_drawing_of_another_size_is_refused(shape):
    engine = an_engine(a_spec(), head_weights())
    with pytest.raises(DrawingRangeError, match="32 x 64"):
        engine.predict(np.zeros(shape, np.uint8))
    with pytest.raises(DrawingRangeError, match="uint8"):
        engine.predict(np.zeros((1, 32, 64), np.float32))


def test_maps_add_up_to_the_logits():
    images = np.random.default_rng(1).integers(0, 256, (3, 32, 64)).astype(np.uint8)
    engine = an_engine(a_spec(), head_weights())
    logits, maps, _, features, _ = engine.predict(images)
    assert logits.shape == (3, 4)
    assert maps.shape == (3, 4, 2, 4)
    assert features.shape == (3, 13, 1024)
    assert np.allclose(maps.mean(axis=(2, 3)) + engine.bias, logits, atol=1e-4)
    assert np.ptp(logits, axis=0).min() > 0


def test_the_definition_is_vgg16_of_keras():
    keras = pytest.importorskip("keras")
    from heartlab.networks.vgg16 import KerasBackbone

    weights, image = random_weights(), np.random.default_rng(1).integers(0, 256, (32, 64)).astype(np.uint8)
    theirs = keras.applications.VGG16(include_top=False, weights=None, input_shape=(32, 64, 3))
    for name in {key.partition("/")[0] for key in weights} - {"head"}:
        theirs.get_layer(name).set_weights([weights[f"{name}/kernel"], weights[f"{name}/bias"]])
    inside = keras.Model(theirs.input, [theirs.get_layer(name).output for name in ("block4_pool", "block5_conv3")])
    rgb = np.repeat(image[None, ..., None].astype(np.float32), 3, axis=3)
    levels = [np.asarray(level)[0] for level in inside(keras.applications.vgg16.preprocess_input(rgb))]
    expected = np.concatenate([level.reshape(8, 512) for level in levels], axis=1)
    np.testing.assert_allclose(KerasBackbone(weights).feature_map(image), expected, rtol=1e-3, atol=1e-2)


@pytest.fixture(scope="module")
def vgg16_files(tmp_path_factory):
    """Return a models folder with a small drawing's VGG16 of random weights, exported."""
    pytest.importorskip("ai_edge_quantizer")
    from heartlab.export.conversion import write_int8
    from heartlab.networks.vgg16 import vgg16_file

    folder = tmp_path_factory.mktemp("models")
    weights = random_weights()
    save_spec(a_spec(sha256=write_weights(weights, folder / "tiny.npz")), folder / "tiny.json")
    write_int8(folder, "tiny", vgg16_file(weights, *a_spec().input_size), {})
    return folder


def test_the_int8_file_gives_nearly_what_the_full_weights_give(vgg16_files):
    images = np.random.default_rng(1).integers(0, 256, (3, 32, 64)).astype(np.uint8)
    full, engine = keras_engine(random_weights()).predict(images), load_engine("tiny", folder=vgg16_files)
    found = engine.predict(images)
    assert np.abs(found.features - full.features).mean() < 0.03 * np.abs(full.features).mean()
    assert np.allclose(found.class_maps.mean(axis=(2, 3)) + engine.bias, found.logits, atol=1e-4)


def test_a_window_of_a_drawing_has_the_near_half_of_the_whole(vgg16_files):
    image = np.random.default_rng(1).integers(0, 256, (32, 64)).astype(np.uint8)
    backbone = load_engine("tiny", folder=vgg16_files).backbone
    whole, window = backbone.near(image), backbone.near(image[:, 16:56])
    assert window.shape == (8, 10, 128)
    assert np.allclose(window[:, 2:-2], whole[:, 6:12], atol=1e-2)


def test_the_first_five_convolutions_of_the_int8_file_have_float32_kernels(vgg16_files):
    interpreter = pytest.importorskip("ai_edge_litert.interpreter").Interpreter(str(vgg16_files / "tiny.tflite"))
    details = [row for graph in (0, 1) for row in interpreter.get_tensor_details(subgraph_index=graph)]
    kernels = [row for row in details if len(row["shape"]) == 4 and tuple(row["shape"][1:3]) == (3, 3)]
    assert sum(row["dtype"] == np.float32 for row in kernels) == 5
    eight_bit = [row for row in kernels if row["dtype"] == np.int8]
    assert len(eight_bit) == 8
    assert all(len(row["quantization_parameters"]["scales"]) == row["shape"][0] for row in eight_bit)


def test_an_int8_file_that_is_missing_altered_or_of_other_weights_is_refused(vgg16_files, tmp_path):
    shutil.copytree(vgg16_files, tmp_path, dirs_exist_ok=True)
    content = bytearray((tmp_path / "tiny.tflite").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "tiny.tflite").write_bytes(content)
    with pytest.raises(ModelError, match="were altered"):
        load_engine("tiny", folder=tmp_path)
    (tmp_path / "tiny.tflite").unlink()
    with pytest.raises(ModelError, match=r"tiny\.tflite are missing"):
        load_engine("tiny", folder=tmp_path)
    light = read_spec(int8_path(tmp_path, "tiny"), Int8Spec)
    save_spec(dataclasses.replace(light, backbone_sha256="1" * 64), int8_path(tmp_path, "tiny"))
    with pytest.raises(ModelError, match="made for other weights"):
        load_engine("tiny", folder=tmp_path)


def test_parity_holds_only_when_every_probability_is_near():
    from heartlab.export.parity import parity_figures

    full = np.array([[0.7, 0.3], [0.2, 0.8], [0.6, 0.4]])
    labels = np.array([0, 1, 0])
    near = parity_figures(labels, {"full": full, "light": full + np.array([0.01, -0.01])})
    assert near["holds"]
    assert near["probability_apart"]["greatest"] == pytest.approx(0.01)
    far = full.copy()
    far[0] += [-0.03, 0.03]
    assert parity_figures(labels, {"full": full, "light": far})["same_label"] == 1
    assert not parity_figures(labels, {"full": full, "light": far})["holds"]


def a_finding_head(**changes) -> FindingHead:
    rng = np.random.default_rng(3)
    weights = {f"head/{level}": rng.standard_normal((13, 512, 2)).astype(np.float32) / 5000 for level in HEAD_LEVELS}
    spec = FindingSpec(("rhythm:AFIB", "sub:LVH"), {"sub:LVH": 0.3}, "0" * 64, "", "findings.npz", "2026-01-02")
    spec = dataclasses.replace(spec, **changes)
    return FindingHead(spec, {**weights, "head/bias": np.array([0.2, -0.3], np.float32)})


def test_findings_come_beside_the_classes_and_change_nothing_of_them():
    images = np.random.default_rng(1).integers(0, 256, (2, 32, 64)).astype(np.uint8)
    weights, head = head_weights(), a_finding_head()
    alone = an_engine(a_spec(), weights).predict(images)
    both = an_engine(a_spec(), weights, head).predict(images)
    assert alone.finding_logits is None
    assert np.allclose(both.logits, alone.logits, atol=1e-5)
    assert np.allclose(both.class_maps, alone.class_maps, atol=1e-4)
    as_classes = an_engine(a_spec(classes=("a", "b")), {**weights, **head.weights}).predict(images)
    assert np.allclose(both.finding_logits, as_classes.logits, atol=1e-4)


def test_findings_with_a_threshold_are_reported_the_most_probable_first():
    spec = a_finding_head(thresholds={"rhythm:AFIB": 0.9, "sub:LVH": 0.3}).spec
    found = findings_of(np.array([0.5, -0.5], np.float32), spec)
    assert [(f.scp_code, round(f.probability, 3), f.present) for f in found] == [
        ("rhythm:AFIB", 0.622, False),
        ("sub:LVH", 0.378, True),
    ]
    assert [f.scp_code for f in findings_of(np.zeros(2, np.float32), a_finding_head().spec)] == ["sub:LVH"]


def test_atrial_fibrillation_is_no_sinus_rhythm():
    thresholds = {"rhythm:AFIB": 0.2, "rhythm:STACH": 0.1, "rhythm:SBRAD": 0.9, "sub:LVH": 0.1}
    shares = {"rhythm:STACH": 0.4, "rhythm:AFIB": 0.35, "sub:LVH": 0.3, "rhythm:SBRAD": 0.05}
    found = reported(shares, thresholds)
    assert [f.probability for f in found] == [0.4, 0.35, 0.3, 0.05]
    assert [f.scp_code for f in found if f.present] == ["rhythm:AFIB", "sub:LVH"]
    sinus = reported({**shares, "rhythm:AFIB": 0.1}, thresholds)
    assert [f.scp_code for f in sinus if f.present] == ["rhythm:STACH", "sub:LVH"]


def test_findings_belong_to_one_network_and_altered_ones_are_refused(tmp_path):
    head = a_finding_head()
    assert load_findings(tmp_path, "0" * 64) is None
    digest = write_weights(head.weights, tmp_path / "findings.npz")
    save_spec(dataclasses.replace(head.spec, sha256=digest), tmp_path / "findings.json")
    found = load_findings(tmp_path, "0" * 64)
    assert found is not None
    assert found.spec.names == head.spec.names
    assert np.array_equal(found.weights["head/level5"], head.weights["head/level5"])
    assert load_findings(tmp_path, "1" * 64) is None
    (tmp_path / "findings.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be read"):
        load_findings(tmp_path, "0" * 64)


def test_probabilities_are_a_softmax_at_a_temperature():
    logits = np.log(np.array([[1.0, 2.0, 3.0, 4.0]]))
    assert np.allclose(probabilities(logits), [[0.1, 0.2, 0.3, 0.4]])
    assert np.allclose(probabilities(2 * logits, 2.0), [[0.1, 0.2, 0.3, 0.4]])
    assert np.isfinite(probabilities(np.array([[1e4, 0, 0, -1e4]]))).all()


class FixedEngine:
    spec = a_spec(input_size=(DRAWING_HEIGHT, DRAWING_WIDTH))
    bias = np.zeros(4, np.float32)
    finding_spec = None

    def predict(self, images):
        logits = np.tile(np.array([0.0, 3.0, 0.0, 0.0], np.float32), (len(images), 1))
        return Outputs(logits, np.broadcast_to(logits[:, :, None, None], (len(images), 4, 2, 3)).copy())


def test_classify_answers_with_temperature_and_abstains_below_the_threshold():
    drawing = draw(segment_leads(an_ecg()))
    engine = FixedEngine()
    prediction = classify(drawing, engine)
    best = np.exp(2) / (np.exp(2) + 3)
    assert prediction.label == "MI"
    assert prediction.probabilities["MI"] == pytest.approx(best)
    assert list(prediction.probabilities) == list(CLASSES)
    assert not prediction.abstained
    assert prediction.drawing is drawing
    engine.spec = dataclasses.replace(engine.spec, abstention_threshold=0.8)
    assert classify(drawing, engine).abstained


def stretches(rng: np.random.Generator, count: int) -> np.ndarray:
    hidden = rng.standard_normal((count, 13, 4)) @ np.random.default_rng(9).standard_normal((4, 1024))
    return (hidden + 0.1 * rng.standard_normal((count, 13, 1024))).astype(np.float32)


def test_a_drawing_of_which_one_stretch_is_unlike_stands_out(tmp_path):
    from heartlab.train.vgg16.out_of_distribution import EXACT, fit_ood_detector

    rng = np.random.default_rng(4)
    digest = write_weights(fit_ood_detector(stretches(rng, 60), 4), tmp_path / "novelty.npz", exact=EXACT)
    spec = OodSpec(2.0, "0" * 64, digest, "novelty.npz", "2026-01-02")
    save_spec(spec, tmp_path / "novelty.json")
    detector = load_ood_detector(tmp_path, "0" * 64)
    assert load_ood_detector(tmp_path, "1" * 64) is None
    alike, torn = stretches(rng, 40), stretches(rng, 40)
    torn[:, 5] = rng.standard_normal((40, 1024))
    assert np.median(detector.scores(alike)) == pytest.approx(1.2, abs=0.3)
    assert detector.scores(torn).min() > detector.scores(alike).max()


def test_an_unlike_drawing_gets_no_answer():
    engine = FixedEngine()
    usual = engine.predict
    for score, out in ((0.9, False), (1.1, True)):
        engine.predict = lambda images, score=score: usual(images)._replace(ood_scores=np.array([score]))
        prediction = classify(draw(segment_leads(an_ecg())), engine)
        assert (prediction.out_of_distribution, prediction.abstained) == (out, out)


def test_classify_refuses_a_drawing_of_another_version():
    drawing = dataclasses.replace(draw(segment_leads(an_ecg())), version="another")
    with pytest.raises(DrawingRangeError, match="another"):
        classify(drawing, FixedEngine())


def test_the_shipped_model_loads_and_reads_a_drawing(shipped):
    prediction = classify(draw(segment_leads(an_ecg())), shipped)
    assert tuple(prediction.probabilities) == shipped.spec.classes == CLASSES
    assert sum(prediction.probabilities.values()) == pytest.approx(1.0)
    assert prediction.class_maps.shape == (4, DRAWING_HEIGHT // 16, DRAWING_WIDTH // 16)
    logits = prediction.class_maps.mean(axis=(1, 2)) + prediction.bias
    shares = probabilities(logits, prediction.temperature)
    assert np.allclose(shares, list(prediction.probabilities.values()), atol=1e-4)
    assert prediction.model.startswith("vgg16-")
    assert (models_folder() / shipped.spec.weights_file).stat().st_size < 30_000_000


def test_the_shipped_model_reads_white_paper_without_a_strip(shipped):
    nothing = Ecg(np.full((12, SAMPLES), np.nan, np.float32), np.zeros(12, np.float32))
    prediction = classify(draw(segment_leads(nothing)), shipped)
    assert all(0 <= p <= 1 for p in prediction.probabilities.values())
