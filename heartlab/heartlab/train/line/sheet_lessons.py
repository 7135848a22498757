"""Crops of pages in the manner of many recorders, with the line that was drawn: further lessons of the line network.

The simulator knows where it drew each line, and a page where each pixel of its upload lies on the straight page: the
truth needs no fit, and folds and perspective leave it exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.errors import HeartGuardError
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.page import find_page
from heartguard.trace.crops import CROP_COLUMNS, POINTS, Crop, cut_crops, lowered, points_x, rows_of
from heartguard.trace.panels import FINER, Line, find_lines
from heartguard.values import Page, Upload
from heartlab.data.page_traces import reading_networks
from heartlab.simulate.recorders import SimulatedSheet, simulate_sheet
from heartlab.train.line.lessons import Lessons

__all__ = ["drawn_lines", "sheet_lessons"]

_CLOSE_MM = 0.25
"""Greatest median distance of a line from the drawn one that it follows: half the width of a thick pen."""

_SHORTEST_S, _FEWEST, _SHARE = 0.1, 20, 0.6
"""Shorter pieces, fewer points in common and lesser shares of the points tell nothing of which line was followed."""


def sheet_lessons(signals_mv: Floats, seed: int) -> Lessons | None:
    """Draw a page of any recorder, read it, and cut it; None where it is refused or follows no drawn line.

    Parameters
    ----------
    signals_mv : ndarray, shape (12, 5000), float32, mV
    seed : int
        Of every choice.
    """
    sheet = simulate_sheet(signals_mv, seed)
    try:
        page = find_page(Upload("simulated", "", "png", sheet.draw().image), reading_networks()[0])
    except HeartGuardError:
        return None
    drawn, lines = drawn_lines(sheet, page), find_lines(page)
    if not any(len(line.x) for line in lines):
        return None
    followed = [_followed(line, drawn, page.px_per_mm) for line in lines]
    found = []
    for crop in cut_crops(lowered(page.ink), [line.path for line in lines], FINER):
        true = followed[crop.path]
        rows = None if true is None else _true_rows(lines[crop.path], true, crop, page.px_per_mm)
        if rows is not None:
            found.append((np.round(255 * crop.picture).astype(np.uint8), rows))
    if not found:
        return None
    return Lessons(*(np.stack(part) for part in zip(*found, strict=True)))


def drawn_lines(sheet: SimulatedSheet, page: Page) -> list[Doubles]:
    """Return where each drawn line is on the straight page, each of shape (n, 2), pixels, from left to right."""
    pieces = (piece.points for piece in sheet.scene.pieces if len(piece.points) >= _SHORTEST_S * SAMPLING_RATE_HZ)
    lines = (page.on_page(sheet.view.to_image(points)) for points in pieces)
    return [line if line[0, 0] <= line[-1, 0] else line[::-1] for line in lines]


def _followed(line: Line, drawn: Sequence[Doubles], px_per_mm: float) -> Doubles | None:
    """Return the drawn line that a line follows, None where it follows none."""
    distances = [_distance(line.x, line.y, true) for true in drawn]
    if not distances or min(distances) > _CLOSE_MM * px_per_mm:
        return None
    return drawn[int(np.argmin(distances))]


def _distance(x: Doubles, y: Doubles, true: Doubles) -> float:
    """Return the median distance of points from a drawn line, pixels; infinite where too few are beside it."""
    away = np.abs(np.interp(x, true[:, 0], true[:, 1], np.nan, np.nan) - y)
    known = np.isfinite(away)
    return float(np.median(away[known])) if known.sum() >= max(_FEWEST, _SHARE * len(x)) else np.inf


def _true_rows(line: Line, true: Doubles, crop: Crop, px_per_mm: float) -> Floats | None:
    """Return the true rows of the points of a crop, from its top; None where the line is off the drawn one nearby."""
    near = np.abs(line.x - crop.column - CROP_COLUMNS / 2) <= 1.5 * CROP_COLUMNS
    if _distance(line.x[near], line.y[near], true) > _CLOSE_MM * px_per_mm:
        return None
    rows = rows_of(np.interp(points_x(crop), true[:, 0], true[:, 1], np.nan, np.nan)) - crop.row
    return rows.astype(np.float32) if np.isfinite(rows[np.repeat(crop.wanted, POINTS)]).any() else None
