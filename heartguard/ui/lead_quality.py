"""How well each lead was traced, where a doctor looks at the leads."""

from __future__ import annotations

import numpy as np

from heartguard.leads import LEADS
from heartguard.values import Ecg
from heartguard.warning_rules import LOW_QUALITY

__all__ = ["doubtful_leads", "quality_badges", "quality_of"]

_GOOD = 0.8


def quality_badges(ecg: Ecg) -> str:
    """Return Markdown with a coloured badge for every lead: its name and how well it was traced."""
    return " ".join(_badge(ecg, lead) for lead in LEADS)


def quality_of(ecg: Ecg, lead: str) -> float | None:
    """Return the quality of a lead, 0 to 1; None where the page does not show it."""
    row = LEADS.index(lead)
    return float(ecg.quality[row]) if np.isfinite(ecg.signals[row]).any() else None


def doubtful_leads(ecg: Ecg) -> tuple[str, ...]:
    """Return the leads that are shown but traced poorly."""
    found = {lead: quality_of(ecg, lead) for lead in LEADS}
    return tuple(lead for lead, quality in found.items() if quality is not None and quality < LOW_QUALITY)


def _badge(ecg: Ecg, lead: str) -> str:
    quality = quality_of(ecg, lead)
    if quality is None:
        return f":gray-badge[{lead} not found]"
    colour = "green" if quality >= _GOOD else "orange" if quality >= LOW_QUALITY else "red"
    return f":{colour}-badge[{lead} {100 * quality:.0f} %]"
