"""Lead names, page layouts and paper constants."""

from __future__ import annotations

import math
from dataclasses import dataclass

LIMB_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF")
"""Einthoven's and Goldberger's leads in the usual order of printing."""

CHEST_LEADS = ("V1", "V2", "V3", "V4", "V5", "V6")
"""Wilson's chest leads from right to left."""

LEADS = LIMB_LEADS + CHEST_LEADS
"""The twelve leads in the order of every signal array of this package."""

CABRERA_LEADS = ("aVL", "I", "aVR", "II", "aVF", "III")
"""The limb leads by their direction in the frontal plane; aVR is drawn upside down, as -aVR."""

LEAD_INDEX = {lead: index for index, lead in enumerate(LEADS)}
"""Row of each lead in a signal array."""

SAMPLING_RATE_HZ = 500
"""The usual rate of 12-lead recorders and of PTB-XL; finer than a page pixel, which is about 5 ms."""

PAGE_SECONDS = 10.0
"""Length of a standard 12-lead recording."""

SAMPLES = round(SAMPLING_RATE_HZ * PAGE_SECONDS)
"""Samples of one lead of the usual 10 s."""

PAPER_SPEED_MM_PER_S = 25.0
"""The usual paper speed; straight pages are scaled to it."""

SPEEDS_MM_PER_S = (25.0, 50.0)
"""Paper speeds that are recognised: the two in common use."""

TIME_TOLERANCE = 0.07
"""Greatest relative difference between the nominal time of a page or column and that by its grid: recorders fit their
2.5, 5 or 10 s to the paper."""

GAINS_MM_PER_MV = (5.0, 10.0, 20.0)
"""Gains that are recognised: half, standard and double."""

GAIN_MM_PER_MV = 10.0
"""The standard gain, assumed where the page shows none."""

LARGE_SQUARE_MM = 5.0
"""Side of a large square of ECG paper."""


@dataclass(frozen=True)
class Layout:
    """How a page arranges its leads.

    Attributes
    ----------
    name : str
        Key of `LAYOUTS`, such as ``"3x4+1"``: rows x columns + rhythm strips.
    rows : tuple of tuple of str
        Lead names of every short row, left to right, empty where one is not known; all columns are of equal length.
    rhythm_strips : int
        Number of 10 s strips below the short rows.
    order : {"standard", "Cabrera", "printed", "unnamed"}
        Of the limb leads: one of the usual two, another that the printed names tell, or unknown.
    upside_down : tuple of str or None
        Leads drawn upside down, where that is not what the order usually does.
    turns : int
        How often the leads of the first rows go on in further rows: 3 for one lead of 30 s in three rows of 10 s.

    Examples
    --------
    >>> layout = LAYOUTS["3x4+1"]
    >>> layout.rows[0], layout.columns, layout.column_seconds, layout.row_count
    (('I', 'aVR', 'V1', 'V4'), 4, 2.5, 4)
    >>> LAYOUTS["3x4 Cabrera"].inverted
    ('aVR',)
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    rhythm_strips: int
    order: str = "standard"
    upside_down: tuple[str, ...] | None = None
    turns: int = 1

    @property
    def shape(self) -> str:
        """Rows, columns and strips without the order: one of `SHAPES`."""
        return self.name.removesuffix(f" {self.order}")

    @property
    def inverted(self) -> tuple[str, ...]:
        """Leads whose short segments are drawn upside down."""
        return INVERTED[self.order] if self.upside_down is None else self.upside_down

    @property
    def columns(self) -> int:
        """Number of columns of the short rows."""
        return len(self.rows[0])

    @property
    def column_seconds(self) -> float:
        """Seconds that one column shows."""
        return PAGE_SECONDS / self.columns

    @property
    def complete(self) -> bool:
        """Whether the page has all twelve leads."""
        return set(LEADS) <= {lead for row in self.rows for lead in row}

    @property
    def in_turn(self) -> bool:
        """Whether no two limb leads are shown at the same time."""
        return set(LIMB_LEADS) <= set(self.rows[0])

    @property
    def leads_in_turn(self) -> int:
        """Number of rows after which the leads of the first row go on; that of all short rows where they do not."""
        return len(self.rows) // self.turns

    @property
    def row_count(self) -> int:
        """Number of trace rows on the page, rhythm strips included."""
        return len(self.rows) + self.rhythm_strips


ORDERS = {"standard": LIMB_LEADS, "Cabrera": CABRERA_LEADS}
"""Orders of the limb leads, from the top and from the left."""

INVERTED: dict[str, tuple[str, ...]] = {"standard": (), "Cabrera": ("aVR",)}
"""Leads that an order draws upside down."""

ROWS = "rows"
"""Set by hand as the arrangement: every row is a lead of its own, whatever their number."""

SHAPES = ("3x4", "3x4+1", "3x4+2", "3x4+3", "6x2", "6x2+1", "12x1", "2x6")
"""Rows x columns + rhythm strips."""


def _layout(shape: str, order: str) -> Layout:
    short, _, strips = shape.partition("+")
    rows, columns = (int(count) for count in short.split("x"))
    leads = (*ORDERS[order], *CHEST_LEADS)
    # Columns are filled from the top, but two rows show their six leads one after the other.
    by_row = rows == 2
    places = tuple(leads[row * columns : (row + 1) * columns] if by_row else leads[row::rows] for row in range(rows))
    return Layout(shape if order == "standard" else f"{shape} {order}", places, int(strips or 0), order)


LAYOUTS = {layout.name: layout for order in ORDERS for shape in SHAPES for layout in (_layout(shape, order),)}
"""Every layout that is recognised, by name."""


def axis_samples(seconds: float) -> int:
    """Return the samples of the time axis of a page that shows so many seconds: 10 s, or all whole seconds of more.

    Examples
    --------
    >>> axis_samples(5.0), axis_samples(10.3), axis_samples(30.05)
    (5000, 5000, 15500)
    """
    if seconds <= PAGE_SECONDS * (1 + TIME_TOLERANCE):
        return SAMPLES
    return math.ceil(seconds) * SAMPLING_RATE_HZ


def row_name(row: int, column: int = 0) -> str:
    """Return what a row, or a part of one, is called whose lead is not known; both are counted from 0.

    Examples
    --------
    >>> row_name(0), row_name(2, 1)
    ('row 1', 'row 3 column 2')
    """
    return f"row {row + 1} column {column + 1}" if column else f"row {row + 1}"


def is_row_name(name: str) -> bool:
    """Return whether a name is one that `row_name` gives, and no lead's.

    Examples
    --------
    >>> is_row_name("row 2"), is_row_name("V2")
    (True, False)
    """
    return name.startswith("row ")
