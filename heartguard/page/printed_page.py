"""What was read on a page: lead names, and speed and gains of the page and of single rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heartguard.leads import GAINS_MM_PER_MV, SPEEDS_MM_PER_S
from heartguard.page.print import (
    PrintedName,
    PrintedScale,
    PrintedValue,
    Word,
    agreed_values,
    leads_in_text,
    names_on,
    values_by_line,
)
from heartguard.printed import Gains

__all__ = ["BesideRow", "PrintedOnPage"]

_OVER_MM, _UNDER_MM = 12.0, 5.0
"""How far over and under its row a value of that row alone is printed at most: where most names are, and nearer than
the lines of a footer."""

_READ, _READ_SURELY = 0.5, 0.9
"""Probabilities from which on a printed value counts: one of the usual ones, and any other; chosen by hand."""


@dataclass(frozen=True)
class BesideRow:
    """The speed, mm/s, and the gains that are printed beside one row, where the rest of the page has others.

    `y` is the height of the row, page pixels; None is what is not printed there.
    """

    y: float
    speed_mm_per_s: float | None
    gains: Gains | None


@dataclass(frozen=True)
class PrintedOnPage:
    """What was read on a page.

    Attributes
    ----------
    names : tuple of PrintedName
    speed_mm_per_s : float or None
    gains : Gains or None
    beside : tuple of BesideRow
    in_text : tuple of str
        Leads that a header or footer names.
    strips_mm_per_s : float or None
        Speed of the rhythm strips where one line states it after another one of the short leads.
    unsure_mm_per_s : float or None
        A speed that rather is printed than not, but is too unusual to be believed for that.
    """

    names: tuple[PrintedName, ...] = ()
    speed_mm_per_s: float | None = None
    gains: Gains | None = None
    beside: tuple[BesideRow, ...] = ()
    in_text: tuple[str, ...] = ()
    strips_mm_per_s: float | None = None
    unsure_mm_per_s: float | None = None

    @classmethod
    def of(cls, words: Sequence[Word], rows: Sequence[float] = (), px_per_mm: float = 1.0) -> PrintedOnPage:
        """Return what words say: names with their probability, values only where they are probable.

        Values that stand beside a row, other than the first, are those of that row where the page states others too.
        """
        lines = values_by_line(words)
        by_row = [(_row_beside(y, rows[1:], px_per_mm), said) for y, said in lines]
        everywhere = agreed_values([said for _, said in lines])
        rest = agreed_values([said for row, said in by_row if row is None])
        beside = [BesideRow(row, *_values(said)) for row, said in by_row if row is not None]
        speed, gains = _values(rest)
        of_rows = tuple(one for one in beside if _differs(one.speed_mm_per_s, speed) or _differs(one.gains, gains))
        if not of_rows:
            speed, gains = _values(everywhere)
        strips = _probable(everywhere.strip_speed, SPEEDS_MM_PER_S)
        seen = everywhere.speed
        unsure = seen.value if speed is None and seen is not None and seen.probability > _READ else None
        return cls(names_on(words), speed, gains, of_rows, leads_in_text(words), strips, unsure)


def _row_beside(y: float, rows: Sequence[float], px_per_mm: float) -> float | None:
    """Return the row that a line of words stands beside; None for a line of a header or a footer."""
    near = [row for row in rows if -_OVER_MM * px_per_mm < y - row < _UNDER_MM * px_per_mm]
    return min(near, key=lambda row: abs(y - row), default=None)


def _differs(value: object, usual: object) -> bool:
    return value is not None and usual is not None and value != usual


def _values(said: PrintedScale) -> tuple[float | None, Gains | None]:
    return _probable(said.speed, SPEEDS_MM_PER_S), _gains(said)


def _probable(value: PrintedValue | None, known: tuple[float, ...]) -> float | None:
    """Return a value that was read surely, or rather surely where it is one of the usual ones."""
    if value is None or value.probability < (_READ if value.value in known else _READ_SURELY):
        return None
    return value.value


def _gains(said: PrintedScale) -> Gains | None:
    limb, chest = (_probable(gain, GAINS_MM_PER_MV) for gain in (said.limb_gain, said.chest_gain))
    return None if limb is None or chest is None else Gains(limb, chest)
