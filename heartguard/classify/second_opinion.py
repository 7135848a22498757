"""The signal model, which never sees the drawing: boosted trees on waves and rhythm, 1-D networks on the signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.classify.findings import reported
from heartguard.classify.forest import Forest, from_table
from heartguard.classify.prediction import possible_classes, probabilities
from heartguard.classify.signal_network import SignalNetwork, mean_logits, networks_of, stacked_signals
from heartguard.classify.wave_features import FEATURES, wave_features
from heartguard.drawing import LeadSegments
from heartguard.errors import ModelError
from heartguard.values import Finding, Prediction, SecondOpinion
from heartguard.weights import named, read_spec, read_weights

FLOOR = 1e-6
"""Least probability that is believed of either model, so that neither can veto."""


@dataclass(frozen=True)
class JointFacts:
    """What the answer of both models together needs to say how sure it is; fields as in `ModelSpec`.

    Attributes
    ----------
    network_sha256 : str
        Weights of VGG16 that these facts were found with; beside others the signal model's answer is only shown.
    finding_thresholds : mapping of str to float
        Probability of both models together from which each statement is reported; empty where the network's own stand.
    share : float
        Weight of the signal model's log probability; VGG16 has the rest.
    finding_share : float
        Weight of its logit of a statement; the network has the rest.
    """

    network_sha256: str
    temperature: float
    abstention_threshold: float
    set_level: float
    set_thresholds: Mapping[str, float]
    finding_thresholds: Mapping[str, float] = field(default_factory=dict)
    share: float = 0.5
    finding_share: float = 0.5


@dataclass(frozen=True)
class SecondSpec:
    """The facts of the signal model, stored as JSON beside its weights.

    Attributes
    ----------
    classes, features : tuple of str
        In the order of the logits and of the measured features.
    temperature : float
        What its logits are divided by before the softmax, so that its probabilities mean what they say.
    joint : JointFacts or None
        None where only agreement is shown.
    statements : tuple of str
        What the networks say beside the classes, PTB-XL's ``group:CODE``; empty without networks.
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
    statements: tuple[str, ...] = ()
    training_data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Name and the start of the weights' digest."""
        return named("second", self.sha256)


@dataclass(frozen=True, eq=False)
class SecondModel:
    """The signal model: its facts, its trees and, where it has them, its networks."""

    spec: SecondSpec
    forest: Forest
    networks: tuple[SignalNetwork, ...] = ()

    def _heard(self, segments: LeadSegments) -> tuple[Doubles | Floats | None, dict[str, float]]:
        """Return the logits of the classes and of the statements; None and none where no beats can be measured."""
        features = wave_features(segments)
        if np.isnan(features).all():
            return None, {}
        by_trees = self.forest.logits(features)
        if not self.networks:
            return by_trees, {}
        by_networks, statements = mean_logits(self.networks, stacked_signals(segments))
        logits = mean_of_logs(probabilities(by_trees), probabilities(by_networks))
        return logits, dict(zip(self.spec.statements, map(float, statements), strict=True))

    def consult(self, prediction: Prediction, segments: LeadSegments, network_sha256: str) -> Prediction:
        """Return VGG16's prediction with that of the signal model, as the joint answer where they belong together.

        Parameters
        ----------
        prediction : Prediction
            The network's own.
        segments : LeadSegments
            What its drawing was made from.
        network_sha256 : str
            Digest of the network's weights.
        """
        logits, statements = self._heard(segments)
        if logits is None:
            return prediction
        shares = self._named(probabilities(logits, self.spec.temperature))
        label = max(shares, key=lambda name: shares[name])
        second = SecondOpinion(label, shares, label == prediction.label, self.spec.identity)
        joint = self.spec.joint
        if joint is None or joint.network_sha256 != network_sha256:
            return replace(prediction, second=second)
        own = np.array([prediction.probabilities[name] for name in self.spec.classes])
        both = self._named(probabilities(mean_of_logs(own, probabilities(logits), joint.share), joint.temperature))
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
            findings=_together(prediction.findings, statements, joint),
        )

    def _named(self, shares: Doubles) -> dict[str, float]:
        return dict(zip(self.spec.classes, map(float, shares), strict=True))


def _together(findings: tuple[Finding, ...], logits: Mapping[str, float], joint: JointFacts) -> tuple[Finding, ...]:
    """Return the findings of both models, by the weighted mean of their logits, the most probable first."""
    thresholds = joint.finding_thresholds
    if not thresholds:
        return findings
    shares = {
        f.statement: joint_share(f.probability, logits[f.statement], joint.finding_share)
        for f in findings
        if f.statement in thresholds
    }
    return reported(shares, thresholds)


def joint_share(share: float, logit: float, weight: float = 0.5) -> float:
    """Return the probability whose logit is a probability's own and another one, which weighs `weight`."""
    own = np.log(share + FLOOR) - np.log(1 - share + FLOOR)
    return float(1 / (1 + np.exp(-((1 - weight) * own + weight * logit))))


def mean_of_logs(first: Doubles, second: Doubles, share: float = 0.5) -> Doubles:
    """Return the mean of the logarithms of two models' probabilities, shape (..., classes): their joint logits.

    The second one weighs `share`: one half, or as many of the voices as it has itself. Every voice weighs alike, so
    that nothing is fitted, and the mean of out-of-fold answers is out of fold too.
    """
    joint: Doubles = (1 - share) * np.log(first + FLOOR) + share * np.log(second + FLOOR)
    return joint


def load_second(folder: Path) -> SecondModel | None:
    """Read the signal model of a models folder; None where there is none.

    Raises
    ------
    ModelError
        If it is there but altered, or was trained on other features than this version measures.
    """
    path = folder / "second.json"
    if not path.exists():
        return None
    spec = read_spec(path, SecondSpec)
    if spec.features != FEATURES:
        raise ModelError(
            "The signal model of second.json was trained on other features than this version measures; train it again."
        )
    table = read_weights(folder / spec.weights_file, spec.sha256)
    forest = from_table(table, len(spec.features), len(spec.classes))
    return SecondModel(spec, forest, networks_of(table, len(spec.classes), len(spec.statements)))
