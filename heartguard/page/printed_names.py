"""Printed lead names on a page: which row and column each belongs to, and how well they agree with a layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from heartguard.leads import Layout
from heartguard.page.ends import Extent
from heartguard.page.print import PrintedName

__all__ = [
    "Cell",
    "NamesInRows",
    "agreement",
    "look_alike",
    "names_of",
    "plain",
    "settle_names",
    "strip_names",
]

_ABOVE_MM, _BELOW_MM = 22.0, 11.0
"""How far above and below its row a name is printed at most (share of 95 %: 20 mm above to 10 mm below)."""

_ABOVE_SHARE = 0.6
"""The same above rows that are far apart, as a share of their distance: at the upper edge of the row's own frame."""

_USUAL_MM = 4.0
"""Above the row, where half of all recorders print names."""

_LINE_MM = 3.0
"""By how much the distance of names from their rows varies on one page: some avoid the trace."""

_LEFT_MM = 16.0
"""How far left of the first column a name is printed at most: beside the calibration pulse."""

_BEFORE_MM, _AFTER_MM = 6.0, 14.0
"""How far before and after the beginning of its column the middle of a name is, unless the first column's are further
left: a recorder that prints names before the traces does so in every column."""

_MOST_ALIKE = 2
"""Names of one lead at one height: a lead is named once in a row, and on some pages at either end of its piece."""

_TOLD = 2
"""Names left of the first column that tell where this page prints them."""

_FAR_COST = 0.03
"""Of a millimetre away from the usual distance, in names, once a page: all its names are as far from their rows, so
this decides only where two distances explain as many of them."""

_LEAST_P, _MOST_P = 0.02, 0.98
"""A recogniser that is surer than this is not believed: names are also misprinted."""

_KINDS = 12
"""Of leads that a name could be where it is misread: a wrong name is one of twelve."""

_ALIKE = (("I", "II", "III"), ("aVR", "aVL", "aVF"), tuple(f"V{number}" for number in range(1, 10)))
"""Leads whose names differ by one small letter or stroke."""

_MISTAKEN = 0.05
"""Least probability that one name is another of those alike, however sure the recogniser is; chosen by hand: small
print of 12 pixels shows V5 for V6 with 0.9 and more."""

_UNREAD = 0.5
"""Probability that a lead's name is not read where others are: as high, since the names of a whole column may be hidden
by its waves. Chosen by hand, so that six names of limb leads rather mean six leads than twelve."""

_FEWEST = 3
"""Names from which on a page is taken to have its leads named."""

_MINUS = 0.5
"""What a minus that was read, or not, counts beside the rest of the name."""

Cell = tuple[int, int, PrintedName]
"""Row and column of a name, from 0, and the name."""


def plain(name: PrintedName) -> str:
    """Return the lead of a name without the minus of one that is drawn upside down."""
    return name.lead.removeprefix("-")


@dataclass(frozen=True)
class NamesInRows:
    """The names of a page, each at the height of the row that it belongs to.

    Attributes
    ----------
    names : tuple of PrintedName
        Their `y` is that of the row, as far as the common distance tells.
    extent : Extent
    px_per_mm : float
    """

    names: tuple[PrintedName, ...]
    extent: Extent
    px_per_mm: float
    _known: dict[tuple[tuple[float, ...], int], list[Cell]] = field(default_factory=dict, repr=False, compare=False)

    def cells(self, rows: Sequence[float], columns: int) -> list[Cell]:
        """Return row, column and name for the names that begin one of so many columns; -1 for what fits none.

        Found once for all layouts that have these rows and as many columns.
        """
        asked = (tuple(rows), columns)
        if asked not in self._known:
            self._known[asked] = [
                (self._row(name, rows), self._column(name, columns), name)
                for name in self.names
                if rows[0] - self.half(rows) < name.y < rows[-1] + self.half(rows)
            ]
        return self._known[asked]

    def half(self, rows: Sequence[float]) -> float:
        """Half the distance of rows, pixels."""
        pitch = float(np.median(np.diff(rows))) if len(rows) > 1 else 2 * _ABOVE_MM * self.px_per_mm
        return pitch / 2

    def _row(self, name: PrintedName, rows: Sequence[float]) -> int:
        nearest = int(np.argmin([abs(name.y - row) for row in rows]))
        return nearest if abs(name.y - rows[nearest]) < self.half(rows) else -1

    @cached_property
    def _before_mm(self) -> float:
        """How far before its column a name is printed on this page."""
        left = [(self.extent.x0 - name.x) / self.px_per_mm for name in self.names if name.x < self.extent.x0]
        return max(_BEFORE_MM, float(np.median(left)) + _LINE_MM) if len(left) >= _TOLD else _BEFORE_MM

    def _column(self, name: PrintedName, columns: int) -> int:
        starts = self.extent.x0 + np.arange(columns) * self.extent.width / columns
        after = (name.x - starts) / self.px_per_mm
        before = np.where(np.arange(columns) == 0, _LEFT_MM, self._before_mm)
        fits = np.flatnonzero((after > -before) & (after < _AFTER_MM))
        return int(fits[np.argmin(np.abs(after[fits]))]) if len(fits) else -1


