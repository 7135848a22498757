"""Where the traces begin and end, between pixels: 1 ms is a fifth of a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.errors import NotAnEcgError
from heartguard.leads import PAGE_SECONDS, PAPER_SPEED_MM_PER_S, SAMPLING_RATE_HZ
from heartguard.page.marks import Lines, Pulse

__all__ = ["Extent", "find_extent", "fit_extent"]

_MIN_TRACE_MM = 110.0
_BAND_MM = 14.0
_AGREE_MM = 1.5
_HALF = 0.5
# How far the half-dark end of a line lies beyond its last sample: 0.11 to 0.16 mm on drawings with a 0.35 mm pen.
_PEN_REACH_MM = 0.14
_EXACT = 0.001
_SAMPLE_MM = PAPER_SPEED_MM_PER_S / SAMPLING_RATE_HZ


@dataclass(frozen=True)
class Extent:
    """Column of the first sample and of the one that would follow the last, page pixels."""

    x0: float
    x1: float

    @property
    def width(self) -> float:
        """Columns between both ends."""
        return self.x1 - self.x0


def find_extent(
    trace: Mask,
    ink: Floats,
    rows: tuple[float, ...],
    pulses: tuple[Pulse, ...],
    px_per_mm: float,
) -> Extent:
    """Find where the traces begin and end beside the pulses: the outermost ends on which two rows agree.

    An end 10 s after the beginning, to a hair, is believed of two rows, and even of one that goes on further: a step,
    where a lead falls off, carries the others out of their bands.

    Parameters
    ----------
    trace : ndarray, shape (h, w), bool
        Trace ink only.
    ink : ndarray, shape (h, w), float32, 0 to 1
        How much of each pixel trace ink covers.
    rows : tuple of float
        Isoelectric heights, page pixels.
    pulses : tuple of Pulse
    px_per_mm : float

    Raises
    ------
    NotAnEcgError
        When no row holds a line of some length.
    """
    clear = trace.copy()
    for pulse in pulses:
        clear[:, max(0, int(pulse.x0)) : int(pulse.x1) + 1] = False
    between = [(upper + lower) / 2 for upper, lower in pairwise(rows)]
    starts, ends = [], []
    for row, upper, lower in zip(rows, [0.0, *between], [*between, float(len(trace))], strict=False):
        reach = _BAND_MM * px_per_mm
        band = slice(round(max(upper, row - reach)), round(min(lower, row + reach)) + 1)
        if np.count_nonzero(clear[band].any(axis=0)) > _MIN_TRACE_MM * px_per_mm / 2:
            starts.append(_first_edge(clear[band], ink[band]))
            ends.append(trace.shape[1] - 1 - _first_edge(clear[band, ::-1], ink[band, ::-1]))
    if not ends:
        raise NotAnEcgError("No ECG traces were found in this picture. Open a page that shows a 12-lead ECG.")
    first = _agreed(np.array(starts), px_per_mm) + _PEN_REACH_MM * px_per_mm
    after = np.array(ends) + (_SAMPLE_MM - _PEN_REACH_MM) * px_per_mm
    agreed = Extent(first, -_agreed(-after, px_per_mm))
    ten_seconds = [end for end in after if _are_ten_seconds(Extent(first, end), px_per_mm)]
    if len(ten_seconds) == 1 and ten_seconds[0] < agreed.x1 - _AGREE_MM * px_per_mm:
        return agreed
    return Extent(first, float(np.median(ten_seconds))) if ten_seconds else agreed


def _are_ten_seconds(extent: Extent, px_per_mm: float) -> bool:
    return abs(extent.width / (PAGE_SECONDS * PAPER_SPEED_MM_PER_S * px_per_mm) - 1) < _EXACT


def _first_edge(trace: Mask, ink: Floats) -> float:
    """Where the ink of a band's line rises to half, before its first column."""
    first = int(np.argmax(trace.any(axis=0)))
    rows = np.flatnonzero(trace[:, first])
    row = rows[np.argmax(ink[rows, first])]
    inside, outside = float(ink[row, first]), float(ink[row, first - 1]) if first else 0.0
    if not outside < _HALF < inside:
        return first - _HALF
    return first - (inside - _HALF) / (inside - outside)


def _agreed(places: Doubles, px_per_mm: float) -> float:
    """Return the median of the places near the first one that another confirms within 1.5 mm, else of all."""
    ascending = np.sort(places)
    for here, after in pairwise(ascending):
        if after - here < _AGREE_MM * px_per_mm:
            return float(np.median(ascending[(ascending >= here) & (ascending < here + _AGREE_MM * px_per_mm)]))
    return float(np.median(ascending))


def fit_extent(extent: Extent, lines: Lines, px_per_mm: float) -> Extent:
    """Place the columns by the separators where these are evenly spaced."""
    inner = [x for x in lines.vertical_x if extent.x0 + 5 * px_per_mm < x < extent.x1 - 5 * px_per_mm]
    if len(inner) == 3 and abs(inner[0] - 2 * inner[1] + inner[2]) < 0.6 * px_per_mm:
        width = (inner[2] - inner[0]) / 2
        return Extent(inner[0] - width, inner[2] + width)
    if len(inner) == 5 and float(np.ptp(np.diff(inner))) < 0.6 * px_per_mm:
        width = (inner[4] - inner[0]) / 4
        return Extent(inner[0] - width, inner[4] + width)
    # Complexes that stand one above the other in the middle look like a separator; ends 10 s apart need none.
    if (
        len(inner) == 1
        and not _are_ten_seconds(extent, px_per_mm)
        and abs(2 * inner[0] - extent.x0 - extent.x1) < 2 * px_per_mm
    ):
        return Extent(extent.x0, 2 * inner[0] - extent.x0)
    return extent
