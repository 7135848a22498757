"""Which leads a page shows, in which rows and columns, and which seconds of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heartguard.leads import CABRERA_LEADS, CHEST_LEADS, LIMB_LEADS
from heartlab.simulate.recorders.chances import chance, choose

__all__ = ["SHARES", "Arrangement", "Stretch", "arrange", "random_arrangement"]

SHARES = {
    "3x4": 13.0,
    "3x4+1": 20.0,
    "3x4+2": 3.0,
    "3x4+3": 7.0,
    "6x2": 11.0,
    "6x2+1": 11.0,
    "4x3": 3.0,
    "4x3+1": 2.0,
    "12x1": 9.0,
    "6x1": 6.0,
    "3x1": 3.0,
    "3x2": 1.5,
    "2x6": 1.5,
    "3x5": 2.0,
    "4x2+4": 1.5,
    "1x1": 3.0,
    "1x1 over rows": 2.0,
}
"""How often pages have so many rows, columns and rhythm strips."""

_WALLS = ("II", "III", "aVF", "I", "aVL", "V5", "V6", "V1", "V2", "V3", "V4", "aVR")
_MORE = {"V3R": "V1", "V4R": "V1", "V7": "V6", "V8": "V6", "V9": "V6"}
"""Leads beyond the twelve, each drawn as the lead that it resembles most."""

_RHYTHM = {"II": 50.0, "V1": 20.0, "III": 5.0, "V5": 5.0, "I": 2.5, "aVF": 2.5, "V2": 2.5, "V6": 2.5}


@dataclass(frozen=True)
class Stretch:
    """A lead's piece on the page: as it is named, which lead of the twelve is drawn, from when to when in seconds."""

    label: str
    lead: str
    start_s: float
    end_s: float
    inverted: bool = False


@dataclass(frozen=True)
class Arrangement:
    """Rows of stretches from the top; every row is as long as the page shows time.

    Attributes
    ----------
    name : str
    rows : tuple of tuple of Stretch
    seconds : float
        That the whole width shows.
    strips : int
        Rows at the bottom that show one lead.
    """

    name: str
    rows: tuple[tuple[Stretch, ...], ...]
    seconds: float
    strips: int

    @property
    def columns(self) -> int:
        """Number of columns of the first row."""
        return len(self.rows[0])


def random_arrangement(rng: np.random.Generator, seconds: float) -> Arrangement:
    """Draw an arrangement for a page that shows so many seconds."""
    return arrange(choose(rng, SHARES), seconds, rng)


def arrange(name: str, seconds: float, rng: np.random.Generator) -> Arrangement:
    """Return the arrangement of a name of `SHARES`; order, columns of the same seconds and strips are drawn."""
    shape, _, strips = name.partition("+")
    strip_leads = [choose(rng, _RHYTHM) for _ in range(int(strips or 0))]
    if strip_leads == ["II", "II", "II"] or (len(strip_leads) == 3 and chance(rng, 0.5)):
        strip_leads = ["V1", "II", "V5"]
    if name == "1x1 over rows":
        rows = _one_lead(rng, seconds)
    else:
        row_count, column_count = (int(count) for count in shape.split("x"))
        rows = _columns(_leads(rng, row_count, column_count), row_count, column_count, seconds, chance(rng, 0.25))
    rows += [(Stretch(lead, lead, 0.0, seconds),) for lead in strip_leads]
    return Arrangement(name, tuple(rows), seconds, len(strip_leads))


def _leads(rng: np.random.Generator, rows: int, columns: int) -> list[str]:
    """Return the leads in the order in which they fill the columns from the top."""
    order = choose(rng, {"standard": 80.0, "Cabrera": 10.0, "walls": 6.0, "mixed": 4.0})
    limbs = CABRERA_LEADS if order == "Cabrera" else LIMB_LEADS
    leads = list(_WALLS if order == "walls" else (*limbs, *CHEST_LEADS))
    if order == "mixed":
        leads = [str(lead) for lead in rng.permutation(leads)]
    count = rows * columns
    if count > len(leads):
        return leads + list(_MORE)[: count - len(leads)]
    if count == len(leads):
        return leads
    first = int(rng.choice([0, 6])) if count <= 6 else 0
    if count <= 3:
        first = 3 * int(rng.integers(4))
    return leads[first : first + count]


def _columns(
    leads: list[str], rows: int, columns: int, seconds: float, same_seconds: bool
) -> list[tuple[Stretch, ...]]:
    length = seconds / columns
    inverted = leads[:6] == list(CABRERA_LEADS)
    out = []
    for row in range(rows):
        stretches = []
        for column in range(columns):
            label = leads[column * rows + row] if rows != 2 else leads[row * columns + column]
            start = 0.0 if same_seconds else column * length
            stretches.append(
                Stretch(label, _MORE.get(label, label), start, start + length, inverted and label == "aVR")
            )
        out.append(tuple(stretches))
    return out


def _one_lead(rng: np.random.Generator, seconds: float) -> list[tuple[Stretch, ...]]:
    """Return rows that show one lead one after the other; the record is short, so later rows begin it anew."""
    lead = choose(rng, _RHYTHM)
    stretch = Stretch(lead, lead, 0.0, seconds)
    return [(replace(stretch),) for _ in range(int(rng.integers(3, 6)))]
