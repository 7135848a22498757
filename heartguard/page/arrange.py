"""From trace rows to a layout: which lead stands where."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from heartguard.errors import LayoutError, NotAnEcgError
from heartguard.leads import LAYOUTS, PAGE_SECONDS, Layout
from heartguard.page.ends import Extent
from heartguard.page.marks import Lines, Pulse
from heartguard.values import Panel

__all__ = [
    "choose_layout",
    "keep_separators",
    "make_panels",
    "name_mask",
    "rows_of",
    "settle_rows",
]

Mask = NDArray[np.bool_]

_MIN_COVERAGE = 0.55
_BY_ROWS = {3: ("3x4",), 4: ("3x4+1",), 6: ("6x2", "3x4+3"), 7: ("6x2+1",), 12: ("12x1",)}
_SEPARATOR_REACH_MM = 3.0
_NAME_REACH_MM = 9.0


def settle_rows(
    trace: Mask, rows: tuple[float, ...], pulses: tuple[Pulse, ...], extent: Extent, px_per_mm: float
) -> tuple[float, ...]:
    """Keep the rows that a trace follows for most of the width, and add the rows that only a pulse shows."""
    left = [pulse for pulse in pulses if abs(pulse.x0 - np.median([p.x0 for p in pulses])) < 3 * px_per_mm]
    spacing = 0.5 * 7.0 * px_per_mm
    merged = sorted(rows)
    for pulse in left:
        near = [row for row in merged if abs(row - pulse.baseline_y) < spacing]
        if not near:
            merged.append(pulse.baseline_y)
    merged.sort()
    calibrated = {row for row in merged if any(abs(row - pulse.baseline_y) < spacing for pulse in left)}
    return tuple(
        row
        for row in merged
        if _coverage(trace, row, merged, extent, px_per_mm)
        >= (_MIN_COVERAGE / 2 if row in calibrated else _MIN_COVERAGE)
    )


def _coverage(trace: Mask, row: float, rows: list[float], extent: Extent, px_per_mm: float) -> float:
    gaps = [abs(row - other) for other in rows if other != row]
    reach = min(12 * px_per_mm, 0.5 * min(gaps)) if gaps else 12 * px_per_mm
    band = trace[max(0, round(row - reach)) : round(row + reach) + 1, round(extent.x0) : round(extent.x1) + 1]
    return float(band.any(axis=0).mean()) if band.size else 0.0


def choose_layout(
    rows: tuple[float, ...], extent: Extent, lines: Lines, names: Mask, px_per_mm: float
) -> tuple[Layout, float]:
    """Choose the layout from the number of rows, and between equals from where columns begin.

    Returns
    -------
    layout : Layout
    certainty : float, 0 to 1
    """
    candidates = _BY_ROWS.get(len(rows))
    if len(rows) < min(_BY_ROWS):
        raise NotAnEcgError(
            "No 12-lead ECG was found in this picture: it needs at least three rows of traces. "
            "Upload the whole page, scanned or photographed flat."
        )
    if candidates is None:
        raise LayoutError(
            f"{len(rows)} rows of traces were found, which fits none of the arrangements that HeartGuard reads "
            "(3x4 with 0, 1 or 3 rhythm strips, 6x2, 12x1). Crop the picture to the ECG, or scan the page flat."
        )
    layouts = [LAYOUTS[name] for name in candidates]
    scores = [_boundary_score(layout, rows, extent, lines, names, px_per_mm) for layout in layouts]
    best = int(np.argmax(scores))
    if len(layouts) == 1:
        return layouts[0], 1.0
    margin = scores[best] - max(score for k, score in enumerate(scores) if k != best)
    return layouts[best], float(np.clip(0.5 + margin, 0.5, 1.0))


def rows_of(layout: Layout, rows: tuple[float, ...]) -> tuple[float, ...]:
    """Return as many of the rows that were found as a layout has: those that lie the most evenly.

    Raises
    ------
    LayoutError
        If too few were found.
    """
    count = layout.row_count
    if len(rows) < count:
        raise LayoutError(
            f"The arrangement {layout.name} has {count} rows of traces, but only {len(rows)} were found. "
            "Choose another arrangement, or mark the corners of the paper so that all rows lie between them."
        )
    runs = [rows[at : at + count] for at in range(len(rows) - count + 1)]
    return min(runs, key=lambda run: float(np.std(np.diff(run))))


def _boundary_score(
    layout: Layout, rows: tuple[float, ...], extent: Extent, lines: Lines, names: Mask, px_per_mm: float
) -> float:
    """How surely every column beyond the first begins with a separator or a lead name, less what stands elsewhere."""
    marked = {}
    separated = any(extent.x0 + 5 * px_per_mm < v < extent.x1 - 5 * px_per_mm for v in lines.vertical_x)
    for quarter in (1, 2, 3):
        x = extent.x0 + quarter * extent.width / 4
        line = any(abs(v - x) < _SEPARATOR_REACH_MM * px_per_mm for v in lines.vertical_x)
        left, right = round(x - px_per_mm), round(x + _NAME_REACH_MM * px_per_mm)
        boxes = [names[max(0, round(r - 12 * px_per_mm)) : round(r + 2 * px_per_mm), left:right] for r in rows]
        shown = [float(box.any()) for box in boxes[: len(layout.rows)]]
        marked[quarter] = float(line) if separated else float(np.mean(shown))
    step = 4 // layout.columns
    expected = [marked[q] for q in range(step, 4, step)]
    stray = [marked[q] for q in (1, 2, 3) if q % step]
    return min(expected, default=1.0) - max(stray, default=0.0)


def name_mask(ink: Mask, trace: Mask, px_per_mm: float) -> Mask:
    """Small free-standing components of a letter's size: lead names and other print."""
    rest = cv2.morphologyEx((ink & ~trace).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    height, width = stats[:, cv2.CC_STAT_HEIGHT] / px_per_mm, stats[:, cv2.CC_STAT_WIDTH] / px_per_mm
    keep = (height > 1.2) & (height < 5.5) & (width < 9)
    keep[0] = False
    mask: Mask = keep[labels] & ink
    return mask


def keep_separators(lines: Lines, extent: Extent, px_per_mm: float) -> Lines:
    """Keep the vertical lines that stand between columns or beside the traces; others are tall waves."""
    allowed = [extent.x0 + k * extent.width / 4 for k in (1, 2, 3)]
    reach = _SEPARATOR_REACH_MM * px_per_mm

    def stands(x: float) -> bool:
        return x < extent.x0 or x > extent.x1 or any(abs(x - a) < reach for a in allowed)

    vertical = lines.vertical.copy()
    kept = tuple(x for x in lines.vertical_x if stands(x))
    for x in lines.vertical_x:
        if not stands(x):
            vertical[:, max(0, round(x - 0.5 * px_per_mm)) : round(x + 0.5 * px_per_mm) + 1] = False
    return Lines(vertical, lines.horizontal, kept)


def make_panels(layout: Layout, rows: tuple[float, ...], extent: Extent, rhythm: tuple[str, ...]) -> tuple[Panel, ...]:
    """Place every stretch of every lead.

    Parameters
    ----------
    layout : Layout
    rows : tuple of float
        Isoelectric heights of all trace rows.
    extent : Extent
    rhythm : tuple of str
        Leads of the rhythm strips, from the top.
    """
    panels = []
    width = extent.width / layout.columns
    seconds = layout.column_seconds
    for r, leads in enumerate(layout.rows):
        for c, lead in enumerate(leads):
            x = extent.x0 + c * width
            panels.append(Panel(lead, r, x, x + width, rows[r], c * seconds, (c + 1) * seconds))
    for k, lead in enumerate(rhythm):
        r = len(layout.rows) + k
        panels.append(Panel(lead, r, extent.x0, extent.x1, rows[r], 0.0, PAGE_SECONDS, rhythm=True))
    return tuple(panels)
