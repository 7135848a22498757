"""Pictures with something drawn over them: arrays in, arrays out."""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats, Image
from heartguard.values import Panel

Scalar = TypeVar("Scalar", np.uint8, np.float32)

__all__ = ["LEAD_COLOURS", "blend_heat", "colour_index", "encode_jpeg", "encode_webp", "enlarge", "fit_width", "rgb"]

LEAD_COLOURS = ((0, 92, 214), (204, 0, 108), (0, 122, 84), (190, 74, 0))
"""Blue, magenta, green, orange: apart from each other for colour-blind eyes too, dark enough for white paper."""

FOR_COLOUR = (213, 94, 0)
AGAINST_COLOUR = (0, 114, 178)
"""Vermilion and blue of Okabe and Ito: evidence for and against a class."""


def colour_index(panel: Panel) -> int:
    """Return which of `LEAD_COLOURS` a panel has, by its place on the page: neighbours on every layout differ."""
    column = round(panel.start_s / (panel.end_s - panel.start_s))
    return (panel.row + 2 * column) % len(LEAD_COLOURS)


def rgb(image: Image) -> Image:
    """Return a grey or RGB picture as RGB."""
    return np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image


def fit_width(image: Image, width: int) -> Image:
    """Scale a picture down to at most `width` pixels across; never up."""
    if image.shape[1] <= width:
        return image
    height = max(round(image.shape[0] * width / image.shape[1]), 1)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def enlarge(array: NDArray[Scalar], factor: int) -> NDArray[Scalar]:
    """Scale a small drawing or its map up with smooth edges."""
    size = (array.shape[1] * factor, array.shape[0] * factor)
    return np.asarray(cv2.resize(array, size, interpolation=cv2.INTER_CUBIC), dtype=array.dtype)


def encode_jpeg(image: Image, quality: int = 88) -> bytes:
    """Encode an RGB or grey picture as JPEG for the browser."""
    coded = cv2.imencode(".jpg", rgb(image)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return bytes(coded.tobytes())


def encode_webp(image: Image, quality: int) -> bytes:
    """Encode an RGB or grey picture as WebP for the browser: half the bytes of JPEG, but 0.1 s."""
    coded = cv2.imencode(".webp", rgb(image)[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])[1]
    return bytes(coded.tobytes())


def blend_heat(image: Image, heat: Floats, opacity: float, limit: float) -> Image:
    """Tint a picture by signed evidence: vermilion speaks for the class, blue against it.

    Parameters
    ----------
    image : ndarray, shape (h, w) or (h, w, 3), uint8
    heat : ndarray, shape (h, w), float32
        Evidence of each pixel, 0 where there is none; NaN counts as none.
    opacity : float, 0 to 1
        Strength of the tint where the evidence is greatest.
    limit : float
        The evidence that gets the full tint; 0 for none at all.

    Returns
    -------
    ndarray, shape (h, w, 3), uint8
        Dark ink stays dark: the tint multiplies the paper.
    """
    picture = rgb(image)
    evidence = np.nan_to_num(heat.astype(np.float32))[..., None]
    if limit <= 0:
        return picture
    strength = np.clip(np.abs(evidence) / limit, 0, 1) * opacity
    colour = np.where(evidence >= 0, np.asarray(FOR_COLOUR, np.float32), np.asarray(AGAINST_COLOUR, np.float32))
    tinted = picture.astype(np.float32) * (1 - strength + strength * colour / 255)
    return np.clip(tinted + 0.5, 0, 255).astype(np.uint8)
