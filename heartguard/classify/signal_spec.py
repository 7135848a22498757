"""The facts of the signal model and of the ensemble, stored as JSON: calibration, thresholds, what Normal needs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heartguard.vocabulary import percent
from heartguard.weights import named

__all__ = ["EnsembleSpec", "NormalSpec", "SignalModelSpec"]


@dataclass(frozen=True)
class NormalSpec:
    """What the class Normal needs besides being the most probable one, fitted to pages and to records of other sources.

    Attributes
    ----------
    label : str
        The class.
    threshold : float
        Probability from which it is named, where it differs from that of the other classes.
    weights : mapping of str to float
        Of the networks' logits of statements, by SCP code, for the logit that an ECG is normal.
    bias : float
        Added to their sum.
    least_support : float
        Least probability by that logit with which Normal is named.
    """

    label: str
    threshold: float
    weights: Mapping[str, float]
    bias: float
    least_support: float

    def support(self, statements: Mapping[str, float]) -> float:
        """Return how probably an ECG is normal by the logits of its statements.

        Examples
        --------
        >>> NormalSpec("Normal", 0.8, {"super:NORM": 2.0}, -1.0, 0.6).support({"super:NORM": 0.5, "super:MI": 3.0})
        0.5
        """
        logit = self.bias + sum(weight * statements[code] for code, weight in self.weights.items())
        return float(1 / (1 + np.exp(-logit)))

    def objection(self, statements: Mapping[str, float]) -> tuple[str, ...]:
        """Return why the statements do not allow the class, as a sentence with value and limit; empty if they do."""
        support = self.support(statements)
        if support >= self.least_support:
            return ()
        return (
            "By what the networks learned from ECGs of other hospitals, this one is normal with "
            f"{percent(support)} (allowed: from {percent(self.least_support)}).",
        )


@dataclass(frozen=True)
class EnsembleSpec:
    """Weights, calibration and thresholds of the ensemble of VGG16 and the signal model; fields as in `ModelSpec`.

    Attributes
    ----------
    network_sha256 : str
        Weights of VGG16 that the ensemble was calibrated with; with others, the signal model's answer is only shown.
    finding_thresholds : mapping of str to float
        Ensemble probability from which each statement is reported; empty where VGG16's own findings are used.
    share : float
        Weight of the signal model's log probabilities, 0 to 1; VGG16 weighs 1 - share.
    finding_share : float
        Weight of the signal model's logit of a statement; VGG16 weighs 1 - finding_share.
    finding_exclusions : mapping of str to float
        Ensemble probability under which each statement can be excluded.
    normal : NormalSpec or None
        What Normal needs besides; None where it is a class like the others.
    """

    network_sha256: str
    temperature: float
    abstention_threshold: float
    set_level: float
    set_thresholds: Mapping[str, float]
    finding_thresholds: Mapping[str, float] = field(default_factory=dict)
    share: float = 0.5
    finding_share: float = 0.5
    finding_exclusions: Mapping[str, float] = field(default_factory=dict)
    normal: NormalSpec | None = None

    def threshold_of(self, label: str) -> float:
        """Return the probability from which a class is named."""
        if self.normal is not None and label == self.normal.label:
            return self.normal.threshold
        return self.abstention_threshold


@dataclass(frozen=True)
class SignalModelSpec:
    """The facts of the signal model, stored as JSON beside its weights.

    Attributes
    ----------
    classes, features : tuple of str
        In the order of the logits and of the measured features.
    temperature : float
        Divides the logits before the softmax (temperature scaling); fitted on out-of-fold logits.
    joint : EnsembleSpec or None
        None where the signal model is shown beside VGG16 and not combined with it.
    statements : tuple of str
        SCP-ECG statements that the networks give beside the classes, ``group:CODE``.
    sha256, weights_file : str
        Digest and name of the file of the trees.
    networks_sha256, networks_file : str
        The same of the networks.
    wave_statements : tuple of str
        Statements that trees on the waves give instead of the networks and of VGG16.
    statements_sha256, statements_file : str
        Digest and name of the file of these trees; empty where there are none.
    date : str
    training_data, metrics, recipe : mapping
    """

    classes: tuple[str, ...]
    features: tuple[str, ...]
    temperature: float
    sha256: str
    weights_file: str
    networks_sha256: str
    networks_file: str
    date: str
    joint: EnsembleSpec | None = None
    statements: tuple[str, ...] = ()
    wave_statements: tuple[str, ...] = ()
    statements_sha256: str = ""
    statements_file: str = ""
    training_data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Name and the start of a digest of all its files."""
        digests = f"{self.sha256}{self.networks_sha256}{self.statements_sha256}"
        return named("second", hashlib.sha256(digests.encode()).hexdigest())
