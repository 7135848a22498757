"""Image crops around the steep and the shared parts of the traced lines: the input of the line network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Mask, runs_of_true
from heartguard.trace.share import Path

__all__ = [
    "CROP_COLUMNS",
    "CROP_ROWS",
    "POINTS",
    "ROWS_PER_PX",
    "Crop",
    "cut_crops",
    "heights_of",
    "lowered",
    "points_x",
    "rows_of",
]

CROP_ROWS, CROP_COLUMNS = 192, 64
"""Size of a crop: 64 mm high, 8 mm (0.32 s) wide, which holds a QRS complex of up to 3 mV to either side."""

POINTS = 2
"""Points of the line in each column: one every 2.5 ms, so that a narrow R peak does not fall between two."""

ROWS_PER_PX = 3 / 8
"""Rows of a crop to a page pixel: a coarser height keeps the network small, as it locates a line between rows."""

_MARGIN = 10
"""Columns at either end of a crop that are context only, 1.25 mm; chosen by hand, not fitted."""

_STEEP = 2.2
"""A run longer than so many strokes is steep, as in `heartguard.trace.share`: at 45 degrees it is 1.4 strokes long."""

_AROUND = 5
"""Columns beside a steep or shared part that belong to it, 0.6 mm; chosen by hand, not fitted."""

_ABOVE = 8
"""Rows kept free above and below the ink of a crop, 2.7 mm; chosen by hand, not fitted."""


@dataclass(frozen=True, eq=False)
class Crop:
    """One crop and its position on the page.

    Attributes
    ----------
    path : int
        Index of the path whose line is to be located.
    column, row : int
        Its first page column, and its first row of the ink from `lowered`.
    picture : ndarray, shape (3, CROP_ROWS, CROP_COLUMNS), float32, 0 to 1
        Three channels: the ink, the part of each pixel that the path covers, and the part that other paths cover.
    wanted : ndarray, shape (CROP_COLUMNS,), bool
        Columns in which the line is steep or shared.
    """

    path: int
    column: int
    row: int
    picture: Floats
    wanted: Mask


def lowered(ink: Floats) -> Floats:
    """Return the ink of a page with its height scaled by `ROWS_PER_PX`, by area averages."""
    height, width = ink.shape
    return np.asarray(cv2.resize(ink, (width, round(height * ROWS_PER_PX)), interpolation=cv2.INTER_AREA), np.float32)


def rows_of(y: Doubles) -> Doubles:
    """Convert page heights, pixels, to rows of the ink from `lowered`."""
    return np.asarray((y + 0.5) * ROWS_PER_PX - 0.5, np.float64)


def heights_of(rows: Doubles) -> Doubles:
    """Convert rows of the ink from `lowered` to page heights, pixels."""
    return np.asarray((rows + 0.5) / ROWS_PER_PX - 0.5, np.float64)


def points_x(crop: Crop) -> Doubles:
    """Return the x positions of the points of a crop, page pixels."""
    return np.asarray(crop.column + (np.arange(CROP_COLUMNS * POINTS) + 0.5) / POINTS - 0.5, np.float64)


def cut_crops(ink: Floats, paths: Sequence[Path], finer: int) -> Iterator[Crop]:
    """Cut a crop around every steep or shared part of every path; each such column is `wanted` in exactly one crop.

    Parameters
    ----------
    ink : ndarray, shape (h, w), float32, 0 to 1
        From `lowered`.
    paths : sequence of Path
    finer : int
        Columns of a path per page pixel.
    """
    covers = [_Cover(path, finer) for path in paths]
    for number, (path, cover) in enumerate(zip(paths, covers, strict=True)):
        beside = [other for other in covers if other is not cover]
        baseline = float(rows_of(np.asarray(path.baseline_y)))
        for first, last in _parts(cover.difficult):
            row = cover.first_row(first, last, baseline)
            column = cover.first + (first + last) // 2 - CROP_COLUMNS // 2
            wanted = np.zeros(CROP_COLUMNS, bool)
            at = cover.first + first - column
            wanted[at : at + last - first] = cover.difficult[first:last]
            yield Crop(number, column, row, _picture(ink, cover, beside, column, row), wanted)


class _Cover:
    """Rows of each page column that a path covers and that its connected ink spans; which columns are difficult."""

    def __init__(self, path: Path, finer: int) -> None:
        self.first = path.x0 // finer
        at = slice(finer // 2, None, finer)
        self.top, self.bottom = rows_of(path.top[at]), rows_of(path.bottom[at])
        present = path.chosen[at] >= 0
        highest, lowest = path.runs.top[path.chosen[at]], path.runs.bottom[path.chosen[at]]
        self.highest, self.lowest = (rows_of(np.where(present, y, np.nan)) for y in (highest, lowest))
        hard = ((lowest - highest > _STEEP * path.runs.stroke) | path.shared[at]) & present
        near = cv2.dilate(hard.astype(np.uint8)[None], np.ones((1, 2 * _AROUND + 1), np.uint8))[0] > 0
        self.difficult: Mask = near & present

    @property
    def last(self) -> int:
        """Page column after the last."""
        return self.first + len(self.top)

    def first_row(self, first: int, last: int, baseline: float) -> int:
        """Return the first row of a crop: centred on the baseline, unless that cuts off ink connected to this part.

        If the connected ink is taller than the crop, the part that belongs to this path is kept.
        """
        highest, lowest = np.nanmin(self.highest[first:last]) - _ABOVE, np.nanmax(self.lowest[first:last]) + _ABOVE
        first_end, last_end = sorted((float(highest), float(lowest) - CROP_ROWS + 1))
        row = min(max(baseline - CROP_ROWS / 2, first_end), last_end)
        own_highest, own_lowest = np.nanmin(self.top[first:last]) - _ABOVE, np.nanmax(self.bottom[first:last]) + _ABOVE
        return round(min(max(row, float(own_lowest) - CROP_ROWS + 1), float(own_highest)))

    def between(self, column: int, row: int) -> Floats:
        """Return the fraction of each pixel of a crop that is between top and bottom of the path."""
        covered = np.zeros((CROP_ROWS, CROP_COLUMNS), np.float32)
        low, high = max(column, self.first), min(column + CROP_COLUMNS, self.last)
        if low < high:
            here = slice(low - self.first, high - self.first)
            y = np.arange(row, row + CROP_ROWS)[:, None]
            inside = np.minimum(self.bottom[here], y + 0.5) - np.maximum(self.top[here], y - 0.5)
            covered[:, low - column : high - column] = np.nan_to_num(inside.clip(0, 1))
        return covered


def _parts(difficult: Mask) -> Iterator[tuple[int, int]]:
    """Split the difficult columns into parts that fit into a crop with a margin; short neighbours share a part."""
    longest = CROP_COLUMNS - 2 * _MARGIN
    begun: tuple[int, int] | None = None
    for first, last in runs_of_true(difficult).tolist():
        if begun is not None and last - begun[0] <= longest:
            begun = (begun[0], last)
            continue
        if begun is not None:
            yield begun
        for start in range(first, last - longest, longest):
            yield start, start + longest
        begun = (last - 1 - (last - 1 - first) % longest, last)
    if begun is not None:
        yield begun


def _picture(ink: Floats, cover: _Cover, beside: Sequence[_Cover], column: int, row: int) -> Floats:
    out = np.zeros((3, CROP_ROWS, CROP_COLUMNS), np.float32)
    height, width = ink.shape
    top, bottom = max(0, row), min(height, row + CROP_ROWS)
    left, right = max(0, column), min(width, column + CROP_COLUMNS)
    if top < bottom and left < right:
        out[0, top - row : bottom - row, left - column : right - column] = ink[top:bottom, left:right]
    out[1] = cover.between(column, row)
    for other in beside:
        if other.first < column + CROP_COLUMNS and column < other.last:
            out[2] = np.maximum(out[2], other.between(column, row))
    return out
