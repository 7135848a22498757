"""What a printed report is made with besides the reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from heartguard.patient import UNKNOWN_PATIENT, Patient
from heartguard.report.printed.words import Language
from heartguard.review import Review

__all__ = ["ReportOptions"]


@dataclass(frozen=True)
class ReportOptions:
    """How a report is written, and what is not in the reading.

    Attributes
    ----------
    language : {"en", "de"}
    patient : Patient
        Age and sex, for the limits that depend on them.
    deidentify : bool
        Whether everything beside the traces is blanked in the picture of the page.
    hidden : tuple of (float, float, float, float)
        Further rectangles that are blanked in it where print is: left, top, right and bottom, page pixels.
    lead_shares : mapping of str to float
        Share of VGG16's evidence for the answer by lead group, 0 to 1; empty where it was not explained.
    review : Review or None
        What a doctor said of the reading.
    made_on : date
        Day of the report, not of the recording, which is not read.
    """

    language: Language = "en"
    patient: Patient = UNKNOWN_PATIENT
    deidentify: bool = True
    hidden: tuple[tuple[float, float, float, float], ...] = ()
    lead_shares: Mapping[str, float] = field(default_factory=dict)
    review: Review | None = None
    made_on: date = field(default_factory=date.today)
