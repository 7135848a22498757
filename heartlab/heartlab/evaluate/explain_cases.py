"""Simulated ECGs whose abnormality was put into known leads, for the pointing game."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles
from heartguard.drawing import RHYTHM
from heartguard.drawing.segments import COLUMN_SECONDS, START_S
from heartguard.leads import LEAD_INDEX, SAMPLES, SAMPLING_RATE_HZ
from heartguard.values import Ecg
from heartlab.simulate.ecg import SimulatedEcg, simulate_ecg

ST_MV = 0.6
"""Height of the elevated ST segment."""

WALLS = {"V2-V4": ("V2", "V3", "V4"), "II, III, aVF": ("II", "III", "aVF")}
"""Leads that show an infarction of the anterior and of the inferior wall."""


@dataclass(frozen=True, eq=False)
class Case:
    """An ECG with a known abnormality.

    Attributes
    ----------
    name : str
    ecg, normal : Ecg
        With the abnormality, and the same heart without it.
    label : str
        The class that it is evidence for.
    truth : frozenset of str
        The players that show it.
    """

    name: str
    ecg: Ecg
    normal: Ecg
    label: str
    truth: frozenset[str]


def st_elevation(seed: int, wall: str) -> Case:
    """Return a normal heart whose ST segments are raised in some leads and nowhere else.

    Parameters
    ----------
    seed : int
    wall : str
        One of `WALLS`.
    """
    heart = _normal(seed)
    leads = WALLS[wall]
    signals = heart.signals.copy()
    signals[[LEAD_INDEX[lead] for lead in leads]] += ST_MV * _plateaus(heart)
    truth = frozenset(leads) | ({RHYTHM} if "II" in leads else frozenset())
    return Case(f"ST elevation in {wall}", _ecg(signals), _ecg(heart.signals), "MI", truth)


def wide_beat(seed: int) -> Case:
    """Return a normal heart with one wide, tall beat; the leads of its column and the strip show it."""
    heart = _normal(seed)
    rng = np.random.default_rng((seed, 1))
    inside = [beat for beat in heart.beats_s if 1.0 < beat % COLUMN_SECONDS < COLUMN_SECONDS - 0.8]
    beat = float(rng.choice(inside if inside else heart.beats_s[1:-1]))
    seconds = np.arange(SAMPLES) / SAMPLING_RATE_HZ - beat
    shape = np.exp(-((seconds / 0.045) ** 2) / 2) - 0.45 * np.exp(-(((seconds - 0.24) / 0.07) ** 2) / 2)
    sizes = rng.uniform(0.9, 1.6, (12, 1)) * np.sign(heart.signals[:, [round(beat * SAMPLING_RATE_HZ)]])
    quiet = 1 - np.exp(-(((seconds - 0.05) / 0.25) ** 4))
    signals = (heart.signals * quiet + sizes * shape).astype(np.float32)
    column = beat // COLUMN_SECONDS * COLUMN_SECONDS
    truth = frozenset([RHYTHM, *(lead for lead, start in START_S.items() if start == column)])
    return Case("one wide beat", _ecg(signals), _ecg(heart.signals), "HB", truth)


def pointing_cases(count: int) -> list[Case]:
    """Return so many cases of each kind."""
    elevations = [st_elevation(seed, wall) for wall in WALLS for seed in range(count)]
    return elevations + [wide_beat(seed) for seed in range(count)]


def _normal(seed: int) -> SimulatedEcg:
    return simulate_ecg("normal", 62 + 5 * (seed % 6), seed, muscle_noise_mv=0.01)


def _ecg(signals: np.ndarray) -> Ecg:
    return Ecg(signals.astype(np.float32), np.ones(12, np.float32), "II")


def _plateaus(heart: SimulatedEcg) -> Doubles:
    """Return 1 from the end of each QRS to the top of its T, falling to 0 at the end of T."""
    seconds = np.arange(SAMPLES) / SAMPLING_RATE_HZ
    raised = np.zeros(SAMPLES)
    for beat in heart.fiducials:
        corners = [beat.qrs_off - 0.02, beat.qrs_off + 0.02, beat.t_peak, beat.t_off]
        ramp = np.interp(seconds, corners, [0.0, 1.0, 1.0, 0.0], left=0.0, right=0.0)
        raised = np.maximum(raised, 0.5 - 0.5 * np.cos(np.pi * ramp))
    return raised
