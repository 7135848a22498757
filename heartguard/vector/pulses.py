"""Calibration pulses among the lines of a page: two steps of one height, and the level between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from heartguard.arrays import Doubles
from heartguard.vector.contents import Path

__all__ = ["Pulse", "find_pulses", "without_pulses"]

_HEIGHT_MM = (2.0, 26.0)
"""1 mV at 2.5 to 20 mm/mV, on pages that were scaled by up to 30 %."""

_WIDTH_MM = (1.2, 14.0)
"""Recorders draw 1.5 to 10 mm."""

_UPRIGHT_MM = 0.12
"""How far the two ends of a step may be apart along x: 5 ms, the rise of a pulse that passed a filter."""

_SAME_MM = 0.15
"""Ends that are nearer are one: the width of a pen."""

_ENDS = 8
"""Points at either end of a trace among which a pulse may be that is drawn in one line with it."""

_MOST_POINTS = 14
"""A pulse of its own has at most legs, steps and top, each drawn twice."""


_LEG_MM = 0.2
"""Samples of a trace are closer: 8 ms at 25 mm/s."""

_LONG = 3.0
"""Samples of one trace are equally close, but for a few digits and for points left out on level lines."""

_MOST_STROKES = 2
"""From the foot of a pulse to a trace: its leg, and a stroke to where the trace begins."""


class Pulse(NamedTuple):
    """The two steps of a pulse, mm, y down: from `bottom` up to `top` at `x0`, and down at `x1`."""

    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        """Millimetres for 1 mV."""
        return self.bottom - self.top


class _Stroke(NamedTuple):
    """A piece of line along an axis: its place on the other axis, and its ends."""

    at: float
    low: float
    high: float


def find_pulses(paths: Sequence[Path]) -> tuple[Pulse, ...]:
    """Return the calibration pulses that lines draw, in one path or several, or at the ends of a trace; each once."""
    steps: set[_Stroke] = set()
    levels: set[_Stroke] = set()
    for path in paths:
        for points in _ends(path):
            steps |= set(_strokes(points, 0, _HEIGHT_MM))
            levels |= set(_strokes(points, 1, _WIDTH_MM))
    found: dict[tuple[int, int], Pulse] = {}
    for level in levels:
        left, right = (_step_under(level, x, steps) for x in (level.low, level.high))
        if left is None or right is None or abs(left.high - right.high) > _SAME_MM:
            continue
        boxed = any(_alike(level._replace(at=left.high), other) for other in levels)
        if not boxed:
            place = (round(level.low), round(level.at))
            found[place] = Pulse(left.at, right.at, (left.low + right.low) / 2, (left.high + right.high) / 2)
    return tuple(found.values())


def _ends(path: Path) -> Iterator[Doubles]:
    """Yield the parts of a path that may hold a pulse."""
    if not path.stroked:
        return
    points = np.vstack([path.points, path.points[:1]]) if path.closed else path.points
    if len(points) <= _MOST_POINTS:
        yield points
    else:
        yield points[:_ENDS]
        yield points[-_ENDS:]


def _strokes(points: Doubles, axis: int, sizes: tuple[float, float]) -> Iterator[_Stroke]:
    """Yield the pieces of a line that have one place on this axis, and a length within the sizes."""
    before, after = points[:-1], points[1:]
    size = np.abs(after - before)
    slack = _UPRIGHT_MM if axis == 0 else _SAME_MM
    for k in np.flatnonzero((size[:, axis] < slack) & (size[:, 1 - axis] > sizes[0]) & (size[:, 1 - axis] < sizes[1])):
        ends = sorted((float(before[k, 1 - axis]), float(after[k, 1 - axis])))
        yield _Stroke(float(before[k, axis] + after[k, axis]) / 2, *ends)


def _step_under(level: _Stroke, x: float, steps: set[_Stroke]) -> _Stroke | None:
    """Return the step that leads up to one end of a level."""
    reach = _SAME_MM + _UPRIGHT_MM
    fitting = (step for step in steps if abs(step.at - x) < reach and abs(step.low - level.at) < _SAME_MM)
    return next(fitting, None)


def _alike(one: _Stroke, other: _Stroke) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < _SAME_MM


def without_pulses(points: Doubles, pulses: Sequence[Pulse]) -> Doubles:
    """Return a trace, shape (n, 2), without the pulses at its ends and their legs."""
    for pulse in pulses:
        on_step = [
            np.flatnonzero((np.abs(points[:, 0] - x) < _SAME_MM) & (np.abs(points[:, 1] - y) < _SAME_MM))
            for x in (pulse.x0, pulse.x1)
            for y in (pulse.bottom, pulse.top)
        ]
        if not all(len(places) for places in on_step):
            continue
        first, last = int(on_step[0][0]), int(on_step[2][-1])
        if last < _ENDS:
            points = points[last + _leg(points[last:]) :]
        elif first >= len(points) - _ENDS:
            points = points[: first + 1 - _leg(points[first::-1])]
    return points


def _leg(points: Doubles) -> int:
    """Return how many strokes at the beginning of a line lead from a pulse to the trace: longer than its samples."""
    across = np.abs(np.diff(points[:, 0]))
    if len(across) < _ENDS:
        return 0
    long = across[:_MOST_STROKES] > max(_LEG_MM, _LONG * float(np.median(across)))
    return int(np.argmin(long)) if not long.all() else _MOST_STROKES
