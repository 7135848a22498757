"""The wave at each time: P, QRS or ST-T of the nearest beat, by the fiducials of the median beat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles
from heartguard.drawing import SEGMENT_RATE_HZ, TRIM_START_S
from heartguard.explain.on_page import shown_from
from heartguard.values import Box, Ecg, Measurements

WAVES = ("P", "QRS", "ST-T")
"""The waves of a beat; the time between two beats belongs to none."""

BETWEEN = -1
"""Index of the time between two beats."""

_BORDERS = {"P": ("p_on", "qrs_on"), "ST-T": ("qrs_off", "t_off"), "QRS": ("qrs_on", "qrs_off")}
"""First and last fiducial of each wave; where waves of close beats overlap, later entries overwrite earlier ones."""


def known_waves(measurements: Measurements) -> tuple[str, ...]:
    """Return the waves whose borders were measured; empty without beats."""
    if not measurements.beats_s.size:
        return ()
    found = measurements.fiducials_s
    return tuple(wave for wave in WAVES if all(name in found for name in _BORDERS[wave]))


def wave_at(seconds: Doubles, measurements: Measurements) -> NDArray[np.int8]:
    """Return the index in `WAVES` of the wave at each time, or `BETWEEN`.

    Parameters
    ----------
    seconds : ndarray, shape (n,)
        On the page's axis.
    measurements : Measurements
    """
    found = np.full(seconds.shape, BETWEEN, np.int8)
    for wave, borders in _BORDERS.items():
        if wave not in known_waves(measurements):
            continue
        first, last = (measurements.fiducials_s[name] for name in borders)
        for beat in measurements.beats_s:
            found[(seconds >= beat + first) & (seconds < beat + last)] = WAVES.index(wave)
    return found


def column_seconds(box: Box, ecg: Ecg) -> Doubles:
    """Return the time on the page's axis of each pixel column of a box, shape (width,), seconds."""
    columns = np.arange(round(box.x0), round(box.x1)) + 0.5
    into = (columns - box.x0) / (box.x1 - box.x0)
    return np.asarray(shown_from(ecg, box) + into * (box.end_s - box.start_s), dtype=np.float64)


def sample_seconds(box: Box, ecg: Ecg, samples: int) -> Doubles:
    """Return the time on the page's axis of each sample of a box's segment, shape (samples,), seconds."""
    seconds: Doubles = shown_from(ecg, box) + TRIM_START_S + np.arange(samples) / SEGMENT_RATE_HZ
    return seconds
