"""Rhythm strips at a speed or gain of their own, as is printed beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from heartguard.printed import Gains
from heartguard.vector.arrange import Cell
from heartguard.vector.words import Printed, ScaleLine, agreed

__all__ = ["scale_strips"]

Stated = tuple[float | None, Gains | None]
"""Speed, mm/s, and gains; None where none is stated."""

_OVER_MM, _UNDER_MM = 12.0, 5.0
"""How far over and under its row a scale of that row alone is printed at most, as on pages read as pictures."""


def scale_strips(cells: Sequence[Cell], printed: Printed) -> tuple[tuple[Cell, ...], Printed]:
    """Return the cells, strips with the scale that is printed beside them, and what is printed of all others.

    A row has a scale of its own where it is alone in its row below others, and the rest of the page states another.

    Parameters
    ----------
    cells : sequence of Cell
        In true millimetres, row by row from the top.
    printed : Printed
        Likewise.
    """
    in_row = [cell.row for cell in cells]
    strips = [cell for cell in cells if cell.row > 0 and in_row.count(cell.row) == 1]
    beside = {id(cell): _beside(cell, printed.scales) for cell in strips}
    of_strips = [line for lines in beside.values() for line in lines]
    rest = agreed([line for line in printed.scales if line not in of_strips])
    speeds = {line.strip_speed for line in printed.scales} - {None}
    of_all = speeds.pop() if len(speeds) == 1 else None
    own = {of: agreed(lines) for of, lines in beside.items()}
    own = {of: (speed or of_all, gains) for of, (speed, gains) in own.items()}
    scaled = tuple(_scaled(cell, own.get(id(cell), (None, None)), rest) for cell in cells)
    if all(one is cell for one, cell in zip(scaled, cells, strict=True)):
        return tuple(cells), printed
    return scaled, replace(printed, speed=rest[0], gains=rest[1])


def _beside(cell: Cell, scales: Sequence[ScaleLine]) -> list[ScaleLine]:
    return [line for line in scales if -_OVER_MM < line.y - cell.trace.baseline < _UNDER_MM]


def _scaled(cell: Cell, own: Stated, rest: Stated) -> Cell:
    """Return a cell with the speed and the gains that it has where the rest of the page has others."""
    speed = own[0] if None not in (own[0], rest[0]) and own[0] != rest[0] else None
    gains = own[1] if None not in (own[1], rest[1]) and own[1] != rest[1] else None
    return cell if speed is None and gains is None else replace(cell, speed=speed, gains=gains)
