"""How much of each pixel of a straight page trace ink covers: the network says where, the picture how far exactly."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Image, Mask
from heartguard.page.missed_strokes import add_missed_strokes
from heartguard.page.strips import HALF

__all__ = ["trace_ink"]

_NEAR_MM = 2.0
"""Paper and grid within so much of a trace tell what it is drawn on."""

_SURELY, _HARDLY = 200, 25
"""Shares, of 255, from which on a pixel is trace, and under which it is not, where colours are learned."""

_GATE = (8.0, 50.0)
"""Shares, of 255, between which a pixel comes to count by its darkness: steep strokes are pale in the map. Of four
pairs one of the two that gave the best mean over 13 simulated pages, 0.4 dB over (30, 110)."""

_FULL_PERCENTILE = 50.0
"""Of the darkness of what is surely trace: steep strokes are paler than flat ones, and must not fall under one half."""

_BESIDE_MM = 0.4
"""Half the width of a thick line: so near to a pixel is the middle of its line. A scan whose R waves were thin and pale
was read with 15.5 dB for 5.8."""

_LIFTED = 0.75
"""Ink in the middle of a pale stroke. With 1 its run is wider, and waves of 16 simulated pages came out 1 % lower."""

_PALEST = 0.3
"""Share of the usual darkness under which a stroke is no ink."""

_FEWEST = 20
"""Pixels of ink, and of what is bare, from which on a spread of colours can be taken."""

_STRIP_ROWS = 256
_AROUND_MM = 4.0
_BRIDGED_MM = 2.0
_RIDGE = 1e-3


def trace_ink(image: Image, shares: Mapping[str, Image], ruled: Mask, px_per_mm: float) -> Floats:
    """Return the trace ink of a page, shape (h, w), float32, 0 to 1.

    The colour of the trace is told from those of paper and grid by Fisher's linear discriminant, so that a grid as
    dark as the trace but of another colour hardly counts, and a bright trace on a dark screen does.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
    shares : mapping of str to ndarray, shape (h, w), uint8
        What the structure network sees in each pixel, by the names of its planes; 255 where it is sure.
    ruled : ndarray, shape (h, w), bool
        Separators and frames.
    px_per_mm : float
    """
    trace = shares["trace"]
    size = 2 * round(_NEAR_MM * px_per_mm) + 1
    inked = trace > _SURELY
    near = cv2.dilate(inked.astype(np.uint8), np.ones((size, size), np.uint8)).astype(bool)
    bare = near & (trace < _HARDLY)
    if min(np.count_nonzero(inked), np.count_nonzero(bare)) < _FEWEST:
        return np.zeros(trace.shape, np.float32)
    axis = _discriminant(image[inked], image[bare])
    along = _along(image, axis)
    along -= _level(along, bare, 2 * round(_AROUND_MM * px_per_mm / 2) + 1)
    full = float(np.percentile(along[inked], _FULL_PERCENTILE))
    darkness = np.asarray(np.clip(along * (255 / max(full, 1.0)), 0, 255), np.uint8)
    # Steep strokes, thin and blurred, are paler than flat ones: where the map is sure, their own darkness is the whole.
    reach = np.ones((2 * round(_BESIDE_MM * px_per_mm) + 1,) * 2, np.uint8)
    whole = cv2.dilate(np.where(trace > HALF, along, np.float32(0)), reach)
    whole /= _LIFTED
    np.clip(whole, _PALEST * max(full, 1.0), max(full, 1.0), out=whole)
    along /= whole
    del whole
    # Steep strokes are broken in the map where lines of the grid cross them; what bridges them must be dark as well.
    bridged = cv2.morphologyEx(
        trace, cv2.MORPH_CLOSE, np.ones((2 * round(_BRIDGED_MM * px_per_mm / 2) + 1, 1), np.uint8)
    )
    gate = np.clip((np.arange(256, dtype=np.float32) - _GATE[0]) / (_GATE[1] - _GATE[0]), 0, 1)
    np.clip(along, 0, 1, out=along)
    along *= gate[bridged]
    add_missed_strokes(along, darkness, shares, ruled, px_per_mm)
    return along


def _along(image: Image, axis: Doubles) -> Floats:
    """Return colours along an axis, shape (h, w), float32, in strips: as float32 a page of colours takes 50 MB."""
    found = np.empty(image.shape[:2], np.float32)
    for top in range(0, len(image), _STRIP_ROWS):
        strip = image[top : top + _STRIP_ROWS].astype(np.float32)
        found[top : top + _STRIP_ROWS] = cv2.transform(strip, axis.astype(np.float32)[None]).reshape(strip.shape[:2])
    return found


def _discriminant(inked: Image, bare: Image) -> Doubles:
    """Return the direction in colour space, of length 1, that tells ink from what is bare best; towards the ink."""
    ink, rest = (colours[:: max(1, len(colours) // 20_000)].astype(np.float64) for colours in (inked, bare))
    spread = np.cov(ink.T) + np.cov(rest.T)
    spread += _RIDGE * np.trace(spread) * np.eye(3) + np.eye(3)
    axis = np.linalg.solve(spread, ink.mean(axis=0) - rest.mean(axis=0))
    return np.asarray(axis / max(float(np.linalg.norm(axis)), 1e-12), np.float64)


def _level(along: Floats, bare: Mask, size: int) -> Floats:
    """Return the mean of what is bare around each pixel; where nothing is, the mean of all."""
    seen = bare.astype(np.float32)
    total = cv2.blur(along * seen, (size, size))
    share = cv2.blur(seen, (size, size))
    del seen
    total += np.float32(float(along[bare].mean()) * 1e-3)
    share += np.float32(1e-3)
    total /= share
    return np.asarray(total, np.float32)
