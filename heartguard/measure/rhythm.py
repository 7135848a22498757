"""Rate and regularity from the R peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Indices, Mask
from heartguard.leads import SAMPLING_RATE_HZ

_PREMATURE = 0.8
"""Share of the median RR below which a beat is premature, as `beat_kinds` has it; its pause is longer by as much."""


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

    Of a premature beat and the pause after it both count or none: where a seam hides the one, the other would bias the
    rate.

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
    rr = np.diff(beats) / SAMPLING_RATE_HZ
    within = _within(beats, seams)
    usual = np.median(rr[within])
    halved = (rr[:-1] < _PREMATURE * usual) & (rr[1:] > (2 - _PREMATURE) * usual) & (within[:-1] ^ within[1:])
    whole = within & ~np.append(halved, False) & ~np.append(False, halved)
    rr = rr[whole] if whole.any() else rr[within]
    mean = float(rr.mean())
    return Rhythm(60.0 / mean, 1000.0 * float(np.median(rr)), float(rr.std()) / mean)


def rates_of(beats: Indices, seams: tuple[int, ...] = ()) -> tuple[float, float]:
    """Return the least and the greatest rate of single RR intervals, beats a minute; arguments as of `rhythm_of`.

    Examples
    --------
    >>> rates_of(np.array([0, 500, 750, 1500]))
    (40.0, 120.0)
    """
    rr = np.diff(beats)[_within(beats, seams)] / SAMPLING_RATE_HZ
    return 60.0 / float(rr.max()), 60.0 / float(rr.min())


def _within(beats: Indices, seams: tuple[int, ...]) -> Mask:
    """Return which RR intervals count: none across a seam where there are others."""
    within: Mask = np.diff(np.searchsorted(np.asarray(seams), beats, side="right")) == 0
    return within if within.any() else ~within


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