def settle_names(names: Sequence[PrintedName], rows: Sequence[float], extent: Extent, px_per_mm: float) -> NamesInRows:
    """Tell by how much names are printed above or below their rows, and put each at the height of its row.

    Parameters
    ----------
    names : sequence of PrintedName
        Wherever they were read on the page.
    rows : sequence of float
        Isoelectric heights, page pixels.
    extent : Extent
    px_per_mm : float

    Examples
    --------
    >>> names = [PrintedName(lead, 105.0, row - 40.0, 0.9) for lead, row in (("I", 100.0), ("II", 300.0))]
    >>> [(name.lead, name.y) for name in settle_names(names, (100.0, 300.0), Extent(100.0, 2100.0), 8.0).names]
    [('I', 100.0), ('II', 300.0)]
    """
    reach = _LEFT_MM * px_per_mm
    beside = [name for name in _without_ticks(names, px_per_mm) if extent.x0 - reach < name.x < extent.x1]
    apart = float(np.median(np.diff(rows))) / px_per_mm if len(rows) > 1 else 0.0
    above = max(_ABOVE_MM, _ABOVE_SHARE * apart)
    offsets = [
        (name.y - row) / px_per_mm for name in beside for row in rows if -above < (name.y - row) / px_per_mm < _BELOW_MM
    ]
    if not offsets:
        return NamesInRows((), extent, px_per_mm)
    chosen = max(offsets, key=lambda offset: _explained(offset, beside, rows, px_per_mm))
    line = _LINE_MM * px_per_mm
    kept: list[PrintedName] = []
    for name in beside:
        y = name.y - chosen * px_per_mm
        if min(abs(y - row) for row in rows) < line:
            kept.append(name._replace(y=min(rows, key=lambda row: abs(y - row))))
    return NamesInRows(tuple(kept), extent, px_per_mm)


def _without_ticks(names: Sequence[PrintedName], px_per_mm: float) -> list[PrintedName]:
    """Drop what repeats along a line, which no lead name does: marks of the seconds look like I."""
    line = _LINE_MM * px_per_mm
    return [
        name
        for name in names
        if sum(other.lead == name.lead and abs(other.y - name.y) < line for other in names) <= _MOST_ALIKE
    ]


def _explained(offset: float, names: Sequence[PrintedName], rows: Sequence[float], px_per_mm: float) -> float:
    """Return how well a common distance from the rows explains the names, each weighed by its probability."""
    away = np.array([name.y for name in names])[:, None] - np.array(rows) - offset * px_per_mm
    near = np.maximum(0.0, 1 - (np.abs(away).min(axis=1) / (_LINE_MM * px_per_mm)) ** 2)
    weight = np.array([name.probability for name in names]) * near
    return float(weight.sum()) - _FAR_COST * abs(offset + _USUAL_MM)


def agreement(layout: Layout, rows: Sequence[float], names: NamesInRows) -> float:
    """Return the log-likelihood of the names that were read if the page has this layout.

    Parameters
    ----------
    layout : Layout
    rows : sequence of float
        Heights of its rows, page pixels.
    names : NamesInRows
    """
    cells = names.cells(rows, layout.columns)
    seen = {(row, column) for row, column, _ in cells if 0 <= row < len(layout.rows) and column >= 0}
    unread = len(layout.rows) * layout.columns - len(seen)
    total = unread * float(np.log(_UNREAD)) if len(names.names) >= _FEWEST else 0.0
    for row, column, name in cells:
        p = float(np.clip(name.probability, _LEAST_P, _MOST_P))
        wrong = float(np.log((1 - p) / _KINDS))
        if row < 0 or (row < len(layout.rows) and column < 0):
            total += wrong
        elif row >= len(layout.rows):
            # A strip bears one name, at its beginning; which lead it shows is told with its signal.
            total += np.log(p) if column == 0 else wrong
        elif layout.rows[row][column] == plain(name):
            upside_down = plain(name) in layout.inverted
            total += np.log(p) - _MINUS * (upside_down != name.lead.startswith("-"))
        else:
            alike = look_alike(plain(name), layout.rows[row][column])
            total += max(wrong, float(np.log(_MISTAKEN))) if alike else wrong
    return total


def look_alike(read: str, lead: str) -> bool:
    """Return whether the names of two leads differ by one small letter or stroke.

    Examples
    --------
    >>> look_alike("V5", "V6"), look_alike("V3R", "V3")
    (True, False)
    """
    return any(read in alike and lead in alike for alike in _ALIKE)


def names_of(layout: Layout, rows: Sequence[float], names: NamesInRows) -> tuple[float, float]:
    """Return how many of the short leads have their name printed, and how many another one, as shares of all.

    Parameters
    ----------
    layout : Layout
    rows : sequence of float
    names : NamesInRows
    """
    agree = differ = 0.0
    for row, column, name in names.cells(rows, layout.columns):
        if row >= len(layout.rows):
            continue
        same = row >= 0 and column >= 0 and layout.rows[row][column] == plain(name)
        agree, differ = agree + name.probability * same, differ + name.probability * (not same)
    count = len(layout.rows) * layout.columns
    return min(1.0, agree / count), min(1.0, differ / count)


def strip_names(layout: Layout, rows: Sequence[float], names: NamesInRows) -> tuple[str, ...]:
    """Return the names of the rhythm strips, from the top; empty where none was read."""
    found = {
        row: plain(name)
        for row, column, name in sorted(names.cells(rows, layout.columns), key=lambda cell: cell[2].probability)
        if column == 0
    }
    return tuple(found.get(row, "") for row in range(len(layout.rows), layout.row_count))
