"""Ink on a straight photo whose grid may be nearly as dark: what is darker than the grid's own lines where they run."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from heartguard.leads import LARGE_SQUARE_MM
from heartguard.page.ink import Contrasts
from heartguard.page.ink_maps import close_gaps
from heartguard.page.marks import trace_mask, without_specks
from heartguard.values import Floats, Image

__all__ = ["photo_contrasts"]

_WHITE = 250.0
_LINE_MM = 0.6
_ALONG_MM = 12.0
_CEILING = 1.5
_NOISE = 1.15
_FLOOR = 12.0
_FIRST = 0.35
_MOST = 0.7
_INK_SHARE = 0.4
_AROUND_MM = 12.0
_PRIOR = 0.3


def photo_contrasts(image: Image, paper: NDArray[np.bool_], px_per_mm: float) -> Contrasts:
    """Measure the ink of an evenly lit page whose large squares begin at its first pixel.

    Where a grid line runs, the usual darkness along it is taken away before the rest is scaled up again, so that a
    trace that follows a line of the grid keeps its full contrast.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
        Paper at 250.
    paper : ndarray, shape (h, w), bool
        Nothing outside is ink.
    px_per_mm : float
    """
    red, green, blue = cv2.split(image)
    any_channel = np.maximum(_WHITE - cv2.min(cv2.min(red, green), blue).astype(np.float32), 0)
    dark = np.maximum(_WHITE - cv2.max(cv2.max(red, green), blue).astype(np.float32), 0)
    any_channel[~paper] = 0
    dark[~paper] = 0
    grid = np.maximum(_lines(dark, paper, px_per_mm), _lines(dark.T, paper.T, px_per_mm).T)
    floor = _NOISE * grid + _FLOOR
    level = _ink_level(dark, floor.astype(np.float32), px_per_mm)
    floor = np.minimum(floor, _MOST * level)
    share = close_gaps(np.clip((dark - floor) / (level - floor), 0, 1).astype(np.float32))
    return Contrasts(any_channel, share * 100, share > _INK_SHARE, 200 * _INK_SHARE)


def _ink_level(dark: Floats, floor: Floats, px_per_mm: float) -> Floats:
    """Darkness of the traces around each pixel, shape (h, w): out of focus and in shadow they are fainter."""
    above = np.maximum(dark - floor, 0)
    first = above > _FIRST * float(np.percentile(above[::2, ::2], 99.5))
    trace = trace_mask(without_specks(first, px_per_mm), px_per_mm)
    ridge = trace & (dark >= cv2.dilate(dark, np.ones((5, 1), np.uint8)))
    if not ridge.any():
        return np.full_like(dark, 255.0)
    usual = float(np.median(dark[ridge]))
    quarter = (dark.shape[1] // 4 + 1, dark.shape[0] // 4 + 1)
    weight = cv2.resize(ridge.astype(np.float32), quarter, interpolation=cv2.INTER_AREA)
    weighted = cv2.resize(np.where(ridge, dark, 0), quarter, interpolation=cv2.INTER_AREA)
    sigma = _AROUND_MM * px_per_mm / 4
    near, sums = cv2.GaussianBlur(weight, (0, 0), sigma), cv2.GaussianBlur(weighted, (0, 0), sigma)
    prior = _PRIOR * float(weight.mean())
    local = (sums + prior * usual) / (near + prior)
    return np.asarray(cv2.resize(local, dark.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _lines(dark: Floats, paper: NDArray[np.bool_], px_per_mm: float) -> Floats:
    """Usual darkness of the vertical grid lines, at their places, shape (h, w)."""
    out = np.zeros_like(dark)
    pitch = LARGE_SQUARE_MM * px_per_mm
    reach = round(_LINE_MM * px_per_mm)
    step = max(1, round(px_per_mm / 4))
    length = 2 * round(_ALONG_MM * px_per_mm / step / 2) + 1
    for k in range(int(dark.shape[1] / pitch) + 1):
        x = round(k * pitch)
        band = np.s_[:, max(0, x - reach) : x + reach + 1]
        if not paper[band].any():
            continue
        profile = median_filter(dark[band][::step], size=(length, 1), mode="nearest")
        usual = np.median(dark[band][paper[band].any(axis=1)], axis=0)
        profile = np.minimum(profile, _CEILING * usual.max() + 1)
        out[band] = np.repeat(profile, step, axis=0)[: len(dark)]
    return np.asarray(cv2.dilate(out, np.ones((1, 3), np.uint8)), np.float32)
