"""Array types of the package, and two array functions that numpy lacks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Doubles", "Floats", "Image", "Indices", "Mask", "nan_median", "runs_of_true"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]
Indices = NDArray[np.int64]


def runs_of_true(mask: NDArray[np.bool_]) -> Indices:
    """Return the start and the end of each unbroken run of True.

    Parameters
    ----------
    mask : ndarray, shape (n,), bool

    Returns
    -------
    ndarray, shape (runs, 2), int64
        The first index of each run and the one after its last.

    Examples
    --------
    >>> runs_of_true(np.array([True, True, False, True])).tolist()
    [[0, 2], [3, 4]]
    """
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return np.asarray(edges.reshape(-1, 2), np.int64)


def nan_median(stack: NDArray[Any]) -> Doubles:
    """Return the median of the finite values along the first axis, without `numpy.nanmedian`'s warning where none is.

    Parameters
    ----------
    stack : ndarray, shape (n, ...)

    Returns
    -------
    ndarray, shape (...), float64
        NaN where all n values are.

    Examples
    --------
    >>> nan_median(np.array([[1.0, np.nan], [3.0, np.nan]])).tolist()
    [2.0, nan]
    """
    ordered = np.sort(stack.astype(np.float64), axis=0)  # NaN last; numpy.nanmedian sorts column by column, slowly
    count = np.isfinite(ordered).sum(axis=0, keepdims=True)
    lower, upper = (np.maximum(place, 0) for place in ((count - 1) // 2, count // 2 - (count == 0)))
    middle = np.take_along_axis(ordered, lower, axis=0) + np.take_along_axis(ordered, upper, axis=0)
    return np.where(count[0] > 0, 0.5 * middle[0], np.nan)
