"""Ink runs: the stretches of ink in each column of a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats

__all__ = ["Runs", "find_runs"]

INK_LEVEL = 0.5


@dataclass(frozen=True, eq=False)
class Runs:
    """All ink runs of a page, column by column.

    Attributes
    ----------
    first : ndarray, shape (w + 1,), int
        Runs of column x are ``first[x]`` to ``first[x + 1]``.
    top, bottom : ndarray, shape (n,), float32
        Heights at which the ink falls to half, page pixels; ``bottom - top`` is the length of the run.
    stroke : float
        Usual vertical thickness of the line, pixels.
    """

    first: NDArray[np.intp]
    top: Floats
    bottom: Floats
    stroke: float

    @property
    def centre(self) -> Floats:
        """Middle of each run."""
        return ((self.top + self.bottom) / 2).astype(np.float32)


def find_runs(ink: Floats) -> Runs:
    """Find the ink runs with sub-pixel ends.

    Parameters
    ----------
    ink : ndarray, shape (h, w), float32, 0 to 1
    """
    padded = np.pad(ink, ((1, 1), (0, 0)))
    dark = np.ascontiguousarray((padded >= INK_LEVEL).T)
    height = dark.shape[1]
    edges = np.flatnonzero(dark.ravel()[1:] != dark.ravel()[:-1])  # the margins are blank: no run leaves its column
    columns, starts = np.divmod(edges[::2], height)
    ends = edges[1::2] % height
    top = starts + _crossing(padded[starts, columns], padded[starts + 1, columns]) - 1
    bottom = ends - _crossing(padded[ends + 1, columns], padded[ends, columns])
    first = np.searchsorted(columns, np.arange(ink.shape[1] + 1))
    lengths = bottom - top
    # The flattest lines show the pen's own thickness; noise only adds to it.
    stroke = float(np.percentile(lengths[lengths > 1], 10)) if (lengths > 1).any() else 1.0
    return Runs(first, top.astype(np.float32), bottom.astype(np.float32), stroke)


def _crossing(outside: Floats, inside: Floats) -> Floats:
    """Where between an outer and an inner pixel the ink passes `INK_LEVEL`, 0 at the outer one."""
    fraction: Floats = ((INK_LEVEL - outside) / np.maximum(inside - outside, 1e-6)).astype(np.float32)
    return fraction
