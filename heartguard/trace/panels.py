"""The line of every panel of a page: follow its ink, divide ink shared by two lines, and undo the pen."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.trace.line import line_through
from heartguard.trace.path import PathCosts
from heartguard.trace.runs import find_runs
from heartguard.trace.share import Path, share_ink
from heartguard.trace.together import Track, follow_all
from heartguard.values import Page, Panel

__all__ = ["FINER", "Line", "above_rest", "find_lines", "seconds_of", "seconds_per_px"]

FINER = 3
"""Columns of a path per page pixel: the grey of a stroke's sides tells its position between pixels."""

_PHOTO_MARGIN_PX = 5
"""Left off at both ends of a photo's panels, 0.6 mm: as exact as their ends are. Chosen by hand, not fitted."""

_PHOTO_JUMP = 0.6
"""Cost of a jump on photos, of 1 on scans: grid lines that cross steep strokes break them more often. By hand."""

_UNSURE_INK, _SURE_INK = 0.85, 0.97
"""Mean ink probability along a photographed line at which its quality is 0, and 1; chosen by hand, not fitted."""


@dataclass(frozen=True, eq=False)
class Line:
    """One panel's line.

    Attributes
    ----------
    panel : Panel
    path : Path
        Its ink.
    x, y : ndarray, shape (n,), float64
        Points of the line, page pixels; none in gaps.
    spread : ndarray, shape (n,), float64
        Uncertainty of the height of each by the line network, pixels; 0 where the network did not see the line.
    covered, quality : float
        Share of the columns that have ink, and confidence in the line, 0 to 1.
    """

    panel: Panel
    path: Path
    x: Doubles
    y: Doubles
    spread: Doubles
    covered: float
    quality: float

    @property
    def first(self) -> int:
        """First page column of the panel's search range."""
        return self.path.x0 // FINER

    @property
    def columns(self) -> int:
        """Number of page columns in the panel's search range."""
        return len(self.path.chosen) // FINER


def find_lines(page: Page) -> list[Line]:
    """Follow the line of every panel."""
    runs = find_runs(_finer(page.ink))
    jump = PathCosts.jump if page.bend is None else _PHOTO_JUMP
    costs = PathCosts(jump=jump, reach=40 * page.px_per_mm)
    # The ends of a photo's panels are less exact, so that strokes of the neighbouring column may be inside them.
    margin = 0 if page.bend is None else _PHOTO_MARGIN_PX
    starts = [max(0, round(p.x0) + margin) for p in page.panels]
    ends = [min(page.ink.shape[1], round(p.x1) + 1 - margin) for p in page.panels]
    tracks = [Track(x0 * FINER, x1 * FINER, p.baseline_y) for p, x0, x1 in zip(page.panels, starts, ends, strict=True)]
    paths = [
        Path(runs, chosen, t.x0, t.baseline_y)
        for t, chosen in zip(tracks, follow_all(runs, tracks, costs), strict=True)
    ]
    share_ink(paths)
    return [_line(page, panel, path) for panel, path in zip(page.panels, paths, strict=True)]


def _line(page: Page, panel: Panel, path: Path) -> Line:
    x, y = line_through(path.top, path.bottom, path.runs.stroke, FINER)
    covered = float(np.mean(path.chosen >= 0))
    x = (path.x0 + x + 0.5) / FINER - 0.5
    confidence = _confidence(page, x, y) if page.bend is not None else 1.0
    return Line(panel, path, x, y, np.zeros(len(x)), covered, covered * confidence)


def _confidence(page: Page, x: Doubles, y: Doubles) -> float:
    """Return the confidence in a line on a photo, 0 to 1, from the mean ink probability along it."""
    if not len(x):
        return 0.0
    ink = cv2.remap(page.ink, x.astype(np.float32)[None], y.astype(np.float32)[None], cv2.INTER_LINEAR)
    return float(np.clip((np.mean(ink) - _UNSURE_INK) / (_SURE_INK - _UNSURE_INK), 0, 1))


def _finer(ink: Floats) -> Floats:
    """Return the ink with `FINER` columns per pixel, interpolated linearly."""
    height, width = ink.shape
    finer: Floats = cv2.resize(ink, (width * FINER, height), interpolation=cv2.INTER_LINEAR)
    return finer


def seconds_per_px(panel: Panel) -> float:
    """Return seconds per page pixel."""
    return (panel.end_s - panel.start_s) / (panel.x1 - panel.x0)


def seconds_of(line: Line) -> Doubles:
    """Return the time of each point of a line on the page's axis, seconds."""
    return np.asarray(line.panel.start_s + (line.x - line.panel.x0) * seconds_per_px(line.panel), np.float64)


def above_rest(line: Line) -> Doubles:
    """Return the height of each point above its row's baseline, pixels; the sign of inverted leads is reversed."""
    return (-1 if line.panel.inverted else 1) * (line.panel.baseline_y - line.y)
