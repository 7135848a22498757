"""Noisy linear imputation: fills masked pixels so that the mask cannot be seen (Rong et al., ICML 2022)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Image, Mask

NOISE = 10.0
"""Standard deviation of the noise, grey levels; chosen by hand, about 4 % of the range."""

NEIGHBOURS = ((0, 1, 1 / 6), (1, 0, 1 / 6), (1, 1, 1 / 12), (1, -1, 1 / 12))
"""Row offset, column offset and weight, as published; the opposite neighbour has the same weight."""


def fill_from_around(image: Image, mask: Mask, seed: int = 0) -> Image:
    """Set each masked pixel to the weighted mean of its eight neighbours, masked ones included, plus noise.

    Parameters
    ----------
    image : ndarray, shape (h, w), uint8
    mask : ndarray of bool, shape (h, w)
        Pixels to impute.
    seed : int

    Returns
    -------
    ndarray, shape (h, w), uint8
        The other pixels unchanged.
    """
    if not mask.any():
        return image.copy()
    from scipy.sparse.linalg import spsolve

    matrix, known = _system(image, mask)
    noise = np.random.default_rng(seed).normal(0, NOISE, known.size)
    filled = image.copy()
    filled[mask] = np.clip(np.rint(spsolve(matrix, known) + noise), 0, 255).astype(np.uint8)
    return filled


def _system(image: Image, mask: Mask) -> tuple[object, Doubles]:
    """Return matrix and right side of: pixel x sum of weights - sum of masked neighbours = sum of known ones."""
    from scipy.sparse import csc_matrix

    height, width = mask.shape
    number = np.full(mask.shape, -1)
    number[mask] = np.arange(mask.sum())
    rows, columns = np.nonzero(mask)
    own, known = np.zeros(rows.size), np.zeros(rows.size)
    entries: list[tuple[NDArray[np.int64], NDArray[np.int64], Doubles]] = []
    for down, across, weight in [*NEIGHBOURS, *((-d, -a, w) for d, a, w in NEIGHBOURS)]:
        y, x = rows + down, columns + across
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        own[inside] += weight
        here, there = np.flatnonzero(inside), (y[inside], x[inside])
        painted = mask[there]
        entries.append((here[painted], number[there][painted], np.full(painted.sum(), -weight)))
        np.add.at(known, here[~painted], weight * image[there][~painted].astype(np.float64))
    entries.append((np.arange(rows.size), np.arange(rows.size), own))
    at, to, values = (np.concatenate(part) for part in zip(*entries, strict=True))
    return csc_matrix((values, (at, to)), shape=(rows.size, rows.size)), known
