"""Answers out of fold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Mask

__all__ = ["out_of_fold"]


def out_of_fold(folds: NDArray[np.int64], answer: Callable[[Mask, Mask], NDArray[Any]]) -> NDArray[Any]:
    """Return one answer a row, each from a model of the rows of the other folds.

    Parameters
    ----------
    folds : ndarray, shape (n,)
    answer : callable
        Takes which rows are known and which are asked, both of shape (n,), and returns the answers to the latter.

    Returns
    -------
    ndarray, shape (n, ...)

    Examples
    --------
    >>> values = np.array([1.0, 2.0, 6.0])
    >>> out_of_fold(np.array([0, 0, 1]), lambda known, asked: np.full(asked.sum(), values[known].mean()))
    array([6. , 6. , 1.5])
    """
    masks = [folds == fold for fold in np.unique(folds)]
    parts = [answer(~asked, asked) for asked in masks]
    found = np.zeros((len(folds), *parts[0].shape[1:]), parts[0].dtype)
    for asked, part in zip(masks, parts, strict=True):
        found[asked] = part
    return found
