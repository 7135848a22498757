"""Marks that touch the trace on printed pages: calibration pulses before its start and short bars between columns."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np

from heartguard.arrays import Floats, Mask
from heartguard.leads import PAGE_SECONDS, PAPER_SPEED_MM_PER_S
from heartguard.page.ends import Extent
from heartguard.page.marks import Lines, Pulse

__all__ = ["attached_pulses", "find_bars", "join_lines", "place_by_bars"]

_BAR_MM = (0.55, 3.2)
# The uprights of a calibration pulse are 10 mm tall.
_BAR_TALLEST_MM, _BAR_WIDEST_MM = 8.5, 2.2
_BAR_AGREE_MM = 1.6
PAGE_MM = PAGE_SECONDS * PAPER_SPEED_MM_PER_S
_QUARTER_MM = PAGE_MM / 4
# Bars further from where the ink begins and ends than this are other marks.
_TRUSTED_MM = 8.0
_SURPLUS_MM = (1.5, 12.0)
_PULSE_WIDTH_MM = (3.0, 11.0)
_PULSE_HEIGHTS_MM = (5.0, 10.0, 20.0)
_PULSE_TOLERANCE = 0.16
_REACH_MM = 26.0


def find_bars(ink: Mask, px_per_mm: float) -> Lines:
    """Find short thick bars that stand above each other in several rows, at the columns' beginnings.

    Parameters
    ----------
    ink : ndarray, shape (h, w), bool
    px_per_mm : float

    Returns
    -------
    Lines
        Only those whose places fit columns of a quarter or half of the 250 mm.
    """
    width, height = (max(2, round(mm * px_per_mm)) for mm in _BAR_MM)
    thick = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_OPEN, np.ones((height, width), np.uint8))
    count, labels, stats, centres = cv2.connectedComponentsWithStats(thick, connectivity=8)
    low, narrow = (
        stats[:, side] < mm * px_per_mm
        for side, mm in ((cv2.CC_STAT_HEIGHT, _BAR_TALLEST_MM), (cv2.CC_STAT_WIDTH, _BAR_WIDEST_MM))
    )
    bars = [k for k in range(1, count) if low[k] and narrow[k]]
    columns = _stacked([(float(centres[k, 0]), k) for k in bars], _BAR_AGREE_MM * px_per_mm)
    places = {float(np.median([x for x, _ in column])): column for column in columns}
    kept = _spaced(list(places), _QUARTER_MM * px_per_mm, 0.03)
    mask = np.zeros(ink.shape, np.uint8)
    for place in kept:
        for _, k in places[place]:
            mask[labels == k] = 1
    mask = cv2.dilate(mask, np.ones((5, 5), np.uint8))
    return Lines(mask.astype(bool), np.zeros_like(ink), tuple(sorted(kept)), tuple(sorted(kept)))


def _stacked(bars: list[tuple[float, int]], reach: float) -> list[list[tuple[float, int]]]:
    """Group marks by their column; groups of one are left out."""
    groups: list[list[tuple[float, int]]] = []
    for bar in sorted(bars):
        if groups and bar[0] - groups[-1][-1][0] < reach:
            groups[-1].append(bar)
        else:
            groups.append([bar])
    return [group for group in groups if len(group) >= 2]


def _spaced(places: list[float], quarter: float, tolerance: float) -> list[float]:
    """Keep the places that lie whole quarters from another one."""
    kept = set()
    for a, b in combinations(places, 2):
        steps = abs(a - b) / quarter
        if 1 <= round(steps) <= 3 and abs(steps - round(steps)) < tolerance * round(steps):
            kept |= {a, b}
    return sorted(kept)


def join_lines(first: Lines, second: Lines) -> Lines:
    """Both sets of lines as one; the places of the second where it has any, all straight: print holds no waves."""
    places = second.vertical_x or first.vertical_x
    return Lines(first.vertical | second.vertical, first.horizontal | second.horizontal, places, places)


def place_by_bars(extent: Extent, bars: Lines, pulses_known: bool, px_per_mm: float) -> Extent:
    """Place the 10 s so that the bars stand between columns, else so that they end where the traces do.

    Parameters
    ----------
    extent : Extent
        From the ink alone: a pulse that touches its trace may lengthen it to the left.
    bars : Lines
    pulses_known : bool
        Whether pulses were found and left out of `extent`.
    px_per_mm : float
    """
    quarter = _QUARTER_MM * px_per_mm
    if bars.vertical_x:
        first = bars.vertical_x[0]
        steps = [round((x - first) / quarter) for x in bars.vertical_x]
        base = float(np.median([x - step * quarter for x, step in zip(bars.vertical_x, steps, strict=True)]))
        starts = [base - k * quarter for k in range(4)]
        start = min(starts, key=lambda x: abs(x - extent.x0) + abs(x + 4 * quarter - extent.x1))
        near = max(abs(start - extent.x0), abs(start + 4 * quarter - extent.x1)) < _TRUSTED_MM * px_per_mm
        return Extent(start, start + 4 * quarter) if near else extent
    surplus = extent.width / px_per_mm - PAGE_MM
    if not pulses_known and _SURPLUS_MM[0] < surplus < _SURPLUS_MM[1]:
        return Extent(extent.x1 - PAGE_MM * px_per_mm, extent.x1)
    return extent


def attached_pulses(ink: Mask, soft: Floats, rows: tuple[float, ...], px_per_mm: float) -> tuple[Pulse, ...]:
    """Find calibration pulses whose foot touches the trace: two upright strokes under one level roof, left of it.

    Parameters
    ----------
    ink : ndarray, shape (h, w), bool
    soft : ndarray, shape (h, w), float32, 0 to 1
    rows : tuple of float
        Isoelectric heights.
    px_per_mm : float
    """
    found = []
    for row in rows:
        pulse = _pulse_at(soft, row, px_per_mm, _first_column(ink, row, px_per_mm))
        if pulse is not None:
            found.append(pulse)
    return tuple(found)


def _first_column(ink: Mask, row: float, px_per_mm: float) -> int:
    band = ink[max(0, round(row - 22 * px_per_mm)) : round(row + 3 * px_per_mm)]
    columns = np.flatnonzero(band.any(axis=0))
    return int(columns[0]) if len(columns) else 0


def _pulse_at(soft: Floats, row: float, px_per_mm: float, first: int) -> Pulse | None:
    best: tuple[float, Pulse] | None = None
    for height_mm in _PULSE_HEIGHTS_MM:
        for foot in np.arange(row - 2 * px_per_mm, row + 2 * px_per_mm, 0.25 * px_per_mm):
            top = round(foot - height_mm * px_per_mm)
            if top < 2:
                continue
            side = soft[top + 2 : round(foot) - 2, first : first + round(_REACH_MM * px_per_mm)]
            strokes = cv2.dilate(side, np.ones((1, 3), np.uint8)).mean(axis=0)
            tall = np.flatnonzero((strokes > 0.6) & (strokes >= cv2.dilate(strokes[None], np.ones((1, 5)))[0]))
            roof = cv2.dilate(soft[top - 2 : top + 3, first : first + side.shape[1]], np.ones((5, 1), np.uint8))[2]
            for a, b in combinations(tall, 2):
                if not _PULSE_WIDTH_MM[0] * px_per_mm < b - a < _PULSE_WIDTH_MM[1] * px_per_mm:
                    continue
                score = float(min(strokes[a], strokes[b], roof[a : b + 1].mean()))
                if score > 0.6 and (best is None or score > best[0]):
                    best = score, Pulse(float(first + a), float(first + b), float(foot), height_mm)
    return best[1] if best else None
