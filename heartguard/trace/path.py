"""Which ink runs belong to one lead: the cheapest path from left to right, by dynamic programming (Viterbi)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles
from heartguard.trace.runs import Runs

__all__ = ["PathCosts", "follow"]

_HOLD = -1
"""Index that means no run: the line is missing in this column and its height is held."""


@dataclass(frozen=True)
class PathCosts:
    """Costs of a path, in pixels of jump. All were chosen by hand; none is fitted.

    Attributes
    ----------
    jump : float
        For each pixel between the ends of successive runs; nothing where they overlap.
    start : float
        For each pixel between the isoelectric height and the first run.
    away : float
        For each pixel and column by which a run is away from the row's isoelectric height.
    missing : float
        For each column that is bridged without ink.
    reach : float
        Runs further from the isoelectric height are not considered, pixels.
    """

    jump: float = 1.0
    start: float = 0.3
    away: float = 0.006
    missing: float = 1.5
    reach: float = 320.0


def follow(
    runs: Runs, x0: int, x1: int, baseline_y: float, costs: PathCosts, taken: Doubles | None = None
) -> tuple[NDArray[np.intp], float]:
    """Choose one run in each column, or none.

    Parameters
    ----------
    runs : Runs
    x0, x1 : int
        First column and the one after the last.
    baseline_y : float
        Isoelectric height of the row, page pixels.
    costs : PathCosts
    taken : ndarray, shape (runs,), float64, optional
        Extra cost of each run, because another path uses it.

    Returns
    -------
    chosen : ndarray, shape (x1 - x0,), int
        Index of the run in each column, -1 where the line is missing.
    cost : float
        Of the whole path.
    """
    here = slice(int(runs.first[x0]), int(runs.first[x1]))
    top_all, bottom_all = runs.top[here].astype(float), runs.bottom[here].astype(float)
    away_all = costs.away * np.maximum(0, np.maximum(top_all - baseline_y, baseline_y - bottom_all))
    near = away_all < costs.away * costs.reach
    if taken is not None:
        away_all = away_all + taken[here]
    index_all = np.flatnonzero(near) + here.start
    bounds = np.concatenate([[0], np.cumsum(near)])[runs.first[x0 : x1 + 1] - here.start].tolist()
    top_all, bottom_all, away_all = top_all[near], bottom_all[near], away_all[near]
    columns = (slice(*pair) for pair in pairwise(bounds))
    tops, bottoms, total = [baseline_y], [baseline_y], [0.0]
    rate = costs.start
    back: list[list[int]] = []
    chosen: list[list[int]] = []
    for part in columns:
        top, bottom = top_all[part].tolist(), bottom_all[part].tolist()
        held = min(range(len(total)), key=total.__getitem__)
        least, best = _cheapest(top, bottom, tops, bottoms, total, rate)
        back.append([*best, held])
        chosen.append([*index_all[part].tolist(), _HOLD])
        away = away_all[part].tolist()
        total = [*(cost + more for cost, more in zip(least, away, strict=True)), total[held] + costs.missing]
        tops, bottoms = [*top, tops[held]], [*bottom, bottoms[held]]
        rate = costs.jump
    return _walk_back(total, back, chosen), min(total)


def _cheapest(
    top: list[float], bottom: list[float], tops: list[float], bottoms: list[float], total: list[float], rate: float
) -> tuple[list[float], list[int]]:
    """Return the cost of the cheapest step to each run, and the node of the column before from which it comes.

    Plain numbers, because a column holds a handful of runs: arrays would cost ten times as much.
    """
    least, best = [], []
    for high, low in zip(top, bottom, strict=True):
        cheapest, source = float("inf"), 0
        for number, cost in enumerate(total):
            if cost >= cheapest:
                continue
            gap = high - bottoms[number]
            if gap <= 0:
                gap = tops[number] - low
            step = cost + rate * gap if gap > 0 else cost
            if step < cheapest:
                cheapest, source = step, number
        least.append(cheapest)
        best.append(source)
    return least, best


def _walk_back(total: list[float], back: list[list[int]], chosen: list[list[int]]) -> NDArray[np.intp]:
    node = min(range(len(total)), key=total.__getitem__)
    path = np.empty(len(back), np.intp)
    for k in range(len(back) - 1, -1, -1):
        path[k] = chosen[k][node]
        node = back[k][node]
    return path
