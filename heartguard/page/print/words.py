"""What is read of the print on a page."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["PrintedName", "PrintedScale", "PrintedValue", "Word"]


class Word(NamedTuple):
    """A word.

    Attributes
    ----------
    text : str
        In lower case; `heartguard.page.print.symbols.OTHER` for letters that no name or value has.
    x0, y0, x1, y1 : float
        Page pixels.
    probability : float
        That it says this; for a lead name, that it names this lead however it is spelled.
    line : int
        Words of one line have the same number.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    probability: float
    line: int = 0


class PrintedName(NamedTuple):
    """A lead name: its lead, as `heartguard.printed.lead_named` says it, and the middle of the word, page pixels."""

    lead: str
    x: float
    y: float
    probability: float


class PrintedValue(NamedTuple):
    """A printed value and how probably it is that."""

    value: float
    probability: float


class PrintedScale(NamedTuple):
    """Paper speed in mm/s, gains of limb and chest leads in mm/mV, and the speed of rhythm strips where it is another.

    None where none is printed, or two differ.
    """

    speed: PrintedValue | None
    limb_gain: PrintedValue | None
    chest_gain: PrintedValue | None
    strip_speed: PrintedValue | None = None
