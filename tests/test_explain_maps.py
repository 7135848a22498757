"""Maps by gradient: rules on hand-made numbers, the way back through the network, and an independent implementation."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from heartguard.classify import classify, roi_pooling_weights
from heartguard.drawing import draw, segment_leads
from heartguard.errors import DrawingRangeError
from heartguard.explain import MAP_METHODS, InspectableNetwork, MapMaker
from heartguard.explain.grad_cam import grad_cam
from heartguard.explain.grad_cam_plus import grad_cam_plus
from heartguard.explain.hires_cam import hires_cam
from heartguard.explain.layer_cam import layer_cam
from heartguard.explain.network import (
    BEFORE_POOLING,
    LAST,
    LAYERS,
    ActivationRecord,
    through_pooling,
    transposed_convolution,
)
from heartguard.values import Drawing, Prediction
from tests.test_classify import CLASSES, a_spec, an_ecg, keras_engine, random_weights

SIZE = (32, 64)
RULES = {"gradcam": grad_cam, "gradcam++": grad_cam_plus, "hirescam": hires_cam, "layercam": layer_cam}


def a_drawing(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, SIZE, dtype=np.uint8)


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return random_weights()


@pytest.fixture(scope="module")
def network(weights) -> InspectableNetwork:
    return InspectableNetwork(a_spec(), weights, keras_engine(weights).backbone.activations)


@pytest.fixture(scope="module")
def record(network) -> ActivationRecord:
    return network.record(a_drawing())


@pytest.fixture(scope="module")
def maker(weights, network) -> MapMaker:
    return MapMaker(keras_engine(weights), network)


@pytest.fixture(scope="module")
def prediction(weights) -> Prediction:
    drawing = Drawing(a_drawing(), draw(segment_leads(an_ecg())).boxes, a_spec().drawing_version)
    return classify(drawing, keras_engine(weights))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_map_of_zeros_stays_zeros(rule):
    nothing = np.zeros((8, 3, 4), np.float32)
    some = np.random.default_rng(0).normal(size=nothing.shape).astype(np.float32)
    for activations, gradients in ((nothing, some), (some, nothing), (nothing, nothing)):
        assert not rule(activations, gradients).any()


def test_the_rules_on_two_channels_and_two_places():
    activations = np.array([[[1.0, 2.0]], [[3.0, 0.0]]], np.float32)
    gradients = np.array([[[2.0, 0.0]], [[-1.0, 1.0]]], np.float32)
    assert np.allclose(grad_cam(activations, gradients), [[1.0, 2.0]])
    assert np.allclose(hires_cam(activations, gradients), [[-1.0, 0.0]])
    assert np.allclose(layer_cam(activations, gradients), [[2.0, 0.0]])
    first = 2 * 4 / (2 * 4 + 3 * 8)  # ReLU(g) g² / (2 g² + sum(A) g³) where the first channel has a gradient
    second = 1 / (2 + 3)
    assert np.allclose(grad_cam_plus(activations, gradients), [[first + 3 * second, 2 * first]])


def test_the_way_back_through_a_convolution_is_its_adjoint():
    import cv2

    rng = np.random.default_rng(1)
    kernel = rng.normal(size=(3, 3, 2, 3)).astype(np.float32)
    inputs, gradient = rng.normal(size=(2, 5, 6)).astype(np.float32), rng.normal(size=(3, 5, 6)).astype(np.float32)
    forward = np.stack(
        [
            sum(cv2.filter2D(inputs[i], -1, kernel[:, :, i, o], borderType=cv2.BORDER_CONSTANT) for i in range(2))
            for o in range(3)
        ]
    )
    back = transposed_convolution(gradient, kernel)
    assert (forward * gradient).sum() == pytest.approx(float((inputs * back).sum()), rel=1e-4)


def test_the_way_back_through_a_pooling_goes_to_one_of_four():
    activations = np.array([[[1.0, 5.0, 0.0, 0.0], [2.0, 3.0, 0.0, 0.0]]], np.float32)
    back = through_pooling(np.array([[[7.0, 4.0]]], np.float32), activations)
    assert back.tolist() == [[[0.0, 7.0, 4.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]


def test_the_exact_map_is_the_sum_of_hirescam_at_both_inputs_of_the_head(record, prediction):
    for label in CLASSES:
        last = hires_cam(record.activations[LAST], record.gradient(label, LAST))
        level4 = record._of_head("level4", label)
        pooled = record.activations[BEFORE_POOLING]
        pooled = pooled.reshape(512, 2, 2, 4, 2).max(axis=(2, 4))
        exact = prediction.class_maps[CLASSES.index(label)]
        assert np.allclose((last + hires_cam(pooled, level4)) * exact.size, exact, atol=1e-3)


def keras_maps(keras, weights):
    """Return the output of blocks 1 and 2 on a drawing, and Keras' model from there to the maps of the classes."""
    from heartlab.networks.vgg16 import build_vgg16

    near, far = build_vgg16(weights)
    cells = keras.layers.Concatenate()([far.output["pool4"], far.output["block5_conv3"]])
    kernel = np.concatenate([weights["head/level4"], weights["head/level5"]], axis=1)
    maps = keras.ops.einsum("nyxc,rck,ryx->nyxk", cells, kernel, 8 * roi_pooling_weights(*SIZE))
    pooled = near(a_drawing()[None, ..., None].astype(np.float32))["pool2"]
    return pooled, keras.Model(far.input, maps)


