"""A second look at the beats: tall T waves that were counted, and ventricular beats that were taken for T waves.

Both follow a beat at a constant delay and are slower than it. What tells them apart is what comes after: a ventricular
beat is followed by a T wave of its own, a T wave by nothing. A line that slips at the end of a column may look like a
complex too; a lead that goes on there shows none.
"""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles, Indices
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure.beats import wide_crests
from heartguard.measure.filters import samples, slope, smooth
from heartguard.measure.median_beat import cut_beats

__all__ = ["review_beats"]

_T_DELAY_S, _T_DELAY = 0.42, 0.42
"""Longest delay of a T wave's peak after R, s, and the same as a share of the root of RR (QTc less T's fall)."""

_OWN_T = (0.10, 0.38)
"""Where the T wave of a complex is looked for, seconds after its peak."""

_BEFORE_NEXT_S = 0.24
"""Not so near before the next beat: there its P wave may be."""

_LEAST_OWN_T = 0.18
"""Height of that T wave as a share of the complex; of ventricular beats it is 0.3 and more, after a T wave there is
only noise."""

_SLOWER = 0.75
"""A T wave's slope over its height, as a share of the other beats'."""

_BIGEMINY = 0.5
"""Share of the intervals between beats that have one more in bigeminy, of which some may be counted already."""

_PAUSE = 1.25
"""Length of the interval around a ventricular beat, over the median of all: 2 around a single one, 1.4 in a bigeminy of
which half was counted, 1.1 where the rate of the sinus varies."""

_LEAST_WINDOW_S = 0.08
"""A shorter part than this tells nothing."""

_END_S = 0.04
"""So near to where leads begin or end a complex is not seen whole in them."""

_HEIGHT_S, _LEAST_HEIGHT = 0.06, 0.25
"""Half the part whose height is taken, and its least share of the usual height in a lead that goes on there: of 5865
beats of open records in I, V1 and V5 0.2 % are lower."""


def review_beats(signals: Doubles, beats: Indices) -> Indices:
    """Drop T waves and ends of columns from the beats, and add regular ventricular beats that are missing among them.

    Parameters
    ----------
    signals : ndarray, shape (leads, T), mV
        Gaps bridged, pacing spikes removed.
    beats : ndarray, shape (n,), int64
        From `find_r_peaks`.

    Returns
    -------
    ndarray, shape (m,), int64
    """
    if beats.size < 4:
        return beats
    soft = smooth(signals, 0.008)
    return _add_ventricular(signals, soft, _drop_t_waves(soft, _drop_ends(soft, beats)))


def _drop_ends(soft: Doubles, beats: Indices) -> Indices:
    """Drop the beats at an end of leads that no lead shows which goes on there."""
    shown = np.isfinite(soft)
    ends = np.flatnonzero((shown[:, 1:] != shown[:, :-1]).any(axis=0)) + 1
    if ends.size == 0:
        return beats
    half = samples(_HEIGHT_S)
    heights = np.ptp(cut_beats(soft, beats, half, half), axis=2)
    heights = heights[:, np.isfinite(heights).any(axis=0)]
    known = np.isfinite(heights)
    relative = np.where(known, heights, 0.0) / np.maximum(np.nanmedian(heights, axis=0), 1e-9)
    near = np.abs(ends - beats[:, None]).min(axis=1) <= samples(_END_S)
    kept: Indices = beats[~near | ~known.any(axis=1) | (relative >= _LEAST_HEIGHT).any(axis=1)]
    return kept


def _drop_t_waves(soft: Doubles, beats: Indices) -> Indices:
    """Drop the beats that follow another one as its T wave does, if most of them look like T waves."""
    gaps = np.diff(beats)
    doubled = np.concatenate([gaps[:-1] + gaps[1:], gaps[-1:] * 2]) / SAMPLING_RATE_HZ  # RR without the one in between
    limit = np.minimum(_T_DELAY_S, _T_DELAY * np.sqrt(doubled)) * SAMPLING_RATE_HZ
    soon = gaps < limit
    earlier = np.concatenate([[False], soon[:-1]])
    following = np.flatnonzero(soon & ~earlier) + 1
    if following.size < 2:
        return beats
    steep = np.array([_steepness(soft, int(beat)) for beat in beats])
    others = np.setdiff1d(np.arange(beats.size), following)
    slow = steep[following] < _SLOWER * np.nanmedian(steep[others])
    lone = np.array([not _has_own_t(soft, beats, int(beats[place])) for place in following])
    if np.mean(slow & lone) < 0.5:
        return beats
    return np.delete(beats, following)


def _add_ventricular(signals: Doubles, soft: Doubles, beats: Indices) -> Indices:
    """Add the slurred complexes that have a T wave of their own, where a rhythm with ventricular beats has them.

    In bigeminy one is between most beats; a single one has a pause after it. A beat more within an RR interval as long
    as the others is the T wave.
    """
    if beats.size < 3:
        return beats
    found = [crest for crest in wide_crests(signals, beats)[0] if _has_own_t(soft, beats, crest)]
    between = np.searchsorted(beats, found) - 1
    lengths = np.append(np.diff(beats), 0)  # What follows the last beat has no length.
    if np.unique(between).size < _BIGEMINY * (beats.size - 1):
        found = [
            crest for crest, gap in zip(found, between, strict=True) if lengths[gap] > _PAUSE * np.median(lengths[:-1])
        ]
    return np.sort(np.concatenate([beats, np.array(found, dtype=np.int64)]))


def _steepness(soft: Doubles, beat: int) -> float:
    """Return the greatest slope of the leads over their height around a beat, 1/s; NaN where nothing is shown."""
    part = soft[:, max(0, beat - samples(0.06)) : beat + samples(0.06)]
    whole = part[np.isfinite(part).all(axis=1)]
    if whole.size == 0:
        return float("nan")
    height = np.ptp(whole, axis=1)
    return float(np.sqrt(np.sum(np.abs(slope(whole)).max(axis=1) ** 2) / max(float(np.sum(height**2)), 1e-12)))


def _has_own_t(soft: Doubles, beats: Indices, peak: int) -> bool:
    """Tell whether a complex is followed by a T wave."""
    later = beats[beats > peak + samples(0.05)]
    before_next = int(later[0]) - samples(_BEFORE_NEXT_S) if later.size else soft.shape[1]
    first, last = peak + samples(_OWN_T[0]), min(peak + samples(_OWN_T[1]), before_next, soft.shape[1])
    if last - first < samples(_LEAST_WINDOW_S):
        return False
    part = soft[:, max(0, peak - samples(0.06)) : last]
    whole = part[np.isfinite(part).all(axis=1)]
    if whole.size == 0:
        return False
    rest = whole[:, first - last :]
    own = np.ptp(whole[:, : 2 * samples(0.06)], axis=1)
    return float(np.sqrt(np.sum(np.ptp(rest, axis=1) ** 2) / np.sum(own**2))) > _LEAST_OWN_T
