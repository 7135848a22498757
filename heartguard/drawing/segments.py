"""Cut from an Ecg the seconds that the drawing shows: the same ones for every page layout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Floats
from heartguard.drawing.geometry import SHORT_ROWS, RhythmSegment
from heartguard.leads import LEADS, PAGE_SECONDS, SAMPLING_RATE_HZ
from heartguard.values import Ecg

TRIM_START_S = 0.12
"""Left off at the start of each stretch: there a 3x4 page has a separator and a lead name, a 6x2 page may have none."""

TRIM_END_S = 0.06
COLUMN_SECONDS = PAGE_SECONDS / len(SHORT_ROWS[0])
START_S = {lead: column * COLUMN_SECONDS for leads in SHORT_ROWS for column, lead in enumerate(leads)}
"""Where each lead's stretch begins on a 3x4 page; a 6x2 page shows these seconds too."""

MIN_COVERAGE = 0.4
"""Share of a stretch that must be traced for it to be drawn."""


FALLBACK_RHYTHM_LEADS = ("II", "V5", "V6", "aVF", "V2", *LEADS)
"""Which lead stands in for the strip at a time when the page shows no strip: the first of these that it shows then."""


@dataclass(frozen=True, eq=False)
class RawSegments:
    """The segments of the leads that the drawing shows, trimmed, not yet filtered.

    Attributes
    ----------
    leads : ndarray, shape (12, n), float32, mV
        2.32 s of each lead at 500 Hz in the order of `heartguard.leads.LEADS`; NaN where nothing is traced.
    strip : ndarray, shape (m,), float32, mV, or None
        9.82 s: of the rhythm lead, or of the leads that stand in for it one after the other, each about its median.
    rhythm_segments : tuple of RhythmSegment
        What the strip shows; empty without one.
    """

    leads: Floats
    strip: Floats | None
    rhythm_segments: tuple[RhythmSegment, ...] = ()


def _sample(seconds: float) -> int:
    return round(seconds * SAMPLING_RATE_HZ)


def trim(stretch: Floats) -> Floats:
    """Leave off both ends of a stretch, shape (..., samples)."""
    return stretch[..., _sample(TRIM_START_S) : stretch.shape[-1] - _sample(TRIM_END_S)]


def cut_segments(ecg: Ecg) -> RawSegments:
    """Cut the segments that the drawing shows.

    Parameters
    ----------
    ecg : Ecg

    Returns
    -------
    RawSegments
        The seconds that a 3x4 page shows. A lead that has none of them is taken from where its trace begins. A page
        without a rhythm strip shows ten seconds of the heart all the same, a few of each lead: these become the strip,
        so that a drawing does not tell which pages have none.
    """
    length = _sample(COLUMN_SECONDS)
    leads = np.stack([trim(_stretch(ecg.lead(lead), _sample(START_S[lead]), length)) for lead in LEADS])
    parts = _rhythm_segments(ecg)
    if not parts:
        return RawSegments(leads, None)
    strip = np.full(ecg.signals.shape[1], np.nan, np.float32)
    for part in parts:
        here = slice(_sample(part.start_s), _sample(part.end_s))
        shown = ecg.lead(part.lead)[here]
        strip[here] = shown - np.nanmedian(shown)
    return RawSegments(leads, trim(strip), parts)


def _stretch(signal: Floats, start: int, length: int) -> Floats:
    usual = signal[start : start + length]
    finite = np.isfinite(signal)
    if finite[start : start + length].mean() >= MIN_COVERAGE or not finite.any():
        return usual
    first = min(int(np.argmax(finite)), signal.size - length)
    return signal[first : first + length]


def _rhythm_segments(ecg: Ecg) -> tuple[RhythmSegment, ...]:
    """Return the page's own strip, or II where the page shows all of it, or what stands in for them."""
    for name in (ecg.rhythm_lead, "II"):
        if name is not None and np.isfinite(ecg.lead(name)).mean() >= 2 * MIN_COVERAGE:
            return (RhythmSegment(name, 0.0, PAGE_SECONDS),)
    parts: list[RhythmSegment] = []
    for start in sorted(set(START_S.values())):
        lead = _fallback_lead(ecg, start)
        if lead is None:
            continue
        if parts and parts[-1].lead == lead and parts[-1].end_s == start:
            parts[-1] = RhythmSegment(lead, parts[-1].start_s, start + COLUMN_SECONDS)
        else:
            parts.append(RhythmSegment(lead, start, start + COLUMN_SECONDS))
    shown = sum(part.end_s - part.start_s for part in parts)
    return tuple(parts) if shown >= MIN_COVERAGE * PAGE_SECONDS else ()


def _fallback_lead(ecg: Ecg, start_s: float) -> str | None:
    here = slice(_sample(start_s), _sample(start_s + COLUMN_SECONDS))
    return next(
        (lead for lead in FALLBACK_RHYTHM_LEADS if np.isfinite(ecg.lead(lead)[here]).mean() >= 2 * MIN_COVERAGE), None
    )
