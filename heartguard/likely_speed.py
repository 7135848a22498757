"""Whether beats are as fast and as wide as hearts make them, or the paper ran at another speed than was read."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles
from heartguard.values import Measurements

__all__ = ["SURE", "beat_features", "chance_of_fast_paper", "chance_of_true_time", "chances_of_paces"]

_MEAN = np.array([4.263, 4.653, 5.986])
_COVARIANCE = np.array(
    [
        [0.0426, -0.0013, -0.0130],
        [-0.0013, 0.0194, 0.0038],
        [-0.0130, 0.0038, 0.0097],
    ]
)
"""Of the logarithms of rate, QRS and QT of 240 open records; by ``python -m heartlab.train.paper_speed``."""

_PACES = (1.0, 0.5, 0.4, 2.0, 2.5)
"""Speed that was read by the speed of the paper: right, 25 for 50 and 10 for 25, 50 for 25 and 25 for 10 mm/s. A
pitch of the grid that was read twice or half as long looks as the second and fourth."""

_SLOWER_AND_WIDER = np.array([1.0, -1.0, -1.0])
"""How the features change with the logarithm of the pace."""

SURE = 0.95
"""Chance from which on the beats are believed. It takes none of 240 records at their true time for slowed ones and
tells 96 % of slowed ones; nearly all at their true time are surely so, and 3 % of slowed and 14 % of quickened ones."""


def beat_features(measurements: Measurements) -> Doubles | None:
    """Return the logarithms of heart rate (1/min), QRS and QT (ms), shape (3,); None where one was not measured."""
    values = (measurements.heart_rate_bpm, measurements.qrs_ms, measurements.qt_ms)
    if any(value is None for value in values):
        return None
    return np.log(np.array(values, np.float64))


def chances_of_paces(
    features: Doubles, mean: Doubles = _MEAN, covariance: Doubles = _COVARIANCE, paces: tuple[float, ...] = _PACES
) -> Doubles:
    """Return how likely each pace is, shape (paces,), where all are as likely beforehand and features are normal.

    Examples
    --------
    >>> usual = np.log([70.0, 94.0, 390.0])
    >>> chances_of_paces(usual).round(2).tolist()
    [1.0, 0.0, 0.0, 0.0, 0.0]
    """
    away = features - np.log(np.array(paces))[:, None] * _SLOWER_AND_WIDER - mean
    logs = -0.5 * np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away)
    chances = np.exp(logs - logs.max())
    return np.asarray(chances / chances.sum(), np.float64)


def chance_of_fast_paper(measurements: Measurements) -> float | None:
    """Return the chance that the paper ran faster than it was read: beats are slow and yet wide, as in no heart.

    Returns
    -------
    float or None
        None where rate, QRS or QT was not measured.

    Examples
    --------
    >>> from heartguard.values import Measurements
    >>> usual = Measurements(heart_rate_bpm=70.0, qrs_ms=94.0, qt_ms=390.0)
    >>> slowed = Measurements(heart_rate_bpm=35.0, qrs_ms=180.0, qt_ms=760.0)
    >>> chance_of_fast_paper(usual) < 0.05, chance_of_fast_paper(slowed) > 0.95
    (True, True)
    """
    features = beat_features(measurements)
    return None if features is None else float(chances_of_paces(features)[1:3].sum())


def chance_of_true_time(measurements: Measurements) -> float | None:
    """Return the chance that the seconds of a reading are those of the heart; None where a feature was not measured.

    Examples
    --------
    >>> from heartguard.values import Measurements
    >>> chance_of_true_time(Measurements(heart_rate_bpm=70.0, qrs_ms=94.0, qt_ms=390.0)) > 0.95
    True
    """
    features = beat_features(measurements)
    return None if features is None else float(chances_of_paces(features)[0])
