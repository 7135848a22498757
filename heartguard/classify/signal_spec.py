"""The facts of the signal model and of the ensemble, stored as JSON: calibration, thresholds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heartguard.classify.elsewhere import ElsewhereSpec, answer_elsewhere
from heartguard.values import Prediction
from heartguard.weights import named

__all__ = ["EnsembleSpec", "NormalSpec", "SignalModelSpec"]


@dataclass(frozen=True)
class NormalSpec:
    """The class Normal and the probability from which it is named, where that differs from the other classes'."""

    label: str
    threshold: float


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
        None where Normal is a class like the others.
    elsewhere : ElsewhereSpec or None
        The classes by the statements, for ECGs unlike those of the clinic; None where the ensemble answers all.
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
    elsewhere: ElsewhereSpec | None = None

    def threshold_of(self, label: str) -> float:
        """Return the probability from which a class is named."""
        if self.normal is not None and label == self.normal.label:
            return self.normal.threshold
        return self.abstention_threshold

    def decide(self, answer: Prediction, statements: Mapping[str, float]) -> Prediction:
        """Return the ensemble's answer, or that of the statements where it does not hold; by their logits."""
        if self.elsewhere is None:
            return answer
        return answer_elsewhere(answer, statements, self.elsewhere, self.normal.label if self.normal else None)


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
        Statements that trees on the waves give instead of the networks and of VGG16; `LIKENESS` may be among them.
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
