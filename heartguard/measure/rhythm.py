"""Rate and regularity from the R peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Indices
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
    rr = np.diff(beats) / SAMPLING_RATE_HZ
    column = np.searchsorted(np.asarray(seams), beats, side="right")
    within = np.diff(column) == 0
    if within.any():
        rr = rr[within]
    mean = float(rr.mean())
    return Rhythm(60.0 / mean, 1000.0 * float(np.median(rr)), float(rr.std()) / mean)
