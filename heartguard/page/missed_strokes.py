"""Strokes of the traces that the network took for other print, as they end in what it knows to be trace."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from heartguard.arrays import Floats, Image, Mask
from heartguard.page.strips import HALF

__all__ = ["add_missed_strokes"]

_OTHERS = ("separator", "pulse", "print", "name")
"""What strokes are taken for: both strokes of a narrow wave run into one upright bar, which looks like a separator;
others are crossed by a letter. With the last two, 97 simulated pages gained 0.02 dB and four of them 0.4 to 1.3."""

_DARK, _TAKEN = 128, 40
"""Darkness, of 255 for the usual one of trace, and share of another plane, of 255, from which on a pixel can be part of
a stroke. With 178 and 127 97 simulated pages gained 0.07 dB less, and one page less was right."""

_INKED = 0.5
"""Ink from which on a pixel is a stroke that goes on."""

_TALLEST_MM, _WIDEST_MM = 16.0, 4.0
"""Larger pieces are no strokes; separators have 38 mm and more. With 12 and 2.5 mm 97 pages gained 0.03 dB less."""

_SHORTEST_PX = 3
_BREAK_PX = 6
"""Pixels between a piece and the stroke that it goes on from: the soft end of either."""

_ASIDE_PX = 2


def add_missed_strokes(
    ink: Floats, darkness: Image, shares: Mapping[str, Image], ruled: Mask, px_per_mm: float
) -> None:
    """Add to the trace ink, in place, the dark pieces between two strokes, and ends of bars that look like separators.

    Parameters
    ----------
    ink : ndarray, shape (h, w), float32, 0 to 1
        Of what the network knows to be trace.
    darkness : ndarray, shape (h, w), uint8
        By the colour of the trace; 255 from what is usual for trace.
    shares : mapping of str to ndarray, shape (h, w), uint8
        By the names of `heartguard.page.structure.PLANES`.
    ruled : ndarray, shape (h, w), bool
        Separators and frames, which are left out.
    px_per_mm : float
    """
    strokes = ink >= _INKED
    pieces = (darkness > _DARK) & ~strokes & ~ruled & np.logical_or.reduce([shares[name] > _TAKEN for name in _OTHERS])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(pieces.astype(np.uint8), connectivity=8)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    fits = (height >= _SHORTEST_PX) & (height <= _TALLEST_MM * px_per_mm) & (width <= _WIDEST_MM * px_per_mm)
    fits[0] = False
    for number in np.flatnonzero(fits):
        x, y, wide, tall = (int(value) for value in stats[number, :4])
        across = slice(max(0, x - _ASIDE_PX), x + wide + _ASIDE_PX)
        above = bool(strokes[max(0, y - _BREAK_PX) : y + 2, across].any())
        below = bool(strokes[y + tall - 2 : y + tall + _BREAK_PX, across].any())
        box = (slice(y, y + tall), slice(x, x + wide))
        piece = labels[box] == number
        if (above and below) or ((above or below) and shares["separator"][box][piece].mean() > HALF):
            solid = cv2.dilate(piece.astype(np.uint8), np.ones((5, 1), np.uint8))
            ink[box] = np.maximum(ink[box], darkness[box] / np.float32(255) * solid)
