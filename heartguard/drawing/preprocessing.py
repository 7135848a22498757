"""Band-pass every segment to 0.67-25 Hz, the band that all recorders share, and sample it at 125 Hz."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from heartguard.arrays import Doubles, Floats, Mask, runs_of_true
from heartguard.drawing.geometry import RhythmSegment
from heartguard.drawing.segments import RawSegments, cut_segments
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.values import Ecg

LOW_HZ = 0.67
"""Lower corner of the narrowest band that the training pages were printed in, to which all segments are filtered."""

HIGH_HZ = 25.0
"""Upper corner of that band: no page shows more frequencies than another, whatever its recorder printed."""

SEGMENT_RATE_HZ = 125
"""Five times the upper corner frequency; a quarter of the signals' 500 Hz."""

_STEP = SAMPLING_RATE_HZ // SEGMENT_RATE_HZ
"""Samples of the signal for one of a segment."""

_HALF_KERNEL = 40
"""Samples at 500 Hz on either side of the low-pass kernel: 0.16 s in all, a transition from about 15 to 35 Hz."""

_LONGEST_BRIDGE = round(0.04 * SAMPLING_RATE_HZ)
"""Gaps up to 40 ms are interpolated: shorter than a QRS complex, so that none is invented. Chosen by hand."""


@dataclass(frozen=True, eq=False)
class LeadSegments:
    """The input of both models: the segments of an Ecg that the drawing shows, filtered and sampled alike.

    Attributes
    ----------
    leads : ndarray, shape (12, n), float32, mV
        2.32 s of each lead at 125 Hz, 0.67-25 Hz, in the order of `heartguard.leads.LEADS`; NaN where nothing is
        traced.
    strip : ndarray, shape (m,), float32, mV, or None
        9.82 s of the rhythm strip, likewise.
    rhythm_segments : tuple of RhythmSegment
        The parts of the strip; empty without one.
    ecg : Ecg or None
        The Ecg that they were cut from.
    """

    leads: Floats
    strip: Floats | None
    rhythm_segments: tuple[RhythmSegment, ...] = ()
    ecg: Ecg | None = None


def segment_leads(ecg: Ecg) -> LeadSegments:
    """Cut the segments that the drawing shows, and filter and sample them.

    Parameters
    ----------
    ecg : Ecg

    Returns
    -------
    LeadSegments

    Examples
    --------
    >>> segments = segment_leads(Ecg(np.zeros((12, 5000), np.float32), np.ones(12, np.float32), "II"))
    >>> segments.leads.shape, segments.strip.shape
    ((12, 290), (1228,))
    """
    return preprocess(cut_segments(ecg), ecg)


def preprocess(raw: RawSegments, ecg: Ecg | None = None) -> LeadSegments:
    """Filter and sample segments that were cut from `ecg`, or simulated."""
    strip = None if raw.strip is None else bandpass_resample(raw.strip[None])[0]
    return LeadSegments(bandpass_resample(raw.leads), strip, raw.rhythm_segments, ecg)


@cache
def _low_pass_kernel() -> Doubles:
    """Return a Hamming-windowed sinc with its half amplitude at 25 Hz."""
    n = np.arange(-_HALF_KERNEL, _HALF_KERNEL + 1)
    kernel: Doubles = np.sinc(2 * HIGH_HZ / SAMPLING_RATE_HZ * n) * np.hamming(n.size)
    kernel /= kernel.sum()
    return kernel


@cache
def _detrender(samples: int) -> Floats:
    """Return the high-pass as a matrix, shape (samples, samples): I - (I + λ D'D)^-1 with second differences D.

    Smoothness priors, after Tarvainen et al., IEEE Trans Biomed Eng 49:172 (2002). Its gain at frequency ω is
    λω⁴ / (1 + λω⁴), one half at 0.67 Hz; it has no transient at the ends, so that short segments keep their ends.
    """
    weight = (2 * np.pi * LOW_HZ / SEGMENT_RATE_HZ) ** -4
    second = np.diff(np.eye(samples), n=2, axis=0)
    smooth = np.linalg.inv(np.eye(samples) + weight * (second.T @ second))
    matrix: Floats = (np.eye(samples) - smooth).astype(np.float32)
    return matrix


def bandpass_resample(segments: Floats) -> Floats:
    """Filter segments to 0.67-25 Hz, put their median at 0 mV and sample them at 125 Hz.

    Parameters
    ----------
    segments : ndarray, shape (k, n), float32, mV
        500 Hz; NaN where nothing is traced.

    Returns
    -------
    ndarray, shape (k, ceil(n / 4)), float32, mV
        NaN in gaps of the trace longer than 40 ms, and throughout a segment that is empty.
    """
    filled, gaps = _bridge(segments.astype(np.float32))
    padded = np.pad(filled, ((0, 0), (_HALF_KERNEL, _HALF_KERNEL)), mode="reflect", reflect_type="odd")
    kernel = _low_pass_kernel()
    low = np.stack([np.convolve(row, kernel, mode="valid")[::_STEP] for row in padded]).astype(np.float32)
    banded = low @ _detrender(low.shape[1]).T
    banded -= np.median(banded, axis=1, keepdims=True)
    banded[gaps[:, ::_STEP]] = np.nan
    return banded


def _bridge(segments: Floats) -> tuple[Floats, Mask]:
    """Interpolate over gaps; return the signals with a mask of the gaps that are too long for it."""
    filled, gaps = segments.copy(), ~np.isfinite(segments)
    columns = np.arange(segments.shape[1])
    for row, missing in zip(filled, gaps, strict=True):
        if missing.all():
            row[:] = 0.0
        elif missing.any():
            row[missing] = np.interp(columns[missing], columns[~missing], row[~missing])
            _close_short_gaps(missing)
    return filled, gaps


def _close_short_gaps(missing: Mask) -> None:
    """Clear, in place, runs of a mask that are at most `_LONGEST_BRIDGE` samples long."""
    for start, stop in runs_of_true(missing):
        if stop - start <= _LONGEST_BRIDGE:
            missing[start:stop] = False
