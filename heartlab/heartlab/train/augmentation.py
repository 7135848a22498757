"""Random changes that leave a diagnosis as it is, made to the stretches of a drawing before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.drawing import PX_PER_MV, RawSegments, preprocess, render
from heartguard.drawing.rendering import LINE_WIDTH_PX
from heartguard.drawing.segments import COLUMN_SECONDS, START_S, trim
from heartguard.leads import LEAD_INDEX, LEADS, SAMPLING_RATE_HZ

FALLBACK_STRIP_SHARE = 0.15
"""Share of the records that are drawn like a page without a rhythm strip; chosen by hand."""


@dataclass(frozen=True)
class Strength:
    """How far each change may go; never a flip, and no change of the order of the leads."""

    gain: float = 0.22
    lead_gain: float = 0.05
    time_scale: float = 0.08
    wander_mv: float = 0.08
    noise_mv: float = 0.02
    offset_px: float = 1.0
    line_px: float = 0.3
    drop_lead: float = 0.15
    drop_strip: float = 0.15


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches at 500 Hz, trimmed, mV: `leads` of shape (12, n) and `strip` of shape (m,) or None."""

    leads: Floats
    strip: Floats | None


def recorder_band(signals: Floats, rng: np.random.Generator) -> Floats:
    """Filter 10 s of signals as a recorder would that prints 0.67-25 Hz, its exact borders at random.

    Parameters
    ----------
    signals : ndarray, shape (12, samples), float32, mV, 500 Hz
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (12, samples), float32, mV
    """
    filled = np.nan_to_num(signals)
    samples = filled.shape[1]
    ramp = np.linspace(0.0, 1.0, samples, dtype=np.float32)
    filled = filled - filled[:, :1] - (filled[:, -1:] - filled[:, :1]) * ramp
    hz = np.fft.rfftfreq(samples, 1 / SAMPLING_RATE_HZ)
    low, high = rng.uniform(0.3, 0.75), rng.uniform(22.0, 45.0)
    response = 1 / np.sqrt(1 + (hz / high) ** 6) * (hz / low) ** 2 / np.sqrt(1 + (hz / low) ** 4)
    banded: Floats = np.fft.irfft(np.fft.rfft(filled, axis=1) * response, n=samples, axis=1).astype(np.float32)
    banded[~np.isfinite(signals)] = np.nan
    return banded


def random_stretches(signals: Floats, rng: np.random.Generator) -> Stretches:
    """Cut stretches from a whole record: each column from a random place, II or III as the rhythm strip.

    Parameters
    ----------
    signals : ndarray, shape (12, samples), float32, mV, 500 Hz
        The full record; the stretch of a column may come from any part of it.
    rng : numpy.random.Generator
    """
    banded = recorder_band(signals, rng)
    length = round(COLUMN_SECONDS * SAMPLING_RATE_HZ)
    starts = {s: int(rng.integers(0, banded.shape[1] - length + 1)) for s in sorted(set(START_S.values()))}
    rows = [banded[LEAD_INDEX[lead], (at := starts[START_S[lead]]) : at + length] for lead in LEADS]
    strip = banded[LEAD_INDEX["II" if rng.random() < 0.5 else "III"]]
    if rng.random() < FALLBACK_STRIP_SHARE:
        strip = np.concatenate([half - np.nanmedian(half) for half in _two_halves(banded)])
    return Stretches(trim(np.stack(rows)), trim(strip))


def _two_halves(signals: Floats) -> tuple[Floats, Floats]:
    """Return the fallback strip of a 6x2 page without one: half of II, then half of V5."""
    middle = signals.shape[1] // 2
    return signals[LEAD_INDEX["II"], :middle], signals[LEAD_INDEX["V5"], middle:]


def augment(stretches: Stretches, rng: np.random.Generator, strength: Strength | None = None) -> Stretches:
    """Change gain, time scale, baseline and noise, and leave out leads or the strip now and then."""
    s = strength or Strength()
    gain = np.exp(rng.uniform(-s.gain, s.gain))
    scale = 1 + rng.uniform(-s.time_scale, s.time_scale)
    leads = _rescale(stretches.leads, scale, rng.random())
    leads = leads * (gain * np.exp(rng.uniform(-s.lead_gain, s.lead_gain, (12, 1)))).astype(np.float32)
    leads = leads + _disturbance(leads.shape, rng, s)
    if rng.random() < s.drop_lead:
        leads[rng.choice(12, size=int(rng.integers(1, 4)), replace=False)] = np.nan
    strip = stretches.strip
    if strip is None or rng.random() < s.drop_strip:
        return Stretches(leads.astype(np.float32), None)
    strip = _rescale(strip[None], scale, rng.random()) * gain
    return Stretches(leads.astype(np.float32), (strip + _disturbance(strip.shape, rng, s))[0].astype(np.float32))


def _rescale(stretches: Floats, scale: float, place: float) -> Floats:
    """Compress segments in time by `scale`; `place` (0 to 1) selects the kept part, NaN where they are too short."""
    samples = stretches.shape[1]
    at = np.arange(samples) * scale + place * (samples - 1) * (1 - scale)
    left = np.clip(np.floor(at).astype(int), 0, samples - 2)
    part = (at - left).astype(np.float32)
    moved: Floats = stretches[:, left] * (1 - part) + stretches[:, left + 1] * part
    moved[:, (at < -0.5) | (at > samples - 0.5)] = np.nan
    return moved


def _disturbance(shape: tuple[int, ...], rng: np.random.Generator, s: Strength) -> Floats:
    """Return baseline wander and noise, the noise as slow as a traced line's."""
    seconds = np.arange(shape[1]) / SAMPLING_RATE_HZ
    hz = rng.uniform(0.1, 0.5, (shape[0], 1))
    phase = rng.uniform(0, 2 * np.pi, (shape[0], 1))
    wander = rng.uniform(0, s.wander_mv) * np.sin(2 * np.pi * hz * seconds + phase)
    knots = rng.normal(size=(shape[0], shape[1] // 5 + 2)) * rng.uniform(0, s.noise_mv)
    noise = np.repeat(knots, 5, axis=1)[:, : shape[1]]
    disturbed: Floats = (wander + noise).astype(np.float32)
    return disturbed


def augmented_drawing(
    stretches: Stretches, rng: np.random.Generator, strength: Strength | None = None
) -> tuple[Image, Floats, Floats | None]:
    """Augment stretches and draw them.

    Returns
    -------
    image : ndarray, shape (160, 384), uint8
    leads : ndarray, shape (12, n), float32, mV
        The conditioned stretches that were drawn, 125 Hz.
    strip : ndarray, shape (m,), float32, mV, or None
    """
    s = strength or Strength()
    changed = augment(stretches, rng, s)
    segments = preprocess(RawSegments(changed.leads, changed.strip))
    shift = rng.uniform(-s.offset_px, s.offset_px, (12, 1)).astype(np.float32) / PX_PER_MV
    width = LINE_WIDTH_PX + rng.uniform(-s.line_px, s.line_px)
    return render(segments.leads + shift, segments.strip, line_width=width), segments.leads, segments.strip
