"""When a simulated heart beats: sinus rhythm, atrial fibrillation, premature beats."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles
from heartguard.leads import PAGE_SECONDS

Beats = list[tuple[str, float]]
"""Kind (``"normal"``, ``"pvc"``, ``"pac"``) and reference time in seconds of every beat."""

LEAD_IN_S = 2.5
"""Beats are simulated so long before and after the page: longer than any beat."""

BREATHS_PER_S = 0.25
"""15 breaths per minute."""

SINUS_ARRHYTHMIA = 0.025
"""Relative change of RR with breathing; chosen by hand."""

BEAT_NOISE = 0.008
"""Relative standard deviation of RR beside it; chosen by hand."""

AF_SPREAD = 0.24
"""Standard deviation of log RR in atrial fibrillation; chosen by hand."""

AF_SHORTEST_S = 0.32
"""Shortest RR in atrial fibrillation, by the refractory period of the AV node; chosen by hand."""

PVC_COUPLING = 0.58
"""Time of a ventricular premature beat as a share of RR; chosen by hand."""

PAC_COUPLING = 0.66
"""Time of an atrial premature beat as a share of RR; chosen by hand."""


def beat_times(rhythm: str, heart_rate_bpm: float, rng: np.random.Generator, seconds: float = PAGE_SECONDS) -> Beats:
    """Return the beats from before the first to after the last second of the record.

    Parameters
    ----------
    rhythm : str
        ``"sinus"``, ``"af"``, ``"pvc"`` (every fourth or fifth beat, full compensatory pause) or ``"pac"`` (the
        premature beat resets the sinus node).
    heart_rate_bpm : float
    rng : Generator
    seconds : float
        Length of the record.
    """
    mean_rr = 60 / heart_rate_bpm
    times = _sinus(mean_rr, rng, seconds) if rhythm != "af" else _fibrillating(mean_rr, rng, seconds)
    if rhythm not in ("pvc", "pac"):
        return [("normal", float(t)) for t in times]
    every = int(rng.integers(4, 6))
    # the first premature beat is within the first column's 2.5 s or soon after
    first = int(np.searchsorted(times, rng.uniform(0.6, 1.6))) + 1
    premature = list(range(first, len(times), every))
    return _ventricular(times, premature) if rhythm == "pvc" else _atrial(times, premature)


def _sinus(mean_rr: float, rng: np.random.Generator, seconds: float) -> Doubles:
    """Return sinus beats whose RR breathes (respiratory sinus arrhythmia) and varies a little by chance."""
    phase, time = rng.uniform(0, 2 * np.pi), -LEAD_IN_S + rng.uniform(0, mean_rr)
    times = []
    while time < seconds + LEAD_IN_S:
        times.append(time)
        breath = SINUS_ARRHYTHMIA * np.sin(2 * np.pi * BREATHS_PER_S * time + phase)
        time += mean_rr * (1 + breath + rng.normal(0, BEAT_NOISE))
    return np.array(times)


def _fibrillating(mean_rr: float, rng: np.random.Generator, seconds: float) -> Doubles:
    """Return beats with independent log-normal RR of the given mean."""
    count = int(4 * (seconds + 2 * LEAD_IN_S) / mean_rr) + 10
    intervals = mean_rr * rng.lognormal(-(AF_SPREAD**2) / 2, AF_SPREAD, count)
    times = -LEAD_IN_S + np.cumsum(np.maximum(intervals, AF_SHORTEST_S))
    return times[times < seconds + LEAD_IN_S]


def _ventricular(times: Doubles, premature: list[int]) -> Beats:
    beats: Beats = [("normal", float(t)) for t in times]
    for k in premature:
        beats[k] = ("pvc", float(times[k - 1] + PVC_COUPLING * (times[k] - times[k - 1])))
    return beats


def _atrial(times: Doubles, premature: list[int]) -> Beats:
    beats: Beats = []
    shift = 0.0
    for k, time in enumerate(times):
        if k in premature:
            shift -= (1 - PAC_COUPLING) * (time - times[k - 1])
        beats.append(("pac" if k in premature else "normal", float(time + shift)))
    return beats
