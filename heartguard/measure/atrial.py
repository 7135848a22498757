"""P waves that no QRS complex follows: where the P wave of the median beat is found again between the beats."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from heartguard.arrays import Doubles, Indices
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure.filters import samples
from heartguard.measure.intervals import Fiducials
from heartguard.measure.median_beat import MedianBeat, cut_beats

__all__ = ["lone_p_waves"]

_ALIKE = 0.8
"""Least correlation, over all leads shown, of a wave with the P wave of the median beat."""

_HEIGHT = (0.6, 1.6)
"""Its size over that of the P wave."""

_AFTER_T_S = 0.04
"""It is looked for from so long after the end of T on: a U wave is nearer."""

_BEFORE_P_S = 0.12
"""And until so long before the next beat's P wave."""

_LEAST_LEADS = 2
"""Leads that must show it at once: one alone has too much noise."""


def lone_p_waves(signals: Doubles, beats: Indices, median: MedianBeat, bounds: Fiducials) -> Doubles:
    """Return the peaks of P waves between T and the next beat's own P wave, seconds.

    Parameters
    ----------
    signals : ndarray, shape (12 or more, T), mV
        Gaps bridged, pacing spikes removed.
    beats : ndarray, shape (n,), int64
        R peaks, samples.
    median : MedianBeat
    bounds : Fiducials
        Of the median beat.

    Returns
    -------
    ndarray, shape (m,), float64
        At most one between two beats; empty where the median beat has no P wave.
    """
    if bounds.p_on is None or bounds.p_off is None or bounds.t_off is None:
        return np.empty(0)
    width = bounds.p_off - bounds.p_on
    template = median.waves[:, bounds.p_on : bounds.p_off + 1]
    after, before = bounds.t_off - median.centre + samples(_AFTER_T_S), median.centre - bounds.p_on
    found = []
    for beat, following in pairwise(beats):
        places = np.arange(beat + after, following - before - samples(_BEFORE_P_S) - width)
        place = _best(signals, template, places) if places.size else None
        if place is not None:
            found.append((place + 0.5 * width) / SAMPLING_RATE_HZ)
    return np.array(found)


def _best(signals: Doubles, template: Doubles, places: Indices) -> int | None:
    """Return the first sample of the part that is most like a template, if it is alike and of its size."""
    parts = np.moveaxis(cut_beats(signals, places, 0, template.shape[1] - 1), 1, 0)
    whole = np.isfinite(parts).all(axis=(1, 2)) & np.isfinite(template).all(axis=1)
    if whole.sum() < min(_LEAST_LEADS, int(np.isfinite(template).all(axis=1).sum())) or not whole.any():
        return None
    level = template[whole] - template[whole].mean(axis=1, keepdims=True)
    parts = parts[whole] - parts[whole].mean(axis=2, keepdims=True)
    product = np.einsum("lpw,lw->p", parts, level)
    alike = product / np.maximum(np.sqrt(np.sum(parts**2, axis=(0, 2)) * np.sum(level**2)), 1e-12)
    size = product / np.sum(level**2)
    good = (alike > _ALIKE) & (size > _HEIGHT[0]) & (size < _HEIGHT[1])
    return int(places[np.argmax(np.where(good, alike, -1.0))]) if good.any() else None
