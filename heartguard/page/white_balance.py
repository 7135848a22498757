"""White balance: paper under a warm lamp, or with a scanner's cast, made white again before it is looked at."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Doubles, Image

__all__ = ["white_balanced"]

_LIT = 100.0
"""Level of the brightest channel under which the background is a dark screen: its colour is not that of the light."""

_EVERY = 4
"""Every so many pixels along both axes are looked at, for speed."""


def white_balanced(image: Image) -> Image:
    """Return a picture with its paper made grey, as the structure network mostly saw it; a dark screen as it is.

    Of 20 simulated pages, read under light of 6,500, 4,500 and 11,000 K, the traces have 7.7, 7.8 and 7.8 dB with it
    and 7.7, 7.0 and 7.7 dB where only casts beyond those of the lessons are balanced.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB

    Examples
    --------
    >>> orange = np.full((40, 40, 3), (250, 160, 80), np.uint8)
    >>> white_balanced(orange)[0, 0].tolist()
    [250, 250, 250]
    """
    paper = _paper(image)
    if paper.max() < _LIT:
        return image
    levels = np.arange(256)[:, None] * (paper.max() / np.maximum(paper, 1))
    table = np.clip(np.round(levels), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table[None]), np.uint8)


def _paper(image: Image) -> Doubles:
    """Return the median colour of the brighter half of a picture, shape (3,)."""
    colours = image[::_EVERY, ::_EVERY].reshape(-1, 3)
    brightest = colours.max(axis=1)
    return np.asarray(np.median(colours[brightest >= np.median(brightest)], axis=0), np.float64)
