"""From trace rows to a layout: which lead stands where."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from heartguard.errors import LayoutError, NotAnEcgError
from heartguard.leads import LAYOUTS, PAGE_SECONDS, Layout
from heartguard.page.marks import Lines, Pulse
from heartguard.values import Panel

__all__ = [
    "Extent",
    "choose_layout",
    "find_extent",
    "fit_extent",
    "keep_separators",
    "make_panels",
    "name_mask",
    "settle_rows",
]

Mask = NDArray[np.bool_]

_MIN_COVERAGE = 0.55
_BY_ROWS = {3: ("3x4",), 4: ("3x4+1",), 6: ("6x2", "3x4+3"), 7: ("6x2+1",), 12: ("12x1",)}
_MIN_TRACE_MM = 110.0
_BAND_MM = 14.0
_SEPARATOR_REACH_MM = 3.0
_NAME_REACH_MM = 9.0


@dataclass(frozen=True)
class Extent:
    """First and last column of the traces, page pixels."""

    x0: float
    x1: float

    @property
    def width(self) -> float:
        """Columns between both ends."""
        return self.x1 - self.x0


def find_extent(
    trace: Mask, rows: tuple[float, ...], pulses: tuple[Pulse, ...], px_per_mm: float, stroke: float
) -> Extent:
    """Find where the traces begin and end beside the pulses: the outermost ends on which two rows agree."""
    clear = trace.copy()
    for pulse in pulses:
        clear[:, max(0, int(pulse.x0)) : int(pulse.x1) + 1] = False
    between = [(upper + lower) / 2 for upper, lower in pairwise(rows)]
    ends = []
    for row, upper, lower in zip(rows, [0.0, *between], [*between, float(len(trace))], strict=False):
        reach = _BAND_MM * px_per_mm
        band = clear[round(max(upper, row - reach)) : round(min(lower, row + reach)) + 1]
        used = np.flatnonzero(band.any(axis=0))
        if len(used) > _MIN_TRACE_MM * px_per_mm / 2:
            ends.append((float(used[0]), float(used[-1])))
    if not ends:
        raise NotAnEcgError("No ECG traces were found in this picture. Upload a page that shows a 12-lead ECG.")
    first, last = zip(*ends, strict=True)
    # The pen's round ends reach half a stroke beyond the samples, the first pixel that is mostly ink about half a pixel
    # less.
    inset = max(0.0, stroke / 2 - 0.6)
    return Extent(_agreed(sorted(first), px_per_mm) + inset, -_agreed(sorted(-x for x in last), px_per_mm) - inset)


def _agreed(ascending: list[float], px_per_mm: float) -> float:
    """Return the first value that the next one confirms within a millimetre and a half, else the median."""
    for here, after in pairwise(ascending):
        if after - here < 1.5 * px_per_mm:
            return here
    return float(np.median(ascending))


def fit_extent(extent: Extent, lines: Lines, px_per_mm: float) -> Extent:
    """Place the columns by the separators where these are evenly spaced."""
    inner = [x for x in lines.vertical_x if extent.x0 + 5 * px_per_mm < x < extent.x1 - 5 * px_per_mm]
    if len(inner) == 3 and abs(inner[0] - 2 * inner[1] + inner[2]) < 0.6 * px_per_mm:
        width = (inner[2] - inner[0]) / 2
        return Extent(inner[0] - width, inner[2] + width)
    if len(inner) == 1 and abs(2 * inner[0] - extent.x0 - extent.x1) < 2 * px_per_mm:
        return Extent(extent.x0, 2 * inner[0] - extent.x0)
    return extent


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
