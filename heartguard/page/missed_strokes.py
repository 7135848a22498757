"""Strokes of the traces that the network took for other print, as they end in what it knows to be trace."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from heartguard.arrays import Floats, Image, Mask
from heartguard.page.strips import HALF

__all__ = ["with_missed_strokes"]

_OTHERS = ("separator", "pulse", "print", "name")
"""What strokes are taken for: both strokes of a narrow wave run into one upright bar, which looks like a separator;
others are crossed by a letter. With the last two, 97 simulated pages gained 0.02 dB and four of them 0.4 to 1.3."""

_DARK = 0.7
"""Share of the usual darkness of trace from which a pixel can be part of one. Chosen by hand, not fitted."""

_INKED = 0.5
"""Ink from which on a pixel is a stroke that goes on."""

_TALLEST_MM, _WIDEST_MM = 16.0, 4.0
"""Larger pieces are no strokes; separators have 38 mm and more. With 12 and 2.5 mm 97 pages gained 0.03 dB less."""

_SHORTEST_PX = 3
_BREAK_PX = 6
"""Pixels between a piece and the stroke that it goes on from: the soft end of either."""

_ASIDE_PX = 2


def with_missed_strokes(
    ink: Floats, darkness: Floats, shares: Mapping[str, Image], ruled: Mask, px_per_mm: float
) -> Floats:
    """Add to the trace ink the dark pieces between two strokes, and the ends of bars that look like separators.

    Parameters
    ----------
    ink : ndarray, shape (h, w), float32, 0 to 1
        Of what the network knows to be trace.
    darkness : ndarray, shape (h, w), float32
        By the colour of the trace; 1 is usual for trace.
    shares : mapping of str to ndarray, shape (h, w), uint8
        By the names of `heartguard.page.structure.PLANES`.
    ruled : ndarray, shape (h, w), bool
        Separators and frames, which are left out.
    px_per_mm : float

    Returns
    -------
    ndarray, shape (h, w), float32, 0 to 1
    """
    other = np.maximum.reduce([shares[name] for name in _OTHERS])
    pieces = (darkness > _DARK) & (other > HALF) & (ink < _INKED) & ~ruled
    _, labels, stats, _ = cv2.connectedComponentsWithStats(pieces.astype(np.uint8), connectivity=8)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    fits = (height >= _SHORTEST_PX) & (height <= _TALLEST_MM * px_per_mm) & (width <= _WIDEST_MM * px_per_mm)
    fits[0] = False
    out = ink.copy()
    for number in np.flatnonzero(fits):
        x, y, wide, tall = (int(value) for value in stats[number, :4])
        across = slice(max(0, x - _ASIDE_PX), x + wide + _ASIDE_PX)
        above = bool((ink[max(0, y - _BREAK_PX) : y + 2, across] >= _INKED).any())
        below = bool((ink[y + tall - 2 : y + tall + _BREAK_PX, across] >= _INKED).any())
        box = (slice(y, y + tall), slice(x, x + wide))
        piece = labels[box] == number
        if (above and below) or ((above or below) and shares["separator"][box][piece].mean() > HALF):
            solid = cv2.dilate(piece.astype(np.uint8), np.ones((5, 1), np.uint8))
            out[box] = np.maximum(out[box], np.clip(darkness[box], 0, 1) * solid)
    return out
