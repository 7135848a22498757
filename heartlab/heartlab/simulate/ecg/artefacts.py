"""Additions to the beats of a simulated ECG: fibrillation waves of the atria, and recording artefacts."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfiltfilt

from heartguard.arrays import Doubles
from heartguard.leads import SAMPLES, SAMPLING_RATE_HZ

MAINS_HZ = 50.0
"""European mains."""

MUSCLE_BAND_HZ = (20.0, 150.0)
"""Band of the muscle noise; chosen by hand."""

F_WAVES_HZ = (5.0, 7.5)
"""Rate of atrial fibrillation: 300 to 450 a minute."""

F_WAVE_DIPOLE_MV = (0.03, 0.05, 0.075)
"""Size of the f waves along x, y and z: largest towards V1. Chosen by hand."""


def fibrillation(rng: np.random.Generator, count: int = SAMPLES) -> Doubles:
    """Return the dipole of f waves, shape (3, count), mV: 5 to 7.5 a second, waxing and waning, largest in V1."""
    time = np.arange(count) / SAMPLING_RATE_HZ
    waves = np.zeros((3, count))
    for axis, size in enumerate(F_WAVE_DIPOLE_MV):
        drift = 0.5 * np.sin(2 * np.pi * rng.uniform(0.2, 0.5) * time + rng.uniform(0, 6.28))
        phase = 2 * np.pi * rng.uniform(*F_WAVES_HZ) * time + 2 * drift + rng.uniform(0, 6.28)
        envelope = 1 + 0.4 * np.sin(2 * np.pi * rng.uniform(0.3, 0.8) * time + rng.uniform(0, 6.28))
        waves[axis] = size * envelope * (np.sin(phase) + 0.35 * np.sin(2 * phase))
    return waves


def add_artefacts(leads: Doubles, rng: np.random.Generator, wander: float, muscle: float, mains: float) -> Doubles:
    """Return the independent leads, shape (8, n), with artefacts of the given root mean squares, mV."""
    noisy = leads.copy()
    time = np.arange(leads.shape[1]) / SAMPLING_RATE_HZ
    if wander:
        noisy += wander * _unit(_wander(len(leads), time, rng))
    if muscle:
        band = butter(2, MUSCLE_BAND_HZ, "bandpass", fs=SAMPLING_RATE_HZ, output="sos")
        noisy += muscle * _unit(sosfiltfilt(band, rng.normal(size=leads.shape), axis=1))
    if mains:
        phase = rng.uniform(0, 2 * np.pi, (len(leads), 1))
        noisy += mains * np.sqrt(2) * np.sin(2 * np.pi * MAINS_HZ * time + phase)
    return noisy


def _wander(count: int, time: Doubles, rng: np.random.Generator) -> Doubles:
    """Return slow waves of breathing and moving electrodes, 0.05 to 0.45 Hz."""
    waves = np.zeros((count, len(time)))
    for frequency in rng.uniform(0.05, 0.45, 4):
        phase, size = rng.uniform(0, 2 * np.pi, (count, 1)), rng.uniform(0.3, 1, (count, 1))
        waves += size * np.sin(2 * np.pi * frequency * time + phase)
    return waves


def _unit(waves: Doubles) -> Doubles:
    """Scale each lead to a root mean square of 1."""
    return np.asarray(waves / np.sqrt(np.mean(waves**2, axis=1, keepdims=True)))
