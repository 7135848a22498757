"""Words cut out of a page as the print network takes them: of one height, side by side in one strip."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from heartguard.arrays import Floats, Image

__all__ = ["CUT_HEIGHT", "FRAME", "INK_HEIGHT", "Box", "cut_out", "normalised", "scale_of", "side_by_side"]

CUT_HEIGHT = 32
"""Of a cut, pixels."""

INK_HEIGHT = 23.0
"""Of the letters in a cut: what is left is paper above and below, by which a letter differs from a part of a line."""

FRAME = 4
"""Columns of a cut for one of the network's answers; widths are multiples of it."""

_GAP = 32
"""Columns between two cuts: with the paper beside the letters, as far as the network sees beside an answer."""

_BESIDE = 8.0
"""Columns of paper left and right of the letters."""

_LEAST_SPREAD = 6.0
"""Standard deviation, of 255, of blank paper: less is not made larger."""


class Box(NamedTuple):
    """Where a word is, page pixels; x1 and y1 are beyond it."""

    x0: float
    y0: float
    x1: float
    y1: float


def scale_of(box: Box) -> float:
    """Return pixels of the cut of a word for one of the page."""
    return INK_HEIGHT / max(1.0, box.y1 - box.y0)


def cut_out(image: Image, box: Box) -> Image:
    """Return a word with the paper around it, shape (`CUT_HEIGHT`, w, 3), uint8, w a multiple of `FRAME`.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
    box : Box
        Of its letters.
    """
    scale = scale_of(box)
    width = FRAME * int(np.ceil(((box.x1 - box.x0) * scale + 2 * _BESIDE) / FRAME))
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    onto = np.array([[scale, 0, width / 2 - scale * x], [0, scale, CUT_HEIGHT / 2 - scale * y]])
    flags = cv2.INTER_LINEAR
    if scale < 0.7:  # large letters are averaged down
        left, top = (max(0, int(place - 2 * size / scale)) for place, size in ((x, width / 2), (y, CUT_HEIGHT / 2)))
        part = image[top : int(y + CUT_HEIGHT / scale) + 1, left : int(x + width / scale) + 1]
        image = np.asarray(cv2.GaussianBlur(part, (0, 0), 0.4 / scale), np.uint8)
        onto[:, 2] += onto[:, :2] @ (left, top)
    return np.asarray(cv2.warpAffine(image, onto, (width, CUT_HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE))


def normalised(cut: Image) -> Floats:
    """Return a cut without its mean colour, in units of its contrast, shape (h, w, 3), float32."""
    mean, spread = cv2.meanStdDev(cut)
    scale = 1.0 / max(_LEAST_SPREAD, float(spread.max()))
    return np.asarray((cut.astype(np.float32) - mean.ravel().astype(np.float32)) * np.float32(scale))


def side_by_side(cuts: list[Image]) -> tuple[Floats, list[slice]]:
    """Return cuts as one strip, shape (`CUT_HEIGHT`, w, 3), float32, and the network's answers that each has."""
    widths = [cut.shape[1] + _GAP for cut in cuts]
    strip = np.zeros((CUT_HEIGHT, sum(widths) + _GAP, 3), np.float32)
    answers, at = [], _GAP
    for cut, width in zip(cuts, widths, strict=True):
        strip[:, at : at + cut.shape[1]] = normalised(cut)
        answers.append(slice(at // FRAME, (at + cut.shape[1]) // FRAME))
        at += width
    return strip, answers
