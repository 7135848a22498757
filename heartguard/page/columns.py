"""Where the columns of a page begin and end: gaps, frames and pulses between them are no time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from heartguard.arrays import Mask, runs_of_true
from heartguard.leads import PAGE_SECONDS, TIME_TOLERANCE, Layout, row_name
from heartguard.page.ends import Extent
from heartguard.printed import Gains
from heartguard.values import Panel

__all__ = ["Strip", "column_extents", "columns_of_ten_seconds", "evenly_joined", "place_panels", "row_extent"]

_GAP_MM = 1.2
"""Shorter gaps are breaks of a line, and cost at most 50 ms where they are none."""

_BLANK = 0.34
"""Share of the rows that may have ink in a gap, one of three: a name taken for trace, a tall wave of another row."""

_REACH_MM = 3.0
"""How far from its even place the middle of a gap may be."""

_OFF_DUE_MM, _OFF_DUE = 1.5, 0.4
"""How far the middle of a gap may be from where equal columns have it, mm, or as a share of a wide one, which a break
of the lines seldom is. By hand: ends of the rows are found to 1 mm, or to a pulse's width where one is between them."""

_HIDDEN_S = 0.1
"""By which columns of 10 s are read too short where the last 3 mm of a row of some are hidden by a pulse."""

_STRIP_AGREES_MM = 2.0
"""A rhythm strip whose ends are nearer to those of the page has the same ends."""


def column_extents(
    layout: Layout, extent: Extent, rows: tuple[float, ...], trace: Mask, px_per_mm: float
) -> list[Extent]:
    """Return where each column of the short rows begins and ends, page pixels.

    Parameters
    ----------
    layout : Layout
    extent : Extent
        Of all columns together.
    rows : tuple of float
        Heights of the rows of the layout, page pixels.
    trace : ndarray, shape (h, w), bool
    px_per_mm : float
    """
    gaps = _gaps(layout, rows, trace, px_per_mm)
    bounds = [_gap_near(gaps, extent, layout, k, px_per_mm) for k in range(1, layout.columns)]
    seen = [gap for gap in bounds if gap is not None]
    gap = float(np.median([after - before for before, after in seen])) if 2 * len(seen) >= len(bounds) > 0 else 0.0
    width = (extent.width - gap * (layout.columns - 1)) / layout.columns
    even = [extent.x0 + k * (width + gap) for k in range(layout.columns)]
    starts = [even[0], *(even[k + 1] if found is None or not gap else found[1] for k, found in enumerate(bounds))]
    ends = [even[k] + width if found is None or not gap else found[0] for k, found in enumerate(bounds)]
    return [Extent(a, b) for a, b in zip(starts, [*ends, extent.x1], strict=True)]


def columns_of_ten_seconds(layout: Layout, columns: list[Extent], px_per_s: float) -> bool:
    """Return whether each of several columns shows all that a recorder keeps, which is then the same in all.

    Where there are strips, these tell.

    Examples
    --------
    >>> from heartguard.leads import LAYOUTS
    >>> two = [Extent(0.0, 2000.0), Extent(2010.0, 4010.0)]
    >>> columns_of_ten_seconds(LAYOUTS["6x2"], two, 200.0), columns_of_ten_seconds(LAYOUTS["6x2"], two, 400.0)
    (True, False)
    """
    shortest = min(column.width for column in columns) / px_per_s
    return not layout.rhythm_strips and layout.columns > 1 and shortest > PAGE_SECONDS * (1 - TIME_TOLERANCE)


def evenly_joined(columns: list[Extent], px_per_s: float) -> list[Extent]:
    """Return columns of 10 s that follow each other without a gap at exactly 10 s, if they are nearly that long.

    The end of the last one, which a pulse beside it may hide, is no measure of the others.

    Examples
    --------
    >>> [round(column.x0) for column in evenly_joined([Extent(100.0, 2095.0), Extent(2095.0, 4090.0)], 200.0)]
    [100, 2100]
    """
    width, gaps = PAGE_SECONDS * px_per_s, [after.x0 - before.x1 for before, after in pairwise(columns)]
    off = max(abs(column.width - width) for column in columns)
    if max(map(abs, gaps), default=0.0) > 1 or off > _HIDDEN_S * px_per_s:
        return columns
    x0 = columns[0].x0
    return [Extent(x0 + k * width, x0 + (k + 1) * width) for k in range(len(columns) - 1)] + [
        Extent(x0 + (len(columns) - 1) * width, columns[-1].x1)
    ]


