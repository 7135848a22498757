"""QRS energy: how steep each lead is in the band of the QRS complex, and the joint function of all leads shown."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.signal import find_peaks

from heartguard.arrays import Doubles, Indices, Mask, nan_median
from heartguard.measure.filters import samples, slope, smooth

QRS_BAND_S = (0.006, 0.024)
"""Standard deviations, seconds, of the two Gaussians whose difference is the band of the QRS complex (7 to 22 Hz)."""

WIDE_BAND_S = (0.012, 0.048)
"""The same for slurred ventricular beats (4 to 11 Hz)."""

REFRACTORY_S = 0.21
"""Shortest RR that is believed (286/min)."""

_CLIP = 1.6
_LEAST_CREST = 0.05

_LEAST_BESIDE = 0.5
"""Of the highest of the function within `REFRACTORY_S`: what is lower is on the flank of a complex. At 250/min, where
complexes are so near to each other, beats of one kind are equally high. By hand."""

NEAR_S = 0.12
"""What is nearer to a beat than this may be part of its QRS complex, seconds."""


def qrs_energy(signals: Doubles, band_s: tuple[float, float]) -> Doubles:
    """Return the smoothed steepness of each lead within a band.

    Parameters
    ----------
    signals : ndarray, shape (12, T), mV
        Gaps bridged; NaN where a lead is absent.
    band_s : tuple of float
        Such as `QRS_BAND_S`.

    Returns
    -------
    ndarray, shape (12, T), mV/s
        NaN where a lead is absent.

    Examples
    --------
    >>> flat_then_absent = np.array([[0.0] * 500, [np.nan] * 500])
    >>> energy = qrs_energy(flat_then_absent, QRS_BAND_S)
    >>> float(energy[0].max()), bool(np.isnan(energy[1]).all())
    (0.0, True)
    """
    steepness = np.abs(slope(smooth(signals, band_s[0]) - smooth(signals, band_s[1])))
    return smooth(np.where(np.isfinite(signals), np.nan_to_num(steepness), np.nan), 0.03)


def first_levels(energy: Doubles) -> Doubles:
    """Return each lead's 96th percentile, no lead's below a third of the median lead's.

    Examples
    --------
    >>> first_levels(np.array([np.arange(101.0), np.full(101, np.nan)]))
    array([96., 32.])
    """
    levels = np.array([np.percentile(lead[np.isfinite(lead)], 96) if np.isfinite(lead).any() else 0 for lead in energy])
    present = levels[levels > 0]
    least = float(np.median(present)) / 3 if present.size else 1.0
    return np.asarray(np.maximum(levels, least), dtype=np.float64)


def levels_at(energy: Doubles, beats: Indices, before: Doubles) -> tuple[Doubles, Doubles]:
    """Return each lead's median energy at the beats, and its weight: how far that stands over the rest of the cycle."""
    level, weight = before.copy(), np.full(len(energy), 0.2)
    far = away_from(beats, energy.shape[1])
    reach = samples(0.06)
    for index, lead in enumerate(energy):
        peaks = [np.nanmax(lead[max(0, b - reach) : b + reach + 1]) for b in beats if np.isfinite(lead[b])]
        rest = lead[far & np.isfinite(lead)]
        if not peaks or rest.size < samples(0.3):
            continue
        level[index] = max(float(np.median(peaks)), before[index] * 0.5)
        contrast = float(np.median(peaks)) / (float(np.percentile(rest, 95)) + 1e-6)
        weight[index] = np.clip((contrast - 1.0) / 2.0, 0.1, 1.0)
    return level, weight


def joint(energy: Doubles, level: Doubles, weight: Doubles) -> Doubles:
    """Return the weighted mean, over the leads present, of the energy over its level, each lead clipped; shape (T,).

    Examples
    --------
    >>> joint(np.array([[1.0, 0.5], [np.nan, 1.5]]), level=np.array([1.0, 1.0]), weight=np.array([1.0, 1.0]))
    array([1., 1.])
    """
    levelled = np.minimum(energy / level[:, None], _CLIP)
    weights = np.isfinite(levelled) * weight[:, None]
    total = np.sum(np.nan_to_num(levelled) * weights, axis=0)
    return np.asarray(total / np.maximum(weights.sum(axis=0), 1e-9), dtype=np.float64)


def in_most_leads(energy: Doubles, level: Doubles) -> Doubles:
    """Return the median, over the leads present, of the energy over its level; shape (T,), 0 where none is.

    Examples
    --------
    >>> in_most_leads(np.array([[1.0, 0.0], [2.0, 0.0], [9.0, np.nan]]), level=np.array([1.0, 1.0, 1.0]))
    array([2., 0.])
    """
    return np.nan_to_num(nan_median(energy / level[:, None]))


def away_from(beats: Indices, size: int, near_s: float = NEAR_S) -> Mask:
    """Return where no beat is nearer than `near_s`, shape (size,), bool.

    Examples
    --------
    >>> int(away_from(np.array([500]), 1000).sum())
    880
    """
    far = np.ones(size, dtype=bool)
    for beat in beats:
        far[max(0, beat - samples(near_s)) : beat + samples(near_s)] = False
    return far


def crests(detection: Doubles) -> Indices:
    """Return the peaks of a function, without those that have a higher one within `REFRACTORY_S` or are on a flank.

    Examples
    --------
    >>> detection = np.zeros(1000)
    >>> detection[[200, 240, 700]] = 0.9, 0.4, 1.0
    >>> crests(detection)
    array([200, 700])
    """
    padded = np.pad(detection, 1)  # a beat that the page cuts off may be highest at its edge
    places, _ = find_peaks(padded, height=_LEAST_CREST, distance=samples(REFRACTORY_S) + 1)
    highest = maximum_filter1d(padded, 2 * samples(REFRACTORY_S) + 1)
    places = places[padded[places] >= _LEAST_BESIDE * highest[places]]
    return np.asarray(places - 1, dtype=np.int64)
