"""The line of every panel of a page: its ink followed, divided among crossing lines, and the pen undone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.leads import TIME_TOLERANCE
from heartguard.trace.line import line_through
from heartguard.trace.path import PathCosts
from heartguard.trace.runs import find_runs
from heartguard.trace.share import Path, share_ink
from heartguard.trace.together import Track, follow_all
from heartguard.values import Page, Panel

__all__ = ["FINER", "Line", "above_rest", "find_lines", "seconds_of", "seconds_per_px"]

FINER = 3
"""Columns of a path to a page pixel."""

_PHOTO_MARGIN_PX = 5
_PHOTO_JUMP = 0.6
# Mean ink along a line of a photo that is worth nothing, and all.
_UNSURE_INK, _SURE_INK = 0.85, 0.97


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
        How unsure the line network is of the height of each, pixels; 0 where it was not asked.
    covered, quality : float
        Share of the columns that have ink, and how sure the line is, 0 to 1.
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
        """First page column that was looked at."""
        return self.path.x0 // FINER

    @property
    def columns(self) -> int:
        """Page columns that were looked at."""
        return len(self.path.chosen) // FINER


def find_lines(page: Page) -> list[Line]:
    """Follow the line of every panel."""
    runs = find_runs(_finer(page.ink))
    # Where lines of the grid cross a photo's steep strokes, these are broken more often than on a scan.
    jump = PathCosts.jump if page.bend is None else _PHOTO_JUMP
    costs = PathCosts(jump=jump, reach=40 * page.px_per_mm)
    # A photo's ends are placed less exactly, and the next column's first or last stroke may stand before them.
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
    """How sure the ink of a photo is along a line, 0 to 1: half-seen ink is worth little."""
    if not len(x):
        return 0.0
    ink = cv2.remap(page.ink, x.astype(np.float32)[None], y.astype(np.float32)[None], cv2.INTER_LINEAR)
    return float(np.clip((np.mean(ink) - _UNSURE_INK) / (_SURE_INK - _UNSURE_INK), 0, 1))


def _finer(ink: Floats) -> Floats:
    """Ink with `FINER` columns to a pixel: the place of a near-vertical stroke stands in the grey of its sides."""
    height, width = ink.shape
    finer: Floats = cv2.resize(ink, (width * FINER, height), interpolation=cv2.INTER_LINEAR)
    return finer


def seconds_per_px(page: Page, panel: Panel) -> float:
    """Time scale of a panel: recorders fit their 2.5, 5 or 10 s to the column, a little off their own grid."""
    by_column = (panel.end_s - panel.start_s) / (panel.x1 - panel.x0)
    fits = abs(by_column * page.px_per_s - 1) < TIME_TOLERANCE or page.scale_source != "grid"
    return by_column if fits else 1 / page.px_per_s


def seconds_of(page: Page, line: Line) -> Doubles:
    """Return where on the page's 10 s axis each point of a line stands."""
    return np.asarray(line.panel.start_s + (line.x - line.panel.x0) * seconds_per_px(page, line.panel), np.float64)


def above_rest(line: Line) -> Doubles:
    """Return how far each point stands above its row's isoelectric height, pixels, leads drawn upside down turned."""
    return (-1 if line.panel.inverted else 1) * (line.panel.baseline_y - line.y)
