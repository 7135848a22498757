"""Whether the columns of a page show consecutive seconds or the same ones, by the heartbeats of its rhythm strips."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from heartguard.arrays import Doubles
from heartguard.leads import Layout
from heartguard.page.ends import Extent

__all__ = ["columns_at_once"]

_SOFT_PX = 3.0
"""Standard deviation by which steepness is smoothed, 0.4 mm: leads are steep at moments that differ a little."""

_ALIKE, _CLEARLY = 0.7, 0.15
"""Least correlation of every column's beats with the strips', and by how much their mean is ahead of that at the other
seconds: of 32 simulated pages the wrong seconds were ahead on four, by at most 0.10."""

_STEP = 2
"""Pixels from shift to shift, 0.25 mm."""


def columns_at_once(layout: Layout, followed: Doubles, extent: Extent, reach: int) -> bool | None:
    """Return whether all columns have the beats of the strips' first seconds; None where the strips do not tell.

    Parameters
    ----------
    layout : Layout
    followed : ndarray, shape (rows, w), mm
        Height of each row over its baseline at the columns of the page; the strips come last.
    extent : Extent
    reach : int
        Pixels by which columns and strips may be apart.
    """
    count = len(layout.rows)
    if len(followed) <= count or layout.columns == 1:
        return None
    short, strips = _steepness(followed[:count]), _steepness(followed[count:])
    first, width = round(extent.x0), extent.width / layout.columns
    in_turn, at_once = [], []
    for column in range(1, layout.columns):
        start = round(extent.x0 + column * width)
        length = min(round(width), len(short) - start)
        part = short[start : start + length]
        in_turn.append(_alike(part, strips[start : start + length], reach))
        at_once.append(_alike(part, strips[first : first + length], reach))
    once = float(np.mean(at_once)) > float(np.mean(in_turn))
    likelier, other = (at_once, in_turn) if once else (in_turn, at_once)
    if min(likelier) < _ALIKE or np.mean(likelier) - np.mean(other) < _CLEARLY:
        return None
    return once


def _steepness(rows: Doubles) -> Doubles:
    """Return how steep rows are on average, shape (w,)."""
    slope = np.abs(np.gradient(np.nan_to_num(rows), axis=1))
    smooth = gaussian_filter1d(slope, _SOFT_PX, axis=1)
    return np.asarray((smooth / (np.percentile(smooth, 99, axis=1, keepdims=True) + 1e-9)).mean(axis=0), np.float64)


def _alike(part: Doubles, strip: Doubles, reach: int) -> float:
    """Return the greatest correlation of a part of a column and the strip, moved by at most `reach`."""
    if len(part) != len(strip) or len(part) <= 2 * reach:
        return 0.0
    moved = [strip[reach + move : len(strip) - reach + move] for move in range(-reach, reach + 1, _STEP)]
    x, y = part[reach : len(part) - reach], np.stack(moved)
    x, y = x - x.mean(), y - y.mean(axis=1, keepdims=True)
    return float(np.max((y @ x) / np.sqrt((x @ x) * np.sum(y**2, axis=1) + 1e-12)))
