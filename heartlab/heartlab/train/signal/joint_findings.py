"""Weight and thresholds of the ensemble's findings, fitted on patients kept for it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.classify.engine import VggEngine
from heartguard.classify.signal_model import logit_average
from heartguard.classify.signal_network import stacked_signals
from heartguard.drawing import RawSegments, preprocess, render
from heartlab.data.datasets import calibration_signals, read_record_500hz
from heartlab.data.signal_labels import statements
from heartlab.metrics.classification import auroc
from heartlab.train.augmentation import random_stretches
from heartlab.train.signal.tuned import TunedNetworks
from heartlab.train.vgg16.findings import LEAST_AUROC, SPECIFICITY

log = logging.getLogger(__name__)

WEIGHTS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Candidate weights of the signal model."""

_SEED = 99
"""First part of the seeds, so that these drawings differ from those of training."""


@dataclass(frozen=True)
class JointFindings:
    """Weight and thresholds of the ensemble's findings.

    Attributes
    ----------
    share : float
        Weight of the signal model's logit.
    thresholds : dict of str to float
        Probability that 98 % of the records without a statement stay under. Statements that the network does not
        report, or whose AUROC on these records is under 0.85, have none.
    """

    share: float
    thresholds: dict[str, float]


def join_findings(engine: VggEngine, tuned: TunedNetworks, names: tuple[str, ...]) -> JointFindings:
    """Choose the weight by the mean AUROC of the superclasses, then the thresholds, on patients kept for both."""
    index = calibration_signals()
    both, truth = joint_logits(index, engine, tuned), said_of(index, names)
    supers = [k for k, name in enumerate(names) if name.startswith("super:")]
    weigh = np.vectorize(logit_average)
    means = {w: np.mean([auroc(truth[:, k], weigh(*both[:, :, k], w)) for k in supers]) for w in WEIGHTS}
    share = max(WEIGHTS, key=lambda weight: means[weight])
    log.info("findings: mean AUROC of the superclasses by weight of the signals %s", means)
    shares = weigh(*both, share)
    reported = engine.finding_spec.thresholds if engine.finding_spec else {}
    found = {}
    for k, name in enumerate(names):
        positive, mine = truth[:, k], shares[:, k]
        if name in reported and positive.any() and auroc(positive, mine) >= LEAST_AUROC:
            found[name] = round(float(np.quantile(mine[~positive], SPECIFICITY)), 4)
    return JointFindings(share, found)


def said_of(index: pd.DataFrame, names: tuple[str, ...]) -> Mask:
    """Return which statements the records have, shape (records, names)."""
    return np.array([[name in statements(labels) for name in names] for labels in index["labels"].fillna("")])


def joint_logits(index: pd.DataFrame, engine: VggEngine, tuned: TunedNetworks) -> Doubles:
    """Return VGG16's probabilities and the signal model's logits from clean drawings, (2, records, names)."""
    drawn: list[Floats] = []
    signals: list[Floats] = []
    for number, record in enumerate(index["record_id"]):
        cut = random_stretches(read_record_500hz(record), np.random.default_rng((_SEED, number)))
        segments = preprocess(RawSegments(cut.leads, cut.strip))
        logits = engine.predict(render(segments.leads, segments.strip)[None]).finding_logits
        if logits is None:
            raise ValueError("The network has no findings: run `heartlab train findings` first.")
        drawn.append(logits[0])
        signals.append(stacked_signals(segments))
    by_network = 1 / (1 + np.exp(-np.stack(drawn).astype(np.float64)))
    return np.stack([by_network, tuned.logits(np.stack(signals), "tags").astype(np.float64)])
