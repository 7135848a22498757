"""P waves at a rate of their own, independent of the QRS complexes, as in third degree AV block."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles, Indices, Mask
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure.energy import crests
from heartguard.measure.filters import samples, slope, smooth
from heartguard.measure.median_beat import cut_beats
from heartguard.measure.p_wave import coherence

__all__ = ["dissociated_p_waves"]

_PERIODS_S = np.arange(0.40, 1.50, 0.005)
"""Atrial intervals that are tried: 40 to 150/min."""

_NEAR_S = 0.05
"""How far a wave may be from its place in the train: the atrial rate varies a little around each QRS complex."""

_LEAST_MV = 0.04
"""Least height in the second highest lead: more than a pen's width, as single waves are looked at."""

_BEFORE_QRS_S, _AFTER_T_S = 0.06, 0.03
"""Waves so near before the QRS complex, or after the end of T, are hidden by them."""

_LEAST_WAVES = 5
_LEAST_SHARE = 0.75
"""So many waves must fit, and this share of the places that are not hidden, and of all waves that are seen."""

_COHERENT = 0.6
"""Least coherence of the waves: they are of one origin."""

_HALF_S = 0.06
"""Half the length of a P wave."""

_FASTER = 1.3
"""The atria must be this much faster than the ventricles: else a sinus rhythm with a long PR would do."""


def dissociated_p_waves(signals: Doubles, beats: Indices, qrs_on: int, t_off: int) -> Doubles:
    """Return the peaks of a regular train of P waves that no QRS complex hides, seconds; empty without one.

    Parameters
    ----------
    signals : ndarray, shape (leads, T), mV
        Gaps bridged, pacing spikes removed.
    beats : ndarray, shape (n,), int64
        R peaks, samples.
    qrs_on, t_off : int
        Onset of the QRS complex and end of T, samples from the R peak.
    """
    free = _free(signals.shape[1], beats, qrs_on - samples(_BEFORE_QRS_S), t_off + samples(_AFTER_T_S))
    waves = _waves(signals, free)
    if waves.size < _LEAST_WAVES:
        return np.empty(0)
    period, phase = _best_train(waves, free)
    places = np.arange(phase, signals.shape[1], period)
    places = places[free[np.minimum(places.round().astype(int), free.size - 1)]]
    fitting = waves[np.abs(waves[:, None] - places).min(axis=1, initial=np.inf) <= samples(_NEAR_S)]
    usual_rr = float(np.median(np.diff(beats)))
    enough = fitting.size >= max(_LEAST_WAVES, _LEAST_SHARE * max(places.size, waves.size))
    if not enough or usual_rr < _FASTER * period:
        return np.empty(0)
    alike = coherence(cut_beats(signals, fitting, samples(_HALF_S), samples(_HALF_S)))
    return fitting / SAMPLING_RATE_HZ if alike >= _COHERENT else np.empty(0)


def _free(size: int, beats: Indices, first: int, last: int) -> Mask:
    """Return where neither a QRS complex nor its T wave is, shape (size,)."""
    free = np.ones(size, dtype=bool)
    for beat in beats:
        free[max(0, beat + first) : max(0, beat + last)] = False
    return free


def _waves(signals: Doubles, free: Mask) -> Indices:
    """Return the peaks of what is high enough to be a P wave, samples."""
    velocity = slope(smooth(signals, 0.008))
    known = np.isfinite(velocity)
    speed = np.sqrt(np.sum(np.where(known, velocity, 0.0) ** 2, axis=0) / np.maximum(known.sum(axis=0), 1))
    found = crests(smooth(np.where(free, speed, 0.0)[None], 0.025)[0])
    found = found[free[found]]
    parts = cut_beats(signals, found, samples(_HALF_S), samples(_HALF_S)) if found.size else np.empty((0, 1, 1))
    height = np.sort(np.where(np.isfinite(parts).all(axis=2), np.ptp(parts, axis=2), 0.0), axis=1)
    return found[height[:, -min(2, height.shape[1])] >= _LEAST_MV]


def _best_train(waves: Indices, free: Mask) -> tuple[float, float]:
    """Return period and phase, samples, of the train that most waves fit and that has the fewest empty places."""
    best, chosen = -np.inf, (0.0, 0.0)
    for period in _PERIODS_S * SAMPLING_RATE_HZ:
        for phase in waves % period:
            away = np.abs((waves - phase + 0.5 * period) % period - 0.5 * period)
            places = np.arange(phase, free.size, period).round().astype(int)
            asked = int(free[np.minimum(places, free.size - 1)].sum())
            fit = float((away <= samples(_NEAR_S)).sum()) - 0.5 * asked - float(away.mean()) / period
            if fit > best:
                best, chosen = fit, (float(period), float(phase))
    return chosen
