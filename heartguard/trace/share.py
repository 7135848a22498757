"""Divide the ink where lines of neighbouring rows touch or cross."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, runs_of_true
from heartguard.trace.runs import Runs

__all__ = ["Path", "share_ink"]

_STEEP = 2.2
"""A run longer than so many strokes is steep: a line at 45 degrees covers 1.4. Chosen by hand, not fitted."""

_NEIGHBOURS = 6
"""Columns before and after shared ink in which a path's own runs are looked up: 2 page pixels. By hand."""

_BEYOND = 0.12
"""Share of a path's own range by which it may exceed that range in shared ink; chosen by hand, not fitted."""


@dataclass(eq=False)
class Path:
    """The ink of one panel, column by column.

    Attributes
    ----------
    runs : Runs
    chosen : ndarray, shape (n,), int
        Index of the run in each column, -1 where the line is missing.
    x0 : int
        Page column of the first.
    baseline_y : float
        Isoelectric height of its row.
    top, bottom : ndarray, shape (n,), float64
        The part of each run that belongs to this panel, page pixels; NaN where missing.
    shared : ndarray, shape (n,), bool
        Columns whose run another path chose too.
    """

    runs: Runs
    chosen: NDArray[np.intp]
    x0: int
    baseline_y: float

    def __post_init__(self) -> None:
        present = self.chosen >= 0
        self.top, self.bottom = np.full((2, len(self.chosen)), np.nan)
        self.top[present] = self.runs.top[self.chosen[present]]
        self.bottom[present] = self.runs.bottom[self.chosen[present]]
        self.shared = np.zeros(len(self.chosen), bool)

    @property
    def x1(self) -> int:
        """Column after the last."""
        return self.x0 + len(self.chosen)

    def usual_range(self) -> tuple[float, float]:
        """Highest and lowest ink where the run is this path's alone, page pixels."""
        alone = ~self.shared & (self.chosen >= 0)
        if not alone.any():
            return self.baseline_y, self.baseline_y
        top, bottom = self.runs.top[self.chosen[alone]], self.runs.bottom[self.chosen[alone]]
        return float(np.percentile(top, 0.3)), float(np.percentile(bottom, 99.7))

    def beside(self, a: int, b: int) -> tuple[float, float, float]:
        """Heights just before and after the page columns a to b, and the length of the longer run there."""
        before = self.chosen[max(0, a - self.x0 - _NEIGHBOURS) : a - self.x0]
        after = self.chosen[b - self.x0 : b - self.x0 + _NEIGHBOURS]
        before, after = before[before >= 0], after[after >= 0]
        if not len(before) and not len(after):
            return self.baseline_y, self.baseline_y, 0.0
        left = before[-1] if len(before) else after[0]
        right = after[0] if len(after) else before[-1]
        length = max(float(self.runs.bottom[k] - self.runs.top[k]) for k in (left, right))
        return float(self.runs.centre[left]), float(self.runs.centre[right]), length


def share_ink(paths: list[Path]) -> None:
    """Set `top` and `bottom` of paths that chose the same runs, in place.

    The line that arrives by a long, steep run keeps all of a shared run; the other one continues as between its free
    neighbours. Of two steep ones, the one that would go further beyond its usual range is kept to it. Two lines that
    only touch divide the run by their order.
    """
    together = []
    for first, second in combinations(paths, 2):
        low, high = max(first.x0, second.x0), min(first.x1, second.x1)
        if low >= high:
            continue
        mine, theirs = first.chosen[low - first.x0 : high - first.x0], second.chosen[low - second.x0 : high - second.x0]
        same = (mine == theirs) & (mine >= 0)
        first.shared[low - first.x0 : high - first.x0] |= same
        second.shared[low - second.x0 : high - second.x0] |= same
        together += [(first, second, low + int(a), low + int(b)) for a, b in runs_of_true(same)]
    ranges = {id(path): path.usual_range() for path in paths}
    for first, second, a, b in together:
        _divide(first, second, a, b, ranges)


def _divide(first: Path, second: Path, a: int, b: int, ranges: dict[int, tuple[float, float]]) -> None:
    stroke = first.runs.stroke
    beside = [path.beside(a, b) for path in (first, second)]
    steep = [length > _STEEP * stroke for _, _, length in beside]
    if steep[0] and steep[1]:
        excess = [_excess(path, a, b, ranges[id(path)]) for path in (first, second)]
        tame = first if excess[0] > excess[1] else second
        _keep_to(tame, a, b, ranges[id(tame)])
    elif steep[0] or steep[1]:
        calm, (left, right, _) = (second, beside[1]) if steep[0] else (first, beside[0])
        _thin(calm, a, b, np.linspace(left, right, b - a + 2)[1:-1])
    else:
        upper, lower = (first, second) if first.baseline_y < second.baseline_y else (second, first)
        top = first.runs.top[first.chosen[a - first.x0 : b - first.x0]].astype(np.float64)
        bottom = first.runs.bottom[first.chosen[a - first.x0 : b - first.x0]].astype(np.float64)
        _thin(upper, a, b, top)
        _thin(lower, a, b, bottom)


def _excess(path: Path, a: int, b: int, usual: tuple[float, float]) -> float:
    """How far the ink of columns a to b leaves a range, relative to the range."""
    here = slice(a - path.x0, b - path.x0)
    size = usual[1] - usual[0] + 2 * path.runs.stroke
    return float(max(np.max(usual[0] - path.top[here]), np.max(path.bottom[here] - usual[1]), 0.0) / size)


def _keep_to(path: Path, a: int, b: int, usual: tuple[float, float]) -> None:
    here = slice(a - path.x0, b - path.x0)
    margin = _BEYOND * (usual[1] - usual[0])
    low, high = usual[0] - margin, usual[1] + margin
    stroke = path.runs.stroke
    path.top[here] = np.clip(path.top[here], low, high - stroke)
    path.bottom[here] = np.maximum(np.clip(path.bottom[here], low + stroke, high), path.top[here] + stroke)


def _thin(path: Path, a: int, b: int, expected: Doubles) -> None:
    """Reduce the ink of columns a to b to one stroke at the expected heights, within the run."""
    here = slice(a - path.x0, b - path.x0)
    half = path.runs.stroke / 2
    low = path.top[here] + half
    middle = np.clip(expected, low, np.maximum(path.bottom[here] - half, low))
    path.top[here], path.bottom[here] = middle - half, middle + half