@pytest.mark.parametrize("layer", [LAYERS[0], BEFORE_POOLING, "block5_conv1"])
def test_gradients_are_those_of_tensorflow(weights, record, layer):
    keras = pytest.importorskip("keras")
    tf = pytest.importorskip("tensorflow")
    pooled, model = keras_maps(keras, weights)
    inside = keras.Model(model.input, [model.get_layer(layer).output, model.output])
    with tf.GradientTape() as tape:
        kept, maps = inside(pooled)
        logit = tf.reduce_mean(maps[..., 2])
    expected = tape.gradient(logit, kept).numpy()[0].transpose(2, 0, 1)
    assert np.abs(record.gradient(CLASSES[2], layer) - expected).max() < 1e-4 * np.abs(expected).max()


def test_grad_cam_is_that_of_tf_keras_vis(weights, record):
    vis = pytest.importorskip("tf_keras_vis.gradcam")
    pooled, model = keras_maps(pytest.importorskip("keras"), weights)
    for number, label in enumerate(CLASSES):
        found = vis.Gradcam(model)(
            lambda maps, n=number: maps[..., n],
            pooled,
            penultimate_layer=LAST,
            expand_cam=False,
            normalize_cam=False,
        )
        expected = np.asarray(found).reshape(2, 4)
        mine = grad_cam(record.activations[LAST], record.gradient(label, LAST))
        assert np.abs(mine - expected).max() <= 1e-3 * max(1e-3, expected.max())


@pytest.mark.parametrize("method", MAP_METHODS)
def test_every_map_has_the_size_of_the_drawing_for_every_class(method, prediction, record, maker):
    for label in CLASSES:
        heat = maker.heat_map(method, prediction, label, lambda: record)
        assert heat.shape == SIZE
        assert np.isfinite(heat).all()
        assert MAP_METHODS[method].signed or heat.min() >= 0


@pytest.mark.parametrize("method", MAP_METHODS)
def test_explaining_changes_nothing_that_is_shared(method, weights, prediction, record, maker):
    before = {name: values.copy() for name, values in weights.items()}
    kept = {name: values.copy() for name, values in record.activations.items()}
    maps = prediction.class_maps.copy()
    first = maker.heat_map(method, prediction, "MI", lambda: record)
    maker.heat_map(method, prediction, "HB", lambda: record)
    assert np.array_equal(maker.heat_map(method, prediction, "MI", lambda: record), first)
    assert all(np.array_equal(weights[name], values) for name, values in before.items())
    assert all(np.array_equal(record.activations[name], values) for name, values in kept.items())
    assert np.array_equal(prediction.class_maps, maps)


def test_the_exact_map_asks_for_no_activations(prediction, maker):
    def record() -> ActivationRecord:
        raise AssertionError("not needed")

    assert maker.heat_map("cam", prediction, "MI", record).shape == SIZE


def test_unknown_maps_classes_and_layers_are_refused(prediction, record, maker):
    with pytest.raises(KeyError, match="scorecam"):
        maker.heat_map("scorecam", prediction, "MI", lambda: record)
    with pytest.raises(KeyError, match="VT"):
        maker.heat_map("layercam", prediction, "VT", lambda: record)
    with pytest.raises(KeyError, match="block1_conv1"):
        record.gradient("MI", "block1_conv1")


def test_a_drawing_of_another_size_is_refused(network):
    with pytest.raises(DrawingRangeError, match="32 x 64"):
        network.record(np.zeros((64, 32), np.uint8))


def test_ten_threads_get_the_activations_of_their_own_drawings(network):
    alone = [network.record(a_drawing(seed)).activations[LAST] for seed in range(10)]
    found: dict[int, np.ndarray] = {}

    def ask(seed: int) -> None:
        found[seed] = network.record(a_drawing(seed)).activations[LAST]

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(found[seed], alone[seed]) for seed in range(10))


@pytest.mark.parametrize("method", MAP_METHODS)
def test_a_silent_network_has_an_empty_map(method, weights):
    silent = {name: np.zeros_like(values) for name, values in weights.items()}
    engine = keras_engine(silent)
    drawing = Drawing(a_drawing(), draw(segment_leads(an_ecg())).boxes, a_spec().drawing_version)
    quiet = MapMaker(engine, InspectableNetwork(a_spec(), silent, engine.backbone.activations))
    assert not quiet.heat_map(method, classify(drawing, engine), "MI").any()


@pytest.mark.parametrize("method", [name for name, method in MAP_METHODS.items() if method.subtract_baseline])
def test_white_paper_has_an_empty_map(method, weights, maker):
    paper = Drawing(np.full(SIZE, 255, np.uint8), draw(segment_leads(an_ecg())).boxes, a_spec().drawing_version)
    heat = maker.heat_map(method, classify(paper, keras_engine(weights)), "MI")
    assert np.abs(heat).max() < 1e-3


def test_the_exact_map_adds_up_to_what_the_traces_add_to_the_logit(weights, prediction, maker):
    white = np.full((1, *SIZE), 255, np.uint8)
    logits = keras_engine(weights).predict(np.stack([a_drawing(), white[0]])).logits
    for number, label in enumerate(CLASSES):
        added = maker.heat_map("cam", prediction, label).mean()
        assert added == pytest.approx(float(logits[0, number] - logits[1, number]), abs=1e-3)
