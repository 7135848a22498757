"""Rate and regularity from the R peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles, Indices, Mask
from heartguard.leads import SAMPLING_RATE_HZ


@dataclass(frozen=True)
class Rhythm:
    """Rate and regularity of one page.

    Attributes
    ----------
    heart_rate_bpm : float
        60 over the mean RR of the page, as recorders count it over their 10 s.
    rr_ms : float
        Median RR: unlike the mean it is that of the prevailing rhythm when there are premature beats or pauses.
    rr_variation : float
        Standard deviation of the RR intervals over their mean.
    """

    heart_rate_bpm: float
    rr_ms: float
    rr_variation: float


def rhythm_of(beats: Indices, seams: tuple[int, ...] = ()) -> Rhythm:
    """Return the rhythm of at least two R peaks, given in samples.

    Parameters
    ----------
    beats : ndarray, shape (n,), int64, n > 1
    seams : tuple of int
        Samples at which the page may leap in time. RR intervals across them do not count where there are others.

    Examples
    --------
    >>> round(rhythm_of(np.array([0, 500, 600, 1100]), (550,)).heart_rate_bpm)
    60
    >>> rhythm = rhythm_of(np.array([0, 500, 800, 1500]))
    >>> rhythm.heart_rate_bpm, rhythm.rr_ms, round(rhythm.rr_variation, 2)
    (60.0, 1000.0, 0.33)
    """
    rr = _intervals_s(beats, seams)
    mean = float(rr.mean())
    return Rhythm(60.0 / mean, 1000.0 * float(np.median(rr)), float(rr.std()) / mean)


def rates_of(beats: Indices, seams: tuple[int, ...] = ()) -> tuple[float, float]:
    """Return the least and the greatest rate of single RR intervals, beats a minute; arguments as of `rhythm_of`.

    Examples
    --------
    >>> rates_of(np.array([0, 500, 750, 1500]))
    (40.0, 120.0)
    """
    rr = _intervals_s(beats, seams)
    return 60.0 / float(rr.max()), 60.0 / float(rr.min())


def _intervals_s(beats: Indices, seams: tuple[int, ...]) -> Doubles:
    """Return the RR intervals, seconds; none across a seam where there are others."""
    rr = np.diff(beats) / SAMPLING_RATE_HZ
    column = np.searchsorted(np.asarray(seams), beats, side="right")
    within = np.diff(column) == 0
    return rr[within] if within.any() else rr


def variation_between(beats: Indices, chosen: Mask) -> float:
    """Return the variation of the RR intervals whose two beats are both chosen; 0 where there are fewer than two.

    Examples
    --------
    >>> beats = np.array([0, 400, 800, 1000, 1600, 2000])  # the fourth is premature
    >>> round(variation_between(beats, np.array([True, True, True, False, True, True])), 2)
    0.0
    """
    rr = np.diff(beats)[chosen[1:] & chosen[:-1]]
    return float(rr.std() / rr.mean()) if rr.size > 1 else 0.0
