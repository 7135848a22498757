"""The end of the T wave: in each lead where the steepest tangent meets the isoelectric line, then over all leads.

The tangent is that of Lepeschkin & Surawicz, "The measurement of the Q-T interval of the electrocardiogram",
Circulation 6 (1952) 378.
"""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles
from heartguard.measure.filters import samples, smooth

__all__ = ["END_MS", "find_t_end", "tangent_end"]

_AFTER_QRS_S = 0.06
"""The T wave's peak is sought from here on: before it is the ST segment."""

_LAST_PEAK, _LAST_END = 0.46, 0.60
"""Latest peak and end of T after the QRS onset as a share of the root of RR (as in Bazett's QTc)."""

_SIGMA_S = 0.012
"""Smoothing: no part of a T wave is faster."""

_LEAST_MV = 0.03
"""Least height of a T wave that is used; that of half a pen's width and more."""

_LEAST_SHARE = 0.5
"""Least height as a share of the highest lead's: flatter T waves end anywhere. Of 0.15, 0.3 and 0.5 the one with the
least spread of QT on the LUDB records of even place."""

_STRAY_S = 0.07
"""An end so much later than the median lead's is that of a U or P wave."""

END_MS = 5.0
"""How much earlier than the cardiologists' mark the tangents meet the isoelectric line, on the LUDB records of even
place: T leaves its tangent before it reaches it."""


def find_t_end(waves: Doubles, qrs_on: int, qrs_off: int, rr_s: float) -> int | None:
    """Return where T ends: that of the third latest of twelve leads.

    Parameters
    ----------
    waves : ndarray, shape (leads, W), mV
        Median beats, 0 at the QRS onset.
    qrs_on, qrs_off : int
        Bounds of the QRS complex, samples.
    rr_s : float
        RR interval, seconds: T ends before the next beat.
    """
    first = qrs_off + samples(_AFTER_QRS_S)
    last_peak = qrs_on + samples(min(_LAST_PEAK * np.sqrt(rr_s), rr_s - 0.2))
    last = min(waves.shape[1] - 1, qrs_on + samples(min(_LAST_END * np.sqrt(rr_s), rr_s - 0.05)))
    if last_peak - first < samples(0.05):
        return None
    found = [tangent_end(wave, first, last_peak, last) for wave in smooth(waves, _SIGMA_S)]
    ends = np.array([end for end in found if end is not None])
    if ends.size == 0:
        return None
    large = np.sort(ends[ends[:, 1] >= max(_LEAST_MV, _LEAST_SHARE * float(ends[:, 1].max())), 0])
    if large.size == 0:
        return None
    large = large[large < np.median(large) + samples(_STRAY_S)]
    place = max(1, round(large.size / 4))
    return round(float(large[-place])) + samples(END_MS / 1000)


def tangent_end(wave: Doubles, first: int, last_peak: int, last: int) -> tuple[float, float] | None:
    """Return where the steepest tangent after the peak of T meets 0, and the height of the peak.

    Parameters
    ----------
    wave : ndarray, shape (W,), mV
        One lead's median beat, 0 at the isoelectric line.
    first, last_peak, last : int
        Samples: where the peak is sought, and where T ends at the latest.

    Returns
    -------
    (float, float) or None
        Sample and mV; None where there is no fall towards 0.

    Examples
    --------
    >>> triangle = np.interp(np.arange(100), [20, 50, 70], [0.0, 0.3, 0.0])
    >>> end, height = tangent_end(triangle, 10, 60, 95)
    >>> round(end), height
    (70, 0.3)
    """
    part = wave[first : last + 1]
    if not np.isfinite(part).all():
        return None
    peak = int(np.argmax(np.abs(part[: last_peak - first + 1])))
    height = abs(float(part[peak]))
    fall = -np.sign(part[peak]) * np.gradient(part)
    steepest = peak + int(np.argmax(fall[peak:]))
    if fall[steepest] <= 0 or np.sign(part[steepest]) != np.sign(part[peak]):
        return None
    end = first + steepest + abs(float(part[steepest])) / float(fall[steepest])
    return (end, height) if end < last + samples(0.04) else None
