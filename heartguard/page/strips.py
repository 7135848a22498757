"""Pictures in strips: what the structure network needs of memory is that of one strip."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from heartguard.arrays import Floats, Image

__all__ = ["HALF", "PLANES", "STRIDE", "Run", "Strip", "seen_in_strips", "strips_of"]

PLANES = ("trace", "minor", "major", "print", "pulse", "name", "separator", "paper", "overlay")
"""Traces; lines every 1 mm and every 5 mm of the grid; other print; calibration pulses; lead names; separators and
frames; the sheet; what is laid over it, such as script, stamps and fingers."""

HALF = 127
"""Share, of 255, from which on a pixel counts as something."""

STRIDE = 32
"""Height and width of a picture must be multiples of it."""

Run = Callable[[Floats], Image]
"""From a picture, shape (h, w, 3), -1 to 1, sides multiples of `STRIDE`, to shares of 255, shape (h, w, 9)."""


class Strip(NamedTuple):
    """A part of the longer side that is looked at, and the part of it that is kept, pixels."""

    start: int
    stop: int
    first: int
    last: int


def strips_of(length: int, count: int, halo: int) -> list[Strip]:
    """Return strips of one width that cover a side and overlap by two halos at least.

    Parameters
    ----------
    length : int
        A multiple of `STRIDE`.
    count : int
    halo : int
        What is looked at beyond what is kept, pixels, except at the picture's edges.

    Examples
    --------
    >>> strips_of(1440, 2, 96)
    [Strip(start=0, stop=832, first=0, last=720), Strip(start=608, stop=1440, first=720, last=1440)]
    """
    cells = length // STRIDE
    width = min(cells, -(-(length + 2 * halo * (count - 1)) // (STRIDE * count)))
    starts = [round(k * (cells - width) / max(1, count - 1)) for k in range(count)]
    edges = [STRIDE * (left + width + right) // 2 for left, right in pairwise(starts)]
    return [
        Strip(STRIDE * start, STRIDE * (start + width), first, last)
        for start, first, last in zip(starts, [0, *edges], [*edges, length], strict=True)
    ]


def seen_in_strips(image: Image, run: Run, count: int, halo: int) -> Image:
    """Return the network's maps of a picture, shape (9, h, w), uint8, 255 is a share of 1.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
    run : callable
        The network, for pictures as wide as the shorter side.
    count : int
        Strips across the longer side; 1 looks at the whole picture at once.
    halo : int
    """
    height, width = image.shape[:2]
    padded = np.pad(image, ((0, -height % STRIDE), (0, -width % STRIDE), (0, 0)), mode="edge")
    axis = 0 if padded.shape[0] >= padded.shape[1] else 1
    maps: Image = np.empty((len(PLANES), *padded.shape[:2]), np.uint8)
    for strip in strips_of(padded.shape[axis], count, halo):
        window = (slice(strip.start, strip.stop), slice(None)) if axis == 0 else (slice(None), slice(*strip[:2]))
        shares = run(np.asarray(padded[window] / np.float32(127.5) - np.float32(1), np.float32))
        kept = slice(strip.first - strip.start, strip.last - strip.start)
        shares = shares[kept] if axis == 0 else shares[:, kept]
        into = maps[:, strip.first : strip.last] if axis == 0 else maps[:, :, strip.first : strip.last]
        into[:] = shares.transpose(2, 0, 1)
    return maps[:, :height, :width]
