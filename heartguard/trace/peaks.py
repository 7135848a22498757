"""Peaks of lines whose place along the page is uncertain: a mean over the rows would cut them."""

from __future__ import annotations

import numpy as np
from scipy.signal import find_peaks

from heartguard.arrays import Doubles, Floats

__all__ = ["raise_peaks"]

_PROMINENT = 8.0
"""Rows, 2.7 mm, by which a peak must exceed both sides: lower waves are wide enough for the mean."""

_AROUND = 3
"""Points, 7.5 ms, to both sides of a peak at one of which the line must reach its height."""

_POINTS_BEYOND = 1.3
"""Expected number of points around a peak that are beyond its height. Over 97 simulated pages the best of 1, 1.3 and
1.5: pages that are read well gain 0.15 dB, and 0.8 % more of their leads have an amplitude within 10 %."""

_BESIDE = 0.5
"""Share of what a peak is raised by for the points next to it."""

_LEAST = 0.3
"""Rows by which it is worth to raise a peak: 0.1 mm."""


def raise_peaks(rows: Doubles, shares: Floats) -> Doubles:
    """Return a line with its narrow peaks raised to where the probabilities say that it goes.

    Where both strokes of a wave run into one bar, the network knows how high it is, but not at which point the line
    turns; at each point the mean of the rows is then halfway up.

    Parameters
    ----------
    rows : ndarray, shape (points,), float64
        Mean row of the line at each point.
    shares : ndarray, shape (rows, points), float32
        Probability of each row at each point.
    """
    raised = rows.copy()
    for sign in (1, -1):
        for peak in find_peaks(sign * rows, prominence=_PROMINENT)[0]:
            around = shares[:, max(0, peak - _AROUND) : peak + _AROUND + 1].sum(axis=1)
            height = _height(around) if sign > 0 else len(around) - 1 - _height(around[::-1])
            more = height - rows[peak]
            if sign * more <= _LEAST:
                continue
            for point, share in ((peak - 1, _BESIDE), (peak, 1.0), (peak + 1, _BESIDE)):
                if 0 <= point < len(rows):
                    raised[point] = rows[point] + share * more
    return raised


def _height(shares: Floats) -> float:
    """Return the greatest row, between rows, beyond which `_POINTS_BEYOND` points are expected."""
    beyond = np.cumsum(shares[::-1])[::-1]
    row = int(np.flatnonzero(beyond >= _POINTS_BEYOND)[-1])
    after = float(beyond[row + 1]) if row + 1 < len(beyond) else 0.0
    return row - 0.5 + (float(beyond[row]) - _POINTS_BEYOND) / max(float(beyond[row]) - after, 1e-9)
