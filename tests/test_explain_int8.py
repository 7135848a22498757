"""The int8 file by steps: the same answers as whole, and maps like those of the full weights."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.classify import LAYERS, NEAR_REACH_PX, LiteRtBackbone, VggEngine, load_engine
from heartguard.drawing import draw, drawing_boxes, segment_leads
from heartguard.explain import InspectableNetwork, inspect_network, lead_shap
from heartguard.explain.hires_cam import hires_cam
from heartguard.explain.incremental import IncrementalBackbone, incremental_engine, window
from heartguard.explain.network import BEFORE_POOLING
from heartguard.explain.players import lead_players
from heartguard.values import Ecg
from heartlab.simulate.ecg import simulate_ecg
from tests.test_explain import engine as fake_engine

SHAPE = (160, 384)


@pytest.fixture(scope="module")
def whole() -> VggEngine:
    return load_engine()


@pytest.fixture(scope="module")
def ecg() -> Ecg:
    return Ecg(simulate_ecg("normal", 70, seed=3).signals, np.ones(12, np.float32), "II")


def coalitions() -> np.ndarray:
    """Return everyone, nobody, one lead less and the strip less, many less, and everyone again."""
    masks = np.ones((7, 13), bool)
    masks[1] = False
    masks[2, 6] = masks[3, 12] = masks[4, [0, 3]] = False
    masks[5] = np.random.default_rng(0).random(13) < 0.5
    return masks


def test_bands_of_a_drawing_give_what_all_of_it_gives_at_once(whole: VggEngine) -> None:
    image = np.random.default_rng(0).integers(0, 256, SHAPE, np.uint8)
    backbone = whole.backbone
    assert isinstance(backbone, LiteRtBackbone)
    np.testing.assert_array_equal(backbone.near(image), backbone._near(image))


def test_steps_answer_as_the_whole(whole, ecg):
    steps = incremental_engine(whole)
    assert isinstance(steps.backbone, IncrementalBackbone)
    drawings = lead_players(ecg).drawings(coalitions())
    expected, found = whole.predict(drawings), steps.predict(drawings)
    assert np.abs(expected.class_maps - found.class_maps).max() < 1e-4
    assert np.abs(expected.logits - found.logits).max() < 1e-4


def test_only_the_surroundings_of_a_change_are_worked_out_again(whole, ecg, monkeypatch):
    seen = []
    near = whole.backbone.near
    monkeypatch.setattr(whole.backbone, "near", lambda image: seen.append(image.shape) or near(image))
    steps = IncrementalBackbone(whole.backbone)
    *drawings, everyone = lead_players(ecg).drawings(coalitions())
    for drawing in drawings:
        steps.feature_map(drawing)
    assert seen[:6] == [SHAPE, SHAPE, (72, 128), (72, 384), (72, 128), (72, 128)]
    before = len(seen)
    steps.feature_map(everyone)
    assert len(seen) == before


def test_steps_of_two_explanations_share_nothing(whole):
    first, second = incremental_engine(whole), incremental_engine(whole)
    assert first.backbone is not second.backbone
    assert not isinstance(whole.backbone, IncrementalBackbone)


def test_an_engine_without_a_backbone_stays_as_it_is():
    fake = fake_engine(V1=1.0)
    assert incremental_engine(fake) is fake


@pytest.mark.parametrize("box", drawing_boxes(), ids=lambda box: "strip" if box.rhythm else box.lead)
def test_a_window_holds_a_box_with_all_that_it_can_reach(box):
    for span, first, last, size in zip(window(box, SHAPE), (box.y0, box.x0), (box.y1, box.x1), SHAPE, strict=True):
        assert span.start % 4 == span.stop % 4 == 0
        assert span.start == 0 or span.start <= first - 2 * NEAR_REACH_PX
        assert span.stop == size or span.stop >= last + 2 * NEAR_REACH_PX
        assert 0 <= span.start < span.stop <= size


def test_maps_of_the_int8_file_are_those_of_the_full_weights(whole, ecg):
    pytest.importorskip("keras")
    from heartlab.networks.vgg16 import KerasBackbone

    light = inspect_network(whole)
    full = InspectableNetwork(light.spec, light._weights, KerasBackbone(light._weights).activations)
    records = [found.record(draw(segment_leads(ecg)).image) for found in (light, full)]
    for layer in (LAYERS[0], BEFORE_POOLING):
        first, second = (hires_cam(record.activations[layer], record.gradient("MI", layer)) for record in records)
        assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.98


def test_lead_shap_by_steps_is_lead_shap(whole, ecg, monkeypatch):
    by_steps = lead_shap(ecg, whole, "HB", evaluations=27)
    monkeypatch.setattr("heartguard.explain.shapley.incremental_engine", lambda engine: engine)
    assert lead_shap(ecg, whole, "HB", evaluations=27).values == pytest.approx(by_steps.values, abs=1e-6)
