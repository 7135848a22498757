"""Measures of a classifier, each with a known definition, and intervals that respect groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Mask

Labels = NDArray[np.int64]
Measure = Callable[[Labels, Doubles], float]


def macro_f1(labels: Labels, shares: Doubles) -> float:
    """Return the mean over the classes that occur of F1 = 2 TP / (2 TP + FP + FN), by the greatest probability.

    As scikit-learn's `f1_score`, in a sixtieth of its time: the bootstrap asks a thousand times.
    """
    classes = shares.shape[1]
    counts = np.bincount(labels * classes + shares.argmax(axis=1), minlength=classes**2).reshape(classes, classes)
    true, predicted = counts.sum(axis=1), counts.sum(axis=0)
    f1 = 2 * np.diag(counts) / np.maximum(true + predicted, 1)
    return float(f1[true > 0].mean())


def accuracy(labels: Labels, shares: Doubles) -> float:
    """Return the share of pages whose most probable class is the true one."""
    return float((shares.argmax(axis=1) == labels).mean())


def auroc(positive: Mask, scores: Doubles) -> float:
    """Return the area under the ROC curve: how often a positive outranks a negative, ties counted half.

    As scikit-learn's `roc_auc_score`, in a nineteenth of its time; NaN where all or none are positive.
    """
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    n_pos, n_neg = int(positive.sum()), int((~positive).sum())
    if n_pos == 0 or n_neg == 0:
        return float("nan")
    return float((ranks[positive].sum() - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg))


def binary_auroc(labels: Labels, scores: Doubles) -> float:
    """Return the AUROC of class 1 by the last column of scores, shape (n, 1) or (n, 2)."""
    return auroc(labels == 1, scores[:, -1])


def macro_auroc(labels: Labels, shares: Doubles) -> float:
    """Return the mean over the classes of the one-against-rest AUROC."""
    return float(np.nanmean([auroc(labels == c, shares[:, c]) for c in range(shares.shape[1])]))


def reliability(labels: Labels, shares: Doubles, bins: int = 10) -> list[dict[str, float]]:
    """Return the reliability table of the greatest probability: equal-width bins with count, confidence, accuracy."""
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    table = []
    for b in range(bins):
        inside = place == b
        if inside.any():
            means = {"confidence": float(confidence[inside].mean()), "accuracy": float(right[inside].mean())}
            table.append({"from": b / bins, "to": (b + 1) / bins, "count": int(inside.sum()), **means})
    return table


def expected_calibration_error(labels: Labels, shares: Doubles, bins: int = 10) -> float:
    """Return the mean over pages of |accuracy - confidence| of their bin (Guo et al., ICML 2017)."""
    table = reliability(labels, shares, bins)
    return float(sum(row["count"] * abs(row["accuracy"] - row["confidence"]) for row in table) / len(labels))


def fit_temperature(labels: Labels, logits: Doubles) -> float:
    """Return the temperature of least negative log likelihood."""
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    def loss(log_t: float) -> float:
        return -float(log_softmax(logits / np.exp(log_t), axis=1)[np.arange(len(labels)), labels].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))


def bootstrap_interval(
    labels: Labels, shares: Doubles, groups: Sequence[Any], measure: Measure, repeats: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of a measure: groups, not pages, are drawn with replacement (percentile bootstrap)."""
    found = [measure(labels[drawn], shares[drawn]) for drawn in _draws(groups, repeats, seed)]
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return float(low), float(high)


def _draws(groups: Sequence[Any], repeats: int, seed: int) -> Iterator[Labels]:
    """Yield the rows of as many groups as there are, drawn with replacement."""
    rng = np.random.default_rng(seed)
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(group == g) for g in range(group.max() + 1)]
    for _ in range(repeats):
        yield np.concatenate([members[g] for g in rng.integers(0, len(members), len(members))])


def paired_difference(
    labels: Labels,
    shares: tuple[Doubles, Doubles],
    groups: Sequence[Any],
    measure: Measure,
    repeats: int = 1000,
    seed: int = 0,
) -> dict[str, float]:
    """Return how two models differ on the same pages, with a 95 % interval by bootstrap over groups.

    Both are measured on the same draws, so that a draw that is hard for both does not affect the difference.

    Returns
    -------
    dict
        `value` of the first, `other` of the second, `difference`, `low` and `high` of it, and `not_above`, the
        share of draws in which the first is not above the second.
    """
    found = []
    for drawn in _draws(groups, repeats, seed):
        first, second = (measure(labels[drawn], own[drawn]) for own in shares)
        found.append(first - second)
    low, high = np.nanpercentile(found, [2.5, 97.5])
    value, other = (measure(labels, own) for own in shares)
    not_above = float(np.mean(np.asarray(found) <= 0))
    return {
        "value": value,
        "other": other,
        "difference": value - other,
        "low": float(low),
        "high": float(high),
        "not_above": not_above,
    }


def selective_accuracy(labels: Labels, shares: Doubles, coverage: float = 0.8) -> float:
    """Return the accuracy of the surest answers, a share of `coverage` of all."""
    surest = np.argsort(-shares.max(axis=1), kind="stable")[: max(1, round(coverage * len(labels)))]
    return float((shares.argmax(axis=1) == labels)[surest].mean())


def selective_threshold(labels: Labels, shares: Doubles, target: float) -> float:
    """Return the least probability above which the answers reach `target` accuracy; 1 where none does."""
    confidence = shares.max(axis=1)
    order = np.argsort(-confidence)
    right = (shares.argmax(axis=1) == labels)[order]
    running = np.cumsum(right) / np.arange(1, len(right) + 1)
    good = np.flatnonzero(running >= target)
    return float(confidence[order][good[-1]]) if good.size else 1.0
