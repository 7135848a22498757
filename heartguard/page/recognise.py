"""Which leads the rows of a page show: every known layout is tried, and what stands on the page decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import numpy as np

from heartguard.arrays import Doubles, Mask
from heartguard.errors import LayoutError, NotAnEcgError
from heartguard.leads import LAYOUTS, Layout
from heartguard.page.ends import Extent
from heartguard.page.limbs import misfit, misfit_in_turn, swap_warnings
from heartguard.page.marks import Lines
from heartguard.page.rough import RoughTraces, fit_strips
from heartguard.values import Corrections
from heartguard.warning import Warning, caution

__all__ = ["Arrangement", "choose_layout"]

_FEWEST_ROWS = 2
_MOST_CHANGED = 2
_SEPARATOR_REACH_MM = 3.0
_NAME_REACH_MM = 9.0
_COLUMN_EDGES = tuple(sorted({Fraction(k, n) for n in (4, 6) for k in range(1, n)}))
# What one unit of evidence is worth, in units of the logarithm of the limb leads' misfit.
_BY_COLUMNS = 1.0
_BY_STRIPS = 3.0
_BY_CHANGED_ROW = 1.5
_BY_ORDER = 0.8
_BY_ORDER_IN_TURN = 0.35
_NO_LAW = 0.5
_SAME = 0.3
_FITS = 0.3
_FITS_WELL = 0.1
_UNCHECKED = 0.35
_UNLIKE = 0.5
_UNSURE = 0.75
_CLEAR = 1.5


@dataclass(frozen=True)
class Arrangement:
    """What stands where.

    Attributes
    ----------
    layout : Layout
    rows : tuple of float
        Isoelectric heights of the layout's rows, page pixels.
    certainty : float, 0.5 to 1
        How far the layout's evidence is ahead of the next one's.
    warnings : tuple of Warning
        On limb leads that may be named wrongly.
    same_seconds : bool
        Whether all columns show the same seconds, rather than consecutive ones.
    marked : float, -1 to 1
        How surely separators and names begin the columns, less how surely they begin others.
    score : float
        Of all evidence, in units of the logarithm of the limb leads' misfit.
    """

    layout: Layout
    rows: tuple[float, ...]
    certainty: float
    warnings: tuple[Warning, ...] = ()
    same_seconds: bool = False
    marked: float = 0.0
    score: float = 0.0


@dataclass(frozen=True, eq=False)
class _Candidate:
    layout: Layout
    rows: tuple[float, ...]
    followed: Doubles
    changed: int
    misfit: float
    worst: float
    score: float
    same_seconds: bool
    columns: float


def choose_layout(
    rows: tuple[float, ...],
    extent: Extent,
    lines: Lines,
    trace: Mask,
    names: Mask,
    px_per_mm: float,
    corrections: Corrections,
) -> Arrangement:
    """Choose the layout and the order of the limb leads.

    Four kinds of evidence count: the laws that bind limb leads which a page shows at the same time, or the complexes of
    leads which it shows in turn (`heartguard.page.limbs`), rhythm strips that repeat a short lead, separators and lead
    names where columns begin, and how many rows were found. A row too many or one too few is made good where the rest
    of the evidence asks for it.

    Parameters
    ----------
    rows : tuple of float
        Isoelectric heights that were found, from the top.
    extent : Extent
    lines : Lines
    trace, names : ndarray, shape (h, w), bool
        Ink of traces, and of small print.
    px_per_mm : float
    corrections : Corrections
        A layout or an order that was set by hand leaves only that to choose.

    Raises
    ------
    NotAnEcgError, LayoutError
        If there are too few rows, or no layout fits them.
    """
    if len(rows) < _FEWEST_ROWS:
        raise _no_ecg()
    page = _Evidence(rows, extent, lines, RoughTraces.of(trace, px_per_mm), names, px_per_mm)
    by_hand = corrections.layout is not None
    wanted = [
        layout
        for layout in LAYOUTS.values()
        if corrections.layout in (None, layout.shape) and corrections.lead_order in (None, layout.order)
    ]
    tried = [c for layout in wanted for c in page.candidates(layout)]
    # Leads that do not fit each other at all may fit an unusual order by chance: it must fit well.
    believed = [c for c in tried if c.layout.order in ("standard", corrections.lead_order) or c.worst < _FITS_WELL]
    candidates = sorted(believed, key=lambda c: -c.score)
    if by_hand and not candidates:
        raise _too_few(wanted[0], len(rows))
    if not candidates or not (by_hand or _credible(candidates[0], len(rows))):
        raise _no_ecg() if len(rows) <= _FEWEST_ROWS else _no_layout(len(rows))
    best = candidates[0]
    other = max((c.score for c in candidates if c.layout is not best.layout), default=-np.inf)
    certainty = float(np.clip(0.5 + 0.5 * (best.score - other) / _CLEAR, 0.5, 1.0))
    warnings = swap_warnings(best.layout, best.followed, extent)
    if best.layout.in_turn:
        if corrections.lead_order is None and not best.misfit <= _UNCHECKED:
            warnings = (_not_checked(),)
    elif best.misfit > _UNLIKE and not warnings:
        certainty = min(certainty, _UNSURE)
        warnings = (_no_fit(),)
    return Arrangement(best.layout, best.rows, certainty, warnings, best.same_seconds, best.columns, best.score)


def _credible(candidate: _Candidate, found: int) -> bool:
    """Two rows, or rows that fit a layout only by leaving some out, need evidence of their own."""
    if found <= _FEWEST_ROWS:
        return candidate.score > _by_law(_NO_LAW) + _BY_COLUMNS / 4
    return not candidate.changed or candidate.misfit < _FITS


@dataclass(frozen=True, eq=False)
class _Evidence:
    """What was found on a page, and how well a layout fits it."""

    rows: tuple[float, ...]
    extent: Extent
    lines: Lines
    traces: RoughTraces
    names: Mask
    px_per_mm: float
    _known: dict[tuple[float, ...], Doubles] = field(default_factory=dict)

    def candidates(self, layout: Layout) -> Iterator[_Candidate]:
        """Yield the layout on every set of rows that it could stand on."""
        for rows in _row_sets(self.rows, layout.row_count, len(self.traces.pieces)):
            changed = abs(len(self.rows) - layout.row_count)
            followed = self._followed(rows)
            columns = self._columns(layout, rows)
            if layout.in_turn:
                wrong, worst = misfit_in_turn(layout, followed, self.extent, marked=columns > 0), 0.0
            else:
                wrong, worst = misfit(layout, followed, self.extent)
            score = _BY_COLUMNS * columns - _BY_CHANGED_ROW * changed
            if layout.order != "standard":
                score -= _BY_ORDER_IN_TURN if layout.in_turn else _BY_ORDER
            strips = fit_strips(layout, followed, self.extent)
            score -= _BY_STRIPS * max(0.0, strips.misfit - _SAME)
            score += _by_law(wrong if np.isfinite(wrong) else _NO_LAW)
            yield _Candidate(layout, rows, followed, changed, wrong, worst, score, strips.same_seconds, columns)

    def _followed(self, rows: tuple[float, ...]) -> Doubles:
        """Follow rows once, however many layouts could stand on them."""
        if rows not in self._known:
            self._known[rows] = self.traces.along(rows)
        return self._known[rows]

    def _columns(self, layout: Layout, rows: tuple[float, ...]) -> float:
        """How surely every column beyond the first begins with a separator or a name, less what stands elsewhere."""
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
        boxes = [self.names[max(0, round(r - 12 * mm)) : max(0, round(r + 2 * mm)), columns] for r in rows]
        return float(np.mean([box.any() for box in boxes]))


def _by_law(unexplained: float) -> float:
    """Return what the limb leads say for a layout by what it leaves unexplained of them."""
    return -float(np.log(0.03 + unexplained))


def _row_sets(rows: tuple[float, ...], count: int, height: int) -> list[tuple[float, ...]]:
    """Return sets of `count` rows: those found, less some at either end, or with one that the distances ask for."""
    surplus = len(rows) - count
    if 0 <= surplus <= _MOST_CHANGED:
        return [rows[at : at + count] for at in range(surplus + 1)]
    if surplus != -1 or len(rows) < 3:
        return []
    pitch = float(np.median(np.diff(rows)))
    gaps = [(a + b) / 2 for a, b in pairwise(rows) if 1.6 * pitch < b - a < 2.4 * pitch]
    added = gaps or [rows[0] - pitch, rows[-1] + pitch]
    return [tuple(sorted((*rows, y))) for y in added if 0 < y < height]


def _no_fit() -> Warning:
    return caution(
        "names.limb_leads",
        "The limb leads do not fit each other as they were found (II should be I + III): rows, columns or lead names "
        "may be wrong. Check them on the overlay.",
    )


def _not_checked() -> Warning:
    return caution(
        "names.order",
        "The limb leads stand one after the other, and their heartbeats do not tell in which order: compare the lead "
        "names with the page, and set the order by hand if it is another.",
    )


def _no_ecg() -> NotAnEcgError:
    return NotAnEcgError(
        "No 12-lead ECG was found in this picture: it needs at least three rows of traces. "
        "Open a picture or page that shows all of the ECG."
    )


def _no_layout(found: int) -> LayoutError:
    return LayoutError(
        f"{found} rows of traces were found, which fits none of the arrangements that HeartGuard reads "
        "(3x4 with up to three rhythm strips, 6x2, 2x6, 12x1). Crop the picture to the ECG, or set the arrangement by "
        "hand."
    )


def _too_few(layout: Layout, found: int) -> LayoutError:
    return LayoutError(
        f"The arrangement {layout.shape} has {layout.row_count} rows of traces, but only {found} were found. "
        "Choose another arrangement, or mark the corners of the paper so that all rows lie between them."
    )
