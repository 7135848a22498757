"""Pixels of any kind to RGB with 8 bits, upright and of a size to work with."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps

from heartguard.arrays import Image
from heartguard.intake.limits import working_size
from heartguard.values import RecordedSignals
from heartguard.warning import Warning, note


class Decoded(NamedTuple):
    """One decoded page: RGB uint8, the number of pages of its file, notes on its conversion, and signals if any."""

    image: Image
    pages: int = 1
    warnings: tuple[Warning, ...] = ()
    signals: RecordedSignals | None = None


_FULL_SCALES_OF_FLOATS = (1, 255, 4095, 65535)
"""White levels of floating-point pictures: normalised, 8, 12 and 16 bits."""


def upright(picture: Pillow.Image) -> Pillow.Image:
    """Undo, in place, the orientation that the camera noted in EXIF; a broken EXIF block is taken as none.

    Examples
    --------
    >>> lying = Pillow.new("L", (400, 300))
    >>> lying.getexif()[0x0112] = 6
    >>> upright(lying).size
    (300, 400)
    """
    with suppress(Exception):  # EXIF is a small TIFF of its own and fails in as many ways; the picture is still good.
        ImageOps.exif_transpose(picture, in_place=True)
    return picture


def rgb8(picture: Pillow.Image) -> Decoded:
    """Return a loaded picture of any Pillow mode as RGB uint8, transparency on white.

    Modes of more than 8 bits are scaled by `grey8`; a note reports it.

    Examples
    --------
    >>> rgb8(Pillow.new("RGBA", (1, 1), (255, 0, 0, 128))).image.tolist()
    [[[255, 127, 127]]]
    """
    if picture.has_transparency_data:
        return Decoded(_on_white(picture))
    if picture.mode.startswith("I") or picture.mode == "F":
        grey = grey8(np.asarray(picture))
        reduced = note("file.bits", "The picture had more than 8 bits a pixel; it was reduced to 8.")
        return Decoded(np.dstack([grey] * 3), warnings=(reduced,))
    return Decoded(np.array(picture if picture.mode == "RGB" else picture.convert("RGB")))  # convert always copies


def _on_white(picture: Pillow.Image) -> Image:
    rgba = picture.convert("RGBA")
    if rgba.getchannel("A").getextrema() == (0, 0):
        # Some programs write 32-bit bitmaps and leave the alpha channel unset: then it is ignored.
        return np.array(rgba.convert("RGB"))
    paper = Pillow.new("RGBA", rgba.size, "white")
    return np.array(Pillow.alpha_composite(paper, rgba).convert("RGB"))


def grey8(values: NDArray[Any], bits: int | None = None) -> Image:
    """Scale values of any numeric type to 0-255.

    Parameters
    ----------
    values : ndarray, any shape
        Not negative: scaled by the full scale of the fewest bits that hold them, floats by the smallest usual full
        scale (1, or that of 8, 12 or 16 bits). Otherwise stretched from their minimum to their maximum. NaN and
        infinity become white.
    bits : int, optional
        Bits per value by the header; ignored if a value has more.

    Returns
    -------
    ndarray, same shape, uint8

    Examples
    --------
    >>> grey8(np.array([0, 65535], dtype=np.uint16))
    array([  0, 255], dtype=uint8)
    >>> grey8(np.array([0, 1], dtype=np.uint8))
    array([  0, 255], dtype=uint8)
    >>> grey8(np.array([0, 1], dtype=np.uint8), bits=8)
    array([0, 1], dtype=uint8)
    """
    finite = np.isfinite(values)
    low, high = (float(values[finite].min()), float(values[finite].max())) if finite.any() else (0.0, 255.0)
    full = _full_scale(high, bits, values.dtype.kind == "f") if low >= 0 else None
    if full is not None:
        low, high = 0.0, float(full)
    scaled = (values.astype(np.float32) - low) * (255.0 / max(high - low, 1e-12))
    grey: Image = np.where(finite, np.clip(np.rint(scaled), 0, 255), 255).astype(np.uint8)
    return grey


def _full_scale(high: float, bits: int | None, is_float: bool) -> int | None:
    if is_float:
        return next((scale for scale in _FULL_SCALES_OF_FLOATS if high <= scale), None)
    if bits is not None and high < 2**bits:
        return int(2**bits) - 1
    return int(2 ** max(1, int(high).bit_length())) - 1


def square(image: Image, stretch: float) -> tuple[Image, tuple[Warning, ...]]:
    """Resample a picture whose pixels are not square, so that they are.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8
    stretch : float
        How many times a pixel is as high as it is wide.

    Returns
    -------
    image : ndarray, shape (H, W, 3), uint8
        The coarser axis is made finer; no larger than the working size.
    warnings : tuple of Warning
        Empty where nothing was done.
    """
    if stretch == 1:
        return image, ()
    height, width = image.shape[:2]
    size = working_size(round(width * max(1.0, 1 / stretch)), round(height * max(1.0, stretch)))
    way = cv2.INTER_AREA if size[0] < width or size[1] < height else cv2.INTER_LINEAR
    resampled = np.asarray(cv2.resize(image, size, interpolation=way), dtype=np.uint8)
    text = (
        f"The file says that its pixels are not square ({stretch:.2f} times as high as wide); the picture was "
        "resampled so that they are."
    )
    return resampled, (note("file.pixel_shape", text),)


def fit(image: Image) -> tuple[Image, tuple[Warning, ...]]:
    """Scale a picture down to the working size where it is larger, by area so that thin lines survive.

    Returns
    -------
    image : ndarray, shape (h, w, 3), uint8
    warnings : tuple of Warning
        Empty where nothing was done.

    Examples
    --------
    >>> fit(np.zeros((6000, 8000, 3), np.uint8))[0].shape
    (3000, 4000, 3)
    """
    height, width = image.shape[:2]
    size = working_size(width, height)
    if size == (width, height):
        return np.ascontiguousarray(image), ()
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return small, scaled_down((width, height), size)


def scaled_down(before: tuple[int, int], after: tuple[int, int]) -> tuple[Warning, ...]:
    """Return the note on widths and heights before and after; empty where they are the same."""
    if tuple(before) == tuple(after):
        return ()
    text = f"The picture was scaled down from {before[0]} x {before[1]} to {after[0]} x {after[1]} pixels."
    return (note("file.scaled_down", text),)
