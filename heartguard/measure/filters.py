"""Filters for traces with gaps: Gaussian kernels that take no value from where the page shows nothing."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Indices, Mask, runs_of_true
from heartguard.leads import SAMPLING_RATE_HZ


def samples(seconds: float) -> int:
    """Return the number of samples nearest to a duration.

    Examples
    --------
    >>> samples(0.1)
    50
    """
    return round(seconds * SAMPLING_RATE_HZ)


def milliseconds(count: float | np.integer[Any]) -> float:
    """Return the duration of a number of samples."""
    return 1000.0 * float(count) / SAMPLING_RATE_HZ


def bridge_gaps(signals: NDArray[Any], longest_s: float = 0.12) -> Doubles:
    """Fill gaps no longer than `longest_s` between traced samples by a straight line.

    Parameters
    ----------
    signals : ndarray, shape (leads, T), mV
        NaN where nothing is traced.
    longest_s : float
        Longer gaps, and those at the ends of a lead's stretch, stay NaN.

    Returns
    -------
    ndarray, shape (leads, T), float64, mV

    Examples
    --------
    >>> bridge_gaps(np.array([[1.0, np.nan, np.nan, 4.0, np.nan]]))
    array([[ 1.,  2.,  3.,  4., nan]])
    """
    filled = np.array(signals, dtype=np.float64)
    for row in filled:
        known = np.isfinite(row)
        row[~known] = np.nan
        for start, stop in runs_of_true(~known):
            if start > 0 and stop < row.size and stop - start <= samples(longest_s):
                row[start:stop] = np.interp(np.arange(start, stop), [start - 1, stop], [row[start - 1], row[stop]])
    return filled


def smooth(signals: Doubles, sigma_s: float) -> Doubles:
    """Return the Gaussian-weighted mean of the known samples around each known sample; NaN elsewhere.

    Parameters
    ----------
    signals : ndarray, shape (leads, T)
    sigma_s : float
        Standard deviation of the kernel, seconds; its -3 dB frequency is 0.1325 / `sigma_s` Hz.

    Examples
    --------
    >>> smooth(np.array([[3.0, 3.0, np.nan, 3.0]]), sigma_s=0.006)
    array([[ 3.,  3., nan,  3.]])
    """
    rows = np.asarray(signals, np.float64).reshape(-1, signals.shape[-1])
    result, spans = np.full(rows.shape, np.nan), np.stack(_spans(np.isfinite(rows)), axis=1)
    for first, last in np.unique(spans, axis=0):
        chosen = np.flatnonzero((spans == (first, last)).all(axis=1))
        if last > first:
            result[chosen, first:last] = _smooth_whole(rows[chosen, first:last], sigma_s)
    return result.reshape(signals.shape)


def _spans(known: Mask) -> tuple[Indices, Indices]:
    """Return the first known sample of each row and the one after the last; 0 and 0 where none is."""
    last = known.shape[1] - np.argmax(known[:, ::-1], axis=1)
    return np.argmax(known, axis=1), np.where(known.any(axis=1), last, 0)


def _smooth_whole(rows: Doubles, sigma_s: float) -> Doubles:
    """Smooth rows that all begin and end with a known sample."""
    known = np.isfinite(rows)
    if known.all():  # the weights are those of any row
        return _blur(rows, sigma_s) / _blur(np.ones((1, rows.shape[1])), sigma_s)
    total, weight = _blur(np.where(known, rows, 0.0), sigma_s), _blur(known.astype(np.float64), sigma_s)
    return np.where(known, total / np.maximum(weight, 1e-9), np.nan)


def _blur(rows: Doubles, sigma_s: float) -> Doubles:
    """Convolve each row with a Gaussian cut at three standard deviations; 0 beyond the ends."""
    sigma = sigma_s * SAMPLING_RATE_HZ
    radius = round(3 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    blurred = cv2.sepFilter2D(
        np.ascontiguousarray(rows), cv2.CV_64F, kernel / kernel.sum(), np.ones(1), borderType=cv2.BORDER_CONSTANT
    )
    return np.asarray(blurred, np.float64)


def slope(signals: Doubles) -> Doubles:
    """Return the central difference in time, mV/s, NaN beside gaps.

    Parameters
    ----------
    signals : ndarray, shape (leads, T), mV

    Examples
    --------
    >>> slope(np.array([[0.0, 0.001, 0.002]]))
    array([[0.5, 0.5, 0.5]])
    """
    return np.asarray(np.gradient(signals, 1.0 / SAMPLING_RATE_HZ, axis=-1), dtype=np.float64)
