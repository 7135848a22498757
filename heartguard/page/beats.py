"""The mean QRS complex of each lead of a page that shows its leads one after the other, laid over each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from heartguard.arrays import Doubles

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

    Complexes are found where the rows of a column are steep together, and moved to where their steepness agrees best.

    Parameters
    ----------
    columns : sequence of ndarray, shape (rows, n)
        The simultaneous rows of each column; NaN where nothing is known.
    px_per_s : float

    Returns
    -------
    list of ndarray, shape (T,), or None
        None for a column without a whole complex, or with many gaps.
    """
    before, after, moved = (max(1, round(seconds * px_per_s)) for seconds in (_BEFORE_S, _AFTER_S, _MOVED_S))
    found_in, shapes, steepness = [], [], []
    for number, rows in enumerate(columns):
        if rows.shape[1] < before + after or np.isfinite(rows).mean(axis=1).min() < _SEEN:
            continue
        whole = _without_gaps(rows)
        steep = _steepness(whole, px_per_s)
        peaks, _ = find_peaks(steep, height=_HIGH * steep.max(), distance=max(1, round(_APART_S * px_per_s)))
        for peak in peaks[(peaks >= before) & (peaks < len(steep) - after)]:
            here = slice(peak - before, peak + after)
            found_in.append(number)
            shapes.append(whole[0, here])
            steepness.append(steep[here] / steep.max())
    if not shapes:
        return [None] * len(columns)
    lags = _lags(np.array(steepness), moved)
    aligned = np.array([np.roll(shape, -lag) for shape, lag in zip(shapes, lags, strict=True)])[:, moved:-moved]
    of_column = [np.array(found_in) == number for number in range(len(columns))]
    return [aligned[which].mean(axis=0) if which.any() else None for which in of_column]


def _without_gaps(rows: Doubles) -> Doubles:
    at = np.arange(rows.shape[1])
    return np.array([np.interp(at, at[np.isfinite(row)], row[np.isfinite(row)]) for row in rows])


def _steepness(rows: Doubles, px_per_s: float) -> Doubles:
    """Return how steep all rows together are about each pixel, shape (n,)."""
    slope = np.gradient(uniform_filter1d(rows, max(1, round(_SLOPE_S * px_per_s)), axis=1), axis=1)
    total = uniform_filter1d(np.abs(slope).sum(axis=0), max(1, round(_COMPLEX_S * px_per_s)))
    return np.asarray(total, np.float64)


def _lags(steepness: Doubles, moved: int) -> list[int]:
    """Return how many pixels late each complex is against the mean of all."""
    lags = [0] * len(steepness)
    inner = slice(moved, -moved)
    for _ in range(_ROUNDS):
        mean = np.mean([np.roll(one, -lag)[inner] for one, lag in zip(steepness, lags, strict=True)], axis=0)
        lags = [_lag(one, mean, moved) for one in steepness]
    return lags


def _lag(steepness: Doubles, mean: Doubles, moved: int) -> int:
    """Return how many pixels late a complex is against a mean without `moved` pixels at either end."""
    likeness = np.correlate(steepness, mean, mode="valid")
    return int(np.argmax(likeness)) - moved
