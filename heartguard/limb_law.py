"""The law of the limb leads: all six are sums of two voltages (Einthoven 1913, Goldberger 1942).

II = I + III and aVR + aVL + aVF = 0 at every instant of a true recording. A residual of simultaneous traces is an error
of the tracing, or of the names that the leads were given.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LEAD_INDEX

__all__ = [
    "LIMB_LEAD_MATRIX",
    "einthoven_residual",
    "exchange_leads",
    "fit_limb_leads",
    "frontal_vectors",
    "invert_lead",
    "lead_disagreement",
    "lead_matrix",
    "limb_residual",
    "residual_variance_ratio",
]

LIMB_LEAD_MATRIX = {
    "I": (1.0, 0.0),
    "II": (0.0, 1.0),
    "III": (-1.0, 1.0),
    "aVR": (-0.5, -0.5),
    "aVL": (1.0, -0.5),
    "aVF": (-0.5, 1.0),
}
"""Weights of I and II in every limb lead, by Einthoven's and Goldberger's equations."""

LEAST_SAMPLES = 250
"""Half a second at 500 Hz: shorter signals may contain no heart beat, and then any leads would agree."""

_SPOILED = 0.1
"""Share of the samples left out, those with the largest residual: lead names, crossings and column ends corrupt a few
of any page. Chosen by hand."""

_FLAT_MV = 0.05
"""Added to the standard deviations, so that flat leads do not disagree by their noise; chosen by hand."""

_ROUNDS = 8
"""Iterations of the reweighting: enough to converge where one lead is wrong; with several wrong ones it may not."""

_RIDGE = 1e-9
"""Keeps the normal equations solvable where fewer than two leads are known; negligible beside any weight."""


def lead_matrix(leads: Sequence[str], inverted: Collection[str] = ()) -> Doubles:
    """Return the weights of I and II in some limb leads.

    Parameters
    ----------
    leads : sequence of str
    inverted : collection of str
        Which of them are drawn upside down.

    Returns
    -------
    ndarray, shape (n, 2)

    Examples
    --------
    >>> lead_matrix(["I", "aVR"], inverted=["aVR"]).tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    signs = np.array([-1.0 if lead in inverted else 1.0 for lead in leads])
    return np.asarray(np.array([LIMB_LEAD_MATRIX[lead] for lead in leads]) * signs[:, None], np.float64)


def exchange_leads(matrix: Doubles, first: int, second: int) -> Doubles:
    """Return a lead matrix, shape (n, 2), with two leads exchanged."""
    changed = matrix.copy()
    changed[[first, second]] = matrix[[second, first]]
    return changed


def invert_lead(matrix: Doubles, lead: int) -> Doubles:
    """Return a lead matrix, shape (n, 2), with one lead upside down."""
    changed = matrix.copy()
    changed[lead] *= -1
    return changed


def frontal_vectors(leads: Sequence[str]) -> Doubles:
    """Return the directions of limb leads in the frontal plane, shape (n, 2): to the left and to the feet.

    I points to 0 degrees and II to 60; a bipolar lead is 1 long, an augmented one cos 30 degrees.
    """
    one_and_two = np.array([[1.0, 0.0], [np.cos(np.pi / 3), np.sin(np.pi / 3)]])
    return np.asarray(lead_matrix(leads) @ one_and_two, np.float64)


def limb_residual(rows: Doubles, matrix: Doubles) -> Doubles:
    """Return the residual of rows, shape (n, T), n > 2, after a least-squares fit of two voltages at each sample."""
    basis, _ = np.linalg.qr(matrix)
    return np.asarray(rows - basis @ (basis.T @ rows), np.float64)


def residual_variance_ratio(rows: Doubles, matrix: Doubles, min_samples: int = 100) -> float:
    """Return the fraction of the variance of simultaneous rows that contradicts the law under this lead assignment.

    The residual of the fit is divided by its expectation for unrelated rows, so that 0 is a perfect fit and about 1 is
    no fit at all.

    Parameters
    ----------
    rows : ndarray, shape (n, T), n > 2
        Any unit; NaN where unknown. The median of each row is subtracted.
    matrix : ndarray, shape (n, 2)
        From `lead_matrix`.
    min_samples : int
        Samples that must be known in all rows.

    Returns
    -------
    float
        NaN when fewer are known.
    """
    known = rows[:, np.isfinite(rows).all(axis=0)]
    if known.shape[1] < min_samples:
        return float("nan")
    level = known - np.median(known, axis=1, keepdims=True)
    by_sample = np.sum(limb_residual(level, matrix) ** 2, axis=0)
    usual = by_sample <= np.quantile(by_sample, 1 - _SPOILED)
    power = float(np.sum(level[:, usual] ** 2))
    share = (len(rows) - 2) / len(rows)
    return float(np.sum(by_sample[usual])) / (share * power + 1e-9)


def fit_limb_leads(rows: Doubles, variance: Doubles, matrix: Doubles) -> Doubles:
    """Fit the two voltages at each sample; leads that do not fit are trusted less (by Cauchy's weights).

    Parameters
    ----------
    rows : ndarray, shape (n, T)
        NaN where a lead is unknown.
    variance : ndarray, shape (n, T)
        Of each value.
    matrix : ndarray, shape (n, 2)
        From `lead_matrix`.

    Returns
    -------
    ndarray, shape (n, T)
        Every lead as computed from the two fitted voltages.
    """
    known = np.isfinite(rows)
    measured, trust = np.where(known, rows, 0), np.ones(rows.shape)
    for _ in range(_ROUNDS):
        weight = np.where(known, trust / variance, 0)
        normal = np.einsum("kt,ki,kj->tij", weight, matrix, matrix) + _RIDGE * np.eye(2)
        voltages = np.linalg.solve(normal, np.einsum("kt,ki->ti", weight * measured, matrix)[..., None])[..., 0]
        fitted = matrix @ voltages.T
        trust = 1 / (1 + np.where(known, (measured - fitted) ** 2 / variance, 0))
    return np.asarray(fitted, np.float64)


def einthoven_residual(signals: Floats) -> float | None:
    """Return the root mean square, mV, of II - I - III and of aVR + aVL + aVF where they are traced together.

    Parameters
    ----------
    signals : ndarray, shape (12, T), mV

    Returns
    -------
    float or None
        None when fewer than half a second of samples is known for both equations together.
    """
    lead = {name: signals[LEAD_INDEX[name]].astype(np.float64) for name in LIMB_LEAD_MATRIX}
    laws = (lead["II"] - lead["I"] - lead["III"], lead["aVR"] + lead["aVL"] + lead["aVF"])
    left = np.concatenate([law[np.isfinite(law)] for law in laws])
    return float(np.sqrt(np.mean(left**2))) if left.size >= LEAST_SAMPLES else None


def lead_disagreement(signals: Floats, min_samples: int = LEAST_SAMPLES) -> float | None:
    """Return how far II is from I + III, relative to the size of the three leads.

    The standard deviation of II - I - III over the sum of those of I, II and III: near 0 in any true recording, 0.58
    for three unrelated leads, as when rows were given the names of other leads.

    Parameters
    ----------
    signals : ndarray, shape (12, T), mV
    min_samples : int

    Returns
    -------
    float or None
        None when the leads share fewer samples.
    """
    one, two, three = (signals[LEAD_INDEX[name]].astype(np.float64) for name in ("I", "II", "III"))
    known = np.isfinite(one + two + three)
    if np.count_nonzero(known) < min_samples:
        return None
    size = sum(float(np.std(lead[known])) for lead in (one, two, three))
    return float(np.std((two - one - three)[known])) / (size + _FLAT_MV)