def _gaps(layout: Layout, rows: tuple[float, ...], trace: Mask, px_per_mm: float) -> list[tuple[float, float]]:
    """Return the last column before and the first one after every gap of most of the short rows."""
    inked = np.mean([_band(trace, rows, k).any(axis=0) for k in range(len(layout.rows))], axis=0)
    return [(a - 0.5, b - 0.5) for a, b in runs_of_true(inked <= _BLANK).tolist() if b - a > _GAP_MM * px_per_mm]


def _gap_near(
    gaps: list[tuple[float, float]], extent: Extent, layout: Layout, k: int, px_per_mm: float
) -> tuple[float, float] | None:
    """Return the widest gap at the place where an even column begins; None where there is none."""
    x, reach = extent.x0 + k * extent.width / layout.columns, _REACH_MM * px_per_mm
    near = [(a, b) for a, b in gaps if a - reach < x < b + reach and a > extent.x0 and b < extent.x1]
    widest = max(near, key=lambda gap: gap[1] - gap[0], default=None)
    if widest is None:
        return None
    # With equal columns the gaps are off the places of columns without any, those of the left half to the left.
    width = widest[1] - widest[0]
    off = abs(sum(widest) / 2 - x - width * (k / layout.columns - 0.5))
    return widest if off <= max(_OFF_DUE_MM * px_per_mm, _OFF_DUE * width) else None


def row_extent(extent: Extent, rows: tuple[float, ...], k: int, trace: Mask, px_per_mm: float) -> Extent:
    """Return where a rhythm strip begins and ends: as the page, unless its ink ends clearly elsewhere."""
    columns = np.flatnonzero(_band(trace, rows, k).any(axis=0))
    if not len(columns):
        return extent
    reach = _STRIP_AGREES_MM * px_per_mm
    first, last = float(columns[0]), float(columns[-1] + 1)
    x0 = extent.x0 if abs(first - extent.x0) < reach else first
    return Extent(x0, extent.x1 if abs(last - extent.x1) < reach else last)


def _band(trace: Mask, rows: tuple[float, ...], k: int) -> Mask:
    """Return the part of a page that is nearer to a row than to its neighbours."""
    between = [(upper + lower) / 2 for upper, lower in pairwise(rows)]
    bounds = [0.0, *between, float(len(trace))]
    return trace[round(bounds[k]) : round(bounds[k + 1])]


class Strip(NamedTuple):
    """A rhythm strip: its lead, where it begins and ends, and its own scale where it is not that of the page."""

    lead: str
    extent: Extent
    px_per_s: float | None = None
    gain_mm_per_mv: float | None = None


def place_panels(
    layout: Layout,
    rows: tuple[float, ...],
    columns: list[Extent],
    strips: Sequence[Strip],
    px_per_s: float,
    same_seconds: bool = False,
    gains: Gains | None = None,
) -> tuple[Panel, ...]:
    """Place every stretch of every lead, in time by the paper.

    Parameters
    ----------
    layout : Layout
    rows : tuple of float
        Isoelectric heights of all trace rows.
    columns : list of Extent
        Of the short rows.
    strips : sequence of Strip
        From the top.
    px_per_s : float
        Page pixels for one second.
    same_seconds : bool
        Whether all columns show the same seconds, rather than consecutive ones.
    gains : Gains, optional
        Where limb and chest leads are drawn at different gains.
    """
    seconds = [column.width / px_per_s for column in columns]
    starts = [0.0 if same_seconds else sum(seconds[:k]) for k in range(len(seconds))]
    panels = [
        Panel(
            lead or row_name(r), r, column.x0, column.x1, rows[r], start, start + length, False, lead in layout.inverted
        )
        for r, leads in enumerate(layout.rows)
        for lead, column, start, length in zip(leads, columns, starts, seconds, strict=True)
    ]
    for k, (lead, strip, own_px_per_s, gain) in enumerate(strips):
        r, end_s = len(layout.rows) + k, strip.width / (own_px_per_s or px_per_s)
        panels.append(Panel(lead, r, strip.x0, strip.x1, rows[r], 0.0, end_s, rhythm=True, gain_mm_per_mv=gain))
    if gains is None:
        return tuple(panels)
    return tuple(
        panel if panel.gain_mm_per_mv else replace(panel, gain_mm_per_mv=gains.of(panel.lead)) for panel in panels
    )
