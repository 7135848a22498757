"""Ecg to Measurements: beats, rate, intervals, axes and the waves of each lead."""

from heartguard.measure.by_hand import MARK_GAPS_S, with_marks
from heartguard.measure.filters import bridge_gaps, milliseconds, samples
from heartguard.measure.intervals import Fiducials, p_coherence
from heartguard.measure.measuring import measure
from heartguard.measure.median_beat import MedianBeat
from heartguard.measure.study import BeatStudy, RPeaks, find_r_peaks, study_beats

__all__ = [
    "MARK_GAPS_S",
    "BeatStudy",
    "Fiducials",
    "MedianBeat",
    "RPeaks",
    "bridge_gaps",
    "find_r_peaks",
    "measure",
    "milliseconds",
    "p_coherence",
    "samples",
    "study_beats",
    "with_marks",
]
