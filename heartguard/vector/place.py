"""When each lead was recorded: columns one after the other or together, rhythm strips along all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from heartguard.arrays import Doubles
from heartguard.in_turn import leads_in_turn
from heartguard.leads import CABRERA_LEADS, PAGE_SECONDS, TIME_TOLERANCE, Layout, row_name
from heartguard.panel_names import leads_by_hand
from heartguard.vector.arrange import Cell, NotArrangedError

__all__ = ["Placed", "arrangement", "name_cells", "place_cells", "rows_in_turn"]

_LONGER = 1.5
"""A rhythm strip is longer than a column by more than this: twice, with two columns."""

_UNEVEN = 1.2
"""Columns are equally long but for their gaps; twice as long is two leads of which one has no name."""

_COLUMN_MM = 8.0
"""Leads that begin closer to each other are of one column: the shortest have 12 mm."""

_GAP_S = 0.12
"""A gap between columns up to 3 mm at 25 mm/s is covered paper, below which the strip runs on; in wider ones pulses
are drawn, and no time passes."""


_LOOK_HZ = 200.0
"""Of a look at the beats of rows: a QRS complex has 12 samples or more."""


@dataclass(frozen=True, eq=False)
class Placed:
    """One lead with its seconds.

    Attributes
    ----------
    lead : str
        Its name, or the number of its row.
    cell : Cell
    column : int
    inverted, rhythm : bool
        Drawn upside down; a strip along all columns.
    start_s : float
    seconds : ndarray, shape (n,)
        Of the points of its trace.
    """

    lead: str
    cell: Cell
    column: int
    inverted: bool
    rhythm: bool
    start_s: float
    seconds: Doubles

    @property
    def label(self) -> str:
        """The lead as it is drawn, such as ``-aVR``."""
        return f"-{self.lead}" if self.inverted else self.lead


def place_cells(cells: Sequence[Cell], speed: float, *, same_seconds: bool = False) -> tuple[Placed, ...]:
    """Return every lead with its seconds.

    Parameters
    ----------
    cells : sequence of Cell
        In true millimetres, row by row from the top.
    speed : float, mm/s
    same_seconds : bool
        Whether all columns show the same seconds; else they do where their length says so.

    Raises
    ------
    NotArrangedError
        Where a lead is shown twice, or may be two.
    """
    in_turn = rows_in_turn(cells, speed)
    if in_turn is not None:
        return _in_turn(cells, in_turn, speed)
    strips = _strips(cells)
    short = [cell for cell in cells if cell not in strips]
    usual = float(np.median([cell.trace.width for cell in short]))
    if any(cell.trace.width > _UNEVEN * usual for cell in short):
        raise NotArrangedError("a lead that is longer than the others, and may be two")
    starts_mm = _columns([cell.trace.x0 for cell in short])
    columns = [int(np.argmin(np.abs(np.array(starts_mm) - cell.trace.x0))) for cell in short]
    ends_mm = [
        float(np.median([c.trace.x1 for c, k in zip(short, columns, strict=True) if k == column]))
        for column in range(len(starts_mm))
    ]
    length = max((cell.trace.width / (cell.speed or speed) for cell in strips), default=0.0)
    starts = [0.0] * len(starts_mm)
    if not (same_seconds or _together(starts_mm, ends_mm, length, speed)):
        starts = _one_after_the_other(starts_mm, ends_mm, speed)
    placed = [
        _placed(cell, column, (cell.trace.points[:, 0] - starts_mm[column]) / speed + starts[column])
        for cell, column in zip(short, columns, strict=True)
    ]
    names = [one.lead for one in placed]
    if len(set(names)) < len(names):
        raise NotArrangedError("a lead is shown twice")
    along = [
        _placed(cell, 0, (cell.trace.points[:, 0] - cell.trace.x0) / (cell.speed or speed), rhythm=True)
        for cell in strips
    ]
    return (*placed, *along)


def name_cells(cells: Sequence[Cell], speed: float, leads: Sequence[tuple[str, str]]) -> tuple[Cell, ...]:
    """Return the cells with the leads that were named by hand.

    Parameters
    ----------
    cells : sequence of Cell
    speed : float, mm/s
    leads : sequence of (str, str)
        What the panel was called (see `heartguard.panel_names`), and the lead that it is.

    Raises
    ------
    CorrectionError
        If the page has no such panel, or two panels would be the same lead.
    """
    if not leads:
        return tuple(cells)
    placed = place_cells(cells, speed)
    by_hand = leads_by_hand(placed, leads)
    named = {id(one.cell): lead for one, lead in zip(placed, by_hand, strict=True) if lead is not None}
    return tuple(replace(cell, name=named[id(cell)], by_hand=True) if id(cell) in named else cell for cell in cells)


def rows_in_turn(cells: Sequence[Cell], speed: float) -> tuple[str, ...] | None:
    """Return the leads of rows that show the same few leads one after the other; None where they do not.

    Parameters
    ----------
    cells : sequence of Cell
        In true millimetres, row by row from the top.
    speed : float, mm/s
    """
    names = [cell.name or "" for cell in cells]
    if len({cell.row for cell in cells}) < len(cells) or any(name.startswith("-") for name in names):
        return None
    first, last = min(cell.trace.x0 for cell in cells), max(cell.trace.x1 for cell in cells)
    places = np.arange(first, last, speed / _LOOK_HZ)
    points = [(cell.trace.points[:, 0], -cell.trace.points[:, 1]) for cell in cells]
    rows = [np.interp(places, x, up, left=np.nan, right=np.nan) for x, up in points]
    return leads_in_turn(rows, _LOOK_HZ, names)


def _in_turn(cells: Sequence[Cell], leads: tuple[str, ...], speed: float) -> tuple[Placed, ...]:
    """Return every row with its seconds, after those of the row of the same lead above it."""
    first, last = min(cell.trace.x0 for cell in cells), max(cell.trace.x1 for cell in cells)
    step = float(np.median([np.median(np.diff(cell.trace.points[:, 0])) for cell in cells]))
    placed = []
    for number, cell in enumerate(cells):
        turn, lead = divmod(number, len(leads))
        seconds = (cell.trace.points[:, 0] - first + turn * (last - first + step)) / speed
        name = leads[lead] or row_name(lead)
        placed.append(Placed(name, cell, 0, inverted=False, rhythm=False, start_s=float(seconds[0]), seconds=seconds))
    return tuple(placed)


def _placed(cell: Cell, column: int, seconds: Doubles, *, rhythm: bool = False) -> Placed:
    name = cell.name or row_name(cell.row, column)
    return Placed(name.lstrip("-"), cell, column, name.startswith("-"), rhythm, float(seconds[0]), seconds)


def _strips(cells: Sequence[Cell]) -> list[Cell]:
    """Return the rhythm strips: alone in their rows, longer than a column, or of a lead that is shown above."""
    in_row = [cell.row for cell in cells]
    alone = [cell for cell in cells if in_row.count(cell.row) == 1]
    columns = [cell.trace.width for cell in cells if cell not in alone]
    if columns:
        return [cell for cell in alone if cell.trace.width > _LONGER * float(np.median(columns))]
    shown: set[str | None] = {None}
    strips = []
    for cell in alone:
        if cell.name in shown and cell.name is not None:
            strips.append(cell)
        shown.add(cell.name)
    return strips


def _columns(starts: Sequence[float]) -> list[float]:
    """Return where the columns begin."""
    groups: list[list[float]] = []
    for start in sorted(starts):
        if groups and start - groups[-1][0] < _COLUMN_MM:
            groups[-1].append(start)
        else:
            groups.append([start])
    return [float(np.median(group)) for group in groups]


def _together(starts: Sequence[float], ends: Sequence[float], strip_s: float, speed: float) -> bool:
    """Return whether columns are as long as the strip, or too long to be parts of the seconds of a page."""
    each = float(np.median(np.subtract(ends, starts))) / speed
    if len(starts) < 2:
        return True
    if strip_s:
        return abs(each / strip_s - 1) < TIME_TOLERANCE
    return each * len(starts) > PAGE_SECONDS * (1 + TIME_TOLERANCE)


def _one_after_the_other(starts: Sequence[float], ends: Sequence[float], speed: float) -> list[float]:
    """Return when each column begins, seconds."""
    gaps = (np.array(starts[1:]) - np.array(ends[:-1])) / speed
    if len(gaps) and gaps.max() < _GAP_S:
        return [(start - starts[0]) / speed for start in starts]
    lengths = np.subtract(ends, starts) / speed
    return [0.0, *np.cumsum(lengths[:-1]).tolist()]


def arrangement(placed: Sequence[Placed]) -> Layout:
    """Return how the page arranges its leads, as it was read."""
    strips = sum(one.rhythm for one in placed)
    short = [one for one in placed if not one.rhythm]
    numbers = sorted({one.cell.row for one in short})
    rows = tuple(tuple(one.lead for one in short if one.cell.row == number) for number in numbers)
    shape = f"{len(rows)}x{max(len(row) for row in rows)}" + (f"+{strips}" if strips else "")
    turns = len(short) // len({one.lead for one in short})
    if turns > 1:
        return Layout(f"{shape} in turn", rows, 0, "printed", (), turns)
    limbs = [one.lead for one in sorted(short, key=lambda one: (one.column, one.cell.row)) if one.lead in CABRERA_LEADS]
    if limbs != list(CABRERA_LEADS):
        return Layout(shape, rows, strips)
    return Layout(f"{shape} Cabrera", rows, strips, "Cabrera")
