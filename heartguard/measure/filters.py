"""Filters for traces with gaps: Gaussian kernels that take no value from where the page shows nothing.

OpenCV, which the package holds in memory anyway, does the work: `scipy.signal` would cost 80 MB and a second.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from heartguard.leads import SAMPLING_RATE_HZ

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def samples(seconds: float) -> int:
    """Return the number of samples nearest to a duration.

    Examples
    --------
    >>> samples(0.1)
    50
    """
    return round(seconds * SAMPLING_RATE_HZ)


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Return (start, stop) of each stretch of True of a 1-D mask.

    Examples
    --------
    >>> runs(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def bridge_gaps(signals: NDArray[Any], longest_s: float = 0.12) -> Array:
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
        for start, stop in runs(~known):
            if start > 0 and stop < row.size and stop - start <= samples(longest_s):
                row[start:stop] = np.interp(np.arange(start, stop), [start - 1, stop], [row[start - 1], row[stop]])
    return filled


def smooth(signals: Array, sigma_s: float) -> Array:
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
    known = np.isfinite(signals)
    total = _blur(np.where(known, signals, 0.0), sigma_s)
    weight = _blur(known.astype(np.float64), sigma_s)
    return np.where(known, total / np.maximum(weight, 1e-9), np.nan)


def _blur(rows: Array, sigma_s: float) -> Array:
    """Convolve each row with a Gaussian cut at three standard deviations; 0 beyond the ends."""
    sigma = sigma_s * SAMPLING_RATE_HZ
    size = (2 * round(3 * sigma) + 1, 1)
    blurred = cv2.GaussianBlur(rows, size, sigma, sigmaY=1e-3, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, dtype=np.float64)


def slope(signals: Array) -> Array:
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
