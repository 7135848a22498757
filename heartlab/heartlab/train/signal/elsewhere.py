"""The four classes by the statements, for ECGs unlike the clinic's: fitted to records of other patients."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, logsumexp

from heartguard.answers import NORMAL
from heartguard.arrays import Doubles, Mask
from heartguard.classify import LIKENESS, ElsewhereSpec, probabilities
from heartguard.classify.elsewhere import answer_elsewhere
from heartguard.values import Prediction
from heartlab.data.judged_answers import JudgedAnswer
from heartlab.data.kept_answers import conclude_kept
from heartlab.metrics.calibration import SET_LEVEL
from heartlab.metrics.folds import out_of_fold
from heartlab.train.signal.known_records import KnownRecords
from heartlab.train.signal.likeness import Likeness

__all__ = ["answers_by_fold", "fit_classes", "fit_elsewhere"]

log = logging.getLogger(__name__)

RIDGES = (0.003, 0.01, 0.02, 0.03, 0.1)
"""Candidates of the weight of the squared coefficients; the best on the folds is taken."""

UNLIKE = 0.05
"""Share of the clinic's 3x4 pages that may count as unlike it: there the statements are right on few."""

LEAST_RIGHT, MOST_INFARCTIONS = 0.90, 0.05
"""Aims: how often an answer is right, and the share of infarctions called Normal."""

THRESHOLDS = np.arange(0.5, 1.0, 0.01)
"""Candidates of the probability from which the head names a class; the least that keeps the aims is taken."""


def fit_elsewhere(
    records: KnownRecords,
    statements: dict[str, Doubles],
    likeness: Likeness,
    plain: Mask,
    answers: Sequence[Prediction],
) -> tuple[ElsewhereSpec, Doubles]:
    """Fit the head, and set by folds how unlike an ECG must be and how sure the head.

    Parameters
    ----------
    records : KnownRecords
    statements : dict of str to ndarray, shape (records,)
        Their logits by SCP code, of models that have not seen the records.
    likeness : Likeness
    plain : ndarray of bool, shape (pages,)
        Which pages of the clinic count.
    answers : sequence of Prediction
        Of the ensemble to the records.

    Returns
    -------
    spec : ElsewhereSpec
    logits : ndarray, shape (records, classes)
        Of the classes, by heads of other folds.
    """
    logits, allowed = np.stack(list(statements.values()), axis=1), records.allowed
    ridge = min(RIDGES, key=lambda one: _loss(_by_fold(records, logits, one), allowed))
    by_fold = _by_fold(records, logits, ridge)
    shares = probabilities(by_fold)
    most_alike = float(np.quantile(likeness.of_pages[plain], UNLIKE))
    unlike = (likeness.of_records <= most_alike) & allowed.any(axis=1)
    reached = np.where(allowed, shares, 0.0).max(axis=1)[unlike]
    weights, bias = fit_classes(logits, allowed, ridge)
    spec = ElsewhereSpec(
        weights={code: np.round(row, 4).tolist() for code, row in zip(statements, weights, strict=True)},
        bias=np.round(bias, 4).tolist(),
        most_alike=round(most_alike, 3),
        threshold=1.0,
        set_threshold=round(float(np.quantile(reached, 1 - SET_LEVEL)), 4),
        set_level=SET_LEVEL,
    )
    judged = partial(answers_by_fold, records, answers, classes=by_fold, likeness=likeness.of_records)
    by_threshold = (replace(spec, threshold=round(float(one), 2)) for one in THRESHOLDS)
    spec = next((one for one in by_threshold if _keeps_aims(list(judged(spec=one)))), spec)
    log.info("elsewhere: ridge %s, %d records unlike, classes named from %s", ridge, unlike.sum(), spec.threshold)
    return spec, by_fold


def answers_by_fold(
    records: KnownRecords, answers: Sequence[Prediction], spec: ElsewhereSpec, classes: Doubles, likeness: Doubles
) -> Iterator[JudgedAnswer]:
    """Yield the answers to records after the rules, of the ensemble alone and with the classes by the statements.

    Parameters
    ----------
    records : KnownRecords
    answers : sequence of Prediction
        Of the ensemble.
    spec : ElsewhereSpec
    classes : ndarray, shape (records, classes)
        Logits of heads that had not seen the records.
    likeness : ndarray, shape (records,)
        Of trees that had not.
    """
    known = zip(records.truths, records.outputs, answers, classes, likeness, strict=True)
    for truth, outputs, answer, logits, alike in known:
        own = replace(spec, weights={LIKENESS: [0.0] * len(logits)}, bias=logits.tolist())
        other = answer_elsewhere(answer, {LIKENESS: alike}, own, NORMAL)
        yield JudgedAnswer(truth, conclude_kept(answer, outputs), conclude_kept(other, outputs))


def _keeps_aims(judged: Sequence[JudgedAnswer]) -> bool:
    """Tell whether answers are right, and not Normal of infarctions, as often as wanted."""
    given = [one for one in judged if not one.after.abstained and one.truth.classes]
    right = [one.after.label in one.truth.classes for one in given]
    missed = sum(one.after.label == NORMAL and one.truth.infarction for one in given)
    infarctions = sum(one.truth.infarction for one in judged)
    return float(np.mean(right)) >= LEAST_RIGHT and missed <= MOST_INFARCTIONS * infarctions


def fit_classes(logits: Doubles, allowed: Mask, ridge: float) -> tuple[Doubles, Doubles]:
    """Fit a multinomial regression to records of which several classes may be right; those of none are left out.

    The loss is the negative log probability that the class is one of those.

    Parameters
    ----------
    logits : ndarray, shape (n, statements)
    allowed : ndarray of bool, shape (n, classes)
    ridge : float
        Weight of the squared coefficients, on standardised logits.

    Returns
    -------
    weights : ndarray, shape (statements, classes)
    bias : ndarray, shape (classes,)
    """
    known = allowed.any(axis=1)
    mean, spread = logits[known].mean(axis=0), logits[known].std(axis=0) + 1e-6
    x, truth = (logits[known] - mean) / spread, allowed[known]
    shape = (x.shape[1], truth.shape[1])

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        weights, bias = flat[: -shape[1]].reshape(shape), flat[-shape[1] :]
        logs = log_softmax(x @ weights + bias, axis=1)
        of_truth = logsumexp(logs, axis=1, b=truth)
        slope = (np.exp(logs) - np.where(truth, np.exp(logs - of_truth[:, None]), 0.0)) / len(x)
        gradient = np.r_[(x.T @ slope + 2 * ridge * weights).ravel(), slope.sum(axis=0)]
        return float(ridge * (weights**2).sum() - of_truth.mean()), gradient

    flat = minimize(loss, np.zeros(shape[0] * shape[1] + shape[1]), jac=True, method="L-BFGS-B").x
    weights = flat[: -shape[1]].reshape(shape) / spread[:, None]
    return weights, flat[-shape[1] :] - mean @ weights


def _by_fold(records: KnownRecords, logits: Doubles, ridge: float) -> Doubles:
    """Return the logits of the classes, shape (n, classes), each from records of other folds."""

    def answer(known: Mask, asked: Mask) -> Doubles:
        weights, bias = fit_classes(logits[known], records.allowed[known], ridge)
        return logits[asked] @ weights + bias

    return out_of_fold(records.folds, answer)


def _loss(logits: Doubles, allowed: Mask) -> float:
    known = allowed.any(axis=1)
    return float(-logsumexp(log_softmax(logits[known], axis=1), axis=1, b=allowed[known]).mean())
