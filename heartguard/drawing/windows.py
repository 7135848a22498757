"""Cut from an Ecg the seconds that the drawing shows: the same ones for every page layout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.drawing.geometry import SHORT_ROWS
from heartguard.leads import LEAD_INDEX, LEADS, PAGE_SECONDS, SAMPLING_RATE_HZ
from heartguard.values import Ecg, Floats

TRIM_START_S = 0.12
"""Left off at the start of each stretch: there a 3x4 page has a separator and a lead name, a 6x2 page may have none."""

TRIM_END_S = 0.06
COLUMN_SECONDS = PAGE_SECONDS / len(SHORT_ROWS[0])
START_S = {lead: column * COLUMN_SECONDS for leads in SHORT_ROWS for column, lead in enumerate(leads)}
"""Where each lead's stretch begins on a 3x4 page; a 6x2 page shows these seconds too."""

ENOUGH = 0.4
"""Share of a stretch that must be traced for it to be drawn."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """The stretches of one drawing, trimmed, not yet filtered.

    Attributes
    ----------
    leads : ndarray, shape (12, n), float32, mV
        2.32 s of each lead at 500 Hz in the order of `heartguard.leads.LEADS`; NaN where nothing is traced.
    strip : ndarray, shape (m,), float32, mV, or None
        9.82 s of the rhythm lead.
    rhythm_lead : str or None
    """

    leads: Floats
    strip: Floats | None
    rhythm_lead: str | None


def _sample(seconds: float) -> int:
    return round(seconds * SAMPLING_RATE_HZ)


def trim(stretch: Floats) -> Floats:
    """Leave off both ends of a stretch, shape (..., samples)."""
    return stretch[..., _sample(TRIM_START_S) : stretch.shape[-1] - _sample(TRIM_END_S)]


def cut_pieces(ecg: Ecg) -> Pieces:
    """Cut the stretches that the drawing shows.

    Parameters
    ----------
    ecg : Ecg

    Returns
    -------
    Pieces
        The seconds that a 3x4 page shows. A lead that has none of them is taken from where its trace begins.
    """
    length = _sample(COLUMN_SECONDS)
    leads = np.stack([trim(_stretch(ecg.lead(lead), _sample(START_S[lead]), length)) for lead in LEADS])
    name = _rhythm_lead(ecg)
    strip = None if name is None else trim(ecg.signals[LEAD_INDEX[name]])
    return Pieces(leads=leads, strip=strip, rhythm_lead=name)


def _stretch(signal: Floats, start: int, length: int) -> Floats:
    usual = signal[start : start + length]
    finite = np.isfinite(signal)
    if finite[start : start + length].mean() >= ENOUGH or not finite.any():
        return usual
    first = min(int(np.argmax(finite)), signal.size - length)
    return signal[first : first + length]


def _rhythm_lead(ecg: Ecg) -> str | None:
    """Return the lead of the strip: the page's own, else II where the page shows all of it."""
    for name in (ecg.rhythm_lead, "II"):
        if name is not None and np.isfinite(ecg.lead(name)).mean() >= 2 * ENOUGH:
            return name
    return None
