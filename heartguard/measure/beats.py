"""R peaks: one detection function from all leads that the page shows at each instant.

On a page most leads last 2.5 or 5 s and the rhythm strip may be the poorest lead of all, so no single lead is trusted.
Each lead's QRS energy is divided by its own level at the beats, weighted by how well the beats stand out in that lead,
and averaged over the leads that exist at each instant. Beats found in one pass give the levels and weights of the next.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from heartguard.arrays import Doubles, Indices
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure.energy import (
    NEAR_S,
    QRS_BAND_S,
    WIDE_BAND_S,
    away_from,
    crests,
    first_levels,
    in_most_leads,
    joint,
    levels_at,
    qrs_energy,
)
from heartguard.measure.filters import samples

_STRONG = 0.42
_PASSES = 3
_T_WAVE_S = 0.38
_WIDE_HEIGHT = 0.35
"""Least height of a slurred beat in the low band, as a share of the other beats'."""

_OVER_T_WAVES = 1.6
_FAST_SHARE = 0.4
"""Above 200/min `NEAR_S` would leave nothing between the beats: so much of RR is left out instead."""


def detect_beats(signals: Doubles) -> tuple[Indices, Doubles]:
    """Find the QRS complexes of a page.

    Parameters
    ----------
    signals : ndarray, shape (12, T), mV
        Gaps bridged; NaN where a lead is absent.

    Returns
    -------
    beats : ndarray, shape (n,), int64
        Sample of the greatest joint QRS energy of each beat.
    detection : ndarray, shape (T,)
        The detection function; about 1 at a QRS complex.

    Examples
    --------
    >>> spikes = np.zeros((12, 2000))
    >>> for start in (300, 800, 1300):
    ...     spikes[:, start : start + 20] = np.sin(np.linspace(0, np.pi, 20))
    >>> beats, detection = detect_beats(spikes)
    >>> np.diff(beats)
    array([500, 500])
    """
    energy = qrs_energy(signals, QRS_BAND_S)
    level, weight = first_levels(energy), np.ones(len(energy))
    beats, detection = np.empty(0, dtype=np.int64), np.zeros(signals.shape[1])
    for _ in range(_PASSES):
        detection = joint(energy, level, weight)
        beats = _pick(detection)
        if beats.size < 2:
            return beats, detection
        level, weight = levels_at(energy, beats, level)
    return _add_wide_beats(signals, beats), detection


def stand_out(beats: Indices, detection: Doubles) -> float:
    """Return the median height of the beats over the 95th percentile between them; about 1 in noise.

    Examples
    --------
    >>> detection = np.full(1000, 0.1)
    >>> detection[[250, 750]] = 1.0
    >>> round(stand_out(np.array([250, 750]), detection), 1)
    10.0
    """
    nearest = float(np.median(np.diff(beats))) / SAMPLING_RATE_HZ if beats.size > 1 else 1.0
    rest = detection[away_from(beats, detection.size, min(NEAR_S, _FAST_SHARE * nearest))]
    between = float(np.percentile(rest, 95)) if rest.size else 0.0
    return float(np.median(detection[beats])) / max(between, 0.02)


def _pick(detection: Doubles) -> Indices:
    """Return the crests of the detection function that are beats."""
    peaks = crests(detection)
    if peaks.size == 0:
        return peaks
    heights = detection[peaks]
    typical = float(np.median(heights[heights > _STRONG * np.percentile(heights, 98)]))
    beats = _drop_t_waves(peaks[heights > _STRONG * typical], detection)
    return _search_back(beats, peaks, detection, typical)


def _drop_t_waves(peaks: Indices, detection: Doubles) -> Indices:
    """Drop a peak that follows a clearly stronger one within the time of a T wave."""
    kept: list[int] = []
    for peak in peaks:
        if kept and peak - kept[-1] < samples(_T_WAVE_S) and detection[peak] < 0.6 * detection[kept[-1]]:
            continue
        kept.append(int(peak))
    return np.array(kept, dtype=np.int64)


def _search_back(beats: Indices, peaks: Indices, detection: Doubles, typical: float) -> Indices:
    """Add the best weaker peak to each RR that is far longer than its neighbours."""
    if beats.size < 3:
        return beats
    usual = float(np.median(np.diff(beats)))
    added = []
    for start, stop in pairwise(beats):
        if stop - start < 1.6 * usual:
            continue
        inside = peaks[(peaks > start + 0.4 * usual) & (peaks < stop - 0.4 * usual)]
        inside = inside[detection[inside] > 0.25 * typical]
        if inside.size:
            added.append(int(inside[np.argmax(detection[inside])]))
    return _merged(beats, added)


def _add_wide_beats(signals: Doubles, beats: Indices) -> Indices:
    """Add premature ventricular beats that are too slurred for the band of the other beats.

    In a lower band they stand out in most leads at once, which a slip of the tracing does not, and far higher than what
    follows the neighbouring beats at the same delay, which a T wave does not.
    """
    if beats.size < 3:
        return beats
    found, detection = wide_crests(signals, beats)
    added = [c for c in found if detection[c] > _OVER_T_WAVES * _after_neighbours(detection, beats, c)]
    return _merged(beats, added)


def wide_crests(signals: Doubles, beats: Indices) -> tuple[list[int], Doubles]:
    """Return the crests of the low band that are as high as a slurred beat and no known one, and the detection signal.

    Parameters
    ----------
    signals : ndarray, shape (leads, T), mV
        Gaps bridged, pacing spikes removed.
    beats : ndarray, shape (n,), int64
        The known ones; one at least.
    """
    energy = qrs_energy(signals, WIDE_BAND_S)
    level, _ = levels_at(energy, beats, first_levels(energy))
    detection = in_most_leads(energy, level)
    found = [
        int(crest)
        for crest in crests(detection)
        if detection[crest] > _WIDE_HEIGHT
        and crest > beats[0]  # before it may stand the T wave of a beat that the page has cut off
        and np.abs(beats - crest).min() > samples(0.24)
    ]
    return found, detection


def _after_neighbours(detection: Doubles, beats: Indices, crest: int) -> float:
    """Return the greatest detection at a crest's delay from its own beat after the two beats on both sides."""
    own = int(np.searchsorted(beats, crest)) - 1
    delay = crest - beats[own]
    found = [0.0]
    for index in range(max(0, own - 2), min(beats.size, own + 3)):
        start, stop = beats[index] + delay - samples(0.08), beats[index] + delay + samples(0.08)
        following = beats[index + 1] - samples(0.12) if index + 1 < beats.size else detection.size
        if index != own and start >= 0 and min(stop, following) > start:
            found.append(float(detection[start : min(stop, following)].max()))
    return max(found)


def _merged(beats: Indices, added: list[int]) -> Indices:
    return np.sort(np.concatenate([beats, np.array(added, dtype=np.int64)]))
