"""The layout that the names of a page spell out: a table of names by row and column, and what fills its gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from heartguard.leads import CABRERA_LEADS, CHEST_LEADS, LAYOUTS, LEADS, LIMB_LEADS, Layout
from heartguard.page.print import PrintedName
from heartguard.page.printed_names import Cell, NamesInRows, plain

__all__ = ["printed_layout"]

_MOST_COLUMNS = 6
"""Of any page: two rows of six leads have as many, and sixteen leads in three rows one more than the usual four."""

_BY_ROWS = LAYOUTS["3x4"].rows

_SEQUENCES = (
    LIMB_LEADS,
    CHEST_LEADS,
    CABRERA_LEADS,
    ("V1", "V2", "V3R", "V4R", "V5R", "V6R"),
    ("V7", "V8", "V9"),
    ("II", "III", "aVF"),
    tuple(lead for row in _BY_ROWS for lead in row),
    tuple(lead for row in _BY_ROWS for lead in reversed(row)),
)
"""Leads that are printed one after the other; a name that was not read is told from its neighbours. The last two are a
page of three rows and four columns that is read by rows, from the left and from the right."""


def printed_layout(rows: Sequence[float], names: NamesInRows) -> Layout | None:
    """Return the layout that the names of a page spell out; None where they tell too little.

    Parameters
    ----------
    rows : sequence of float
        Heights of all rows that were found, page pixels.
    names : NamesInRows

    Returns
    -------
    Layout or None
        With an empty name for a lead that was not read and that its neighbours do not tell.
    """
    columns = max(range(1, _MOST_COLUMNS + 1), key=lambda count: _spelt(rows, names, count))
    table = _Table(len(rows), columns, names.cells(rows, columns))
    return table.layout


def _spelt(rows: Sequence[float], names: NamesInRows, columns: int) -> float:
    """Return how many names so many columns explain, less those that they do not and the columns without any."""
    cells = names.cells(rows, columns)
    used = {column for _, column, _ in cells if column >= 0}
    stray = sum(column < 0 for _, column, _ in cells)
    return len(cells) - 3 * stray - 2 * (columns - len(used)) - 0.01 * columns


@dataclass(frozen=True)
class _Table:
    """Names by row and column."""

    row_count: int
    columns: int
    cells: Sequence[Cell]

    @cached_property
    def _best(self) -> dict[tuple[int, int], PrintedName]:
        """The surest name of each cell; a lead that stands twice among the short rows is kept once."""
        best: dict[tuple[int, int], PrintedName] = {}
        for row, column, name in sorted(self.cells, key=lambda cell: -cell[2].probability):
            if row >= 0 and column >= 0:
                best.setdefault((row, column), name)
        return best

    @property
    def _strips(self) -> int:
        """Rows from the bottom that begin with a name and have no other, below rows that have more."""
        if self.columns == 1:
            leads = [self._name(row, 0) for row in range(self.row_count)]
            # The name of the row above once more is one that was misread, V5 for V6.
            if len(leads) > 1 and leads[-1] == leads[-2]:
                return 0
            over = leads[len(LEADS) :]
            if all(lead in ("", *LEADS) for lead in over) and set(_continued(leads[: len(LEADS)])) == set(LEADS):
                return len(over)
            count = 0
            while count < self.row_count and leads[-1 - count] and leads[-1 - count] in leads[: -1 - count]:
                count += 1
            return count
        wide = [row for row, column in self._best if column > 0]
        return self.row_count - 1 - max(wide, default=self.row_count - 1)

    @property
    def layout(self) -> Layout | None:
        short = self.row_count - self._strips
        read = [[self._name(row, column) for column in range(self.columns)] for row in range(short)]
        if 2 * sum(bool(lead) for row in read for lead in row) < short * self.columns:
            return None
        filled = _filled(read)
        upside_down = tuple(sorted({plain(n) for (r, _), n in self._best.items() if r < short and n.lead[0] == "-"}))
        for layout in LAYOUTS.values():
            if layout.rows == filled and layout.rhythm_strips == self._strips and layout.inverted == upside_down:
                return layout
        strips = f"+{self._strips}" if self._strips else ""
        return Layout(f"{short}x{self.columns}{strips}", filled, self._strips, "printed", upside_down)

    def _name(self, row: int, column: int) -> str:
        name = self._best.get((row, column))
        return plain(name) if name else ""


def _filled(read: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    """Fill in names that were not read, where only one order of the leads has those that were; drop repeated ones."""
    rows, columns = len(read), len(read[0])
    for layout in LAYOUTS.values():
        if (len(layout.rows), layout.columns) == (rows, columns) and _fits(read, layout.rows):
            return layout.rows
    read = _once(read)
    by_column = [[read[row][column] for row in range(rows)] for column in range(columns)]
    down = [_continued(leads) for leads in by_column]
    across = [_continued(leads) for leads in read]
    seen = Counter(lead for row in read for lead in row if lead)
    out: list[list[str]] = []
    for row in range(rows):
        told = [read[row][column] or down[column][row] or across[row][column] for column in range(columns)]
        out.append([lead if read[row][column] or not seen[lead] else "" for column, lead in enumerate(told)])
    return _completed(_once(out))


def _completed(table: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    """Fill in the one name that is missing where all others are of the twelve leads."""
    missing = [lead for lead in LEADS if all(lead not in row for row in table)]
    one = missing[0] if len(missing) == 1 and sum(len(row) for row in table) == len(LEADS) else ""
    return tuple(tuple(lead or one for lead in row) for row in table)


def _once(table: list[list[str]]) -> list[list[str]]:
    """Return names by row and column, each at its first place only."""
    placed: set[str] = set()
    kept: list[list[str]] = []
    for leads in table:
        kept.append([])
        for lead in leads:
            kept[-1].append("" if lead in placed else lead)
            placed.add(lead)
    return kept


def _fits(read: list[list[str]], rows: tuple[tuple[str, ...], ...]) -> bool:
    """Whether a known order has every name that was read, and most were."""
    seen, wanted = ([lead for row in table for lead in row] for table in (read, rows))
    agrees = all(name in ("", lead) for name, lead in zip(seen, wanted, strict=True))
    return agrees and 2 * sum(bool(name) for name in seen) > len(seen)


def _continued(leads: list[str]) -> list[str]:
    """Complete a run of names by the one sequence of leads that has those which were read."""
    windows = {
        sequence[start : start + len(leads)]
        for sequence in _SEQUENCES
        for start in range(len(sequence) - len(leads) + 1)
        if all(seen in ("", lead) for seen, lead in zip(leads, sequence[start:], strict=False))
    }
    return list(windows.pop()) if len(windows) == 1 and any(leads) else list(leads)
