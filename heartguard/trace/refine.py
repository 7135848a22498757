"""Placing lines anew in steep and shared ink, by the line network."""

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
_EDGE_ROWS = 3


def refine_lines(ink: Floats, lines: Sequence[Line], network: LineNetwork) -> list[Line]:
    """Return the lines with their steep and shared parts where the network sees them.

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
    """Put the network's heights into a line, faded in over a few points at either end of each part."""
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
        # where the line is faded in, or lies outside of the crop, geometry is no surer than the network
        spread[here] = np.where(share > 0, np.interp(line.x[here], at, rows_spread / ROWS_PER_PX), spread[here])
    return replace(line, y=y, spread=spread)


def _faded(wanted: Mask) -> Doubles:
    """Return 1 inside of the wanted stretches, falling to 0 towards their ends."""
    kernel = np.ones(2 * _FADE + 1) / (2 * _FADE + 1)
    return np.asarray(np.convolve(wanted, kernel, mode="same") * wanted, np.float64)
