"""Locate lines again in steep and shared ink, by the line network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.trace.crops import CROP_ROWS, POINTS, ROWS_PER_PX, Crop, cut_crops, heights_of, lowered, points_x
from heartguard.trace.line_network import LineNetwork
from heartguard.trace.panels import FINER, Line

__all__ = ["refine_lines"]

_FADE = 3
"""Points, 7.5 ms, over which the network's line is blended in at either end; by hand: enough to leave no step."""

_EDGE_ROWS = 3
"""Rows at a crop's upper and lower edge, 1 mm, in which the network's line is not used: half its context is missing."""


def refine_lines(ink: Floats, lines: Sequence[Line], network: LineNetwork) -> list[Line]:
    """Return the lines with their steep and shared parts replaced by the network's answer.

    Parameters
    ----------
    ink : ndarray, shape (h, w), float32, 0 to 1
        Of the page.
    lines : sequence of Line
    network : LineNetwork
    """
    crops = list(cut_crops(lowered(ink), [line.path for line in lines], FINER))
    if not crops:
        return list(lines)
    placed: dict[int, list[tuple[Crop, Doubles, Doubles]]] = {}
    for crop, rows, spread in zip(crops, *network.place(crops), strict=True):
        placed.setdefault(crop.path, []).append((crop, rows, spread))
    return [_refined(line, placed.get(number, [])) for number, line in enumerate(lines)]


def _refined(line: Line, placed: Sequence[tuple[Crop, Doubles, Doubles]]) -> Line:
    """Replace heights of a line by the network's, blended over `_FADE` points at either end of each part."""
    y, spread = line.y.copy(), line.spread.copy()
    for crop, rows, rows_spread in placed:
        at = points_x(crop)
        weight = _faded(np.repeat(crop.wanted, POINTS))
        here = np.flatnonzero((line.x >= at[0]) & (line.x <= at[-1]))
        share = np.interp(line.x[here], at, weight)
        seen = np.interp(line.x[here], at, heights_of(rows + crop.row))
        reach = np.array([crop.row + _EDGE_ROWS, crop.row + CROP_ROWS - 1 - _EDGE_ROWS], np.float64)
        high, low = heights_of(reach)
        inside = (y[here] > high) & (y[here] < low)
        y[here] += share * inside * (seen - y[here])
        # where the line is blended, or outside of the crop, the geometric line is no more certain than the network's
        spread[here] = np.where(share > 0, np.interp(line.x[here], at, rows_spread / ROWS_PER_PX), spread[here])
    return replace(line, y=y, spread=spread)


def _faded(wanted: Mask) -> Doubles:
    """Return weights of 1 inside of the wanted columns, falling to 0 towards their ends."""
    kernel = np.ones(2 * _FADE + 1) / (2 * _FADE + 1)
    return np.asarray(np.convolve(wanted, kernel, mode="same") * wanted, np.float64)
