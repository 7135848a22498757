"""What the viewer draws of single beats and of the median beats, as plain values, and the table lead by lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure import MARK_GAPS_S
from heartguard.ui.viewer.rounding import rounded
from heartguard.values import MEDIAN_MARKS, LeadWaves, Reading
from heartguard.wave_marks import MARKS, MedianLead, WaveMarks

__all__ = ["COLUMNS", "beats_payload"]

_AROUND_S = (-0.45, 0.6)
"""What is shown of a median beat, from the R peak: a long PR, and T at 60/min."""

COLUMNS = {
    "P": ("p_mv", "p_ms"),
    "Q": ("q_mv", "q_ms"),
    "R": ("r_mv", "r_ms"),
    "S": ("s_mv", "s_ms"),
    "R′": ("r2_mv", "r2_ms"),
    "T": ("t_mv", "t_ms"),
    "J": ("j_mv", ""),
    "J+60": ("st60_mv", ""),
    "J+80": ("st80_mv", ""),
}
"""Columns of the table, and the field of each in mV and in ms; the ST segment has heights alone."""


def beats_payload(reading: Reading) -> dict[str, Any]:
    """Return the waves of every beat by lead, the median beats with their table, and the marks that were moved.

    Parameters
    ----------
    reading : Reading
    """
    measured = reading.measurements
    return {
        "waves": {lead: _rows(marks) for lead, marks in measured.beats.leads.items()},
        "kinds": list(measured.beats.kinds),
        "median": {lead: _median(beat) for lead, beat in measured.beats.median.items()},
        "table": {"columns": list(COLUMNS), "rows": {lead: _row(waves) for lead, waves in measured.leads.items()}},
        "markNames": MEDIAN_MARKS,
        "markGaps": MARK_GAPS_S,
        "moved": [name for name, _ in reading.corrections.marks],
    }


def _rows(marks: WaveMarks) -> list[list[float | None]]:
    """Return the marks of the beats that a lead shows, in the order of `heartguard.wave_marks.MARKS`, seconds."""
    table = marks.table
    return [rounded(row, 3) for row in table[np.isfinite(table).any(axis=1)]]


def _median(beat: MedianLead) -> dict[str, Any]:
    """Return a median beat in 0.01 mV, from its first known sample to its last."""
    times = beat.start_s + np.arange(len(beat.wave)) / SAMPLING_RATE_HZ
    shown = np.isfinite(beat.wave) & (times >= _AROUND_S[0]) & (times <= _AROUND_S[1])
    places = np.flatnonzero(shown)
    part = slice(places[0], places[-1] + 1) if places.size else slice(0, 0)
    return {
        "start": round(float(times[part.start]), 3),
        "rate": SAMPLING_RATE_HZ,
        "values": rounded(100 * beat.wave[part], 1),
        "marks": [None if name not in beat.marks else round(beat.marks[name], 3) for name in MARKS],
        "beats": beat.beats,
    }


def _row(waves: LeadWaves) -> Mapping[str, list[str]]:
    """Return the cells of a lead as they are written, in mV and in ms."""
    return {
        "mv": [_mv(getattr(waves, mv)) for mv, _ in COLUMNS.values()],
        "ms": [_ms(waves, ms) for _, ms in COLUMNS.values()],
    }


def _mv(value: float | None) -> str:
    return "" if value is None else f"{round(value, 2) + 0.0:.2f}".replace("-", "−")  # without a -0.00


def _ms(waves: LeadWaves, field: str) -> str:
    value = getattr(waves, field) if field else None
    return "" if value is None else f"{value:.0f}"
