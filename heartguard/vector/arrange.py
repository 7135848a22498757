"""Which trace is which lead: rows of traces, the names printed beside them, and rows that hold several leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from heartguard.printed import Gains
from heartguard.vector.traces import Trace
from heartguard.vector.words import Name

__all__ = ["Cell", "NotArrangedError", "arrange"]

_ROW_MM = 12.0
"""Traces whose medians are closer are of one row where they follow each other: rows are 15 mm apart or more."""

_OVERLAP_MM = 2.0
"""Traces of one row end before the next begins, but for a pen and a separator."""

_BEFORE_MM = 13.0
"""How far left of its trace a name may be: beside a calibration pulse of 5 mm with its legs."""

_NAME_REACH_MM = 25.0
"""How far above or below its row a name may be: 20 mm is the most that recorders have."""

_NAME_OFF_MM = 6.0
"""How far a name may be from where the others are beside their rows: less than half of the least distance of rows."""

_SAME_PLACE_MM = 6.0
"""The names of a row are at the same distance from where their leads begin, but for long and short names."""

_JOINT_REACH_MM = 2.5
"""How far from its even place the change of leads may be: the gap between columns, and a pulse's leg."""


_FEWEST_POINTS = 5
"""A stretch of a row with less is a gap in its line, and no lead."""


class NotArrangedError(Exception):
    """Names and traces do not fit each other."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One lead of one row; its name is None where none is printed or given by hand.

    `speed`, mm/s, and `gains` are None where they are those of the page.
    """

    name: str | None
    row: int
    trace: Trace
    by_hand: bool = False
    speed: float | None = None
    gains: Gains | None = None


def arrange(traces: Sequence[Trace], names: Sequence[Name]) -> tuple[Cell, ...]:
    """Give the traces their names, and cut those that hold several leads.

    Parameters
    ----------
    traces : sequence of Trace
        In true millimetres.
    names : sequence of Name
        All lead names of the page, those elsewhere in its text too.

    Raises
    ------
    NotArrangedError
        For a name without a trace, and for traces that do not follow where the names are.
    """
    rows = _rows(traces)
    beside = _names_by_row(rows, names)
    return tuple(cell for number, row in enumerate(rows) for cell in _cells(number, row, beside[number]))


def _rows(traces: Sequence[Trace]) -> list[list[Trace]]:
    """Return the rows of traces from the top, each from the left."""
    rows: list[list[Trace]] = []
    for trace in sorted(traces, key=lambda trace: trace.baseline):
        row = next((row for row in rows if _fits(row, trace)), None)
        if row is None:
            rows.append([trace])
        else:
            row.append(trace)
    rows.sort(key=_height)
    return [sorted(row, key=lambda trace: trace.x0) for row in rows]


def _fits(row: Sequence[Trace], trace: Trace) -> bool:
    free = all(trace.x0 > other.x1 - _OVERLAP_MM or trace.x1 < other.x0 + _OVERLAP_MM for other in row)
    return free and abs(trace.baseline - _height(row)) < _ROW_MM


def _height(row: Sequence[Trace]) -> float:
    return float(np.mean([trace.baseline for trace in row]))


def _names_by_row(rows: Sequence[Sequence[Trace]], names: Sequence[Name]) -> list[list[Name]]:
    """Return the names of each row from the left: those at the distance from the rows at which most names are."""
    # By row: each name along it, and how far below the row it is.
    heights = [_height(row) for row in rows]
    below = [
        [(name, name.y - height) for name in names if _along(row, name)]
        for row, height in zip(rows, heights, strict=True)
    ]
    distances = {distance for row in below for _, distance in row if abs(distance) < _NAME_REACH_MM}
    best: list[list[Name]] = [[] for _ in rows]
    score = (0, 0.0)
    for distance in distances:
        off = [
            [(name, abs(own - distance)) for name, own in row if abs(own - distance) < _NAME_OFF_MM] for row in below
        ]
        found = {name.lead for row in off for name, _ in row}
        mean_off = float(np.mean([apart for row in off for _, apart in row]))
        if (new := (len(found), -abs(distance) / _NAME_REACH_MM - mean_off)) > score:
            best, score = [[name for name, _ in row] for row in off], new
    return [_once(sorted(of_row, key=lambda name: name.x)) for of_row in best]


def _along(row: Sequence[Trace], name: Name) -> bool:
    return row[0].x0 - _BEFORE_MM < name.x < row[-1].x1


def _once(names: Sequence[Name]) -> list[Name]:
    """Leave out the name that some programs repeat at the end of a lead."""
    return [name for place, name in enumerate(names) if not place or name.lead != names[place - 1].lead]


def _cells(number: int, row: Sequence[Trace], names: Sequence[Name]) -> list[Cell]:
    """Return the leads of one row."""
    if not names:
        return [Cell(None, number, trace) for trace in row]
    if len(names) == len(row):
        return [_named(number, trace, name) for trace, name in zip(row, names, strict=True)]
    cells = []
    for place, trace in enumerate(row):
        end = row[place + 1].x0 - _BEFORE_MM / 2 if place + 1 < len(row) else trace.x1
        start = row[place - 1].x1 if place else -np.inf
        own = [name for name in names if max(trace.x0 - _BEFORE_MM, start) < name.x < min(trace.x1, max(end, trace.x0))]
        if not own:
            raise NotArrangedError("a trace without a name in a row with names")
        cells += _cut(number, trace, own)
    if sum(cell.name is not None for cell in cells) < len({(name.lead, name.x) for name in names}):
        raise NotArrangedError("a name without a trace")
    return cells


def _named(number: int, trace: Trace, name: Name) -> Cell:
    if not trace.x0 - _BEFORE_MM < name.x < trace.x1:
        raise NotArrangedError("a name that is not beside its trace")
    return Cell(name.lead, number, trace)


def _cut(number: int, trace: Trace, names: Sequence[Name]) -> list[Cell]:
    """Cut a row that is one line where its leads change: at even places, or where the line was interrupted nearby."""
    count = len(names)
    even = trace.x0 + np.arange(count) * trace.width / count
    places = np.array([name.x for name in names]) - even
    if np.ptp(places) > _SAME_PLACE_MM:
        raise NotArrangedError("names that are not at even places of their row")
    x = trace.points[:, 0]
    bounds = [0, *(_change(trace, place) for place in even[1:]), len(x)]
    parts = [trace.part(first, last) for first, last in pairwise(bounds)]
    if any(len(part.points) < _FEWEST_POINTS for part in parts):
        raise NotArrangedError("a lead of a row without a line of its own")
    return [Cell(name.lead, number, part) for name, part in zip(names, parts, strict=True)]


def _change(trace: Trace, place: float) -> int:
    """Return the first point of the lead that begins near a place along x."""
    x = trace.points[:, 0]
    joint = min(trace.joints, key=lambda joint: abs(x[joint] - place), default=None)
    if joint is not None and abs(x[joint] - place) < _JOINT_REACH_MM:
        return joint
    return int(np.searchsorted(x, place - 1e-6))
