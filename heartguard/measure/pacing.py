"""Pacing spikes: found, and taken out of the signals so that no beat is counted and no QRS complex begins at one."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import grey_closing, grey_opening, maximum_filter1d

from heartguard.arrays import Doubles, Indices, Mask, runs_of_true
from heartguard.measure.filters import samples
from heartguard.measure.median_beat import cut_beats

__all__ = ["are_complexes", "find_spikes", "seen_whole", "without_spikes"]

_WIDTH_S = 0.016
"""Widest spike: a stimulus lasts 0.5-2 ms, a pen of 0.3 mm draws 12 ms."""

_LEAST_MV = 0.1
"""Least height. Bipolar stimuli are often lower and cannot be told from noise."""

_FLANK_S = (0.014, 0.036)
"""Where the signal beside a spike is looked at."""

_FLANK = 0.2
"""Greatest slope there, as a share of the spike's: beside the tip of a QRS complex the slope is as steep as on it."""

_LEADS = 2
"""A spike is seen in so many leads at once, or in the only one shown."""

_TOGETHER_S = 0.014
"""Spikes of several leads so near to each other are one."""

_HALF_S = 0.012
"""Half the length that is replaced by a straight line."""

_ON_R_S = 0.02
"""A spike so near to an R peak is the complex itself: a paced complex peaks 40 ms and more after its stimulus."""

_MOST = 0.5
"""More than this share of the spikes on R peaks is no chance: the pacemaker would have to keep step with the heart."""


def find_spikes(signals: Doubles) -> Indices:
    """Find narrow deflections with nothing steep beside them.

    Parameters
    ----------
    signals : ndarray, shape (leads, T), mV
        NaN where a lead is absent.

    Returns
    -------
    ndarray, shape (n,), int64
        Sample of each spike.

    Examples
    --------
    >>> lead = np.exp(-0.5 * ((np.arange(1000) - 400) / 8.0) ** 2)
    >>> lead[300:303] += 0.5
    >>> find_spikes(np.stack([lead, lead])).tolist()
    [302]
    """
    found = np.stack([_spiky(lead) for lead in signals])
    near = maximum_filter1d(found.astype(np.uint8), samples(_TOGETHER_S), axis=1)
    shown = np.isfinite(signals).sum(axis=0)
    runs = runs_of_true(near.sum(axis=0) >= np.clip(shown, 1, _LEADS))
    middles: Indices = runs.mean(axis=1).round().astype(np.int64)
    return middles


def _spiky(lead: Doubles) -> Mask:
    known = np.isfinite(lead)
    if known.sum() < samples(0.2):
        return np.zeros(lead.size, dtype=bool)
    edge = samples(2 * _FLANK_S[1])
    filled = np.interp(np.arange(-edge, lead.size + edge), np.flatnonzero(known), lead[known])
    width = samples(_WIDTH_S) | 1
    height = np.maximum(filled - grey_opening(filled, width), grey_closing(filled, width) - filled)
    steepness = np.abs(np.gradient(filled))
    first, last = (samples(end) for end in _FLANK_S)
    flank = maximum_filter1d(steepness, (last - first) | 1)
    middle = (first + last) // 2
    beside = np.maximum(np.roll(flank, middle), np.roll(flank, -middle))
    own = maximum_filter1d(steepness, samples(_WIDTH_S) | 1)
    spiky = (height > _LEAST_MV) & (beside < _FLANK * own)
    return np.asarray(spiky[edge:-edge] & known, dtype=bool)


def seen_whole(signals: Doubles, spikes: Indices) -> Indices:
    """Return the spikes that are evidence of a pacemaker: so many leads as show one show both sides of it.

    At the end of a column nothing tells a spike from a slip of the tracing.

    Parameters
    ----------
    signals : ndarray, shape (leads, T), mV
        NaN where a lead is absent.
    spikes : ndarray, shape (n,), int64
        From `find_spikes`, samples.

    Examples
    --------
    >>> column = np.zeros((3, 600))
    >>> column[:, 500:] = np.nan
    >>> seen_whole(column, np.array([250, 490]))
    array([250])
    """
    if spikes.size == 0:
        return spikes
    around = cut_beats(signals, spikes, samples(_FLANK_S[1]), samples(_FLANK_S[1]))
    whole = np.isfinite(around).all(axis=2).sum(axis=1)
    shown = np.isfinite(signals[:, spikes]).sum(axis=0)
    seen: Mask = np.asarray(whole >= np.clip(shown, 1, _LEADS))
    return np.asarray(spikes[seen], np.int64)


def are_complexes(spikes: Indices, beats: Indices) -> bool:
    """Tell whether what was found as pacing spikes are narrow QRS complexes, as on pages read at too fine a scale.

    Parameters
    ----------
    spikes : ndarray, shape (n,), int64
        From `find_spikes`, samples.
    beats : ndarray, shape (m,), int64
        R peaks of the signals without them, samples.

    Examples
    --------
    >>> are_complexes(np.array([200, 610]), beats=np.array([204, 606, 1010]))
    True
    >>> are_complexes(np.array([180, 580]), beats=np.array([204, 606, 1010]))
    False
    """
    if spikes.size == 0 or beats.size == 0:
        return False
    away = np.abs(spikes[:, None] - beats).min(axis=1)
    return float(np.mean(away <= samples(_ON_R_S))) > _MOST


def without_spikes(signals: Doubles, spikes: Indices) -> Doubles:
    """Return the signals with a straight line in place of each spike."""
    cleaned = signals.copy()
    half = samples(_HALF_S)
    for spike in spikes:
        first, last = max(0, spike - half), min(signals.shape[1] - 1, spike + half)
        share = np.linspace(0.0, 1.0, last - first + 1)
        line = signals[:, [first]] * (1 - share) + signals[:, [last]] * share
        part = cleaned[:, first : last + 1]
        part[np.isfinite(line)] = line[np.isfinite(line)]
    return cleaned
