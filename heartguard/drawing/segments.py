"""Cut from an Ecg the seconds that the drawing shows: the same for every page layout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Floats
from heartguard.drawing.geometry import SHORT_ROWS, RhythmSegment
from heartguard.leads import LEADS, PAGE_SECONDS, SAMPLES, SAMPLING_RATE_HZ
from heartguard.values import Ecg

TRIM_START_S = 0.12
"""Left off at the start of each segment: a 3x4 page has a separator and a lead name there, a 6x2 page may have none."""

TRIM_END_S = 0.06
"""Left off at the end of each segment, where the next separator begins; chosen by hand."""

COLUMN_SECONDS = PAGE_SECONDS / len(SHORT_ROWS[0])
"""Seconds of one column of the drawing."""

START_S = {lead: column * COLUMN_SECONDS for leads in SHORT_ROWS for column, lead in enumerate(leads)}
"""Start of each lead's segment on a 3x4 page, seconds; a 6x2 page shows these seconds too."""

MIN_COVERAGE = 0.4
"""Share of a segment that must be traced for it to be drawn; chosen by hand, not fitted."""

FALLBACK_RHYTHM_LEADS = ("II", "V5", "V6", "aVF", "V2", *LEADS)
"""Leads that replace the strip at a time at which the page shows none: the first of these that it shows then. II first,
as rhythm strips mostly show it; V5 next, as a 6x2 page shows it in the other half."""


@dataclass(frozen=True, eq=False)
class RawSegments:
    """The segments of the leads that the drawing shows, trimmed, not yet filtered.

    Attributes
    ----------
    leads : ndarray, shape (12, n), float32, mV
        2.32 s of each lead at 500 Hz in the order of `heartguard.leads.LEADS`; NaN where nothing is traced.
    strip : ndarray, shape (m,), float32, mV, or None
        9.82 s: of the rhythm lead, or of the fallback leads one after the other, each minus its median.
    rhythm_segments : tuple of RhythmSegment
        The parts of the strip; empty without one.
    """

    leads: Floats
    strip: Floats | None
    rhythm_segments: tuple[RhythmSegment, ...] = ()


def _sample(seconds: float) -> int:
    return round(seconds * SAMPLING_RATE_HZ)


def trim(segment: Floats) -> Floats:
    """Leave off both ends of a segment, shape (..., samples)."""
    return segment[..., _sample(TRIM_START_S) : segment.shape[-1] - _sample(TRIM_END_S)]


def cut_segments(ecg: Ecg) -> RawSegments:
    """Cut the segments that the drawing shows.

    Parameters
    ----------
    ecg : Ecg

    Returns
    -------
    RawSegments
        The seconds that a 3x4 page shows. A lead without a trace in them is taken from the start of its trace. A page
        without a rhythm strip still shows all ten seconds, a few in each lead: these are joined to a strip, so that the
        drawing does not reveal which pages have none.
    """
    length = _sample(COLUMN_SECONDS)
    leads = np.stack([trim(_lead_segment(ecg.lead(lead), _sample(START_S[lead]), length)) for lead in LEADS])
    parts = _rhythm_segments(ecg)
    if not parts:
        return RawSegments(leads, None)
    strip = np.full(SAMPLES, np.nan, np.float32)
    for part in parts:
        here = slice(_sample(part.start_s), _sample(part.end_s))
        shown = ecg.lead(part.lead)[here]
        strip[here] = shown - np.nanmedian(shown)
    return RawSegments(leads, trim(strip), parts)


def _lead_segment(signal: Floats, start: int, length: int) -> Floats:
    usual = signal[start : start + length]
    finite = np.isfinite(signal)
    if finite[start : start + length].mean() >= MIN_COVERAGE or not finite.any():
        return usual
    first = min(int(np.argmax(finite)), signal.size - length)
    return signal[first : first + length]


def _rhythm_segments(ecg: Ecg) -> tuple[RhythmSegment, ...]:
    """Return the page's own strip, or II if the page shows all of it, or segments of the fallback leads."""
    for name in (ecg.rhythm_lead, "II"):
        if name is not None and np.isfinite(ecg.lead(name)[:SAMPLES]).mean() >= 2 * MIN_COVERAGE:
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
