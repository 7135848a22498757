"""Features of the waves of each lead of a median beat: amplitudes and times of P, QRS, ST and T."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from heartguard.arrays import Doubles
from heartguard.leads import LEAD_INDEX, LEADS
from heartguard.measure import MedianBeat, milliseconds, samples

WAVES = (
    "P max", "P min", "Q", "Q ms", "R", "R ms", "S", "R'", "net QRS", "QRS size",
    "J", "ST40", "ST80", "ST slope", "T max", "T min", "T area", "T ms",
)  # fmt: skip
"""Features of each lead: amplitudes in mV, durations in ms after the QRS onset or end, the ST slope in mV."""


def lead_waves(beat: MedianBeat, on: int, off: int) -> dict[str, float]:
    """Return the `WAVES` of each lead as ``"<lead> <wave>"``; a lead whose QRS complex is incomplete has none.

    Parameters
    ----------
    beat : MedianBeat
    on, off : int
        Bounds of the QRS complex in the median beat, samples.
    """
    found: dict[str, float] = {}
    for lead in LEADS:
        wave = beat.waves[LEAD_INDEX[lead]]
        before = wave[max(0, on - samples(0.016)) : on + 1]
        if not np.isfinite(wave[on : off + 1]).all() or not np.isfinite(before).any():
            continue
        values = (*_p_and_qrs(wave - np.nanmedian(before), on, off), *_st_and_t(wave - np.nanmedian(before), off))
        found |= {f"{lead} {name}": value for name, value in zip(WAVES, values, strict=True)}
    return found


def _p_and_qrs(wave: Doubles, on: int, off: int) -> tuple[float, ...]:
    p_wave = wave[max(0, on - samples(0.2)) : on - samples(0.03)]
    qrs = wave[on : off + 1]
    peak = int(np.argmax(qrs))
    first, last = qrs[: peak + 1], qrs[peak:]
    trough = int(np.argmin(last))
    return (
        known_part(np.max, p_wave),
        known_part(np.min, p_wave),
        float(first.min()),
        milliseconds(np.count_nonzero(first < -0.04)),
        float(qrs[peak]),
        milliseconds(peak),
        float(last.min()),
        float(last[trough:].max()),
        float(qrs.mean()),
        float(np.abs(qrs).mean()),
    )


def _st_and_t(wave: Doubles, off: int) -> tuple[float, ...]:
    t_wave = wave[off + samples(0.08) : off + samples(0.36)]
    st = [known_part(np.mean, wave[(at := off + samples(s)) - 2 : at + 3]) for s in (0.0, 0.04, 0.08)]
    known = np.isfinite(t_wave)
    top = int(np.nanargmax(np.abs(t_wave))) if known.any() else 0
    return (
        *st,
        st[2] - st[0],
        known_part(np.max, t_wave),
        known_part(np.min, t_wave),
        known_part(np.mean, t_wave),
        milliseconds(top) if known.sum() > samples(0.15) else np.nan,
    )


def known_part(measure: Callable[[Doubles], Any], part: Doubles) -> float:
    """Return a statistic of the finite samples; NaN where there is none."""
    known = part[np.isfinite(part)]
    return float(measure(known)) if known.size else np.nan
