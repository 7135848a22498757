"""Where the viewer writes the name of a lead: near the start of its line, and not over what is printed there."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from heartguard.arrays import Image
from heartguard.values import Segment

__all__ = ["name_places"]

_WIDTH_MM, _HEIGHT_MM = 9.0, 4.5
"""Size of a plate with ``-aVR`` on a page that fills a common screen."""

_ACROSS_MM = np.arange(0.5, 22, 1.5)
_ABOVE_MM = np.array([-12.0, -10, -8, 5, 7])
"""Places that are tried, from the start of a line and its baseline: before the second beat, within the row."""

_DARK = 60
"""How much darker than the paper print is, grey levels: coloured grids are paler. Chosen by hand."""

_FAR = 0.01
"""What a millimetre away from the start costs, as a share of a plate covered with print."""


def name_places(image: Image, segments: Sequence[Segment], px_per_mm: float) -> list[list[float]]:
    """Return the upper left corner of each name's plate.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8
        The straight page.
    segments : sequence of Segment
    px_per_mm : float
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    dark = (grey < np.median(grey) - _DARK).astype(np.float32)
    width, height = (max(round(mm * px_per_mm), 1) for mm in (_WIDTH_MM, _HEIGHT_MM))
    covered = cv2.boxFilter(dark, -1, (width, height), anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)
    x_mm, y_mm = np.meshgrid(_ACROSS_MM, _ABOVE_MM)
    places = []
    for segment in segments:
        x = np.clip(segment.x0 + x_mm * px_per_mm, 0, image.shape[1] - width).astype(int)
        y = np.clip(segment.panel.baseline_y + y_mm * px_per_mm, 0, image.shape[0] - height).astype(int)
        cost = covered[y, x] + _FAR * (x_mm + 0.2 * np.abs(y_mm))
        best = np.unravel_index(int(np.argmin(cost)), cost.shape)
        places.append([float(x[best]), float(y[best])])
    return places
