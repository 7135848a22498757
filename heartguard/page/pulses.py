"""Calibration pulses, from the map of the structure network: their height shows the gain, their width the speed."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Floats, Image, runs_of_true
from heartguard.page.marks import Pulse
from heartguard.page.strips import HALF

__all__ = ["find_pulses"]

_LEAST_HEIGHT_MM, _MOST_HEIGHT_MM = 3.5, 24.0
"""Of a calibration pulse: 5 mm to 20 mm for 1 mV, and the pen."""

_LEAST_WIDTH_MM, _MOST_WIDTH_MM = 1.2, 14.0


_UPRIGHT, _END = 0.6, 0.3
"""Shares of a pulse's height: that its uprights cover at least, and at its ends in which roof and feet are sought."""

_SEEN = 0.3
"""Share of the columns beside the uprights that feet cover at least."""


def find_pulses(pulse: Image, px_per_mm: float) -> tuple[Pulse, ...]:
    """Find calibration pulses, from top to bottom.

    Parameters
    ----------
    pulse : ndarray, shape (h, w), uint8
        Share of calibration pulses in each pixel.
    px_per_mm : float
    """
    solid = (pulse > HALF).astype(np.uint8)
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
    solid = part > 0.5
    height = len(part)
    uprights = runs_of_true(solid.sum(axis=0) > _UPRIGHT * height).tolist()
    if len(uprights) < 2:
        rows = np.flatnonzero(solid.any(axis=1))
        half = float(np.median(solid.sum(axis=1))) / 2
        roof, foot = rows[0] + half - 0.5, rows[-1] - half + 0.5
        return (float(roof), float(foot), None) if foot > roof else None
    (_, left), (right, _) = uprights[0], uprights[-1]
    reach = max(2, round(_END * height))
    roof_profile = part[:reach, left:right].mean(axis=1) if right > left else part[:reach].mean(axis=1)
    feet = np.delete(part, np.s_[uprights[0][0] : uprights[-1][1]], axis=1)[-reach:]
    roof = _middle(roof_profile)
    thick = float(roof_profile.sum() / max(float(roof_profile.max()), 1e-6))
    if feet.size and feet.mean(axis=1).max() > _SEEN:
        foot = height - reach + _middle(feet.mean(axis=1))
    else:
        foot = float(np.flatnonzero(solid.any(axis=1))[-1]) + 0.5 - thick / 2
    width = float(np.mean(uprights[-1]) - np.mean(uprights[0]))
    return (roof, foot, width) if foot > roof else None


def _middle(profile: Floats) -> float:
    """Return the centre of a line from its profile, from what is above half its height: the rest is of the uprights."""
    profile = np.maximum(profile - profile.max() / 2, 0)
    return float((profile * np.arange(len(profile))).sum() / max(float(profile.sum()), 1e-6))
