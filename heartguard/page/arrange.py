"""Which of the rows and vertical lines that were found are rows of traces and separators."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from heartguard.arrays import Mask
from heartguard.page.ends import Extent
from heartguard.page.marks import Lines, Pulse

__all__ = ["keep_separators", "settle_rows"]

_MIN_COVERAGE = 0.55
_FAINT = 0.7
_EVEN = 0.08
_EVEN_ROWS = 4
_EVEN_PULSES = 3
_OWN_PITCH = 0.6
_NEAR_MIDDLE = 0.15
_SEPARATOR_REACH_MM = 3.0
# Where separators of two columns stand, and which of four or six columns there are beside them, shares of the width.
_SEPARATORS = ((1 / 2,), (1 / 4, 3 / 4), (1 / 6, 1 / 3, 2 / 3, 5 / 6))


def settle_rows(
    trace: Mask, rows: tuple[float, ...], pulses: tuple[Pulse, ...], extent: Extent, px_per_mm: float
) -> tuple[float, ...]:
    """Keep the rows that a trace follows for most of the width, and add the rows that only a pulse shows.

    A row whose faint trace is seen for part of the width only is kept where it stands at the distance of the others.
    """
    left = [pulse for pulse in pulses if abs(pulse.x0 - np.median([p.x0 for p in pulses])) < 3 * px_per_mm]
    spacing = 0.5 * 7.0 * px_per_mm
    merged = sorted(rows)
    for pulse in left:
        near = [row for row in merged if abs(row - pulse.baseline_y) < spacing]
        if not near:
            merged.append(pulse.baseline_y)
    merged.sort()
    calibrated = {row for row in merged if any(abs(row - pulse.baseline_y) < spacing for pulse in left)}
    heights = sorted(pulse.baseline_y for pulse in left)
    if len(heights) >= _EVEN_PULSES and _are_even(heights) and not _holds_rows_between(heights, merged):
        # A pulse for every row: what else looks like one beside them is a line that wanders.
        pitch = _OWN_PITCH * (heights[-1] - heights[0]) / (len(heights) - 1)
        merged = [row for row in merged if row in calibrated or not heights[0] - pitch < row < heights[-1] + pitch]
    covered = {row: _coverage(trace, row, merged, extent, px_per_mm) for row in merged}
    seen = [row for row in merged if covered[row] >= _MIN_COVERAGE * _FAINT]
    even = len(seen) >= _EVEN_ROWS and _are_even(seen)
    needed = {row: _MIN_COVERAGE / 2 if row in calibrated else _MIN_COVERAGE for row in merged}
    return tuple(row for row in merged if covered[row] >= needed[row] or (even and row in seen))


def _holds_rows_between(heights: list[float], rows: list[float]) -> bool:
    """Tell whether every gap has a row near its middle, as where only every second row has a pulse."""
    gaps = list(pairwise(heights))
    return all(any(abs(row - (a + b) / 2) < _NEAR_MIDDLE * (b - a) for row in rows) for a, b in gaps)


def _are_even(heights: list[float]) -> bool:
    return float(np.ptp(np.diff(heights))) < _EVEN * float(np.mean(np.diff(heights)))


def _coverage(trace: Mask, row: float, rows: list[float], extent: Extent, px_per_mm: float) -> float:
    gaps = [abs(row - other) for other in rows if other != row]
    reach = min(12 * px_per_mm, 0.5 * min(gaps)) if gaps else 12 * px_per_mm
    band = trace[max(0, round(row - reach)) : round(row + reach) + 1, round(extent.x0) : round(extent.x1) + 1]
    return float(band.any(axis=0).mean()) if band.size else 0.0


def keep_separators(lines: Lines, extent: Extent, px_per_mm: float) -> Lines:
    """Keep the vertical lines that stand between columns or beside the traces; others are tall waves.

    One straight line vouches for all separators of as many columns, whose sides complexes can hide.
    """
    reach = _SEPARATOR_REACH_MM * px_per_mm
    places = [[extent.x0 + share * extent.width for share in shares] for shares in _SEPARATORS]
    seen = [group for group in places if any(abs(x - place) < reach for place in group for x in lines.straight_x)]
    allowed = {place for group in seen for place in (*group, *places[0])}

    def stands(x: float) -> bool:
        return x < extent.x0 or x > extent.x1 or any(abs(x - a) < reach for a in allowed)

    vertical = lines.vertical.copy()
    kept = tuple(x for x in lines.vertical_x if stands(x))
    for x in lines.vertical_x:
        if not stands(x):
            vertical[:, max(0, round(x - 0.5 * px_per_mm)) : round(x + 0.5 * px_per_mm) + 1] = False
    return Lines(vertical, lines.horizontal, kept, kept)
