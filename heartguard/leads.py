"""Lead names, page layouts and paper constants."""

from __future__ import annotations

from dataclasses import dataclass

LIMB_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF")
CHEST_LEADS = ("V1", "V2", "V3", "V4", "V5", "V6")
LEADS = LIMB_LEADS + CHEST_LEADS
"""The twelve leads in the order of every signal array of this package."""

LEAD_INDEX = {lead: index for index, lead in enumerate(LEADS)}

SAMPLING_RATE_HZ = 500
PAGE_SECONDS = 10.0
SAMPLES = round(SAMPLING_RATE_HZ * PAGE_SECONDS)

PAPER_SPEED_MM_PER_S = 25.0
SPEEDS_MM_PER_S = (25.0, 50.0)
GAINS_MM_PER_MV = (5.0, 10.0, 20.0)
GAIN_MM_PER_MV = 10.0
LARGE_SQUARE_MM = 5.0


@dataclass(frozen=True)
class Layout:
    """How a page arranges its leads.

    Attributes
    ----------
    name : str
        Key of `LAYOUTS`, such as ``"3x4+1"``: rows x columns + rhythm strips.
    rows : tuple of tuple of str
        Lead names of every short row, left to right; all columns show equally long, consecutive stretches of the 10 s.
    rhythm_strips : int
        Number of 10 s strips below the short rows.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    rhythm_strips: int

    @property
    def columns(self) -> int:
        """Number of columns of the short rows."""
        return len(self.rows[0])

    @property
    def column_seconds(self) -> float:
        """Seconds that one column shows."""
        return PAGE_SECONDS / self.columns

    @property
    def row_count(self) -> int:
        """Number of trace rows on the page, rhythm strips included."""
        return len(self.rows) + self.rhythm_strips


_ROWS_3X4 = (("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"))
_ROWS_6X2 = tuple(zip(LIMB_LEADS, CHEST_LEADS, strict=True))
_ROWS_12X1 = tuple((lead,) for lead in LEADS)

LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout("3x4", _ROWS_3X4, 0),
        Layout("3x4+1", _ROWS_3X4, 1),
        Layout("3x4+3", _ROWS_3X4, 3),
        Layout("6x2", _ROWS_6X2, 0),
        Layout("6x2+1", _ROWS_6X2, 1),
        Layout("12x1", _ROWS_12X1, 0),
    )
}
