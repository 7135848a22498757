"""Whether beats are rather those of paper at 50 mm/s that was read as 25: slow, and yet wide."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles
from heartguard.values import Measurements

__all__ = ["DOUBTFUL", "beat_features", "chance_of_fast_paper"]

_WEIGHTS = (-6.4, 6.38, 7.27)
_INTERCEPT = -51.57
"""Of the logarithms of rate, QRS and QT; fitted by ``python -m heartlab.train.paper_speed``."""

DOUBTFUL = 0.95
"""Chance from which on the speed is doubted: the lowest of the limits tried that took none of 240 records at
their true time for slowed ones; it tells 90 % of slowed ones."""


def beat_features(measurements: Measurements) -> Doubles | None:
    """Return the logarithms of heart rate (1/min), QRS and QT (ms), shape (3,); None where one was not measured."""
    values = (measurements.heart_rate_bpm, measurements.qrs_ms, measurements.qt_ms)
    if any(value is None for value in values):
        return None
    return np.log(np.array(values, np.float64))


def chance_of_fast_paper(measurements: Measurements) -> float | None:
    """Return the chance that the paper ran twice as fast as it was read, where both are as likely beforehand.

    Read at half their speed, beats are slow as in bradycardia and wide as in none.

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
    return None if features is None else float(1 / (1 + np.exp(-_INTERCEPT - features @ np.array(_WEIGHTS))))
