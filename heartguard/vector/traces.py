"""Traces among the lines of a page: pieces that continue each other, joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from heartguard.arrays import Doubles
from heartguard.vector.contents import Path
from heartguard.vector.grid import is_rule
from heartguard.vector.pulses import Pulse, without_pulses

__all__ = ["Trace", "UnfollowedOutlineError", "find_traces"]

_SHORTEST_MM = 12.0
"""Half a second at 25 mm/s: leads that are printed shorter are not measured, and other marks are seldom as long."""

_FEWEST_POINTS = 20
"""Points of a trace of this length that was thinned to 40 a second; frames and marks have less."""

_BACK_MM = 0.5
"""How far a trace may run back: half a pen, in an outline of steep strokes. Letters and circles run further."""

_JOINT_MM = 0.03
"""Ends of pieces that are nearer are one point: 1 ms."""

_STEPS = 2.5
"""Largest distance, in steps between the points of a trace, at which the next piece continues it. A program that cuts
a trace after some points may leave out the line between two pieces."""

_JUMP_MM = 8.0
"""Largest change of height between two pieces, more than one sample of any QRS complex; rows are further apart."""

_LONGEST_RULE_MM = 26.0
"""A longer straight line is a frame, a grid or a separator; shorter ones may be parts of pulses and traces."""

_PEN_MM = 1.5
"""Widest pen: the sides of an outline are nearer."""


class UnfollowedOutlineError(Exception):
    """A trace is drawn as a filled outline whose middle line cannot be told."""


@dataclass(frozen=True, eq=False)
class Trace:
    """A line that runs from left to right.

    Attributes
    ----------
    points : ndarray, shape (n, 2), mm, y down
    joints : tuple of int
        The points that begin a further piece, without a line from the point before.
    pen_mm : float
    """

    points: Doubles
    joints: tuple[int, ...] = ()
    pen_mm: float = 0.0

    @property
    def x0(self) -> float:
        """Where it begins."""
        return float(self.points[0, 0])

    @property
    def x1(self) -> float:
        """Where it ends."""
        return float(self.points[-1, 0])

    @property
    def width(self) -> float:
        """Its length along the paper."""
        return self.x1 - self.x0

    @cached_property
    def baseline(self) -> float:
        """Its median height over time."""
        x = np.linspace(self.x0, self.x1, 500)
        return float(np.median(np.interp(x, *self.points.T)))

    def part(self, first: int, last: int) -> Trace:
        """Return its points from `first` to before `last`."""
        joints = tuple(joint - first for joint in self.joints if first < joint < last)
        return Trace(self.points[first:last], joints, self.pen_mm)


def find_traces(paths: Sequence[Path], pulses: Sequence[Pulse]) -> tuple[Trace, ...]:
    """Return the traces of a page, without calibration pulses.

    Raises
    ------
    UnfollowedOutlineError
    """
    by_style: dict[tuple[float, ...], list[Path]] = defaultdict(list)
    for path in paths:
        if path.stroked and not (path.closed or _is_frame(path)):
            by_style[path.style].append(path)
    found = [trace for style, pieces in by_style.items() for trace in _joined(pieces, style[-1])]
    found += [_middle_line(path) for path in paths if _is_outline(path)]
    bare = [_from_left(trace, pulses) for trace in found]
    return tuple(trace for trace in bare if _is_trace(trace))


def _is_frame(path: Path) -> bool:
    return is_rule(path) and max(path.size) > _LONGEST_RULE_MM


def _is_trace(trace: Trace) -> bool:
    enough = len(trace.points) >= _FEWEST_POINTS and trace.width >= _SHORTEST_MM
    return enough and _runs_on(trace.points[:, 0])


def _from_left(trace: Trace, pulses: Sequence[Pulse]) -> Trace:
    """Return a trace from left to right and without the pulses drawn in one line with it."""
    points, joints = trace.points, trace.joints
    if trace.width < 0:
        points, joints = points[::-1], tuple(len(points) - joint for joint in reversed(joints))
    bare = without_pulses(points, pulses)
    if len(bare) == len(points):
        return Trace(points, joints, trace.pen_mm)
    first = int(np.flatnonzero((points == bare[0]).all(axis=1))[0]) if len(bare) else 0
    return Trace(points, joints, trace.pen_mm).part(first, first + len(bare))


def _joined(pieces: Sequence[Path], pen_mm: float) -> Iterable[Trace]:
    """Join pieces of one style that follow each other as they are drawn, and then those whose ends are one point."""
    chains: list[list[Doubles]] = []
    for piece in pieces:
        if chains and _continues(chains[-1][-1], piece.points):
            chains[-1].append(piece.points)
        else:
            chains.append([piece.points])
    return [_trace(chain, pen_mm) for chain in _end_to_end(chains)]


def _continues(before: Doubles, after: Doubles) -> bool:
    """Return whether a piece goes on where another ends, at once or after one step."""
    across, down = after[0] - before[-1]
    if max(abs(across), abs(down)) < _JOINT_MM:
        return True
    if len(before) < _FEWEST_POINTS:
        return False
    step = float(np.median(np.abs(np.diff(before[:, 0]))))
    return bool(0 < across < _STEPS * step + _JOINT_MM and abs(down) < _JUMP_MM)


def _end_to_end(chains: list[list[Doubles]]) -> list[list[Doubles]]:
    """Join the chains of which one begins at the point where another, and no third, ends."""
    begins: dict[tuple[int, int], list[int]] = defaultdict(list)
    ends: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, chain in enumerate(chains):
        begins[_place(chain[0][0])].append(number)
        ends[_place(chain[-1][-1])].append(number)
    follows = {
        ends[place][0]: begins[place][0]
        for place in begins
        if len(begins[place]) == len(ends.get(place, ())) == 1 and begins[place] != ends[place]
    }
    joined = []
    for first in sorted(set(range(len(chains))) - set(follows.values())):
        whole, number = list(chains[first]), first
        while (number := follows.get(number, -1)) >= 0:
            whole += chains[number]
        joined.append(whole)
    return joined


def _place(point: Doubles) -> tuple[int, int]:
    x, y = np.round(point / _JOINT_MM).astype(int).tolist()
    return x, y


def _trace(chain: Sequence[Doubles], pen_mm: float) -> Trace:
    """Return pieces as one line; a point that ends one piece and begins the next is kept once."""
    points, joints, count = [chain[0]], [], len(chain[0])
    for before, after in pairwise(chain):
        meets = bool(np.abs(after[0] - before[-1]).max() < _JOINT_MM)
        joints.append(count)
        points.append(after[1:] if meets else after)
        count += len(points[-1])
    return Trace(np.vstack(points), tuple(joints), pen_mm)


def _sides(path: Path) -> tuple[Doubles, Doubles]:
    """Return both sides of a filled shape, from its first point to the furthest along x."""
    points = path.points
    if np.abs(points[-1] - points[0]).max() < _JOINT_MM and len(points) % 2:
        points = points[:-1]
    furthest = int(np.argmax(np.abs(points[:, 0] - points[0, 0]))) + 1
    # The end of a pen is two points at one place along x, either of which may be the furthest.
    half = len(points) // 2 if abs(2 * furthest - len(points)) <= 2 and len(points) % 2 == 0 else furthest
    return points[:half], points[half:][::-1]


def _is_outline(path: Path) -> bool:
    """Return whether a filled shape runs along the paper and back, as the outline of a trace does."""
    if not path.filled or path.stroked or path.size[0] < _SHORTEST_MM or len(path.points) < 2 * _FEWEST_POINTS:
        return False
    there, back = _sides(path)
    return min(len(there), len(back)) >= _FEWEST_POINTS and all(_runs_on(side[:, 0]) for side in (there, back))


def _runs_on(x: Doubles) -> bool:
    on = x * np.sign(x[-1] - x[0])
    return float((np.maximum.accumulate(on) - on).max()) < _BACK_MM


def _middle_line(path: Path) -> Trace:
    """Return the middle line of a pen's outline, whose two sides have a point each for every point of the line."""
    there, back = _sides(path)
    if len(there) != len(back):
        raise UnfollowedOutlineError
    pen = np.hypot(*(there - back).T)
    if pen.max() > _PEN_MM:
        raise UnfollowedOutlineError
    return Trace((there + back) / 2, (), float(np.median(pen)))
