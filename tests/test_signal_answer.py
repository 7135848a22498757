"""How the signal model answers beside VGG16, from logits that are given: alone, together, and where it must not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from heartguard.classify import EnsembleSpec, SignalModel, SignalModelSpec
from heartguard.drawing import LeadSegments
from heartguard.values import Finding, Prediction
from tests.handmade import make_prediction

CLASSES = ("Normal", "MI", "PMI", "HB")
SEGMENTS = LeadSegments(np.zeros((12, 290), np.float32), None)
TREES, NETWORKS = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.1, 0.6, 0.1, 0.2])
"""Probabilities of the trees and of the networks."""

OWN = {"Normal": 0.5, "MI": 0.3, "PMI": 0.1, "HB": 0.1}
"""Probabilities of VGG16."""


@pytest.fixture(autouse=True)
def features(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the features that are measured, to be changed in place; the trees know the first of them."""
    found = [72.0, np.nan]
    monkeypatch.setattr("heartguard.classify.signal_model.wave_features", lambda segments: np.array(found, np.float32))
    return found


def a_model(**facts: Any) -> SignalModel:
    def by_trees(features: np.ndarray) -> np.ndarray:
        assert features[0] == 72
        return np.log(TREES)

    def by_networks(signals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        assert signals.shape == (16, 290)
        return np.log(NETWORKS), np.array([3.0])

    spec = SignalModelSpec(**{**FACTS, **facts})
    return SignalModel(spec, SimpleNamespace(logits=by_trees), SimpleNamespace(logits=by_networks))  # type: ignore[arg-type]


FACTS: dict[str, Any] = {
    "classes": CLASSES,
    "features": ("rate", "PR"),
    "temperature": 1.0,
    "sha256": "0",
    "weights_file": "",
    "networks_sha256": "1",
    "networks_file": "",
    "date": "",
    "statements": ("rhythm:AFIB",),
}


def shares(weights: np.ndarray) -> list[float]:
    """Return weights that sum to 1."""
    return list(weights / weights.sum())


def vgg16(**changes: Any) -> Prediction:
    return make_prediction(probabilities=OWN, **changes)


def test_trees_and_networks_weigh_the_same():
    said = a_model().consult(vgg16(), SEGMENTS, "any").signal_model
    assert list(said.probabilities) == list(CLASSES)
    assert list(said.probabilities.values()) == pytest.approx(shares(np.sqrt(TREES * NETWORKS)), abs=1e-4)
    assert (said.label, said.model) == ("MI", a_model().spec.identity)


def test_the_temperature_flattens_the_signal_model_s_answer():
    said = a_model(temperature=2.0).consult(vgg16(), SEGMENTS, "any").signal_model
    assert list(said.probabilities.values()) == pytest.approx(shares((TREES * NETWORKS) ** 0.25), abs=1e-4)


@pytest.mark.parametrize(("label", "agrees"), [("Normal", False), ("MI", True), ("HB", False)])
def test_it_agrees_with_the_same_class_only(label, agrees):
    found = a_model().consult(vgg16(label=label), SEGMENTS, "any")
    assert found.signal_model.agrees is agrees
    assert (found.label, found.probabilities, found.cnn_probabilities) == (label, OWN, None)


def test_without_beats_vgg16_answers_alone(features):
    features[0] = np.nan
    network = vgg16()
    assert a_model().consult(network, SEGMENTS, "any") is network


def joint(**facts: Any) -> EnsembleSpec:
    given = {"network_sha256": "abc", "temperature": 1.0, "abstention_threshold": 0.4, "set_level": 0.8}
    return EnsembleSpec(**{**given, "set_thresholds": {"Normal": 0.3, "MI": 0.3, "HB": 0.5}, **facts})


@pytest.mark.parametrize(
    ("share", "temperature", "possible"),
    [(0.5, 1.0, ("MI", "Normal")), (0.75, 1.0, ("MI",)), (0.5, 2.0, ("MI", "Normal"))],
)
def test_together_they_answer_with_weighted_log_probabilities(share, temperature, possible):
    model = a_model(joint=joint(share=share, temperature=temperature))
    found = model.consult(vgg16(), SEGMENTS, "abc")
    signals = np.array(shares(np.sqrt(TREES * NETWORKS)))
    pooled = np.array(list(OWN.values())) ** (1 - share) * signals**share
    assert list(found.probabilities.values()) == pytest.approx(shares(pooled ** (1 / temperature)), abs=1e-4)
    assert found.cnn_probabilities == OWN
    assert found.model == f"{make_prediction().model}+{model.spec.identity}"
    assert (found.coverage, found.signal_model.label) == (0.8, "MI")
    assert found.prediction_set == possible


@pytest.mark.parametrize(("least", "abstained"), [(0.39, False), (0.40, True)])
def test_together_they_abstain_below_their_own_threshold(least, abstained):
    found = a_model(joint=joint(abstention_threshold=least)).consult(vgg16(), SEGMENTS, "abc")
    assert found.probabilities["MI"] == pytest.approx(0.3917, abs=1e-3)
    assert (found.label, found.abstained) == ("MI", abstained)


def test_beside_other_weights_the_signal_model_is_only_shown():
    found = a_model(joint=joint()).consult(vgg16(), SEGMENTS, "others")
    assert (found.probabilities, found.cnn_probabilities, found.model) == (OWN, None, make_prediction().model)
    assert found.signal_model is not None


def test_findings_are_averaged_with_the_networks_statements():
    thresholds = {"rhythm:AFIB": 0.7}
    model = a_model(joint=joint(finding_thresholds=thresholds, finding_share=0.25))
    network = vgg16(findings=(Finding("rhythm:AFIB", 0.5, False), Finding("sub:LVH", 0.9, True)))
    (found,) = model.consult(network, SEGMENTS, "abc").findings
    assert found.probability == pytest.approx(1 / (1 + np.exp(-0.25 * 3.0)), abs=1e-4)
    assert (found.scp_code, found.present) == ("rhythm:AFIB", False)


@pytest.mark.parametrize("facts", [{"classes": CLASSES[:3]}, {"statements": ()}])
def test_outputs_without_a_name_are_not_dropped(facts):
    with pytest.raises(ValueError, match="longer"):
        a_model(**facts).consult(vgg16(), SEGMENTS, "any")
