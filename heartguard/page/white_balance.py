"""White balance: paper under a warm lamp, or with a scanner's cast, made white again before it is looked at."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles, Image

__all__ = ["white_balanced"]

_MOST_CAST = 1.35
"""Brightest over darkest channel of the paper: 95 of 100 pictures that the structure network learned from have less."""

_LIT = 100.0
"""Level of the brightest channel under which the background is a dark screen: its colour is not that of the light."""

_EVERY = 4
"""Every so many pixels along both axes are looked at, for speed."""


def white_balanced(image: Image) -> Image:
    """Return a picture with its paper made grey, where its light has a strong cast; else the picture itself.

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
    if paper.max() < _LIT or paper.max() < _MOST_CAST * paper.min():
        return image
    levels = np.arange(256)[:, None] * (paper.max() / np.maximum(paper, 1))
    table = np.clip(np.round(levels), 0, 255).astype(np.uint8)
    return np.stack([table[image[..., k], k] for k in range(3)], axis=-1)


def _paper(image: Image) -> Doubles:
    """Return the median colour of the brighter half of a picture, shape (3,)."""
    colours = image[::_EVERY, ::_EVERY].reshape(-1, 3)
    brightest = colours.max(axis=1)
    return np.asarray(np.median(colours[brightest >= np.median(brightest)], axis=0), np.float64)
