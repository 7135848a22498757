"""Straight lines, calibration pulses and trace rows among the ink of a straight page of known scale."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from heartguard.arrays import Floats, Image, Mask, runs_of_true
from heartguard.page.strips import HALF

__all__ = ["Lines", "Pulse", "find_lines", "find_rows", "trace_mask"]

_SEPARATOR_MM = 38.0
_RULE_MM = 135.0
_SOFT_PX = 2
_SURELY_RULED_MM = 80.0
_SIDE_MM = 3.0
# Shares of both sides within a pixel of straight lines, added up. Real separators: nearly 2 unless waves hide a side.
_STRAIGHT = 1.67
_TILT = 0.01
_TRACE_MIN_WIDTH_MM = 5.0
"""Of connected trace: wider than a letter, as most of the short lines that the network takes for trace are letters."""

_BRIDGED_MM = (1.5, 1.0)
"""Breaks of a line across and down: where a fine line of the grid or another line crosses it."""

_ROW_SMOOTHING_MM = 0.9
_ROW_MIN_SPACING_MM = 7.0


@dataclass(frozen=True, eq=False)
class Lines:
    """Ruled lines with their soft edges.

    Attributes
    ----------
    vertical, horizontal : ndarray, shape (h, w), bool
    vertical_x : tuple of float
        Columns of the vertical ones, page pixels.
    straight_x : tuple of float
        Those of them that are very long, or whose sides are straight as those of complexes one above the other are not.
    """

    vertical: Mask
    horizontal: Mask
    vertical_x: tuple[float, ...]
    straight_x: tuple[float, ...]

    @property
    def mask(self) -> Mask:
        """All lines."""
        return self.vertical | self.horizontal


@dataclass(frozen=True)
class Pulse:
    """A calibration pulse: extent and height of its feet, page pixels; amplitude and, where known, width, mm."""

    x0: float
    x1: float
    baseline_y: float
    height_mm: float
    width_mm: float | None = None


def find_lines(ink: Mask, contrast: Floats, px_per_mm: float) -> Lines:
    """Find separators, frames and rules: straight runs longer than any trace can be.

    Parameters
    ----------
    ink : ndarray, shape (h, w), bool
    contrast : ndarray, shape (h, w), float32
        Darkness of the same page, for the place of vertical lines between pixels.
    px_per_mm : float
    """
    plain = ink.astype(np.uint8)
    vertical = cv2.morphologyEx(plain, cv2.MORPH_OPEN, np.ones((round(_SEPARATOR_MM * px_per_mm), 1), np.uint8))
    horizontal = cv2.morphologyEx(plain, cv2.MORPH_OPEN, np.ones((1, round(_RULE_MM * px_per_mm)), np.uint8))
    stretches = runs_of_true(vertical.any(axis=0)).tolist()
    centres = tuple(_middle(vertical, contrast, a, b) for a, b in stretches)
    ruled = tuple(x for x, (a, b) in zip(centres, stretches, strict=True) if _is_ruled(ink, vertical, a, b, px_per_mm))
    vertical = cv2.dilate(vertical, np.ones((1, 7), np.uint8))
    horizontal = cv2.dilate(horizontal, np.ones((5, 1), np.uint8))
    return Lines(vertical.astype(bool), horizontal.astype(bool), centres, ruled)


def _middle(line: NDArray[np.uint8], contrast: Floats, a: int, b: int) -> float:
    """Centre of darkness of a vertical line in the columns a to b and their neighbours."""
    columns = np.arange(max(0, a - _SOFT_PX), min(line.shape[1], b + _SOFT_PX))
    rows = line[:, a:b].any(axis=1)
    # The median along the line leaves out what crosses it.
    profile = np.median(contrast[np.ix_(rows, columns)], axis=0)
    return float(np.average(columns, weights=np.maximum(profile - profile.min(), 1e-6)))


def _is_ruled(ink: Mask, line: NDArray[np.uint8], a: int, b: int, px_per_mm: float) -> bool:
    """Tell whether a vertical line is very long, or both sides of its ink are straight for most of its length."""
    rows = np.flatnonzero(line[:, a:b].any(axis=1))
    if len(rows) > _SURELY_RULED_MM * px_per_mm:
        return True
    within = a + line[rows, a:b].argmax(axis=1)
    steps = np.arange(1, round(_SIDE_MM * px_per_mm))
    straight = 0.0
    for way in (-1, 1):
        beside = (within[:, None] + way * steps).clip(0, ink.shape[1] - 1)
        blank = ~ink[rows[:, None], beside]
        edge = within + way * np.where(blank.any(axis=1), blank.argmax(axis=1), len(steps))
        level = edge - _slope(rows, edge) * rows
        straight += float(np.mean(np.abs(level - np.median(level)) <= 1))
    return straight > _STRAIGHT


def _slope(rows: NDArray[np.intp], edge: NDArray[np.intp]) -> float:
    """Slope of a side that is a little tilted, by the medians of its halves, which waves that cross do not move."""
    half = len(rows) // 2
    rise = float(np.median(edge[half:]) - np.median(edge[:half]))
    return float(np.clip(rise / max(1.0, rows[half:].mean() - rows[:half].mean()), -_TILT, _TILT))


def trace_mask(trace: Image, px_per_mm: float) -> Mask:
    """Return where the lines of the traces are: what the network calls trace, its short breaks bridged.

    Parameters
    ----------
    trace : ndarray, shape (h, w), uint8
        Share of the trace in each pixel.
    px_per_mm : float
    """
    across, down = (2 * round(mm * px_per_mm / 2) + 1 for mm in _BRIDGED_MM)
    solid = (trace > HALF).astype(np.uint8)
    for size in ((1, across), (down, 1)):
        solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones(size, np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    keep = stats[:, cv2.CC_STAT_WIDTH] >= _TRACE_MIN_WIDTH_MM * px_per_mm
    keep[0] = False
    mask: Mask = keep[labels]
    return mask


def find_rows(trace: Mask, px_per_mm: float) -> tuple[float, ...]:
    """Find the isoelectric heights of the trace rows.

    Parameters
    ----------
    trace : ndarray, shape (h, w), bool
        Trace ink only (see `trace_mask`).

    Returns
    -------
    tuple of float
        Page pixels, from the top.
    """
    padded = np.pad(trace, ((1, 1), (0, 0))).astype(np.int8)
    steps = np.diff(padded, axis=0)
    _, tops = np.nonzero(steps.T == 1)
    _, bottoms = np.nonzero(steps.T == -1)
    lengths = bottoms - tops
    if not len(lengths):
        return ()
    flat = lengths <= max(3.0, 2.0 * float(np.median(lengths)))
    centres = (tops + bottoms - 1)[flat] / 2
    density = np.bincount(np.round(centres).astype(int), minlength=trace.shape[0]).astype(np.float64)
    smooth = gaussian_filter1d(density, _ROW_SMOOTHING_MM * px_per_mm)
    peaks, _ = find_peaks(smooth, distance=_ROW_MIN_SPACING_MM * px_per_mm, prominence=0.08 * smooth.max())
    return tuple(float(p) for p in peaks)
