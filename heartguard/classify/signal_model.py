"""The signal model: boosted trees on measured waves and rhythm, and 1-D networks on the signals; it sees no drawing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.classify.findings import reported
from heartguard.classify.forest import Forest, from_table
from heartguard.classify.prediction import prediction_set, probabilities
from heartguard.classify.signal_network import SignalNetworks, stacked_signals
from heartguard.classify.signal_spec import EnsembleSpec, SignalModelSpec
from heartguard.classify.wave_features import FEATURES, wave_features
from heartguard.drawing import LeadSegments
from heartguard.errors import ModelError
from heartguard.values import Finding, Prediction, SignalPrediction
from heartguard.weights import check_file, read_spec, read_weights

FLOOR = 1e-6
"""Added to probabilities before their logarithm, so that a probability of 0 in one model cannot veto the other."""


@dataclass(frozen=True, eq=False)
class SignalModel:
    """The signal model: its spec, its trees of the classes, its networks, and its trees of statements."""

    spec: SignalModelSpec
    forest: Forest
    networks: SignalNetworks
    statement_forest: Forest | None = None

    def _logits(self, segments: LeadSegments) -> tuple[Doubles | None, dict[str, float]]:
        """Return the logits of the classes, and of the statements by code; None and {} where no beats are found."""
        features = wave_features(segments)
        if np.isnan(features).all():
            return None, {}
        by_trees = self.forest.logits(features)
        by_networks, statements = self.networks.logits(stacked_signals(segments))
        logits = log_opinion_pool(probabilities(by_trees), probabilities(by_networks))
        by_code = dict(zip(self.spec.statements, map(float, statements), strict=True))
        return logits, {**by_code, **self.statements_of(features)}

    def statements_of(self, features: Floats) -> dict[str, float]:
        """Return the logits of the statements that trees give, from `wave_features`."""
        if self.statement_forest is None:
            return {}
        return dict(zip(self.spec.wave_statements, map(float, self.statement_forest.logits(features)), strict=True))

    def consult(self, prediction: Prediction, segments: LeadSegments, network_sha256: str) -> Prediction:
        """Return VGG16's prediction with that of the signal model: the ensemble's answer where they are calibrated so.

        Parameters
        ----------
        prediction : Prediction
            Of VGG16 alone.
        segments : LeadSegments
            From which its drawing was made.
        network_sha256 : str
            Digest of VGG16's weights.
        """
        logits, statements = self._logits(segments)
        return prediction if logits is None else self.join(prediction, logits, statements, network_sha256)

    def join(
        self, prediction: Prediction, logits: Doubles, statements: Mapping[str, float], network_sha256: str
    ) -> Prediction:
        """Return VGG16's prediction joined with outputs of the signal model.

        Parameters
        ----------
        prediction : Prediction
            Of VGG16 alone.
        logits : ndarray, shape (classes,)
            Of trees and networks together.
        statements : mapping of str to float
            Logits by SCP code.
        network_sha256 : str
            Digest of VGG16's weights.
        """
        alone = self._by_class(probabilities(logits, self.spec.temperature))
        label = max(alone, key=lambda name: alone[name])
        signal_model = SignalPrediction(label, alone, label == prediction.label, self.spec.identity)
        joint = self.spec.joint
        if joint is None or joint.network_sha256 != network_sha256:
            return replace(prediction, signal_model=signal_model)
        cnn = np.array([prediction.probabilities[name] for name in self.spec.classes])
        pooled = log_opinion_pool(cnn, probabilities(logits), joint.share)
        ensemble = self._by_class(probabilities(pooled, joint.temperature))
        best = max(ensemble, key=lambda name: ensemble[name])
        answer = replace(
            prediction,
            label=best,
            abstained=ensemble[best] < joint.threshold_of(best),
            probabilities=ensemble,
            prediction_set=prediction_set(ensemble, joint.set_thresholds),
            coverage=joint.set_level,
            model=f"{prediction.model}+{self.spec.identity}",
            signal_model=signal_model,
            cnn_probabilities=prediction.probabilities,
            findings=merge_findings(prediction.findings, statements, joint, self.spec.wave_statements),
        )
        return joint.decide(answer, statements)

    def _by_class(self, values: Doubles) -> dict[str, float]:
        return dict(zip(self.spec.classes, map(float, values), strict=True))


def merge_findings(
    findings: tuple[Finding, ...], logits: Mapping[str, float], joint: EnsembleSpec, alone: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Return the findings of the ensemble, the most probable first.

    Parameters
    ----------
    findings : tuple of Finding
        Of VGG16; returned unchanged where the ensemble has no thresholds.
    logits : mapping of str to float
        Of the signal model, by SCP code.
    joint : EnsembleSpec
    alone : collection of str
        Statements of which the signal model's logit counts alone.
    """
    thresholds = joint.finding_thresholds
    if not thresholds:
        return findings
    merged = {
        f.scp_code: logit_average(
            f.probability, logits[f.scp_code], 1.0 if f.scp_code in alone else joint.finding_share
        )
        for f in findings
        if f.scp_code in thresholds
    }
    return reported(merged, thresholds, joint.finding_exclusions)


def logit_average(probability: float, logit: float, weight: float = 0.5) -> float:
    """Return the sigmoid of the weighted mean of logit(`probability`) and `logit`, which weighs `weight`.

    Examples
    --------
    >>> round(logit_average(0.5, 2.0), 3)  # the sigmoid of 1
    0.731
    """
    own = np.log(probability + FLOOR) - np.log(1 - probability + FLOOR)
    return float(1 / (1 + np.exp(-((1 - weight) * own + weight * logit))))


def log_opinion_pool(first: Doubles, second: Doubles, share: float = 0.5) -> Doubles:
    """Return the logarithmic opinion pool of two models: the weighted mean of their log probabilities.

    Nothing is fitted to rows, so the pool of out-of-fold answers is out of fold too.

    Parameters
    ----------
    first, second : ndarray, shape (..., classes)
        Probabilities.
    share : float
        Weight of the second one, 0 to 1; the first one weighs 1 - share.

    Returns
    -------
    ndarray, shape (..., classes)
        Logits: their softmax is the pooled probability.
    """
    joint: Doubles = (1 - share) * np.log(first + FLOOR) + share * np.log(second + FLOOR)
    return joint


def load_signal_model(folder: Path) -> SignalModel | None:
    """Read the signal model of a models folder; None where there is none.

    Raises
    ------
    ModelError
        If it is there but altered, or was trained on other features than this version measures.
    """
    path = folder / "second.json"
    if not path.exists():
        return None
    spec = read_spec(path, SignalModelSpec)
    if spec.features != FEATURES:
        raise ModelError(
            "The signal model of second.json was trained on other features than this version measures; train it again."
        )
    classes, table = len(spec.classes), read_weights(folder / spec.weights_file, spec.sha256)
    file = check_file(folder / spec.networks_file, spec.networks_sha256)
    networks = SignalNetworks(file, classes, len(spec.statements))
    return SignalModel(spec, from_table(table, len(spec.features), classes), networks, _statement_forest(folder, spec))


def _statement_forest(folder: Path, spec: SignalModelSpec) -> Forest | None:
    if not spec.wave_statements:
        return None
    table = read_weights(folder / spec.statements_file, spec.statements_sha256)
    return from_table(table, len(spec.features), len(spec.wave_statements))
