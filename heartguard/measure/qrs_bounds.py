"""Onset and end of the QRS complex over all leads.

Rather than bound each lead, whose noise would decide, the activity of the leads together is followed to where it
subsides, as the spatial velocity is in the computer measurement of the standard ECG (CSE working party, Eur Heart J
6:815, 1985). Cardiologists' marks are summed up by the third earliest onset and the third latest end of twelve leads:
so the activity is that of the second and that of the fifth most active lead, and the mean of both bounds counts. What
that is late or early by is a constant of each and of the band.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from heartguard.arrays import Doubles
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure.bandwidth import edge_ms
from heartguard.measure.filters import samples, slope, smooth

__all__ = ["activities", "bound_qrs"]


class _Rank(NamedTuple):
    """A lead by the order of activity, and what is known of the bounds that it gives.

    Attributes
    ----------
    share : float
        Its place as a share of the leads, of which a page may show fewer than twelve.
    on_ms, off_ms : float
        How much later than the cardiologists' marks it passes `_USUAL_LEVEL`.
    on_per_e_ms, off_per_e_ms : float
        How much later it passes a level that is e times as high.
    """

    share: float
    on_ms: float
    on_per_e_ms: float
    off_ms: float
    off_per_e_ms: float


_RANKS = (_Rank(2 / 12, 4.5, 5.5, 1.3, -11.1), _Rank(5 / 12, 8.9, 10.8, -3.6, -9.2))
"""Of the mean, the root mean square and the second to fifth most active lead, alone and in pairs, the simplest pair
with nearly the least spread of QRS on the LUDB records of even place: signals, pages, and 0.67-25 Hz."""

_SIGMA_S = 0.006
"""Smoothing before the slope (-3 dB at 22 Hz), chosen with them."""

_RISE_S = 0.025
"""A slope that covers the height of the lead's QRS complex in this time has an activity of 1: the usual rise of R."""

_OWN_HEIGHT = 0.75
"""Exponent of the lead's own height in that, the rest being the median lead's: neither a flat lead's noise nor a tall
lead decides. Chosen with them."""

_ON_LEVELS, _OFF_LEVELS = (0.055, 0.08, 0.11, 0.15), (0.04, 0.055, 0.08, 0.11)
"""Activities that count as quiet; the median of the moments that they give is less ruled by one notch, P or flutter
wave than any of them. A complex ends more slowly than it begins: its end is sought at lower ones."""

_USUAL_LEVEL = 0.08

_BACKGROUND = 2.0
"""It is never calmer than the calmest fifth of the time around the complex, times this: flutter waves, a T wave that
follows at once in a fast rhythm, noise."""

_OUTSIDE_S = (0.06, 0.25)
"""Where that is looked for, from the steepest moment."""

_QUIET_BEFORE_S, _QUIET_AFTER_S = 0.004, 0.008
"""How long it must stay quiet before the onset and after the end: longer, and the P wave is taken in. These, the levels
and `_BACKGROUND` are the set with nearly the least spread of QRS over the LUDB records of even place, in five views:
signals, pages, 0.05-40 Hz, 0.67-25 Hz, and pages drawn and read back."""

_STEEP, _REACH_S = 0.4, 0.06
"""It is no end where it gets so active again so soon, as a share of the steepest moment: the other half of a wide
complex does, after a peak that all leads share; P, T and flutter waves do not."""

_BEFORE_S, _AFTER_S = 0.16, 0.20
"""Farthest onset and end from the R peak: half and two thirds of the widest complexes, 300 ms."""

_NEAR_S = 0.06
"""The steepest moment is sought so near to the R peak, and the lead's height measured there."""

_LEAST_HEIGHT = 0.25
"""No lead's height counts as less than this share of the median lead's: its noise would count as activity."""

_USUAL_EDGE_MS = 33.0
"""Edge of a drawn page; see `edge_ms`."""

_ON_PER_EDGE_MS, _OFF_PER_EDGE_MS = -0.18, 0.15
"""How much later the bounds are with each millisecond of a longer edge, on the LUDB records of even place: signals in
full and in 0.67-25 Hz."""

_USUAL_QRS_MS, _SLURRED = 100.0, 0.1
"""Wider complexes begin more slowly: their onset is found later by this share of what they are wider, so that with it
the measured width grows with the marked one (1.05 for 1.16 without) on the LUDB records of even place."""


