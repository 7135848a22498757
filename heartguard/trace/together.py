"""Follow all lines of a page together, so that no two follow the same ink for long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Mask, runs_of_true
from heartguard.trace.path import PathCosts, follow
from heartguard.trace.runs import Runs

__all__ = ["Track", "follow_all"]

_LONG = 60
"""Columns that two lines may share where they cross: 0.1 s on paper of 25 mm/s."""

_TAKEN = 0.5
"""Cost of a column of another's ink, pixels of jump: below that of missing ink, so that lines may merge. By hand."""

_GAIN = 12.0
"""Least saving for which a path is changed, pixels of jump; by hand, so that noise changes none."""


@dataclass(frozen=True)
class Track:
    """The search range of one panel's line: columns x0 to x1 of the runs, around the isoelectric height."""

    x0: int
    x1: int
    baseline_y: float


def follow_all(runs: Runs, tracks: Sequence[Track], costs: PathCosts) -> list[NDArray[np.intp]]:
    """Choose the runs of every track as `follow` does.

    Where two paths follow the same ink for long, one of them has probably wandered into the other's row, off its own
    line. The path that saves most by it is followed again with that ink made expensive. This can displace a third path,
    so it is repeated, at most once for each track.

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
    yielded: list[dict[int, Mask]] = [{} for _ in tracks]
    for _ in tracks:
        changes = []
        for k, track in enumerate(tracks):
            if not _note_sharing(tracks, chosen, k, yielded[k]):
                continue
            taken = _taken(runs, tracks, chosen, k, yielded[k])
            path, cost = follow(runs, track.x0, track.x1, track.baseline_y, costs, taken)
            changes.append((own[k] + _sum(taken, chosen[k]) - cost, k, path, cost - _sum(taken, path)))
        best = max(changes, key=lambda change: change[0], default=None)
        if best is None or best[0] < _GAIN:
            break
        _, k, chosen[k], own[k] = best
    return chosen


def _note_sharing(
    tracks: Sequence[Track], chosen: Sequence[NDArray[np.intp]], number: int, yielded: dict[int, Mask]
) -> bool:
    """Add to `yielded` the columns in which a path shares another's ink for long; return whether there are any now."""
    mine, shares = chosen[number], False
    for k in range(len(tracks)):
        here, there = _common(tracks[number], tracks[k])
        if k == number or here.start >= here.stop:
            continue
        same, ink = mine[here] == chosen[k][there], mine[here] >= 0
        for first, last in runs_of_true(same):
            if ink[first:last].sum() > _LONG:
                yielded.setdefault(k, np.zeros(len(mine), bool))[here][first:last] = True
                shares = True
    return shares


def _taken(
    runs: Runs,
    tracks: Sequence[Track],
    chosen: Sequence[NDArray[np.intp]],
    number: int,
    yielded: dict[int, Mask],
) -> Doubles:
    """Return the extra cost of each run for a path, in the columns that it yields to others."""
    taken = np.zeros(len(runs.top))
    for k, columns in yielded.items():
        here, there = _common(tracks[number], tracks[k])
        theirs = chosen[k][there]
        taken[theirs[columns[here] & (theirs >= 0)]] = _TAKEN
    return taken


def _common(mine: Track, other: Track) -> tuple[slice, slice]:
    """Return the columns that two tracks have in common, counted from either's first."""
    low, high = max(mine.x0, other.x0), min(mine.x1, other.x1)
    return slice(low - mine.x0, high - mine.x0), slice(low - other.x0, high - other.x0)


def _sum(taken: Doubles, path: NDArray[np.intp]) -> float:
    return float(taken[path[path >= 0]].sum())
