"""Where text is on a straight page, and what is not touched when it is blanked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from heartguard.arrays import Image, Mask

__all__ = ["PageText", "TextBox", "TextKind"]

TextKind = Literal["print", "overlay", "added"]
"""Printed; laid over the page, as script, stamps and labels; marked by a person."""


@dataclass(frozen=True)
class TextBox:
    """A rectangle of a straight page that holds text.

    Attributes
    ----------
    x0, y0, x1, y1 : float
        Page pixels; x1 and y1 are beyond it.
    kind : {"print", "overlay", "added"}

    Examples
    --------
    >>> TextBox(0.0, 8.0, 40.0, 32.0).in_mm(8.0)
    (0.0, 1.0, 5.0, 3.0)
    """

    x0: float
    y0: float
    x1: float
    y1: float
    kind: TextKind = "print"

    def in_mm(self, px_per_mm: float) -> tuple[float, float, float, float]:
        """Return left, top, width and height, mm."""
        sides = (self.x0, self.y0, self.x1 - self.x0, self.y1 - self.y0)
        left, top, width, height = (side / px_per_mm for side in sides)
        return left, top, width, height


@dataclass(frozen=True, eq=False)
class PageText:
    """The text that was found on a page.

    Attributes
    ----------
    boxes : tuple of TextBox
        From the top, then from the left.
    shape : tuple of int
        Height and width of the page, pixels.
    kept_bits : ndarray, shape (n,), uint8
        The mask `kept` with eight pixels a byte, as a tab may hold many pages.
    """

    boxes: tuple[TextBox, ...]
    shape: tuple[int, int]
    kept_bits: Image

    @classmethod
    def of(cls, boxes: tuple[TextBox, ...], kept: Mask) -> PageText:
        """Put boxes and what is kept together.

        Parameters
        ----------
        boxes : tuple of TextBox
        kept : ndarray, shape (h, w), bool
            Traces, pulses, lead names, speed and gain: not blanked where a box lies over them.

        Examples
        --------
        >>> PageText.of((), np.eye(3, dtype=bool)).kept.sum()
        np.int64(3)
        """
        return cls(boxes, (kept.shape[0], kept.shape[1]), np.packbits(kept))

    @property
    def kept(self) -> Mask:
        """What is not blanked, shape (h, w)."""
        count = self.shape[0] * self.shape[1]
        return np.unpackbits(self.kept_bits, count=count).reshape(self.shape).astype(bool)
