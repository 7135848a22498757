"""Which ink runs belong to one lead: the cheapest path from left to right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.trace.runs import Runs

__all__ = ["PathCosts", "follow"]

_HOLD = -1


@dataclass(frozen=True)
class PathCosts:
    """What a path pays, in pixels of jump.

    Attributes
    ----------
    jump : float
        For each pixel between the ends of successive runs; nothing where they overlap.
    start : float
        For each pixel between the isoelectric height and the first run.
    away : float
        For each pixel and column that a run lies away from the row's isoelectric height.
    missing : float
        For each column that is bridged without ink.
    reach : float
        No run further from the isoelectric height is looked at, pixels.
    """

    jump: float = 1.0
    start: float = 0.3
    away: float = 0.006
    missing: float = 1.5
    reach: float = 320.0


def follow(runs: Runs, x0: int, x1: int, baseline_y: float, costs: PathCosts) -> NDArray[np.intp]:
    """Choose one run in each column, or none.

    Parameters
    ----------
    runs : Runs
    x0, x1 : int
        First column and the one after the last.
    baseline_y : float
        Isoelectric height of the row, page pixels.
    costs : PathCosts

    Returns
    -------
    ndarray, shape (x1 - x0,), int
        Index of the run in each column, -1 where the line is missing.
    """
    here = slice(int(runs.first[x0]), int(runs.first[x1]))
    top_all, bottom_all = runs.top[here].astype(float), runs.bottom[here].astype(float)
    away_all = costs.away * np.maximum(0, np.maximum(top_all - baseline_y, baseline_y - bottom_all))
    near = away_all < costs.away * costs.reach
    index_all = np.flatnonzero(near) + here.start
    bounds = np.concatenate([[0], np.cumsum(near)])[runs.first[x0 : x1 + 1] - here.start].tolist()
    top_all, bottom_all, away_all = top_all[near], bottom_all[near], away_all[near]
    tops, bottoms, total = np.array([baseline_y]), np.array([baseline_y]), np.zeros(1)
    back: list[NDArray[np.intp]] = []
    chosen: list[NDArray[np.intp]] = []
    for k in range(x1 - x0):
        part = slice(bounds[k], bounds[k + 1])
        top, bottom = top_all[part], bottom_all[part]
        held = total.argmin()
        gap = np.maximum(np.maximum(top[:, None] - bottoms, tops - bottom[:, None]), 0)
        step = total + (costs.jump if k else costs.start) * gap
        back.append(np.concatenate([step.argmin(axis=1), [held]]) if len(top) else np.array([held]))
        chosen.append(np.concatenate([index_all[part], [_HOLD]]))
        total = np.concatenate([step.min(axis=1, initial=np.inf) + away_all[part], [total[held] + costs.missing]])
        tops, bottoms = np.concatenate([top, tops[held : held + 1]]), np.concatenate([bottom, bottoms[held : held + 1]])
    return _walk_back(total, back, chosen)


def _walk_back(
    total: NDArray[np.float64], back: list[NDArray[np.intp]], chosen: list[NDArray[np.intp]]
) -> NDArray[np.intp]:
    node = int(total.argmin())
    path = np.empty(len(back), np.intp)
    for k in range(len(back) - 1, -1, -1):
        path[k] = chosen[k][node]
        node = int(back[k][node])
    return path
