"""Calibration: temperature, the abstention threshold, and conformal prediction sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.classify import probabilities
from heartlab.metrics.classification import Labels, fit_temperature, selective_threshold
from heartlab.metrics.folds import out_of_fold

SELECTIVE_ACCURACY = 0.95
"""Accuracy of the answers above the abstention threshold."""

SET_LEVEL = 0.9
"""How often, in each class, the set of possible classes holds the true one."""


def calibration_facts(logits: Floats, labels: Labels, classes: Sequence[str]) -> dict[str, Any]:
    """Return the fields of a `ModelSpec` that out-of-fold answers decide.

    Parameters
    ----------
    logits : ndarray, shape (n, classes)
        Out of fold.
    labels : ndarray, shape (n,)
    classes : sequence of str
        In the order of the logits.
    """
    temperature = fit_temperature(labels, logits.astype(float))
    shares = probabilities(logits, temperature)
    thresholds = set_thresholds(labels, shares, SET_LEVEL)
    return {
        "temperature": round(temperature, 4),
        "abstention_threshold": round(selective_threshold(labels, shares, SELECTIVE_ACCURACY), 4),
        "set_level": SET_LEVEL,
        "set_thresholds": {name: round(float(t), 5) for name, t in zip(classes, thresholds, strict=True)},
    }


def set_thresholds(labels: Labels, shares: Doubles, level: float) -> Doubles:
    """Return for each class the probability that `level` of its own pages reach, shape (classes,).

    Class-conditional split conformal prediction (Vovk, Machine Learning 92:349, 2013), with 1 - p as the score: of the
    n pages of a class the ``ceil((n + 1) level)``-th most probable one sets the threshold; 0 where n is too small.
    """
    thresholds = np.zeros(shares.shape[1])
    for number in range(shares.shape[1]):
        own = np.sort(shares[labels == number, number])[::-1]
        rank = int(np.ceil((own.size + 1) * level))
        thresholds[number] = own[rank - 1] if rank <= own.size else 0.0
    return thresholds


def set_figures(
    labels: Labels, shares: Doubles, folds: NDArray[np.int64], chosen: Mask, classes: Sequence[str]
) -> dict[str, Any]:
    """Return how often the sets hold the true class, and how large they are, on some of the pages.

    The thresholds of a fold come from the pages of the other folds.
    """
    holds = out_of_fold(
        folds, lambda known, asked: shares[asked] >= set_thresholds(labels[known], shares[known], SET_LEVEL)
    )
    right, size = holds[np.arange(len(labels)), labels], holds.sum(axis=1)
    return {
        "level": SET_LEVEL,
        "coverage": float(right[chosen].mean()),
        "coverage_by_class": {
            name: float(right[chosen & (labels == number)].mean()) for number, name in enumerate(classes)
        },
        "mean_size": float(size[chosen].mean()),
        "share_by_size": {str(k): float((size[chosen] == k).mean()) for k in range(len(classes) + 1)},
    }


def risk_coverage(labels: Labels, shares: Doubles, steps: int = 20) -> list[dict[str, float]]:
    """Return the accuracy of the surest answers at `steps` shares of pages answered, the last one all of them."""
    order = np.argsort(-shares.max(axis=1), kind="stable")
    right = (shares.argmax(axis=1) == labels)[order]
    curve = []
    for step in range(1, steps + 1):
        count = max(1, round(len(labels) * step / steps))
        threshold = float(shares.max(axis=1)[order[count - 1]])
        curve.append({"coverage": step / steps, "accuracy": float(right[:count].mean()), "threshold": threshold})
    return curve


def calibrate_out_of_fold(logits: Floats, labels: Labels, folds: NDArray[np.int64]) -> Doubles:
    """Return probabilities of each fold under the temperature of the other folds."""
    return out_of_fold(
        folds,
        lambda known, asked: probabilities(logits[asked], fit_temperature(labels[known], logits[known].astype(float))),
    )
