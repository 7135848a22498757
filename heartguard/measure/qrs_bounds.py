"""Onset and end of the QRS complex over all leads.

Rather than bound each lead, whose noise would decide, the mean activity of the leads is followed to where it subsides,
as the spatial velocity is in the computer measurement of the standard ECG (CSE working party, Eur Heart J 6:815, 1985).
What that is late or early by against cardiologists' marks, the third earliest onset and the third latest end of twelve
leads, is a constant of the rule and of the band.
"""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles, Mask
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure.bandwidth import edge_ms
from heartguard.measure.filters import samples, slope, smooth

__all__ = ["bound_qrs", "mean_activity"]

_SIGMA_S = 0.008
"""Smoothing before the slope (-3 dB at 17 Hz): of 4, 6, 8 and 10 ms the one with the least spread of QRS on the LUDB
records of even place, signals and pages."""

_RISE_S = 0.025
"""A slope that covers the height of the lead's QRS complex in this time has an activity of 1: the usual rise of R."""

_LEVELS = (0.04, 0.055, 0.08, 0.11)
"""Activities that count as quiet; the median of the moments that they give is less ruled by one notch, P or flutter
wave than any of them."""

_USUAL_LEVEL = 0.055

_ON_PER_E_MS, _OFF_PER_E_MS = 9.4, 10.7
"""How much nearer to the complex a level is reached that is e times as high, over the LUDB records of even place."""

_BACKGROUND = 1.3
"""It is never calmer than the calmest fifth of the time around the complex, times this: flutter waves, a T wave that
follows at once in a fast rhythm, noise."""

_OUTSIDE_S = (0.06, 0.25)
"""Where that is looked for, from the steepest moment."""

_QUIET_S = 0.012
"""How long it must stay quiet."""

_BEFORE_S, _AFTER_S = 0.16, 0.20
"""Farthest onset and end from the R peak: half and two thirds of the widest complexes, 300 ms."""

_NEAR_S = 0.06
"""The steepest moment is sought so near to the R peak, and the lead's height measured there."""

_LEAST_HEIGHT = 0.25
"""No lead's height counts as less than this share of the median lead's: its noise would count as activity."""

_USUAL_EDGE_MS = 33.0
"""Edge of a drawn page; see `edge_ms`."""

_ON_MS, _ON_PER_EDGE_MS = 3.0, -0.2
_OFF_MS, _OFF_PER_EDGE_MS = -1.0, 0.15
"""How much later than the cardiologists' marks the activity passes the quiet level, and the change with each
millisecond of a longer edge. Fitted to the LUDB records of even place: signals in full, in 0.05-40 Hz and in
0.67-25 Hz, and drawn pages that were read."""


def mean_activity(waves: Doubles, centre: int) -> Doubles:
    """Return the mean activity of the leads at each moment.

    Parameters
    ----------
    waves : ndarray, shape (leads, W), mV
        Median beats; NaN where a lead shows nothing.
    centre : int
        Sample of the R peak.

    Returns
    -------
    ndarray, shape (W,)
        Slope over that which covers the lead's QRS height in 25 ms; about 1 in the complex, 0 where nothing is known.
    """
    soft = smooth(waves, _SIGMA_S)
    near = soft[:, centre - samples(_NEAR_S) : centre + samples(_NEAR_S)]
    height = np.nanmax(near, axis=1) - np.nanmin(near, axis=1)
    usual = float(np.median(height))
    if usual <= 0:
        return np.zeros(waves.shape[1])
    # half way between a threshold for each lead and one for all: neither a flat lead's noise nor a tall lead decides
    scale = np.maximum(np.sqrt(height * usual), _LEAST_HEIGHT * usual)
    activity = np.abs(slope(soft)) * _RISE_S / scale[:, None]
    known = np.isfinite(activity)
    return np.asarray(np.where(known, activity, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1), np.float64)


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
    activity = mean_activity(waves, centre)
    near = activity[centre - samples(_NEAR_S) : centre + samples(_NEAR_S)]
    start = centre - samples(_NEAR_S) + int(np.argmax(near))
    background = _BACKGROUND * _background(activity, start, rr_s)
    before = range(start, max(samples(_QUIET_S), centre - samples(_BEFORE_S)), -1)
    after = range(start, min(activity.size - samples(_QUIET_S), centre + samples(_AFTER_S)))
    levels = [level for level in _LEVELS if level >= background] or [background]
    on = _agreed(activity, levels, before, -_ON_PER_E_MS)
    off = _agreed(activity, levels, after, _OFF_PER_E_MS)
    if on is None or off is None:
        return None
    beyond = edge_ms(waves, centre) - _USUAL_EDGE_MS
    on -= samples((_ON_MS + _ON_PER_EDGE_MS * beyond) / 1000)
    off -= samples((_OFF_MS + _OFF_PER_EDGE_MS * beyond) / 1000)
    return max(0, on), min(waves.shape[1] - 1, off)


def _subsides(quiet: Mask, places: range) -> int | None:
    """Return the first of the places beyond which it stays quiet, away from where they begin."""
    length = samples(_QUIET_S)
    for place in places:
        beyond = quiet[place - length : place] if places.step < 0 else quiet[place + 1 : place + 1 + length]
        if beyond.all():
            return place
    return None


def _agreed(activity: Doubles, levels: list[float], places: range, per_e_ms: float) -> int | None:
    """Return the median of the places from which each level is kept, brought to the usual level; None without any."""
    found = [
        place + per_e_ms / 1000 * SAMPLING_RATE_HZ * np.log(level / _USUAL_LEVEL)
        for level in levels
        if (place := _subsides(activity < level, places)) is not None
    ]
    return round(float(np.median(found))) if found else None


def _background(activity: Doubles, start: int, rr_s: float) -> float:
    """Return the activity of the calmest fifth of the time around the complex."""
    near, far = samples(_OUTSIDE_S[0]), samples(min(_OUTSIDE_S[1], 0.5 * rr_s))
    around = np.concatenate([activity[max(0, start - far) : start - near], activity[start + near : start + far]])
    return float(np.percentile(around, 20)) if around.size else 0.0
