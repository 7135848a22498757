"""What Normal needs besides being the most probable class: support by the statements, fitted to another hospital."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from heartguard.answers import NORMAL
from heartguard.arrays import Doubles, Mask
from heartguard.classify import NormalSpec
from heartguard.models import Models
from heartlab.data.ecg_outputs import EcgOutputs
from heartlab.data.kept_answers import conclude_kept, predicted
from heartlab.data.truths import Truth
from heartlab.metrics.folds import out_of_fold

__all__ = ["KnownRecords", "fit_normal", "least_support", "with_normal"]

log = logging.getLogger(__name__)

SUPPORTING = ("super:NORM", "super:MI", "super:STTC", "super:CD", "super:HYP", "sub:AMI", "sub:IMI")
"""Statements that the support rests on: PTB-XL's superclasses, and the two infarctions that are reported."""

FOLDS = 5
"""Of patients."""

RIDGES = (0.003, 0.01, 0.03, 0.1, 0.3)
"""Candidates of the inverse penalty of the coefficients; the best on the folds is taken."""

MOST_INFARCTIONS, LEAST_RIGHT = 0.05, 0.85
"""Aims: the share of infarctions called Normal, and how often Normal is right, plainly or with minor deviations."""


@dataclass(frozen=True, eq=False)
class KnownRecords:
    """Records that no network was trained on, what is said of them, and what they are."""

    outputs: Sequence[EcgOutputs]
    truths: Sequence[Truth]
    patients: NDArray[np.str_]

    @property
    def folds(self) -> NDArray[np.int64]:
        """The fold of each record; all records of a patient are in one."""
        return np.unique(self.patients, return_inverse=True)[1].astype(np.int64) % FOLDS

    @property
    def normal(self) -> Mask:
        """Which records are normal, plainly or with minor deviations."""
        return np.array([truth.normal or truth.minor for truth in self.truths])

    @property
    def infarction(self) -> Mask:
        """Which records are of infarctions."""
        return np.array([truth.infarction for truth in self.truths])


def with_normal(models: Models, normal: NormalSpec | None) -> Models:
    """Return models whose ensemble has another bar for Normal.

    Raises
    ------
    ValueError
        If the signal model is not joined with VGG16.
    """
    joint = models.signal.spec.joint
    if joint is None:
        raise ValueError("The signal model is not joined with VGG16: run `heartlab train second` first.")
    spec = replace(models.signal.spec, joint=replace(joint, normal=normal))
    return replace(models, signal=replace(models.signal, spec=spec))


def fit_normal(records: KnownRecords, models: Models) -> NormalSpec:
    """Return the support and the least support with which Normal is named, whatever its probability (threshold 0)."""
    names = models.signal.spec.statements
    chosen = [names.index(name) for name in SUPPORTING]
    logits = np.array([one.signal_statements for one in records.outputs])[:, chosen]
    ridge = max(RIDGES, key=lambda c: -_log_loss(records.normal, _support_by_fold(records, logits, c)))
    support = _support_by_fold(records, logits, ridge)
    called = called_normal(records, with_normal(models, NormalSpec(NORMAL, 0.0, {}, 0.0, 0.0)))
    least = least_support(support, called, records.normal, records.infarction)
    loss = _log_loss(records.normal, support)
    log.info("support of Normal: ridge %s, least %.2f, log loss by fold %.3f", ridge, least, loss)
    fitted = _logistic(ridge).fit(logits, records.normal)
    weights = dict(zip(SUPPORTING, np.round(fitted.coef_[0], 4).tolist(), strict=True))
    return NormalSpec(NORMAL, 0.0, weights, round(float(fitted.intercept_[0]), 4), round(least, 4))


def called_normal(records: KnownRecords, models: Models) -> Mask:
    """Return which records the models call Normal and the measurements allow it."""
    answers = [conclude_kept(predicted(one, models), one) for one in records.outputs]
    return np.array([answer.label == NORMAL and not answer.abstained for answer in answers])


def least_support(support: Doubles, called: Mask, normal: Mask, infarction: Mask) -> float:
    """Return the least support with which few infarctions are called Normal and Normal is mostly right.

    Examples
    --------
    >>> support, called = np.array([0.9, 0.8, 0.6, 0.4, 0.2]), np.ones(5, bool)
    >>> normal = np.array([True, True, True, False, False])
    >>> least_support(support, called, normal, ~normal)
    0.6
    """
    for least in np.sort(support[called]):
        said = called & (support >= least)
        if said[infarction].mean() <= MOST_INFARCTIONS and normal[said].mean() >= LEAST_RIGHT:
            return float(least)
    return 1.0


def _support_by_fold(records: KnownRecords, logits: Doubles, ridge: float) -> Doubles:
    normal = records.normal
    return out_of_fold(
        records.folds,
        lambda known, asked: _logistic(ridge).fit(logits[known], normal[known]).predict_proba(logits[asked])[:, 1],
    )


def _logistic(ridge: float) -> LogisticRegression:
    return LogisticRegression(C=ridge, max_iter=1000)


def _log_loss(truth: Mask, shares: Doubles) -> float:
    return float(-np.log(np.where(truth, shares, 1 - shares)).mean())
