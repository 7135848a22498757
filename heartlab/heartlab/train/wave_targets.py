"""Auxiliary regression targets: the waves of each lead segment and the rhythm."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.drawing import SEGMENT_RATE_HZ
from heartguard.drawing.geometry import SHORT_ROWS
from heartguard.leads import LEAD_INDEX

WAVES = ("R", "Q", "S", "ST", "T+", "T-", "P", "QRS area")
"""Regression targets of each lead."""

RHYTHMS = ("log RR", "RR variation", "QRS width")
"""Regression targets of the rhythm."""

_REFRACTORY = round(0.25 * SEGMENT_RATE_HZ)
"""Samples within which no second beat is accepted, 0.25 s: 240 beats per minute."""


def find_beats(leads: Floats) -> list[int]:
    """Return the samples of the QRS complexes that leads of shape (k, n), 125 Hz, show together."""
    slope = np.abs(np.diff(np.nan_to_num(leads), axis=1, prepend=0.0)).sum(axis=0)
    energy: Doubles = np.convolve(slope, np.hanning(13), mode="same")
    level = 0.35 * np.quantile(energy, 0.99)
    peaks = np.flatnonzero((energy[1:-1] >= energy[:-2]) & (energy[1:-1] > energy[2:]) & (energy[1:-1] > level)) + 1
    beats: list[int] = []
    for peak in peaks[np.argsort(-energy[peaks])]:
        if all(abs(peak - beat) > _REFRACTORY for beat in beats):
            beats.append(int(peak))
    return sorted(beats)


_BEFORE, _AFTER = round(0.25 * SEGMENT_RATE_HZ), round(0.43 * SEGMENT_RATE_HZ)
"""Samples of a beat before and after its R peak: P to T at usual rates. By hand."""


def _span(beats: Floats, start_s: float, end_s: float) -> Floats:
    return beats[..., _BEFORE + round(start_s * SEGMENT_RATE_HZ) : _BEFORE + round(end_s * SEGMENT_RATE_HZ) + 1]


def _waves(beats: Floats) -> Floats:
    """Return the `WAVES` of beats of shape (..., samples), mV above the level before the QRS, shape (..., 8)."""
    x = beats - np.median(_span(beats, -0.11, -0.07), axis=-1, keepdims=True)
    qrs, t_wave = _span(x, -0.06, 0.08), _span(x, 0.16, 0.42)
    found = [
        qrs.max(axis=-1),
        _span(x, -0.07, 0.0).min(axis=-1),
        _span(x, 0.0, 0.09).min(axis=-1),
        _span(x, 0.10, 0.14).mean(axis=-1),
        t_wave.max(axis=-1),
        t_wave.min(axis=-1),
        _span(x, -0.24, -0.1).max(axis=-1),
        np.abs(qrs).mean(axis=-1),
    ]
    return np.stack(found, axis=-1)


def lead_targets(leads: Floats) -> Floats:
    """Return the waves of each lead's stretch.

    Parameters
    ----------
    leads : ndarray, shape (12, n), float32, mV
        Conditioned stretches, 125 Hz.

    Returns
    -------
    ndarray, shape (12, 8), float32
        Median over the beats of each of `WAVES`, as asinh of 2 per mV; NaN where no whole beat is shown.
    """
    targets = np.full((12, len(WAVES)), np.nan, np.float32)
    for column in zip(*SHORT_ROWS, strict=True):
        rows = [LEAD_INDEX[lead] for lead in column]
        beats = [b for b in find_beats(leads[rows]) if _BEFORE <= b < leads.shape[1] - _AFTER]
        if not beats:
            continue
        cut = np.stack([leads[rows, b - _BEFORE : b + _AFTER] for b in beats], axis=1)
        whole = np.asarray(np.isfinite(cut).all(axis=2))
        waves = _waves(cut)
        for row, own, found in zip(rows, whole, waves, strict=True):
            if own.any():
                targets[row] = np.arcsinh(2 * np.median(found[own], axis=0))
    return targets


def rhythm_targets(strip: Floats | None) -> Floats:
    """Return `RHYTHMS` of a strip of shape (m,), 125 Hz: log of the mean RR, its variation, width of the QRS."""
    if strip is None:
        return np.full(len(RHYTHMS), np.nan, np.float32)
    beats = find_beats(strip[None])
    if len(beats) < 4:
        return np.full(len(RHYTHMS), np.nan, np.float32)
    rr = np.diff(beats) / SEGMENT_RATE_HZ
    variation = min(1.0, float(rr.std() / rr.mean()) * 4)
    slope = np.abs(np.gradient(np.nan_to_num(strip)))
    inner = [b for b in beats if 12 <= b < strip.size - 12]
    widths = [(slope[b - 12 : b + 13] > 0.25 * slope[b - 12 : b + 13].max()).sum() / 10 for b in inner]
    return np.array([np.log(rr.mean()) * 2, variation, np.median(widths) if widths else np.nan], np.float32)
