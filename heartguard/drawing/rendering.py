"""Render the segments of an Ecg as the canonical drawing on which VGG16 was trained."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np

from heartguard.arrays import Floats, Image, runs_of_true
from heartguard.drawing.geometry import (
    DRAWING_HEIGHT,
    DRAWING_VERSION,
    DRAWING_WIDTH,
    LEAD_GROUPS,
    PX_PER_MV,
    PX_PER_S,
    RHYTHM,
    WHOLE_STRIP,
    drawing_boxes,
)
from heartguard.drawing.preprocessing import SEGMENT_RATE_HZ, LeadSegments
from heartguard.drawing.segments import MIN_COVERAGE, TRIM_START_S
from heartguard.leads import LEAD_INDEX
from heartguard.values import Box, Drawing

LINE_WIDTH_PX = 1.25
"""Width of the trace; with `_SCALE` a whole number of pixels on the enlarged canvas. Not fitted."""

_SCALE = 4
"""The canvas is so many times larger and then averaged: sub-pixel lines without a library's own anti-aliasing."""

_SHIFT = 4
"""Fractional bits of the coordinates that OpenCV is given: a sixteenth of a canvas pixel."""


def draw(segments: LeadSegments, *, without: Collection[str] = ()) -> Drawing:
    """Draw the canonical drawing of an Ecg's segments.

    Parameters
    ----------
    segments : LeadSegments
    without : collection of str
        Lead groups to leave out, from `LEAD_GROUPS`: a lead name removes its short segment, ``"rhythm"`` the strip.

    Returns
    -------
    Drawing
        Image of shape (160, 384), black on white, and its boxes; its geometry is the same for every page layout.

    Raises
    ------
    ValueError
        If `without` names something that is no lead group.
    """
    unknown = set(without) - set(LEAD_GROUPS)
    if unknown:
        raise ValueError(f"No such lead groups: {sorted(unknown)}; expected names of {LEAD_GROUPS}.")
    leads = segments.leads.copy()
    for name in set(without) - {RHYTHM}:
        leads[LEAD_INDEX[name]] = np.nan
    strip = None if RHYTHM in without else segments.strip
    boxes = drawing_boxes(segments.rhythm_segments or WHOLE_STRIP)
    return Drawing(image=render(leads, strip), boxes=boxes, version=DRAWING_VERSION, ecg=segments.ecg)


def render(
    leads: Floats,
    strip: Floats | None,
    *,
    line_width: float = LINE_WIDTH_PX,
    zoom: float = 1.0,
    min_coverage: float = MIN_COVERAGE,
) -> Image:
    """Draw filtered segments.

    Parameters
    ----------
    leads : ndarray, shape (12, n), float32, mV
        125 Hz, as in `LeadSegments`.
    strip : ndarray, shape (m,), float32, mV, or None
    line_width : float
        Pixels.
    zoom : float
        Size of the drawing relative to VGG16's input; the line keeps its width in pixels.
    min_coverage : float
        A segment of which a smaller share is finite is left out.

    Returns
    -------
    ndarray, shape (160 zoom, 384 zoom), uint8
        0 is ink, 255 is paper.
    """
    canvas = np.full((DRAWING_HEIGHT * _SCALE, DRAWING_WIDTH * _SCALE), 255, np.uint8)
    thickness = max(1, round(line_width * _SCALE / zoom))
    for box in drawing_boxes():
        signal = strip if box.rhythm else leads[LEAD_INDEX[box.lead]]
        if signal is not None and np.isfinite(signal).mean() >= min_coverage:
            _draw_line(canvas, box, signal, thickness)
    size = (round(DRAWING_WIDTH * zoom), round(DRAWING_HEIGHT * zoom))
    image: Image = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    return image


def _draw_line(canvas: Image, box: Box, signal: Floats, thickness: int) -> None:
    """Draw one segment onto the enlarged canvas; values beyond the row are clipped to its edge."""
    seconds = TRIM_START_S + np.arange(signal.size) / SEGMENT_RATE_HZ
    x = box.x0 + seconds * PX_PER_S
    edge = LINE_WIDTH_PX
    y = np.clip(box.baseline_y - signal * PX_PER_MV, box.y0 + edge, box.y1 - edge)
    # Pixel centres: drawing pixel p covers canvas pixels from p * _SCALE on.
    points = np.stack([x, y], axis=1) * _SCALE - 0.5
    runs = runs_of_true(np.isfinite(signal))
    lines = [np.round(points[first:last] * (1 << _SHIFT)).astype(np.int32) for first, last in runs if last - first > 1]
    cv2.polylines(canvas, lines, False, 0, thickness, cv2.LINE_8, _SHIFT)
