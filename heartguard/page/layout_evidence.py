"""How well a layout fits what was found on a page: laws of the limb leads, strips, marks of columns, printed names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import numpy as np

from heartguard.arrays import Doubles, Mask
from heartguard.leads import LAYOUTS, ORDERS, Layout
from heartguard.page.ends import Extent
from heartguard.page.limbs import misfit, misfit_in_turn
from heartguard.page.marks import Lines
from heartguard.page.printed_names import NamesInRows, agreement
from heartguard.page.rough import RoughTraces, fit_strips

__all__ = ["Candidate", "LayoutEvidence", "by_law"]

_MOST_CHANGED = 2
"""Rows too many or too few that a layout may make good: a header and a footer line taken for traces."""

_SEPARATOR_REACH_MM = 3.0
_NAME_REACH_MM = 9.0
"""How far from the beginning of a column a separator, or the ink of a name, is looked for; chosen by hand."""

_COLUMN_EDGES = tuple(sorted({Fraction(k, n) for n in (4, 6) for k in range(1, n)}))

# What one unit of evidence is worth, in units of the logarithm of the limb leads' misfit; chosen by hand.
_BY_COLUMNS = 1.0
_BY_STRIPS = 3.0
_BY_CHANGED_ROW = 1.5
_BY_ORDER = 0.8
_BY_ORDER_IN_TURN = 0.35
_NO_LAW = 0.5
_SAME = 0.3

_PRINTED = 3.0
"""What any order but the usual two must be better by: one page in twenty has another."""

_ODD = 2
_ODD_NAME = 4.0
"""And what one that differs from a usual layout in one or two names must be better by: those were rather misread."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A layout on a set of rows, and how well it fits.

    Attributes
    ----------
    layout : Layout
    rows : tuple of float
    followed : ndarray, shape (rows, w)
    changed : int
        Rows that were left out or added.
    misfit, worst : float
        See `heartguard.page.limbs.misfit`.
    score : float
        Of all evidence, in units of the logarithm of the limb leads' misfit.
    same_seconds : bool
    columns : float
        How surely marks begin the columns.
    by_names : float
        What the printed names add to the score.
    """

    layout: Layout
    rows: tuple[float, ...]
    followed: Doubles
    changed: int
    misfit: float
    worst: float
    score: float
    same_seconds: bool
    columns: float
    by_names: float = 0.0


@dataclass(frozen=True, eq=False)
class LayoutEvidence:
    """What was found on a page, and how well a layout fits it."""

    rows: tuple[float, ...]
    extent: Extent
    lines: Lines
    traces: RoughTraces
    marks: Mask
    names: NamesInRows
    px_per_mm: float
    _known: dict[tuple[float, ...], Doubles] = field(default_factory=dict)

    def candidates(self, layout: Layout) -> Iterator[Candidate]:
        """Yield the layout on every set of rows that could be its rows."""
        for rows in _row_sets(self.rows, layout.row_count, len(self.traces.pieces), self._nameless):
            changed = abs(len(self.rows) - layout.row_count)
            followed = self._followed(rows)
            columns = self._columns(layout, rows)
            wrong, worst = self._by_limb_leads(layout, followed, marked=columns > 0)
            strips = fit_strips(layout, followed, self.extent)
            by_names = agreement(layout, rows, self.names)
            score = (
                by_law(wrong if np.isfinite(wrong) else _NO_LAW)
                + _BY_COLUMNS * columns
                - _BY_CHANGED_ROW * changed
                - _cost(layout)
                - _BY_STRIPS * max(0.0, strips.misfit - _SAME)
                + by_names
            )
            yield Candidate(
                layout, rows, followed, changed, wrong, worst, score, strips.same_seconds, columns, by_names
            )

    @cached_property
    def _nameless(self) -> tuple[float, ...]:
        """Rows at which no name was read, where names were read at most of them."""
        named = {name.y for name in self.names.names}
        nameless = tuple(row for row in self.rows if row not in named)
        return nameless if 2 * len(nameless) < len(self.rows) else ()

    def unnamed(self) -> Candidate:
        """Return the rows as they are, each of one lead that is not known."""
        count = len(self.rows)
        layout = Layout(f"{count}x1", (("",),) * count, 0, "unnamed", ())
        nan = float("nan")
        return Candidate(layout, self.rows, self._followed(self.rows), 0, nan, nan, by_law(1.0), False, 0.0)

    def _by_limb_leads(self, layout: Layout, followed: Doubles, *, marked: bool) -> tuple[float, float]:
        if not layout.in_turn:
            return misfit(layout, followed, self.extent)
        if layout.order not in ORDERS:
            return float("nan"), 0.0
        return misfit_in_turn(layout, followed, self.extent, marked=marked), 0.0

    def _followed(self, rows: tuple[float, ...]) -> Doubles:
        """Follow rows once, however many layouts could have them."""
        if rows not in self._known:
            self._known[rows] = self.traces.along(rows)
        return self._known[rows]

    def _columns(self, layout: Layout, rows: tuple[float, ...]) -> float:
        """How surely every column beyond the first begins with a mark, less how surely marks are elsewhere."""
        short = rows[: len(layout.rows)]
        expected = [self._begins(Fraction(k, layout.columns), short) for k in range(1, layout.columns)]
        edges = {Fraction(k, layout.columns) for k in range(layout.columns)}
        stray = [self._begins(edge, short) for edge in _COLUMN_EDGES if edge not in edges]
        return min(expected, default=1.0) - max(stray, default=0.0)

    def _begins(self, edge: Fraction, rows: tuple[float, ...]) -> float:
        """Share of the rows in which something marks the beginning of a column at a part of the width."""
        mm, extent = self.px_per_mm, self.extent
        x = extent.x0 + float(edge) * extent.width
        if any(extent.x0 + 5 * mm < v < extent.x1 - 5 * mm for v in self.lines.vertical_x):
            return float(any(abs(v - x) < _SEPARATOR_REACH_MM * mm for v in self.lines.vertical_x))
        columns = slice(max(0, round(x - mm)), max(0, round(x + _NAME_REACH_MM * mm)))
        boxes = [self.marks[max(0, round(r - 12 * mm)) : max(0, round(r + 2 * mm)), columns] for r in rows]
        return float(np.mean([box.any() for box in boxes]))


def by_law(unexplained: float) -> float:
    """Return what the limb leads say for a layout by what it leaves unexplained of them."""
    return -float(np.log(0.03 + unexplained))


def _cost(layout: Layout) -> float:
    """Return how much evidence an order needs beyond the usual one."""
    if layout.order == "standard":
        return 0.0
    if layout.order in ORDERS:
        return _BY_ORDER_IN_TURN if layout.in_turn else _BY_ORDER
    alike = (_differing(layout, other) for other in LAYOUTS.values() if _same_shape(layout, other))
    return _PRINTED + (_ODD_NAME if min(alike, default=_ODD + 1) <= _ODD else 0.0)


def _same_shape(layout: Layout, other: Layout) -> bool:
    return (len(layout.rows), layout.columns) == (len(other.rows), other.columns)


def _differing(layout: Layout, other: Layout) -> int:
    """Return how many leads of a layout are known to be others."""
    pairs = [pair for rows in zip(layout.rows, other.rows, strict=True) for pair in zip(*rows, strict=True)]
    return sum(bool(lead) and lead != wanted for lead, wanted in pairs)


def _row_sets(rows: tuple[float, ...], count: int, height: int, nameless: tuple[float, ...]) -> list[tuple[float, ...]]:
    """Return sets of `count` rows: those found, less some at either end or without a name, or with one more.

    The one more is where the distances of the rows ask for it.
    """
    surplus = len(rows) - count
    if 0 <= surplus <= _MOST_CHANGED:
        ends = [rows[at : at + count] for at in range(surplus + 1)]
        inner = [tuple(row for row in rows if row != one) for one in nameless if one not in (rows[0], rows[-1])]
        return ends + inner if surplus == 1 else ends
    if surplus != -1 or len(rows) < 3:
        return []
    pitch = float(np.median(np.diff(rows)))
    gaps = [(a + b) / 2 for a, b in pairwise(rows) if 1.6 * pitch < b - a < 2.4 * pitch]
    added = gaps or [rows[0] - pitch, rows[-1] + pitch]
    return [tuple(sorted((*rows, y))) for y in added if 0 < y < height]
