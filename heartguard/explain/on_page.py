"""Transfer a map of the drawing to the positions of its leads on the page and on the upload."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.drawing import COLUMN_SECONDS, MIN_COVERAGE
from heartguard.values import Box, DisplacementField, Drawing, Ecg, Page, Panel, Segment

BAND_MM = 4.0
"""Half height of the band around a trace with its full heat: seen beside the trace, and narrower than half a row."""

FADE_MM = 2.0
"""Over this distance the heat falls to 0 beside the band, so that it has no edge. Both chosen by hand."""


def map_on_page(class_map: Floats, page: Page, ecg: Ecg, drawing: Drawing) -> Floats:
    """Return the heat of a drawing as a band around the traces of the straight page.

    Parameters
    ----------
    class_map : ndarray, shape (drawing h, w), float32
        From `heartguard.explain.class_map`; any map at the size of the drawing.
    page : Page
    ecg : Ecg
        Traced from this page.
    drawing : Drawing
        Drawn from this Ecg.

    Returns
    -------
    ndarray, shape (page h, w), float32
        In the unit of `class_map`: at each time of a lead the mean over its row of the drawing. 0 away from the traces
        and at times that the drawing does not show. Where two bands overlap, the greater absolute value is used.
    """
    heat = np.zeros(page.image.shape[:2], np.float32)
    # the panels of the Ecg have the lead of the rhythm strip as the tracer found it, those of the page a guess
    segments: list[Segment | None] = list(ecg.segments) or [None] * len(page.panels)
    panels = [segment.panel for segment in ecg.segments] or list(page.panels)
    for panel, segment in zip(panels, segments, strict=True):
        for box in drawing.boxes:
            if shows(panel, box, panels):
                _paint(heat, _heat_by_column(class_map, panel, box, ecg), panel, segment, page.px_per_mm)
    return heat


def map_on_upload(page_map: Floats, page: Page) -> Floats:
    """Warp a map of the straight page to the picture as it was uploaded.

    Parameters
    ----------
    page_map : ndarray, shape (page h, w), float32
    page : Page

    Returns
    -------
    ndarray, shape (H, W), float32
        0 for pixels of the upload that are not on the page.
    """
    height, width = page.upload.image.shape[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if page.bend is not None:
        page_map = _bent(page_map, page.bend)
    return np.asarray(cv2.warpPerspective(page_map, page.to_page, (width, height), flags=flags), dtype=np.float32)


def _bent(page_map: Floats, bend: DisplacementField) -> Floats:
    """Apply the folds and curls of a photo to a map of the straight page."""
    rows, columns = (np.arange(n, dtype=np.float32) for n in page_map.shape)
    x, y = np.meshgrid(columns / bend.step, rows / bend.step)
    shift = cv2.remap(bend.forward, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    at_x, at_y = columns + shift[..., 0], rows[:, None] + shift[..., 1]
    return np.asarray(cv2.remap(page_map, at_x, at_y, cv2.INTER_LINEAR), dtype=np.float32)


def shows(panel: Panel, box: Box, panels: Sequence[Panel]) -> bool:
    """Return whether a box of the drawing was drawn from this panel of the page.

    A rhythm strip belongs to a full-length panel of its lead; each segment of an assembled strip to the panel that
    shows its lead at that time. A lead's short box belongs to its short panel, or to its full-length one on a page that
    has no short one.
    """
    if panel.lead != box.lead:
        return False
    if box.rhythm:
        return panel.start_s <= box.start_s and box.end_s <= panel.end_s
    return not panel.rhythm or not any(other.lead == panel.lead and not other.rhythm for other in panels)


def shown_from(ecg: Ecg, box: Box) -> float:
    """Return the second of the page's axis at which a box begins.

    A lead with too little trace in its own seconds is drawn from the start of its trace.
    """
    if box.rhythm:
        return box.start_s
    rate = ecg.sampling_rate_hz
    finite = np.isfinite(ecg.lead(box.lead))
    start, length = round(box.start_s * rate), round(COLUMN_SECONDS * rate)
    if finite[start : start + length].mean() >= MIN_COVERAGE or not finite.any():
        return box.start_s
    return min(int(np.argmax(finite)), finite.size - length) / rate


def _heat_by_column(class_map: Floats, panel: Panel, box: Box, ecg: Ecg) -> Doubles:
    """Return the heat of each page column from `panel.x0` to `panel.x1`; 0 at times that the box does not show."""
    row = class_map[round(box.y0) : round(box.y1)].mean(axis=0)
    columns = np.arange(round(panel.x0), round(panel.x1) + 1)
    seconds = panel.start_s + (columns - panel.x0) / (panel.x1 - panel.x0) * (panel.end_s - panel.start_s)
    into_box = (seconds - shown_from(ecg, box)) / (box.end_s - box.start_s)
    x = box.x0 + into_box * (box.x1 - box.x0) - 0.5  # pixel centres of the drawing
    inside = (into_box >= 0) & (into_box <= 1)
    return np.where(inside, np.interp(x, np.arange(row.size), row), 0.0)


def _paint(heat: Floats, by_column: Doubles, panel: Panel, segment: Segment | None, px_per_mm: float) -> None:
    """Write a panel's heat around its trace into `heat`, in place, where its absolute value is the greater one."""
    first = max(0, round(panel.x0))
    by_column = by_column[first - round(panel.x0) :][: heat.shape[1] - first]
    middle = np.full(by_column.size, panel.baseline_y) if segment is None else _trace(segment, first, by_column.size)
    reach = (BAND_MM + FADE_MM) * px_per_mm
    top, bottom = max(0, int(middle.min() - reach)), min(heat.shape[0], int(middle.max() + reach) + 2)
    away_mm = np.abs(np.arange(top, bottom)[:, None] - middle[None]) / px_per_mm
    band = by_column * np.clip((BAND_MM + FADE_MM - away_mm) / FADE_MM, 0.0, 1.0)
    under = heat[top:bottom, first : first + by_column.size]
    under[...] = np.where(np.abs(band) > np.abs(under), band, under)


def _trace(segment: Segment, first: int, count: int) -> Doubles:
    """Return the page row of a trace at `count` columns from `first`; the baseline if the segment is empty."""
    known = np.isfinite(segment.y)
    if not known.any():
        return np.full(count, segment.panel.baseline_y)
    places = segment.x0 + np.flatnonzero(known)
    return np.asarray(np.interp(np.arange(first, first + count), places, segment.y[known]), dtype=np.float64)
