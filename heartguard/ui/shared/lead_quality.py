"""How well each lead was traced, where a doctor looks at the leads."""

from __future__ import annotations

import numpy as np

from heartguard.leads import LEADS
from heartguard.ui.shared.words import quality_word
from heartguard.values import Ecg
from heartguard.warning_rules import LOW_QUALITY

__all__ = ["doubtful_leads", "quality_of", "quality_text"]


def quality_of(ecg: Ecg, lead: str) -> float | None:
    """Return the quality of a lead, 0 to 1; None where the page does not show it."""
    row = LEADS.index(lead)
    return float(ecg.quality[row]) if np.isfinite(ecg.signals[row]).any() else None


def doubtful_leads(ecg: Ecg) -> tuple[str, ...]:
    """Return the leads that are shown but traced poorly."""
    found = {lead: quality_of(ecg, lead) for lead in LEADS}
    return tuple(lead for lead, quality in found.items() if quality is not None and quality < LOW_QUALITY)


def quality_text(ecg: Ecg, lead: str, page_quality: float) -> str:
    """Say how well a lead was traced; on a poor page no lead is called good, however clean its line is."""
    quality = quality_of(ecg, lead)
    if quality is None:
        return "Not found on this page."
    if page_quality < LOW_QUALITY:
        return "The page was traced poorly: do not rely on this lead."
    return f"Traced {quality_word(quality)} ({100 * quality:.0f} of 100)."
