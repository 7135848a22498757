"""Pictures with something drawn over them: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from heartguard.arrays import Floats, Image, runs_of_true
from heartguard.values import Panel, Segment

Scalar = TypeVar("Scalar", np.uint8, np.float32)

__all__ = [
    "LEAD_COLOURS",
    "blend_heat",
    "colour_index",
    "draw_traces",
    "encode_jpeg",
    "enlarge",
    "fill",
    "fit_width",
    "mute",
    "panel_colour",
    "rgb",
]

LEAD_COLOURS = ((0, 92, 214), (204, 0, 108), (0, 122, 84), (190, 74, 0))
"""Blue, magenta, green, orange: apart from each other for colour-blind eyes too, dark enough for white paper."""

FOR_COLOUR = (213, 94, 0)
AGAINST_COLOUR = (0, 114, 178)
"""Vermilion and blue of Okabe and Ito: evidence for and against a class."""

_GREY_PAPER = 0.75
_LIGHTEN = 0.35
_SUBPIXEL_BITS = 3
_NAME_MM = 8.0
_BAND_ROWS = 256
"""Rows that are worked on at once: a whole page in float32 takes several times the memory of the page."""


def colour_index(panel: Panel) -> int:
    """Return which of `LEAD_COLOURS` a panel has, by its place on the page: neighbours on every layout differ."""
    column = round(panel.start_s / (panel.end_s - panel.start_s))
    return (panel.row + 2 * column) % len(LEAD_COLOURS)


def panel_colour(panel: Panel) -> tuple[int, int, int]:
    """Return the RGB colour of a panel."""
    return LEAD_COLOURS[colour_index(panel)]


def rgb(image: Image) -> Image:
    """Return a grey or RGB picture as RGB."""
    return np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image


def fit_width(image: Image, width: int) -> Image:
    """Scale a picture down to at most `width` pixels across; never up."""
    if image.shape[1] <= width:
        return image
    height = max(round(image.shape[0] * width / image.shape[1]), 1)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def fill(image: Image, width: int, height: int) -> Image:
    """Scale and crop a picture about its centre so that it fills a frame."""
    ratio = max(width / image.shape[1], height / image.shape[0])
    size = (max(round(image.shape[1] * ratio), width), max(round(image.shape[0] * ratio), height))
    scaled = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    return np.ascontiguousarray(scaled[top : top + height, left : left + width])


def enlarge(array: NDArray[Scalar], factor: int) -> NDArray[Scalar]:
    """Scale a small drawing or its map up with smooth edges."""
    size = (array.shape[1] * factor, array.shape[0] * factor)
    return np.asarray(cv2.resize(array, size, interpolation=cv2.INTER_CUBIC), dtype=array.dtype)


def encode_jpeg(image: Image, quality: int = 88) -> bytes:
    """Encode an RGB or grey picture as JPEG for the browser."""
    coded = cv2.imencode(".jpg", rgb(image)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return bytes(coded.tobytes())


def draw_traces(image: Image, segments: Sequence[Segment], px_per_mm: float, opacity: float) -> Image:
    """Draw traced lines and lead names over a page whose own colours are muted.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
        The straight page.
    segments : sequence of Segment
        Lines in page pixels.
    px_per_mm : float
        Scale of the page; sets the width of the lines.
    opacity : float, 0 to 1
        0 gives the page back unchanged.

    Returns
    -------
    ndarray, shape (h, w, 3), uint8
    """
    if opacity <= 0:
        return image
    canvas = mute(image, opacity)
    lines = canvas.copy()
    thickness = max(round(0.35 * px_per_mm), 2)
    for segment in segments:
        for run in _runs(segment):
            cv2.polylines(lines, [run], False, panel_colour(segment.panel), thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
    _label(lines, segments, px_per_mm)
    return _mix(canvas, lines, opacity)


def blend_heat(image: Image, heat: Floats, opacity: float, limit: float | None = None) -> Image:
    """Tint a picture by signed evidence: vermilion speaks for the class, blue against it.

    Parameters
    ----------
    image : ndarray, shape (h, w) or (h, w, 3), uint8
    heat : ndarray, shape (h, w), float32
        Evidence of each pixel, 0 where there is none; NaN counts as none.
    opacity : float, 0 to 1
        Strength of the tint where the evidence is greatest.
    limit : float, optional
        The evidence that gets the full tint; the greatest absolute value by default.

    Returns
    -------
    ndarray, shape (h, w, 3), uint8
        Dark ink stays dark: the tint multiplies the paper.
    """
    picture = rgb(image)
    evidence = np.nan_to_num(heat.astype(np.float32))
    greatest = limit if limit is not None else float(np.abs(evidence).max(initial=0.0))
    if greatest <= 0 or opacity <= 0:
        return picture
    blended = np.empty_like(picture)
    for rows in _bands(picture):
        blended[rows] = _tint(picture[rows], evidence[rows, :, None], opacity, greatest)
    return blended


def _tint(picture: Image, evidence: Floats, opacity: float, greatest: float) -> Image:
    strength = np.clip(np.abs(evidence) / greatest, 0, 1) * opacity
    colour = np.where(evidence >= 0, np.asarray(FOR_COLOUR, np.float32), np.asarray(AGAINST_COLOUR, np.float32))
    tinted = picture.astype(np.float32) * (1 - strength + strength * colour / 255)
    return np.clip(tinted + 0.5, 0, 255).astype(np.uint8)


def mute(image: Image, strength: float = 1.0) -> Image:
    """Take colour and contrast out of a page, so that what is drawn over it stands out on any paper."""
    pale = np.empty_like(image)
    for rows in _bands(image):
        pale[rows] = _pale(image[rows])
    return _mix(image, pale, strength)


def _pale(image: Image) -> Image:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    pale = image + _GREY_PAPER * (grey - image)
    pale += _LIGHTEN * (255 - pale)
    return np.asarray(pale, dtype=np.uint8)


def _bands(image: Image) -> Iterator[slice]:
    """Divide the rows of a picture, each pixel of which is worked on by itself."""
    return (slice(top, top + _BAND_ROWS) for top in range(0, len(image), _BAND_ROWS))


def _mix(below: Image, above: Image, opacity: float) -> Image:
    return np.asarray(cv2.addWeighted(above, opacity, below, 1 - opacity, 0), dtype=np.uint8)


def _runs(segment: Segment) -> list[np.ndarray]:
    """Split a line at its gaps into fixed-point polylines, each of shape (n, 1, 2)."""
    x, scale = segment.x0 + np.arange(len(segment.y)), 1 << _SUBPIXEL_BITS
    return [
        np.rint(np.column_stack([x[first:last], segment.y[first:last]]) * scale).astype(np.int32)[:, None]
        for first, last in runs_of_true(np.isfinite(segment.y))
        if last - first > 1
    ]


def _label(canvas: Image, segments: Sequence[Segment], px_per_mm: float) -> None:
    """Write every lead's name on a small plate just above the start of its line, in place."""
    places = [(s.panel, float(s.x0), _top_of_line(s, _NAME_MM * px_per_mm)) for s in segments]
    _write_names(canvas, places, px_per_mm)


def _write_names(canvas: Image, places: Sequence[tuple[Panel, float, float]], px_per_mm: float) -> None:
    """Write names on plates whose lower left corners stand at places (x, y), in place."""
    size = max(int(2.8 * px_per_mm), 12)
    pad = 0.25 * size
    font = ImageFont.load_default(size)
    picture = PillowImage.fromarray(canvas)
    pen = ImageDraw.Draw(picture)
    for panel, left, above in places:
        _, top, right, bottom = pen.textbbox((0, 0), panel.label, font=font)
        x, y = left + pad, max(above - bottom - 2 * pad, pad - top)
        plate = (x - pad, y + top - pad, x + right + pad, y + bottom + pad)
        pen.rounded_rectangle(plate, pad, fill=panel_colour(panel))
        pen.text((x, y), panel.label, font=font, fill=(255, 255, 255))
    canvas[:] = np.asarray(picture)


def _top_of_line(segment: Segment, width: float) -> float:
    """Return the highest point of the first columns of a line, or its baseline where they are a gap."""
    start = segment.y[: max(int(width), 1)]
    known = start[np.isfinite(start)]
    return float(known.min()) if known.size else segment.panel.baseline_y
