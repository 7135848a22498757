"""What is printed on a sheet, in millimetres: lines, areas and texts, each with the kind of thing that it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from heartguard.arrays import Doubles
from heartlab.simulate.recorders.fonts import Font
from heartlab.simulate.recorders.grid import Grid

__all__ = ["Area", "Colour", "Item", "Kind", "Line", "Piece", "Scene", "Text"]

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

Kind = Literal["trace", "pulse", "separator", "name", "print", "overlay", "blank"]
"""What an item is to a reader; ``"blank"`` is nothing but covers what was there, as an erased patch does."""


@dataclass(frozen=True, eq=False)
class Line:
    """A polyline.

    Attributes
    ----------
    kind : Kind
    points : ndarray, shape (n, 2), float64, mm
        x to the right and y down from the sheet's upper left corner.
    width : float
        Of the pen, mm.
    colour : Colour
    opacity : float, 0 to 1
    """

    kind: Kind
    points: Doubles
    width: float
    colour: Colour
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class Area:
    """A filled polygon; an opaque one hides what is under it from the truth too.

    Attributes
    ----------
    kind : Kind
    points : ndarray, shape (n, 2), float64, mm
    colour : Colour
    opacity : float, 0 to 1
    hides : bool
    """

    kind: Kind
    points: Doubles
    colour: Colour
    opacity: float = 1.0
    hides: bool = True


@dataclass(frozen=True, eq=False)
class Text:
    """One line of text.

    Attributes
    ----------
    kind : Kind
    text : str
    x, y : float
        Of the left end of its baseline, mm.
    height : float
        Of a capital, mm.
    font : Font
    colour : Colour
    turn_deg : float
        Clockwise, about the left end of the baseline.
    opacity : float, 0 to 1
    spacing : float
        By how much letters are further apart than the font has it, in heights of a capital.
    """

    kind: Kind
    text: str
    x: float
    y: float
    height: float
    font: Font
    colour: Colour
    turn_deg: float = 0.0
    opacity: float = 1.0
    spacing: float = 0.0


Item = Line | Area | Text


@dataclass(frozen=True, eq=False)
class Piece:
    """The drawn line of one lead.

    Attributes
    ----------
    lead : str
        As the page names it.
    row : int
        From the top.
    start_s, end_s : float
        What it shows of the record.
    baseline : float
        Height of 0 mV, mm from the top of the sheet.
    points : ndarray, shape (n, 2), float64, mm
        Middle of the pen; what the sheet's edge or a limit of the amplitude cuts off is not there.
    """

    lead: str
    row: int
    start_s: float
    end_s: float
    baseline: float
    points: Doubles


@dataclass(frozen=True, eq=False)
class Scene:
    """A sheet, what is on it and what is around it.

    Attributes
    ----------
    width, height : float
        Of the sheet, mm.
    paper, surround : Colour
    grid : Grid or None
    items : list of Item
        Later ones are printed over earlier ones; they may lie outside of the sheet, as the bars of an app do.
    pieces : tuple of Piece
    """

    width: float
    height: float
    paper: Colour
    surround: Colour
    grid: Grid | None
    items: list[Item] = field(default_factory=list)
    pieces: tuple[Piece, ...] = ()
