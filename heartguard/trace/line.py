"""From the ink runs of a path to the sub-pixel height of the line: the pen is undone by erosion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import find_peaks

from heartguard.arrays import Doubles, Floats, Mask, runs_of_true

__all__ = ["heights", "line_through"]

STEPS_PER_COLUMN = 2
"""Points of the line in each column, so that erosion by half a pen is not rounded to whole columns."""

_SHORT = 1.6
"""A run shorter than so many strokes is flat line: at 45 degrees it is 1.4 strokes long."""

_AGREE = 1.5
"""Eroded edges closer than so many strokes are one line, and their mean is taken; chosen by hand, not fitted."""

_PROMINENT = 0.5
"""Strokes by which a peak of the ink's edge must exceed both sides; lower ones are noise of the edge. By hand."""

_WIDEST = 3.0
"""Pen widths: the edges of a narrow wave differ over about one; where they do for longer, the ink is noise. By hand."""


def line_through(top: Doubles, bottom: Doubles, stroke: float, columns_per_px: int = 1) -> tuple[Doubles, Doubles]:
    """Undo the pen: return the centre line whose pen stroke covers the given runs.

    A pen of width `stroke` inks, in each column, everything from half a stroke above the highest to half a stroke below
    the lowest point of the line within half a stroke to both sides: the upper edge of the ink is the line dilated, the
    lower edge the line eroded. Eroding the upper edge gives the line with narrow troughs filled (its closing), dilating
    the lower edge gives it with narrow peaks cut (its opening). Between beats both agree; where they differ, the one
    further from the baseline is the wave.

    Parameters
    ----------
    top, bottom : ndarray, shape (n,), float64
        Ends of the run in each column, page pixels; NaN where the line is missing.
    stroke : float
        Thickness of the line, pixels.
    columns_per_px : int
        Columns to a pixel.

    Returns
    -------
    x, y : ndarray, shape (m,), float64
        Points of the line, x in columns from the first one, ascending; none in gaps.
    """
    present = ~np.isnan(top)
    level = _resting_level((top + bottom) / 2, present & (bottom - top < _SHORT * stroke))
    pen = _Pen(stroke, STEPS_PER_COLUMN * columns_per_px)
    parts = [_undo_pen(a, top[a:b], bottom[a:b], level[a:b], pen) for a, b in runs_of_true(present)]
    if not parts:
        return np.empty(0), np.empty(0)
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


@dataclass(frozen=True)
class _Pen:
    """A round pen: its thickness in pixels, and the points of the line per pixel."""

    stroke: float
    steps_per_px: int

    @property
    def steps(self) -> float:
        """Points of the line under the whole pen."""
        return self.stroke * self.steps_per_px


def _undo_pen(start: int, top: Doubles, bottom: Doubles, level: Doubles, pen: _Pen) -> tuple[Doubles, Doubles]:
    columns = np.arange(len(top), dtype=np.float64)
    fine = np.arange((len(top) - 1) * STEPS_PER_COLUMN + 1) / STEPS_PER_COLUMN
    # y grows downwards: eroding the upper edge takes the greatest y.
    upper = -_erode(-np.interp(fine, columns, top), pen)
    lower = _erode(np.interp(fine, columns, bottom), pen)
    rest = np.interp(fine, columns, level)
    far = np.where(np.abs(upper - rest) >= np.abs(lower - rest), upper, lower)
    apart = np.abs(lower - upper) > _AGREE * pen.stroke
    for a, b in runs_of_true(apart):
        # A wave narrower than the pen is at most so wide; ink that is thick for longer is noise around the signal.
        if b - a > _WIDEST * pen.steps:
            apart[a:b] = False
    y = np.where(apart, far, (upper + lower) / 2)
    return start + fine, _raise_peaks(-_raise_peaks(-y, -top, pen), bottom, pen)


def _raise_peaks(line: Doubles, edge: Doubles, pen: _Pen) -> Doubles:
    """Raise the peak of each narrow wave to the height that the edge of the ink shows.

    Every peak of the line is a peak of the ink's edge, half a stroke further out, however narrow it is.

    Parameters
    ----------
    line : ndarray, shape (m,)
        At `STEPS_PER_COLUMN` points a column, the waves pointing to greater values.
    edge : ndarray, shape (n,)
        Outer edge of the ink in each column.
    pen : _Pen
    """
    out = line.copy()
    peaks, shape = find_peaks(edge, plateau_size=1, prominence=_PROMINENT * pen.stroke)
    reach = round(1.2 * pen.steps)
    for peak, first, last in zip(peaks, shape["left_edges"], shape["right_edges"], strict=True):
        height = float(edge[peak]) - pen.stroke / 2
        apex = _apex(edge, int(first), int(last), pen.stroke)
        if height - out[apex] < 0.1 * pen.stroke:
            continue
        left = apex - _climb(line[max(0, apex - reach) : apex + 1][::-1])
        right = apex + _climb(line[apex : apex + reach + 1])
        out[left : apex + 1] = np.linspace(min(line[left], height), height, apex - left + 1)
        out[apex : right + 1] = np.linspace(height, min(line[right], height), right - apex + 1)
    return out


def _climb(line: Doubles) -> int:
    """Return over how many steps a line rises from its first point."""
    falls = np.flatnonzero(np.diff(line) < 0)
    return int(falls[0]) if len(falls) else len(line) - 1


def _apex(edge: Doubles, first: int, last: int, stroke: float) -> int:
    """Return the middle of the columns within a third of a stroke of a peak, as an index of the fine points."""
    floor = edge[first] - stroke / 3
    while first > 0 and edge[first - 1] > floor:
        first -= 1
    while last + 1 < len(edge) and edge[last + 1] > floor:
        last += 1
    return round((first + last) / 2 * STEPS_PER_COLUMN)


def _erode(edge: Doubles, pen: _Pen) -> Doubles:
    """Erode an edge by a round pen, shape (m,): the least of the edge less the pen's half-height over its width."""
    radius = pen.stroke / 2
    eroded = edge - radius
    for step in range(1, round(pen.steps / 2) + 1):
        height = np.sqrt(max(0.0, radius**2 - (step / pen.steps_per_px) ** 2))
        eroded[step:] = np.minimum(eroded[step:], edge[:-step] - height)
        eroded[:-step] = np.minimum(eroded[:-step], edge[step:] - height)
    return eroded


def _resting_level(centre: Doubles, flat: Mask) -> Doubles:
    """Return the local baseline at each column: the height of the flat parts, interpolated between them."""
    if not flat.any():
        level = float(np.nanmedian(centre)) if np.isfinite(centre).any() else np.nan
        return np.full(len(centre), level)
    columns = np.arange(len(centre))
    joined: Doubles = np.interp(columns, columns[flat], centre[flat])
    return joined


def heights(x: Doubles, y: Doubles, columns: int) -> Floats:
    """Height of the line at each of the first columns, shape (columns,), page pixels; NaN in gaps of over a column."""
    at = np.arange(columns, dtype=np.float64)
    if len(x) < 2:
        return np.full(columns, np.nan, np.float32)
    after = np.clip(np.searchsorted(x, at), 1, len(x) - 1)
    line = np.interp(at, x, y)
    outside = (at < x[0] - 1) | (at > x[-1] + 1) | ((x[after] - x[after - 1]) > 1.5)
    line[outside] = np.nan
    return line.astype(np.float32)
