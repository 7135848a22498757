"""Traced lines and lead names drawn over a page whose own colours are muted."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from heartguard.arrays import Image, runs_of_true
from heartguard.ui.shared.pictures import LEAD_COLOURS, colour_index
from heartguard.values import Panel, Segment

__all__ = ["draw_traces", "panel_colour"]

GREY_PAPER = 0.75
"""Share of a page's colour that is taken out. Chosen by hand, as are the two below."""

LIGHTEN = 0.35
"""How far a muted page is moved towards white."""

NAME_MM = 8.0
"""Width of a line above which its name is written."""

_SUBPIXEL_BITS = 3
"""Points are placed to an eighth of a pixel, which antialiased lines still show."""


def panel_colour(panel: Panel) -> tuple[int, int, int]:
    """Return the RGB colour of a panel."""
    return LEAD_COLOURS[colour_index(panel)]


def draw_traces(image: Image, segments: Sequence[Segment], px_per_mm: float, opacity: float) -> Image:
    """Draw traced lines and lead names over a page whose own colours are muted.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
        The straight page.
    segments : sequence of Segment
        Lines in page pixels.
    px_per_mm : float
        Scale of the page; sets the width of the lines.
    opacity : float, 0 to 1
        0 gives the page back unchanged.

    Returns
    -------
    ndarray, shape (h, w, 3), uint8
    """
    if opacity <= 0:
        return image
    canvas = mute(image, opacity)
    lines = canvas.copy()
    thickness = max(round(0.35 * px_per_mm), 2)
    for segment in segments:
        for run in _runs(segment):
            cv2.polylines(lines, [run], False, panel_colour(segment.panel), thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
    _label(lines, segments, px_per_mm)
    return _mix(canvas, lines, opacity)


def mute(image: Image, strength: float = 1.0) -> Image:
    """Take colour and contrast out of a page, so that what is drawn over it stands out on any paper."""
    return _mix(image, _pale(image), strength)


def _pale(image: Image) -> Image:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    pale = image + GREY_PAPER * (grey - image)
    pale += LIGHTEN * (255 - pale)
    return np.asarray(pale, dtype=np.uint8)


def _mix(below: Image, above: Image, opacity: float) -> Image:
    return np.asarray(cv2.addWeighted(above, opacity, below, 1 - opacity, 0), dtype=np.uint8)


def _runs(segment: Segment) -> list[np.ndarray]:
    """Split a line at its gaps into fixed-point polylines, each of shape (n, 1, 2)."""
    x, scale = segment.x0 + np.arange(len(segment.y)), 1 << _SUBPIXEL_BITS
    return [
        np.rint(np.column_stack([x[first:last], segment.y[first:last]]) * scale).astype(np.int32)[:, None]
        for first, last in runs_of_true(np.isfinite(segment.y))
        if last - first > 1
    ]


def _label(canvas: Image, segments: Sequence[Segment], px_per_mm: float) -> None:
    """Write every lead's name on a small plate just above the start of its line, in place."""
    places = [(s.panel, float(s.x0), _top_of_line(s, NAME_MM * px_per_mm)) for s in segments]
    _write_names(canvas, places, px_per_mm)


def _write_names(canvas: Image, places: Sequence[tuple[Panel, float, float]], px_per_mm: float) -> None:
    """Write names on plates whose lower left corners stand at places (x, y), in place."""
    size = max(int(2.8 * px_per_mm), 12)
    pad = 0.25 * size
    font = ImageFont.load_default(size)
    picture = PillowImage.fromarray(canvas)
    pen = ImageDraw.Draw(picture)
    for panel, left, above in places:
        _, top, right, bottom = pen.textbbox((0, 0), panel.label, font=font)
        x, y = left + pad, max(above - bottom - 2 * pad, pad - top)
        plate = (x - pad, y + top - pad, x + right + pad, y + bottom + pad)
        pen.rounded_rectangle(plate, pad, fill=panel_colour(panel))
        pen.text((x, y), panel.label, font=font, fill=(255, 255, 255))
    canvas[:] = np.asarray(picture)


def _top_of_line(segment: Segment, width: float) -> float:
    """Return the highest point of the first columns of a line, or its baseline where they are a gap."""
    start = segment.y[: max(int(width), 1)]
    known = start[np.isfinite(start)]
    return float(known.min()) if known.size else segment.panel.baseline_y
