"""A first, rough look at the rows of a page: enough to tell which leads they show, not to measure them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from heartguard.values import Doubles

__all__ = ["RoughTraces"]

_REST_MM = 3.0
_OWN = 0.97


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
    def of(cls, trace: NDArray[np.bool_], px_per_mm: float) -> RoughTraces:
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
            own = (home == k)[self.pieces]
            band = slice(round(between[k]), round(between[k + 1]) + 1)
            own[band] |= (home == -1)[self.pieces[band]]
            own[: round(rows[k - 1]) if k else 0] = False
            own[round(rows[k + 1]) if k + 1 < len(rows) else len(own) :] = False
            followed[k] = _furthest(own, row, self.px_per_mm)
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


def _furthest(own: NDArray[np.bool_], row: float, px_per_mm: float) -> Doubles:
    inked = own.any(axis=0)
    top = own.argmax(axis=0) - row
    bottom = len(own) - 1 - own[::-1].argmax(axis=0) - row
    thin = bottom - top < 1.2 * px_per_mm
    end = np.where(thin, (top + bottom) / 2, np.where(-top > bottom, top, bottom))
    return np.where(inked, -end / px_per_mm, np.nan)
