"""How well the lines of a reading and the ink of the page fit each other."""

from __future__ import annotations

import numpy as np
from scipy.signal import find_peaks

from heartguard.arrays import Floats
from heartguard.values import Ecg, Page, Segment

__all__ = ["cut_share", "stray_share", "vague_share"]

_NEAR_MM = 1.2
"""Ink further from every line than this is nobody's: half a stroke and the slack of a tall, merged complex."""

_HALF_STROKE_MM = 0.4
"""Ink so far beyond a peak is the pen's own."""

_TALL_MM, _TALL_SHARE = 0.3, 0.25
"""A peak has at least this height, and at least this share of what its lead spans; others tell little."""

_APART_MM = 2.0
"""Peaks nearer to each other are one: 80 ms at 25 mm/s."""

_BESIDE_MM = 0.25
"""The ink of a peak is sought in columns so near to it."""


def cut_share(page: Page, segment: Segment) -> float:
    """Return by what share of their height the peaks of a line fall short of the ink that goes on beyond them.

    The mean over the tall peaks to both sides, 0 to 1; 0 where there are none.
    """
    y = segment.y
    if np.isfinite(y).sum() < 2:
        return 0.0
    rest = float(np.nanmedian(y))
    above = rest - np.where(np.isfinite(y), y, rest)
    low, high = np.nanpercentile(y, (0.5, 99.5))
    tall = max(_TALL_MM * page.px_per_mm, _TALL_SHARE * float(high - low))
    shares = []
    for sign in (1, -1):
        height = sign * above
        for peak in find_peaks(height, height=tall, prominence=tall, distance=_APART_MM * page.px_per_mm)[0]:
            beyond = _ink_beyond(page, segment.x0 + int(peak), round(rest - sign * height[peak]), sign)
            shares.append(max(0.0, beyond - _HALF_STROKE_MM * page.px_per_mm) / height[peak])
    return float(np.mean(np.clip(shares, 0, 1))) if shares else 0.0


def _ink_beyond(page: Page, x: int, y: int, up: int) -> int:
    """Return how many rows the ink goes on beyond a peak at (x, y), upwards (1) or downwards (-1), pixels."""
    aside = round(_BESIDE_MM * page.px_per_mm)
    columns = page.ink[:, max(0, x - aside) : x + aside + 1]
    beyond = columns[: y + 1][::-1] if up > 0 else columns[y:]
    if not beyond.size:
        return 0
    bare = beyond < 0.5
    return int(np.where(bare.any(axis=0), bare.argmax(axis=0), len(bare)).max())


def vague_share(page: Page, y: Floats, x0: int) -> float:
    """Return the share of a line's points on pale ink."""
    columns = np.flatnonzero(np.isfinite(y))
    if not len(columns):
        return 1.0
    rows = np.clip(np.round(y[columns]).astype(int), 0, page.ink.shape[0] - 1)
    return float(np.mean(page.ink[rows, np.clip(x0 + columns, 0, page.ink.shape[1] - 1)] < 0.5))


def stray_share(page: Page, ecg: Ecg) -> float:
    """Return the share of the ink in the columns of the panels that is near no line."""
    inked = page.ink > 0.5
    reach = _NEAR_MM * page.px_per_mm
    taken = np.zeros_like(inked)
    first, last = page.ink.shape[1], 0
    for segment in ecg.segments:
        first, last = min(first, segment.x0), max(last, segment.x0 + len(segment.y))
        for column in np.flatnonzero(np.isfinite(segment.y)):
            around = segment.y[max(0, column - 3) : column + 4]
            top, bottom = np.nanmin(around) - reach, np.nanmax(around) + reach
            taken[max(0, round(float(top))) : round(float(bottom)) + 1, segment.x0 + column] = True
    here = inked[:, max(0, first) : last]
    total = int(here.sum())
    return float((here & ~taken[:, max(0, first) : last]).sum()) / total if total else 1.0
