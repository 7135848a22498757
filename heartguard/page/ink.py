"""Telling dark trace ink from paper, grid and stains."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats, Image, Mask

__all__ = ["Contrasts", "contrasts"]

_MIN_INK_CONTRAST = 35.0


@dataclass(frozen=True, eq=False)
class Contrasts:
    """Darkness relative to the paper around each pixel, shape (H, W), float32, 0 to 255.

    Attributes
    ----------
    any_channel : ndarray
        Of the darkest channel: coloured grids show.
    every_channel : ndarray
        Of the lightest channel: only black and grey show.
    ink : ndarray, bool
        Pixels as dark as trace and text are.
    ink_level : float
        Contrast of solid ink.
    """

    any_channel: Floats
    every_channel: Floats
    ink: Mask
    ink_level: float

    @property
    def soft_ink(self) -> Floats:
        """Share of solid ink in each pixel, shape (H, W), float32, 0 to 1."""
        share: Floats = np.clip(self.every_channel / max(self.ink_level, 1.0), 0, 1).astype(np.float32)
        return share


def contrasts(image: Image) -> Contrasts:
    """Measure how much darker than the paper each pixel of an RGB image is.

    Parameters
    ----------
    image : ndarray, shape (H, W, 3), uint8, RGB
    """
    red, green, blue = cv2.split(image)
    darkest = cv2.min(cv2.min(red, green), blue)
    lightest = cv2.max(cv2.max(red, green), blue)
    any_channel = _below_paper(darkest)
    every_channel = _below_paper(lightest)
    level = _ink_level(every_channel)
    if level < _MIN_INK_CONTRAST:  # coloured ink, or a coloured page
        every_channel = any_channel
        level = _ink_level(every_channel)
    return Contrasts(any_channel, every_channel, every_channel > 0.5 * level, level)


def _below_paper(channel: NDArray[np.uint8]) -> Floats:
    """Paper brightness, estimated per neighbourhood, minus the channel."""
    height, width = channel.shape
    scale = 400 / max(height, width)
    small = cv2.resize(channel, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    paper = cv2.resize(cv2.GaussianBlur(paper, (0, 0), 4), (width, height), interpolation=cv2.INTER_LINEAR)
    contrast: Floats = cv2.subtract(paper, channel).astype(np.float32)
    return contrast


def _ink_level(contrast: Floats) -> float:
    """Contrast that the darkest half per cent of the page reaches."""
    return float(np.percentile(contrast[::2, ::2], 99.5))
