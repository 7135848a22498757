"""Calibration pulses, from the map of the structure network: their height shows the gain, their width the speed."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Floats, Image, runs_of_true
from heartguard.page.marks import Pulse

__all__ = ["find_pulses"]

_HALF = 127
_LEAST_HEIGHT_MM, _MOST_HEIGHT_MM = 3.5, 24.0
"""Of a calibration pulse: 5 mm to 20 mm for 1 mV, and the pen."""

_LEAST_WIDTH_MM, _MOST_WIDTH_MM = 1.2, 14.0


def find_pulses(pulse: Image, px_per_mm: float) -> tuple[Pulse, ...]:
    """Find calibration pulses, from top to bottom.

    Parameters
    ----------
    pulse : ndarray, shape (h, w), uint8
        Share of calibration pulses in each pixel.
    px_per_mm : float
    """
    solid = (pulse > _HALF).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    found = []
    for k in range(1, count):
        x, y, width, height = stats[k, :4]
        w_mm, h_mm = width / px_per_mm, height / px_per_mm
        if not (_LEAST_WIDTH_MM < w_mm < _MOST_WIDTH_MM and _LEAST_HEIGHT_MM < h_mm < _MOST_HEIGHT_MM):
            continue
        part = np.where(labels[y : y + height, x : x + width] == k, pulse[y : y + height, x : x + width], 0)
        measured = _measured(np.asarray(part / 255, np.float32))
        if measured is not None:
            roof, foot, width_px = measured
            width_mm = width_px / px_per_mm if width_px else None
            found.append(Pulse(float(x), float(x + width - 1), y + foot, (foot - roof) / px_per_mm, width_mm))
    return tuple(sorted(found, key=lambda mark: mark.baseline_y))


def _measured(part: Floats) -> tuple[float, float, float | None] | None:
    """Return roof and foot of a pulse between the middles of its lines, and its width where both uprights are seen."""
    stroke = max(1.0, float(np.median((part > 0.5).sum(axis=0))))
    covered = part.max(axis=1) > 0.5
    first, last = runs_of_true(covered)[0][0], runs_of_true(covered)[-1][1]
    uprights = runs_of_true((part > 0.5).sum(axis=0) > 0.6 * (last - first))
    thick = float(np.median([b - a for a, b in uprights])) if len(uprights) else stroke
    roof, foot = first + thick / 2 - 0.5, last - thick / 2 - 0.5
    width = float(np.mean(uprights[-1]) - np.mean(uprights[0])) if len(uprights) >= 2 else None
    return (roof, foot, width) if foot > roof else None
