"""Following all lines of a page, so that no two go along the same ink for long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.trace.path import PathCosts, follow
from heartguard.trace.runs import Runs, stretches
from heartguard.values import Doubles

__all__ = ["Track", "follow_all"]

_LONG = 60
"""Columns, 0.1 s, that two lines may share where they cross."""
_TAKEN = 0.5
_GAIN = 12.0


@dataclass(frozen=True)
class Track:
    """Where one panel's line is looked for: columns x0 to x1 of the runs, about the isoelectric height."""

    x0: int
    x1: int
    baseline_y: float


def follow_all(runs: Runs, tracks: Sequence[Track], costs: PathCosts) -> list[NDArray[np.intp]]:
    """Choose the runs of every track as `follow` does.

    Where two go along the same ink for long, as when a line wanders into the next row, another line is likely left to
    nobody. The one that loses least by it then leaves the ink to the other, until no more is to be gained.

    Parameters
    ----------
    runs : Runs
    tracks : sequence of Track
    costs : PathCosts

    Returns
    -------
    list of ndarray, each of shape (x1 - x0,), int
    """
    found = [follow(runs, t.x0, t.x1, t.baseline_y, costs) for t in tracks]
    chosen, own = [path for path, _ in found], [cost for _, cost in found]
    for _ in tracks:
        gains = []
        for k, track in enumerate(tracks):
            taken = _taken(runs, tracks, chosen, k)
            if taken is None:
                continue
            path, cost = follow(runs, track.x0, track.x1, track.baseline_y, costs, taken)
            gains.append((own[k] + _sum(taken, chosen[k]) - cost, k, path, cost - _sum(taken, path)))
        best = max(gains, key=lambda found: found[0], default=None)
        if best is None or best[0] < _GAIN:
            break
        _, k, chosen[k], own[k] = best
    return chosen


def _taken(runs: Runs, tracks: Sequence[Track], chosen: Sequence[NDArray[np.intp]], number: int) -> Doubles | None:
    """Return what runs cost a path where it shares ink for long, if others go through them; None where it does not."""
    mine, track = chosen[number], tracks[number]
    long = np.zeros(len(mine), bool)
    beside = []
    for other, path in zip(tracks, chosen, strict=True):
        low, high = max(track.x0, other.x0), min(track.x1, other.x1)
        if other is track or low >= high:
            continue
        here, theirs = slice(low - track.x0, high - track.x0), path[low - other.x0 : high - other.x0]
        beside.append((here, theirs))
        for first, last in stretches((mine[here] == theirs) & (theirs >= 0)):
            long[here][first:last] |= last - first > _LONG
    if not long.any():
        return None
    taken = np.zeros(len(runs.top))
    for here, theirs in beside:
        taken[theirs[long[here] & (theirs >= 0)]] = _TAKEN
    return taken


def _sum(taken: Doubles, path: NDArray[np.intp]) -> float:
    return float(taken[path[path >= 0]].sum())
