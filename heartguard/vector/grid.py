"""The grid of a page from its lines: how long a printed millimetre is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from heartguard.arrays import Doubles
from heartguard.vector.contents import Contents, Path
from heartguard.vector.words import Word

__all__ = ["Grid", "find_grid", "is_rule"]

_STRAIGHT_MM = 0.05
"""How far a line may be from its axis: less than the thinnest pen."""

_THIN_MM = 0.6
"""A filled box thinner than this is a line; the thickest lines of grids have 0.4 mm."""

_SHORTEST_MM = 4.0
"""Lines of a grid are at least one large square long, which pages that were scaled down may show at 4 mm."""

_FEWEST_LINES = 6
"""Five equal steps are no coincidence."""

_SAME_END_MM = 0.5
"""Lines of one block of a grid end at the same height to within a pen."""

_SAME_LINE_MM = 0.05
"""Fine and bold lines at one place are one line."""

_OFF_STEP = 0.12
"""How far a line may be from its place, in steps; frames and second grids are further."""

_ROUNDED_MM = 25.4 / 72 / 2 + 0.01
"""Programs round the places of lines to 1/72 inch."""

_REGULAR = 0.9
"""Share of the lines of a block that must be at their places."""

_SAME_PITCH = 0.02
"""Pitches that differ by less, relatively, are the same: coordinates are written with few digits."""

_STEPS_MM = (1.0, 5.0)
"""Small and large squares of ECG paper."""

_NEAR, _NEAR_IF_BOLD = np.log(1.6), np.log(2.2)
"""How far the size of a square may be from `_STEPS_MM`: pages are printed at 60 to 160 %. Where every fifth line is
bold, so that the finer lines are small squares, the size decides only against large ones."""


_TRUE_SIZE = 0.003
"""A page whose squares are so near to their true size is of true size: programs round the places of single lines to
1/72 inch, which is 0.1 % of the step of fifty lines, and over 10 s a few milliseconds."""


class Grid(NamedTuple):
    """True millimetres of the paper for one millimetre of the page, along x and y; both are 1 on pages of true size."""

    x: float
    y: float


def is_rule(path: Path) -> bool:
    """Return whether a path is one straight line along an axis, or a box thinner than a line."""
    thinner, longer = sorted(path.size.tolist())
    if path.filled and not path.stroked:
        return bool(thinner < _THIN_MM < longer)
    return len(path.points) == 2 and thinner < _STRAIGHT_MM


def find_grid(contents: Contents) -> Grid | None:
    """Return the scale of the page by its grid; None where there is none, or where it is not clear what its step is.

    Parameters
    ----------
    contents : Contents
        Its grid may be lines, thin boxes, or the letters of a font of squares.
    """
    rules = [path for path in contents.paths if is_rule(path) and max(path.size) >= _SHORTEST_MM]
    scales = [_scale(_blocks(rules, axis)) for axis in (0, 1)]
    if None in scales:
        scales = [_nearest(step) for step in _font_steps(contents.words)]
    along, down = scales or (None, None)
    return None if along is None or down is None else Grid(along, down)


def _blocks(rules: Sequence[Path], axis: int) -> list[Doubles]:
    """Return the places along an axis of the lines across it, by the block of the grid that they are of."""
    blocks: dict[tuple[int, int], list[float]] = defaultdict(list)
    for path in rules:
        low, high = path.points.min(axis=0), path.points.max(axis=0)
        size = high - low
        if size[1 - axis] > size[axis]:
            ends = (round(low[1 - axis] / _SAME_END_MM), round(high[1 - axis] / _SAME_END_MM))
            blocks[ends].append(float(low[axis] + high[axis]) / 2)
    return [np.sort(places) for places in blocks.values() if len(places) >= _FEWEST_LINES]


def _scale(blocks: Sequence[Doubles]) -> float | None:
    """Return true millimetres for one of the page along the axis of these blocks."""
    pitches = [(pitch, len(block)) for block in blocks for pitch in [_pitch(block)] if pitch is not None]
    if not pitches:
        return None
    most = max(count for _, count in pitches)
    # Blocks of few lines are rules of a table, or ticks.
    steps = sorted(pitch for pitch, count in pitches if 4 * count >= most)
    ratios = [step / steps[0] for step in steps]
    # Every fourth line bold is 0.5 mV by 0.125: squares of another paper than that of recorders.
    if any(abs(ratio / max(1, round(ratio)) - 1) > _SAME_PITCH or round(ratio) == 4 for ratio in ratios):
        return None
    fine = float(np.median([step for step, ratio in zip(steps, ratios, strict=True) if round(ratio) == 1]))
    return _nearest(fine, bold=any(round(ratio) == 5 for ratio in ratios))


def _pitch(places: Doubles) -> float | None:
    """Return the step of regular lines; None where they are not regular."""
    places = places[np.concatenate([[True], np.diff(places) > _SAME_LINE_MM])]
    if len(places) < _FEWEST_LINES:
        return None
    steps = np.diff(places)
    step = float(np.median(steps))
    # Counted from line to line, as programs round the places of lines, and the median step with them.
    number = np.concatenate([[0.0], np.cumsum(np.maximum(1, np.round(steps / step)))])
    slope, start = np.polyfit(number, places, 1)
    off = np.abs(places - start - slope * number)
    return float(slope) if np.mean(off < max(_OFF_STEP * step, _ROUNDED_MM)) >= _REGULAR else None


def _nearest(step: float, *, bold: bool = False) -> float | None:
    """Return true millimetres for one of the page, where the squares of the grid have this side."""
    true = min(_STEPS_MM, key=lambda size: abs(np.log(step / size)))
    if abs(step / true - 1) < _TRUE_SIZE:
        return 1.0
    return true / step if abs(np.log(step / true)) < (_NEAR_IF_BOLD if bold else _NEAR) else None


def _font_steps(words: Sequence[Word]) -> tuple[float, ...]:
    """Return width and height of the squares of a grid that is made of the letters of a font; none where it is not."""
    rows = [word for word in words if word.repeats]
    heights = np.diff(np.unique([round(row.middle, 1) for row in rows]))
    same_width = all(abs(after.advance - before.advance) < _SAME_LINE_MM for before, after in pairwise(rows))
    if len(rows) < _FEWEST_LINES or not same_width or np.ptp(heights) > 2 * _SAME_LINE_MM:
        return ()
    return rows[0].advance, (rows[-1].y0 - rows[0].y0) / (len(rows) - 1)
