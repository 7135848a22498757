"""A second opinion that never sees the drawing: trees on waves and rhythm, and 1-D networks on the signals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.classify.forest import Forest, from_table
from heartguard.classify.prediction import possible_classes, probabilities
from heartguard.classify.signal_network import SignalNetwork, networks_of, stacked_signals
from heartguard.classify.wave_features import FEATURES, wave_features
from heartguard.drawing import cut_pieces
from heartguard.errors import ModelError
from heartguard.values import Doubles, Ecg, Floats, Prediction, SecondOpinion
from heartguard.weights import read_weights

FLOOR = 1e-6
"""Least probability that is believed of either model, so that neither can veto."""


@dataclass(frozen=True)
class JointFacts:
    """What the answer of both models together needs to say how sure it is; fields as in `ModelSpec`.

    Attributes
    ----------
    network_sha256 : str
        Weights of the network that these facts were found with; beside another one the second model is only heard.
    """

    network_sha256: str
    temperature: float
    abstention_threshold: float
    set_level: float
    set_thresholds: Mapping[str, float]


@dataclass(frozen=True)
class SecondSpec:
    """The facts of the second opinion, stored as JSON beside its weights.

    Attributes
    ----------
    classes, features : tuple of str
        In the order of the logits and of the measured features.
    temperature : float
        What its logits are divided by before the softmax, so that its probabilities mean what they say.
    joint : JointFacts or None
        None where only agreement is shown.
    sha256, weights_file, date : str
    training_data, metrics, recipe : mapping
    """

    classes: tuple[str, ...]
    features: tuple[str, ...]
    temperature: float
    sha256: str
    weights_file: str
    date: str
    joint: JointFacts | None = None
    training_data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Name and the start of the weights' digest."""
        return f"second-{self.sha256[:12]}"


@dataclass(frozen=True, eq=False)
class SecondModel:
    """The second opinion: its facts, its trees and, where it has them, its networks."""

    spec: SecondSpec
    forest: Forest
    networks: tuple[SignalNetwork, ...] = ()

    def logits(self, ecg: Ecg) -> Doubles | Floats | None:
        """Return its logits for an Ecg, shape (classes,); None where no beats can be measured."""
        pieces = cut_pieces(ecg)
        features = wave_features(pieces)
        if np.isnan(features).all():
            return None
        by_trees = self.forest.logits(features)
        if not self.networks:
            return by_trees
        signals = stacked_signals(pieces)
        by_networks = np.mean([network.logits(signals) for network in self.networks], axis=0)
        return mean_of_logs(probabilities(by_trees), probabilities(by_networks))

    def consult(self, prediction: Prediction, ecg: Ecg, network_sha256: str) -> Prediction:
        """Return a network's prediction with the second opinion, and as the answer of both where they belong together.

        Parameters
        ----------
        prediction : Prediction
            The network's own.
        ecg : Ecg
            What its drawing was made from.
        network_sha256 : str
            Digest of the network's weights.
        """
        logits = self.logits(ecg)
        if logits is None:
            return prediction
        shares = self._named(probabilities(logits, self.spec.temperature))
        label = max(shares, key=lambda name: shares[name])
        second = SecondOpinion(label, shares, label == prediction.label, self.spec.identity)
        joint = self.spec.joint
        if joint is None or joint.network_sha256 != network_sha256:
            return replace(prediction, second=second)
        own = np.array([prediction.probabilities[name] for name in self.spec.classes])
        both = self._named(probabilities(mean_of_logs(own, probabilities(logits)), joint.temperature))
        best = max(both, key=lambda name: both[name])
        return replace(
            prediction,
            label=best,
            abstained=both[best] < joint.abstention_threshold,
            probabilities=both,
            possible=possible_classes(both, joint.set_thresholds),
            set_level=joint.set_level,
            model=f"{prediction.model}+{self.spec.identity}",
            second=second,
            network=prediction.probabilities,
        )

    def _named(self, shares: Doubles) -> dict[str, float]:
        return dict(zip(self.spec.classes, map(float, shares), strict=True))


def mean_of_logs(first: Doubles, second: Doubles) -> Doubles:
    """Return the mean of the logarithms of two models' probabilities, shape (..., classes): their joint logits.

    Equal weights leave nothing to fit, so that the mean of two out-of-fold answers is out of fold too.
    """
    joint: Doubles = (np.log(first + FLOOR) + np.log(second + FLOOR)) / 2
    return joint


def load_second(folder: Path) -> SecondModel | None:
    """Read the second opinion of a models folder; None where there is none.

    Raises
    ------
    ModelError
        If it is there but altered, or was trained on other features than this version measures.
    """
    path = folder / "second.json"
    if not path.exists():
        return None
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        facts |= {name: tuple(facts[name]) for name in ("classes", "features")}
        joint = JointFacts(**facts.pop("joint")) if facts["joint"] else None
        spec = SecondSpec(**{**facts, "joint": joint})
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError(f"The facts of the second opinion cannot be read: {path.name} was altered.") from error
    if spec.features != FEATURES:
        raise ModelError("The second opinion was trained on other features than this version measures; train it again.")
    table = read_weights(folder / spec.weights_file, spec.sha256)
    forest = from_table(table, len(spec.features), len(spec.classes))
    return SecondModel(spec, forest, networks_of(table, len(spec.classes)))
