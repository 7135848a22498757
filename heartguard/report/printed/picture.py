"""The picture of the page in a report: small, and with everything blanked that is not a trace or the paper below it.

What stays is chosen, not what goes: a search for names could miss one, in handwriting for instance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO

import cv2
import numpy as np
from PIL import Image as Pictures

from heartguard.arrays import Doubles, Image, Mask
from heartguard.values import Ecg, Page, Reading, Segment

__all__ = ["PICTURE_PX", "page_picture", "to_jpeg"]

Rectangle = tuple[float, float, float, float]

PICTURE_PX = 1000
"""Greatest width and height: 85 mm of a sheet at 300 dots an inch."""

_MARGIN_MM = 2.0
"""Paper that is kept above and below the traces of a panel: half the height of small print."""

_NEAR_MM = 1.0
"""Dark pixels so near to a traced line are its ink: the width of a pen and the error of the tracing."""

_SPREAD_MM = 0.7
"""Print is blanked with a rim, as its edges are as pale as the grid."""

_DARK = 0.5
"""Pixels are dark from this share of the way from the paper's brightness to that of the traces."""

_BLANK = (255, 255, 255)


def page_picture(reading: Reading, *, deidentify: bool = True, hidden: Sequence[Rectangle] = ()) -> Image:
    """Return the straight page, at most `PICTURE_PX` wide and high.

    Parameters
    ----------
    reading : Reading
    deidentify : bool, optional
        Whether everything is blanked that is not a trace or the paper right beside it. A sheet that was drawn from
        signals bears no name and is left as it is.
    hidden : sequence of (float, float, float, float), optional
        Rectangles that are blanked too, traces included, if anything is: left, top, right and bottom, pixels of
        `reading.page`.

    Returns
    -------
    ndarray, shape (h, w, 3), uint8, RGB
    """
    page = reading.page
    scale = min(1.0, PICTURE_PX / max(page.image.shape[:2]))
    small: Image = cv2.resize(page.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if not deidentify or page.upload.signals is not None:
        return small
    cleaned = _without_print(small, page, reading.ecg, scale)
    for left, top, right, bottom in hidden:
        x0, y0, x1, y1 = (max(0, round(side * scale)) for side in (left, top, right, bottom))
        cleaned[y0:y1, x0:x1] = _BLANK
    return cleaned


def to_jpeg(picture: Image) -> bytes:
    """Return a picture as JPEG."""
    written = BytesIO()
    Pictures.fromarray(picture).save(written, "JPEG", quality=80)
    return written.getvalue()


def _without_print(picture: Image, page: Page, ecg: Ecg, scale: float) -> Image:
    """Blank what is outside the panels, and dark ink inside them that is not near a traced line."""
    px_per_mm = page.px_per_mm * scale
    panels, lines = np.zeros(picture.shape[:2], np.uint8), np.zeros(picture.shape[:2], np.uint8)
    for points in _lines(ecg.segments, scale):
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        margin = _MARGIN_MM * px_per_mm
        corners = np.rint([left, top - margin, right, bottom + margin]).astype(int).tolist()
        cv2.rectangle(panels, tuple(corners[:2]), tuple(corners[2:]), 1, cv2.FILLED)
        cv2.polylines(lines, [np.rint(points).astype(np.int32)], False, 1, max(1, round(2 * _NEAR_MM * px_per_mm)))
    inside = panels.astype(bool)
    cleaned = picture.copy()
    if inside.any():
        paper = np.median(picture[inside], axis=0).astype(np.uint8)
        print_ = _dark(picture, inside, lines.astype(bool)) & ~lines.astype(bool)
        size = 2 * max(1, round(_SPREAD_MM * px_per_mm)) + 1
        spread = cv2.dilate(print_.astype(np.uint8), np.ones((size, size), np.uint8)).astype(bool)
        cleaned[spread & ~lines.astype(bool)] = paper
    cleaned[~inside] = _BLANK
    return cleaned


def _lines(segments: Sequence[Segment], scale: float) -> Iterator[Doubles]:
    """Yield the traced points of each segment, shape (n, 2), pixels of the picture."""
    for segment in segments:
        traced = np.flatnonzero(np.isfinite(segment.y))
        if traced.size:
            points = np.stack([segment.x0 + traced, segment.y[traced]], axis=1)
            yield np.asarray((points + 0.5) * scale - 0.5, np.float64)


def _dark(picture: Image, inside: Mask, lines: Mask) -> Mask:
    """Return the pixels that are as dark as ink."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    paper, ink = float(np.median(grey[inside])), float(np.percentile(grey[inside & lines], 5))
    return np.asarray(grey < paper + _DARK * (ink - paper), dtype=bool)
