"""Rhythms put together wave by wave, so that every P, QRS and T is where a test put it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LAYOUTS, LEAD_INDEX, PAGE_SECONDS, SAMPLES, SAMPLING_RATE_HZ
from heartguard.values import Ecg
from heartlab.simulate.ecg.conditions import ATRIA, NORMAL, PVC_BEAT
from heartlab.simulate.ecg.dipole import Wave, independent_leads, twelve_leads

QRS_ON_MS = min(wave.onset for wave in NORMAL.qrs)
"""Onset of the normal QRS complex from its reference time."""

T_WAVE = Wave(250.0, 55.0, 35.0, NORMAL.t)
"""A normal T wave, 250 ms after the reference time."""

TALL_T = Wave(260.0, 17.0, 17.0, (1.1, 0.75, -0.75))
"""A tall, narrow, symmetrical T wave, as in hyperkalaemia."""

_TIME_MS = np.arange(SAMPLES) * 1000.0 / SAMPLING_RATE_HZ


def regular(rate: float, first_s: float = 0.45) -> Doubles:
    """Return times, seconds, from before to after the page."""
    return np.arange(first_s - 5.0, PAGE_SECONDS + 2.0, 60.0 / rate)


def p_waves(times_s: Sequence[float] | Doubles) -> Doubles:
    """Return the dipole of P waves that begin at some times, shape (3, 5000)."""
    return _sum(ATRIA, times_s)


def complexes(
    times_s: Sequence[float] | Doubles, t_wave: Wave | None = T_WAVE, qrs: tuple[Wave, ...] = NORMAL.qrs
) -> Doubles:
    """Return the dipole of QRS complexes with their T waves, by the time of R, shape (3, 5000)."""
    return _sum(qrs if t_wave is None else (*qrs, t_wave), times_s)


def ectopic(times_s: Sequence[float] | Doubles) -> Doubles:
    """Return the dipole of premature ventricular beats, shape (3, 5000)."""
    return _sum((*PVC_BEAT.qrs, Wave(270.0, 60.0, 40.0, PVC_BEAT.t)), times_s)


def flutter(rate: float) -> Doubles:
    """Return the dipole of saw teeth of an atrial flutter, shape (3, 5000)."""
    phase = (_TIME_MS / 1000.0 * rate / 60.0) % 1.0
    tooth = np.interp(phase, [0.0, 0.65, 1.0], [0.5, -0.5, 0.5])
    smooth = np.convolve(np.pad(tooth, 10, mode="wrap"), np.hanning(21) / np.hanning(21).sum(), mode="valid")
    return np.outer((0.02, 0.16, -0.06), smooth)


def rounded_flutter(rate: float, first_s: float = 0.3) -> Doubles:
    """Return the dipole of rounded flutter waves, down in II, III and aVF, shape (3, 5000)."""
    return _sum((Wave(0.0, 38.0, 24.0, (0.0, -0.18, 0.05)),), regular(rate, first_s))


def leads(dipole: Doubles, noise_mv: float = 0.004) -> Floats:
    """Return the twelve leads of a dipole with a little noise, shape (12, 5000), mV."""
    clean = independent_leads(dipole)
    return twelve_leads(clean + np.random.default_rng(1).normal(0, noise_mv, clean.shape))


def with_spikes(signals: Floats, times_s: Sequence[float] | Doubles, height_mv: float = 0.7) -> Floats:
    """Return the signals with pacing spikes of 4 ms in all leads."""
    spiked = signals.copy()
    for time in times_s:
        place = round(time * SAMPLING_RATE_HZ)
        if 0 <= place < SAMPLES - 2:
            spiked[:, place : place + 2] += height_mv * np.linspace(0.6, 1.2, 12)[:, None].astype(np.float32)
    return spiked


def shown(signals: Floats, layout: str = "12x1", rhythm_lead: str | None = None) -> Ecg:
    """Return what a page of a layout shows of signals."""
    plan, width = LAYOUTS[layout], SAMPLES // LAYOUTS[layout].columns
    found = np.full((12, SAMPLES), np.nan, np.float32)
    for row in plan.rows:
        for column, lead in enumerate(row):
            part = slice(column * width, (column + 1) * width)
            found[LEAD_INDEX[lead], part] = signals[LEAD_INDEX[lead], part]
    if rhythm_lead:
        found[LEAD_INDEX[rhythm_lead]] = signals[LEAD_INDEX[rhythm_lead]]
    return Ecg(found, np.ones(12, np.float32), rhythm_lead)


def sinus(rate: float, pr_s: float = 0.16, t_wave: Wave = T_WAVE) -> Doubles:
    """Return the dipole of a sinus rhythm; PR from the first sample of P to the first of QRS."""
    times = regular(rate)
    return p_waves(times + QRS_ON_MS / 1000 - pr_s) + complexes(times, t_wave)


def fast_t(rate: float) -> Wave:
    """Return the T wave of a fast rhythm: QT by Fridericia."""
    share = (70.0 / rate) ** (1 / 3)
    return Wave(250.0 * share, 55.0 * share, 35.0 * share, NORMAL.t)


def _sum(waves: Sequence[Wave], times_s: Sequence[float] | Doubles) -> Doubles:
    parts = [wave.sample(_TIME_MS - 1000.0 * time) for time in times_s for wave in waves]
    return np.sum(parts, axis=0)
