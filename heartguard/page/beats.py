"""One heartbeat of each lead of a page that shows its leads one after the other, laid over each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from heartguard.values import Doubles

__all__ = ["beats_in_turn"]

_BEFORE_S, _AFTER_S = 0.1, 0.2
_MOVED_S = 0.04
_SLOPE_S, _COMPLEX_S = 0.02, 0.08
_APART_S = 0.25
_HIGH = 0.5
_SEEN = 0.8
_ROUNDS = 2


def beats_in_turn(columns: Sequence[Doubles], px_per_s: float) -> list[Doubles | None]:
    """Return the mean QRS complex of the first row of each column, all as if they had been drawn at the same time.

    Heartbeats are found where the rows of a column are steep together, and moved to where their steepness agrees best.

    Parameters
    ----------
    columns : sequence of ndarray, shape (rows, n)
        The simultaneous rows of each column; NaN where nothing is known.
    px_per_s : float

    Returns
    -------
    list of ndarray, shape (T,), or None
        None for a column without a whole heartbeat.
    """
    before, after, moved = (round(seconds * px_per_s) for seconds in (_BEFORE_S, _AFTER_S, _MOVED_S))
    owners, shapes, steepness = [], [], []
    for number, rows in enumerate(columns):
        if not rows.size or np.isfinite(rows).mean(axis=1).min() < _SEEN:
            continue
        steep = _steepness(rows, px_per_s)
        peaks, _ = find_peaks(steep, height=_HIGH * steep.max(), distance=max(1, round(_APART_S * px_per_s)))
        for peak in peaks[(peaks >= before) & (peaks < len(steep) - after)]:
            here = slice(peak - before, peak + after)
            owners.append(number)
            shapes.append(rows[0, here])
            steepness.append(steep[here] / steep.max())
    if not owners:
        return [None] * len(columns)
    lags = _lags(np.array(steepness), moved)
    laid = np.array([np.roll(shape, -lag) for shape, lag in zip(shapes, lags, strict=True)])[:, moved:-moved]
    mine = [np.array(owners) == number for number in range(len(columns))]
    return [laid[which].mean(axis=0) if which.any() else None for which in mine]


def _steepness(rows: Doubles, px_per_s: float) -> Doubles:
    """Return how steep all rows together are about each column, shape (n,)."""
    at = np.arange(rows.shape[1])
    whole = np.array([np.interp(at, at[np.isfinite(row)], row[np.isfinite(row)]) for row in rows])
    slope = np.gradient(uniform_filter1d(whole, max(1, round(_SLOPE_S * px_per_s)), axis=1), axis=1)
    total = uniform_filter1d(np.abs(slope).sum(axis=0), max(1, round(_COMPLEX_S * px_per_s)))
    return np.asarray(total, np.float64)


def _lags(steepness: Doubles, moved: int) -> list[int]:
    """Return how many columns late each heartbeat is against the mean of all."""
    lags = [0] * len(steepness)
    inner = slice(moved, -moved)
    for _ in range(_ROUNDS):
        mean = np.mean([np.roll(one, -lag)[inner] for one, lag in zip(steepness, lags, strict=True)], axis=0)
        lags = [_lag(one, mean, moved) for one in steepness]
    return lags


def _lag(steepness: Doubles, mean: Doubles, moved: int) -> int:
    """Return how many columns late a heartbeat is against a mean without `moved` columns at either end."""
    likeness = np.correlate(steepness, mean, mode="valid")
    return int(np.argmax(likeness)) - moved
