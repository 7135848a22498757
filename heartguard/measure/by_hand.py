"""Marks of the median beat that a doctor moved, and what is measured by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from heartguard.arrays import Doubles, Indices
from heartguard.errors import CorrectionError
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure.delineation import Delineation
from heartguard.measure.filters import bridge_gaps
from heartguard.measure.intervals import Fiducials
from heartguard.measure.measuring import BEFORE_S, WAVE_FIELDS, waves_of
from heartguard.measure.median_beat import median_beat
from heartguard.measure.pacing import without_spikes
from heartguard.values import MEDIAN_MARKS, Ecg, Measurements, Reading

__all__ = ["MARK_GAPS_S", "measure_by_marks", "with_marks"]

MARK_GAPS_S = {"p_on": 0.0, "p_off": 0.02, "qrs_on": 0.0, "qrs_off": 0.02, "t_off": 0.1}
"""How long after the mark before it a moved mark must be: a wave of 20 ms is the shortest that can be measured, and
between QRS and the end of T the ST segment is measured up to 80 ms after J."""


def with_marks(reading: Reading, marks: Mapping[str, float]) -> Reading:
    """Return a reading whose intervals and waves are measured by moved marks; the answer of the models stays.

    Parameters
    ----------
    reading : Reading
        As it was read.
    marks : mapping of str to float
        Marks of the median beat by their names, seconds from the R peak; empty puts all back.

    Raises
    ------
    heartguard.errors.CorrectionError
        If a mark was not found on the page, or the marks are not in the order of time.
    """
    found = {**dict(reading.measurements.fiducials_s), **_moved_before(reading)}
    original = measure_by_marks(reading.ecg, replace(reading.measurements, fiducials_s=found), {})
    moved = tuple((name, round(marks[name], 3)) for name in MEDIAN_MARKS if name in marks)
    corrections = replace(reading.corrections, marks=moved)
    if not moved:
        rest = {name: value for name, value in reading.found.items() if name != "marks"}
        return replace(reading, measurements=original, corrections=corrections, found=rest)
    measured = measure_by_marks(reading.ecg, original, dict(moved))
    places = {**reading.found, "marks": tuple((name, round(found[name], 3)) for name, _ in moved)}
    return replace(reading, measurements=measured, corrections=corrections, found=places)


def _moved_before(reading: Reading) -> dict[str, float]:
    """Return where marks had been found that are moved already."""
    before = reading.found.get("marks", ())
    return dict(before) if isinstance(before, tuple) else {}


def measure_by_marks(ecg: Ecg, measured: Measurements, marks: Mapping[str, float]) -> Measurements:
    """Measure intervals, axes, voltages and the waves of the leads by other marks of the median beat.

    Parameters
    ----------
    ecg : Ecg
        The one that was measured.
    measured : Measurements
    marks : mapping of str to float
        Those that are elsewhere than in `measured`, seconds from the R peak.

    Raises
    ------
    heartguard.errors.CorrectionError
        If a mark is not in `measured`, or the marks are not in the order of time.
    """
    places = {**measured.fiducials_s, **marks}
    if not set(marks) <= set(measured.fiducials_s):
        raise CorrectionError("Only marks that were found can be moved.")
    _check_order(places, marks)
    if measured.heart_rate_bpm is None or measured.rr_variation is None:
        return measured
    signals = bridge_gaps(np.vstack([ecg.signals, *ecg.others.values()]))
    signals = without_spikes(signals, _samples(measured.spikes_s))
    median = median_beat(signals, _samples(measured.beats_s)[measured.dominant], before_s=BEFORE_S)
    bounds = Fiducials(**{name: median.centre + round(at * SAMPLING_RATE_HZ) for name, at in places.items()})
    withheld = measured.missing_reasons
    found = Delineation(bounds, {wave: withheld.get(name, "") for wave, name in _WAVES.items()})
    reasons = {name: reason for name, reason in withheld.items() if name not in WAVE_FIELDS}
    rates = {"heart_rate_bpm": measured.heart_rate_bpm, "rr_variation": measured.rr_variation}
    waves: dict[str, Any] = dict.fromkeys(WAVE_FIELDS) | waves_of(median, found, rates, reasons)
    return replace(measured, **waves, missing_reasons=reasons)


def _check_order(places: Mapping[str, float], moved: Mapping[str, float]) -> None:
    for before, after in pairwise(name for name in MEDIAN_MARKS if name in places):
        # Rounded: the app sends whole milliseconds.
        if {before, after} & set(moved) and round(places[after] - places[before] - MARK_GAPS_S[after], 3) < 0:
            raise CorrectionError("P, QRS and T follow each other; a mark cannot pass the next one.")


_WAVES = {"P": "pr_ms", "QRS": "qrs_ms", "T": "qt_ms"}
"""Waves, and the measurement whose reason says why a wave has no mark."""


def _samples(times: Doubles) -> Indices:
    return np.asarray(np.rint(times * SAMPLING_RATE_HZ), np.int64)