def activities(waves: Doubles, centre: int) -> Doubles:
    """Return the activity of the second and of the fifth most active of twelve leads at each moment.

    Parameters
    ----------
    waves : ndarray, shape (leads, W), mV
        Median beats; NaN where a lead shows nothing.
    centre : int
        Sample of the R peak.

    Returns
    -------
    ndarray, shape (2, W)
        Slope over that which covers the lead's QRS height in 25 ms; about 1 in the complex, 0 where nothing is known.
    """
    soft = smooth(waves, _SIGMA_S)
    near = soft[:, centre - samples(_NEAR_S) : centre + samples(_NEAR_S)]
    height = np.nanmax(near, axis=1) - np.nanmin(near, axis=1)
    usual = float(np.median(height))
    if usual <= 0:
        return np.zeros((len(_RANKS), waves.shape[1]))
    scale = np.maximum(height**_OWN_HEIGHT * usual ** (1 - _OWN_HEIGHT), _LEAST_HEIGHT * usual)
    falling = -np.sort(-np.nan_to_num(np.abs(slope(soft)) * _RISE_S / scale[:, None]), axis=0)
    return np.stack([falling[max(1, round(rank.share * len(waves))) - 1] for rank in _RANKS])


def bound_qrs(waves: Doubles, centre: int, rr_s: float) -> tuple[int, int] | None:
    """Return onset and end of the QRS complex.

    Parameters
    ----------
    waves : ndarray, shape (leads, W), mV
        Median beats of the leads whose QRS complexes are whole.
    centre : int
        Sample of the R peak.
    rr_s : float
        RR interval, seconds: the background is looked at between the neighbouring beats.

    Returns
    -------
    (int, int) or None
        Samples; None where the complex never subsides.
    """
    of_ranks = zip(activities(waves, centre), _RANKS, strict=True)
    found = [bounds for one, rank in of_ranks if (bounds := _of_rank(one, rank, centre, rr_s)) is not None]
    if not found:
        return None
    on, off = np.mean(found, axis=0)
    beyond = edge_ms(waves, centre) - _USUAL_EDGE_MS
    on -= _ON_PER_EDGE_MS / 1000 * beyond * SAMPLING_RATE_HZ
    off -= _OFF_PER_EDGE_MS / 1000 * beyond * SAMPLING_RATE_HZ
    on -= _SLURRED * max(0.0, off - on - samples(_USUAL_QRS_MS / 1000))
    return max(0, round(on)), min(waves.shape[1] - 1, round(off))


def _of_rank(activity: Doubles, rank: _Rank, centre: int, rr_s: float) -> tuple[float, float] | None:
    """Return where the activity of one lead rises and subsides, as cardiologists mark it, samples."""
    near = activity[centre - samples(_NEAR_S) : centre + samples(_NEAR_S)]
    start = centre - samples(_NEAR_S) + int(np.argmax(near))
    background = _BACKGROUND * _background(activity, start, rr_s)
    before = range(start, max(samples(_QUIET_BEFORE_S), centre - samples(_BEFORE_S)), -1)
    after = range(start, min(activity.size - samples(_QUIET_AFTER_S), centre + samples(_AFTER_S)))
    on = _agreed(activity, _above(_ON_LEVELS, background), before, rank.on_ms, rank.on_per_e_ms)
    off = _agreed(activity, _above(_OFF_LEVELS, background), after, rank.off_ms, rank.off_per_e_ms)
    return None if on is None or off is None else (on, off)


def _above(levels: tuple[float, ...], background: float) -> list[float]:
    """Return the levels that the background does not reach; itself where it reaches all."""
    return [level for level in levels if level >= background] or [background]


def _subsides(activity: Doubles, level: float, places: range) -> int | None:
    """Return the first of the places, away from the steepest moment, beyond which it stays quiet."""
    length = samples(_QUIET_BEFORE_S if places.step < 0 else _QUIET_AFTER_S)
    outwards = activity[: places.start][::-1] if places.step < 0 else activity[places.start + 1 :]
    beyond = sliding_window_view(np.pad(outwards, (0, samples(_REACH_S))), samples(_REACH_S))[: len(places)]
    steep = max(level, _STEEP * float(activity[places.start]))
    quiet = (beyond[:, :length] < level).all(axis=1) & (beyond < steep).all(axis=1)
    return places[int(np.argmax(quiet))] if quiet.any() else None


def _agreed(activity: Doubles, levels: list[float], places: range, late_ms: float, per_e_ms: float) -> float | None:
    """Return the median of the places from which each level is kept, less what they are late; None without any."""
    found = [
        place - (late_ms + per_e_ms * np.log(level / _USUAL_LEVEL)) / 1000 * SAMPLING_RATE_HZ
        for level in levels
        if (place := _subsides(activity, level, places)) is not None
    ]
    return float(np.median(found)) if found else None


def _background(activity: Doubles, start: int, rr_s: float) -> float:
    """Return the activity of the calmest fifth of the time around the complex."""
    near, far = samples(_OUTSIDE_S[0]), samples(min(_OUTSIDE_S[1], 0.5 * rr_s))
    around = np.concatenate([activity[max(0, start - far) : start - near], activity[start + near : start + far]])
    return float(np.percentile(around, 20)) if around.size else 0.0
