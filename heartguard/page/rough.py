"""A first, rough look at the rows of a page: enough to tell which leads they show, not to measure them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Mask
from heartguard.leads import PAGE_SECONDS, PAPER_SPEED_MM_PER_S, Layout
from heartguard.page.ends import Extent
from heartguard.page.same_seconds import columns_at_once

__all__ = ["RoughTraces", "StripFit", "fit_strips"]

_REST_MM = 3.0
_OWN = 0.97
_SHIFT_MM = 3.0
_THINNED = 4
_LEAST_SHARE = 0.5
_CLEARLY = 0.6
"""Columns whose beats do not tell show the same seconds if strips fit those by so much better."""


@dataclass(frozen=True, eq=False)
class RoughTraces:
    """Trace ink in pieces that hang together.

    Attributes
    ----------
    pieces : ndarray, shape (h, w), int32
        Number of each pixel's piece; 0 where there is no ink.
    px_per_mm : float
    """

    pieces: NDArray[np.int32]
    px_per_mm: float

    @classmethod
    def of(cls, trace: Mask, px_per_mm: float) -> RoughTraces:
        """Return the pieces of a mask, numbered."""
        _, pieces = cv2.connectedComponents(trace.astype(np.uint8), connectivity=8, ltype=cv2.CV_32S)
        return cls(np.asarray(pieces, np.int32), px_per_mm)

    def along(self, rows: tuple[float, ...]) -> Doubles:
        """Follow each row by the end of its ink that lies furthest from rest, column by column.

        A piece that rests in one row is all that row's; one that rests in several, because their waves touch, is
        divided midway between them.

        Parameters
        ----------
        rows : tuple of float
            Isoelectric heights, page pixels.

        Returns
        -------
        ndarray, shape (rows, w), float64, mm
            Upwards from each row's height; NaN where the row has no ink.
        """
        home = self._homes(rows)
        between = [0.0, *((upper + lower) / 2 for upper, lower in pairwise(rows)), float(len(self.pieces))]
        followed = np.full((len(rows), self.pieces.shape[1]), np.nan)
        for k, row in enumerate(rows):
            first = round(rows[k - 1]) if k else 0
            near = self.pieces[first : round(rows[k + 1]) if k + 1 < len(rows) else None]
            own = (home == k)[near]
            band = slice(max(0, round(between[k]) - first), round(between[k + 1]) + 1 - first)
            own[band] |= (home == -1)[near[band]]
            followed[k] = _furthest(own, first, row, self.px_per_mm)
        return followed

    def _homes(self, rows: tuple[float, ...]) -> NDArray[np.intp]:
        """Row in which each piece rests; -1 for several rows, -2 for none, such as a line of text."""
        count = int(self.pieces.max()) + 1
        reach = _REST_MM * self.px_per_mm
        resting = np.stack(
            [
                np.bincount(self.pieces[max(0, round(row - reach)) : round(row + reach) + 1].ravel(), minlength=count)
                for row in rows
            ]
        )
        home = np.where(resting.max(axis=0) > _OWN * resting.sum(axis=0), resting.argmax(axis=0), -1)
        home[resting.sum(axis=0) < _REST_MM * self.px_per_mm] = -2
        home[0] = -2
        return home


def _furthest(own: Mask, first: int, row: float, px_per_mm: float) -> Doubles:
    inked = own.any(axis=0)
    top = first + own.argmax(axis=0) - row
    bottom = first + len(own) - 1 - own[::-1].argmax(axis=0) - row
    thin = bottom - top < 1.2 * px_per_mm
    end = np.where(thin, (top + bottom) / 2, np.where(-top > bottom, top, bottom))
    return np.where(inked, -end / px_per_mm, np.nan)


@dataclass(frozen=True)
class StripFit:
    """How the rhythm strips of a layout fit its short leads.

    Attributes
    ----------
    misfit : float
        How far the worst strip is from the short lead that it repeats best: 0 where each repeats a short lead, about 1
        where one has nothing to do with any; 0 without strips.
    same_seconds : bool
        Whether the columns show the same seconds, those at the strip's beginning, rather than consecutive ones.
    """

    misfit: float
    same_seconds: bool


def fit_strips(layout: Layout, followed: Doubles, extent: Extent) -> StripFit:
    """Compare each rhythm strip with the short leads, at their own seconds and at those of the first column.

    Parameters
    ----------
    layout : Layout
    followed : ndarray, shape (rows, w), mm
    extent : Extent
    """
    reach = round(_SHIFT_MM * extent.width / (PAGE_SECONDS * PAPER_SPEED_MM_PER_S))
    width = extent.width / layout.columns
    worst, in_turn, at_once = 0.0, 0.0, 0.0
    for strip in followed[len(layout.rows) :]:
        own, first_seconds = [1.0], [1.0]
        for column in range(layout.columns):
            first, last = round(extent.x0 + column * width) + reach, round(extent.x0 + (column + 1) * width) - reach
            for places, distances in ((first, own), (round(extent.x0) + reach, first_seconds)):
                if column == 0 and distances is first_seconds:
                    continue
                if 0 <= places - reach < places + last - first + reach <= len(strip):
                    part = strip[places - reach : places + last - first + reach]
                    distances += [_closest(row[first:last], part) for row in followed[: len(layout.rows)]]
        worst = max(worst, min(min(own), min(first_seconds)))
        in_turn, at_once = in_turn + min(own), at_once + min(first_seconds)
    by_beats = columns_at_once(layout, followed, extent, reach)
    return StripFit(worst, at_once < _CLEARLY * in_turn if by_beats is None else by_beats)


def _closest(short: Doubles, strip: Doubles) -> float:
    """Difference relative to size of a line and the part of a longer one that is most like it."""
    x = (short - np.nanmedian(short))[::_THINNED] if np.isfinite(short).any() else short[::_THINNED]
    shifted = sliding_window_view(strip - np.nanmedian(strip) if np.isfinite(strip).any() else strip, len(short))
    y = shifted[::_THINNED, ::_THINNED]
    known = np.isfinite(x) & np.isfinite(y)
    apart, size = np.where(known, (y - x) ** 2, 0).sum(axis=1), np.where(known, y**2 + x**2, 0).sum(axis=1)
    enough = known.mean(axis=1) > _LEAST_SHARE
    return float(np.min(np.where(enough, np.sqrt(apart / (size + 1e-9)), 1.0)))
