"""Ink runs: the vertical segments of connected ink in each column of a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats

__all__ = ["INK_LEVEL", "Runs", "find_runs"]

INK_LEVEL = 0.5
"""Ink probability at the edge of a run: half, so that its sub-pixel ends are where the ink falls to half."""


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
    dark = np.zeros((ink.shape[1], ink.shape[0] + 2), np.bool_)  # A blank margin above and below: no run leaves it.
    np.greater_equal(ink.T, INK_LEVEL, out=dark[:, 1:-1])
    edges = np.flatnonzero(dark.ravel()[1:] != dark.ravel()[:-1])
    columns, starts = np.divmod(edges[::2], dark.shape[1])
    ends = edges[1::2] % dark.shape[1]
    top = starts + _crossing(_ink_at(ink, starts - 1, columns), ink[starts, columns]) - 1
    bottom = ends - _crossing(_ink_at(ink, ends, columns), ink[ends - 1, columns])
    first = np.searchsorted(columns, np.arange(ink.shape[1] + 1))
    lengths = bottom - top
    # The flattest lines show the pen's own thickness; noise only adds to it.
    stroke = float(np.percentile(lengths[lengths > 1], 10)) if (lengths > 1).any() else 1.0
    return Runs(first, top.astype(np.float32), bottom.astype(np.float32), stroke)


def _ink_at(ink: Floats, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Floats:
    """Return the ink of pixels, 0 beyond the upper and lower edge."""
    inside = (rows >= 0) & (rows < len(ink))
    found: Floats = np.where(inside, ink[np.clip(rows, 0, len(ink) - 1), columns], np.float32(0))
    return found


def _crossing(outside: Floats, inside: Floats) -> Floats:
    """Return the position between an outer (0) and an inner pixel (1) at which the ink crosses `INK_LEVEL`."""
    fraction: Floats = ((INK_LEVEL - outside) / np.maximum(inside - outside, 1e-6)).astype(np.float32)
    return fraction
