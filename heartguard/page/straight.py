"""A picture of a page made straight by the grid that the structure network sees in it: flat, or photographed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Image, Mask
from heartguard.page.bend import NODE_MM, invert, off_places
from heartguard.page.fine_lines import follow_fine_lines, moved_back
from heartguard.page.marks import find_rows, trace_mask
from heartguard.page.photo import StraightPhoto, resample, resized, settle_photo, straighten_photo
from heartguard.page.pitch import MIN_STRENGTH, GridPitch, find_pitch
from heartguard.page.structure import PLANES, StructureMaps
from heartguard.page.tilt import estimate_tilt
from heartguard.values import DisplacementField, ScaleSource

__all__ = ["PX_PER_MM", "Scale", "StraightPage", "at_scale", "fits_a_sheet", "straighten"]

_BESIDE_TRACE = ("pulse", "name", "separator", "print")
"""What is drawn in the ink of the trace and may be taken for it."""

_DRAWN = ("trace", *_BESIDE_TRACE, "overlay")
"""What may hide the lines of the grid."""

Look = Callable[[Image], StructureMaps]

PX_PER_MM = 8.0
"""Scale of every straight page: finer than scans of 200 dpi, so that nothing of them is lost."""

_FLAT_MM = 0.3
"""Lines of the grid of flat pages are off their places by less, root mean square, and those of photos by more: 0.02 to
0.26 mm and 0.2 to 3.8 mm on simulated ones."""

_SURELY_FLAT = 60.0
"""Strength of the lines every 1 mm from which on a page is flat, even where few lines every 5 mm are seen and tell
their places badly: of 90 simulated pages 22 flat ones reached it, and no photographed one."""

_LOOK_PX_PER_MM = 4.0
_MOST_WITHOUT_GRID_DEG = 6.0
"""A greater tilt, told from print alone, is rather that of a logo or a stamp: scans are askew by 0.9 degrees."""

_REACH_MM = 5.0
"""Around each node, over which the grid's phase is taken: one large square."""

_STRAIGHT_DEG = 0.03
"""Turned by less, a page is left as it is: over 250 mm this is 0.13 mm."""

_MOST_MM2 = 300_000.0
"""A sheet is no larger: A2 has 250,000 mm², thirty seconds on a sheet of 200 mm half of it. A grid that says so is none
of an ECG, such as a damaged picture's, and the page made by it would take a gigabyte."""

_OFF_MM = 0.15
"""Lines that are further from their places on a page made straight are bent still: 6 ms, or 0.015 mV."""


@dataclass(frozen=True)
class Scale:
    """Pixels to a millimetre along both axes, what they were read from, how sure that is, and whether more agrees."""

    px_per_mm_x: float
    px_per_mm_y: float
    source: ScaleSource
    strength: float = 0.0
    confirmed: bool = False


@dataclass(frozen=True, eq=False)
class StraightPage:
    """A straight page of `PX_PER_MM` along both axes, with what the structure network sees on it.

    Attributes
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
    shares : dict of str to ndarray, shape (h, w), uint8
        By the names of `heartguard.page.structure.PLANES`.
    to_page : ndarray, shape (3, 3)
        Homography from the picture to the page; `bend` is what remains.
    bend : DisplacementField or None
        None on a flat page.
    scale : Scale
        Of the picture.
    tilt_deg : float
        That was undone.
    off_mm : float
        Root mean square of how far the grid's lines are off their places on the page read as a flat one; NaN where
        there is no grid.
    bent_share : float
        Share of the lines of a photographed page that are still off their places.
    """

    image: Image
    shares: dict[str, Image]
    to_page: Doubles
    bend: DisplacementField | None
    scale: Scale
    tilt_deg: float
    off_mm: float = float("nan")
    bent_share: float = 0.0

    @cached_property
    def trace(self) -> Mask:
        """Where the lines of the traces are, shape (h, w)."""
        return trace_mask(self.shares["trace"], PX_PER_MM)

    @cached_property
    def rows(self) -> tuple[float, ...]:
        """Isoelectric heights of the rows of traces, from the top, pixels."""
        return find_rows(self.trace, PX_PER_MM)


def _surely(shares: dict[str, Image]) -> dict[str, Image]:
    """Return the maps with the trace's lowered where another plane is the likelier one.

    Where a separator crosses a trace, both are sure, and the trace stays.
    """
    trace = shares["trace"].astype(np.float32)
    other = np.maximum.reduce([shares[plane] for plane in _BESIDE_TRACE])
    lowered = trace / np.maximum(other, 1)
    np.minimum(1, lowered, out=lowered)
    lowered **= 2
    lowered *= trace
    return shares | {"trace": np.asarray(lowered, np.uint8)}


def straighten(image: Image, maps: StructureMaps, look: Look | None = None) -> StraightPage | None:
    """Make a picture straight by its grid; None where it shows none.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
    maps : StructureMaps
        Of the same picture.
    look : callable, optional
        The structure network. Where a photo was made smaller to be looked at, it looks again at the page made of it:
        that has more pixels without the table, and is level, as pages of the lessons mostly were.
    """
    turn, tilt = _upright(maps, ("major", "minor"))
    pitch = find_pitch(*(_turned(maps.of(plane), turn) for plane in ("major", "minor")))
    off = float("nan")
    if pitch is not None and not fits_a_sheet(maps, pitch.px_per_mm_x, pitch.px_per_mm_y):
        pitch = None
    if pitch is not None:
        off = _off_places(maps, turn, pitch)
        if not off > _FLAT_MM or pitch.minor > _SURELY_FLAT:
            return _flat(image, maps, turn, pitch, tilt, off)
    photo = _photographed(image, maps, look)
    if photo is not None:
        return replace(photo, off_mm=off)
    return None if pitch is None else _flat(image, maps, turn, pitch, tilt, off)


def fits_a_sheet(maps: StructureMaps, px_per_mm_x: float, px_per_mm_y: float) -> bool:
    """Return whether a picture at a scale, pixels of the maps to a millimetre, is no larger than sheets of paper are.

    Examples
    --------
    >>> maps = StructureMaps(np.zeros((9, 1000, 1500), np.uint8), 1.0)
    >>> fits_a_sheet(maps, 5.0, 5.0), fits_a_sheet(maps, 2.0, 2.0)
    (True, False)
    """
    height, width = maps.shares.shape[1:]
    return bool(height * width <= _MOST_MM2 * px_per_mm_x * px_per_mm_y)


def at_scale(image: Image, maps: StructureMaps, px_per_mm: float, source: ScaleSource) -> StraightPage:
    """Make a picture without a grid straight by its lines, at a scale that was found otherwise.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
    maps : StructureMaps
    px_per_mm : float
        Of the maps.
    source : ScaleSource
    """
    # Lines of text and separators are straight where traces are not.
    turn, tilt = _upright(maps, ("separator", "print", "name"))
    if abs(tilt) > _MOST_WITHOUT_GRID_DEG:
        turn, tilt = np.eye(3), 0.0
    page = _flat(image, maps, turn, GridPitch(px_per_mm, px_per_mm, 0.0, 0.0), tilt, float("nan"))
    return replace(page, scale=replace(page.scale, source=source))


def _upright(maps: StructureMaps, planes: tuple[str, ...]) -> tuple[Doubles, float]:
    """Return the rotation of the maps that makes the lines of some planes upright, and its angle, degrees."""
    lines = np.maximum.reduce([maps.of(plane) for plane in planes])
    tilt = estimate_tilt(lines)
    if abs(tilt) < _STRAIGHT_DEG:
        return np.eye(3), 0.0
    height, width = lines.shape
    turn = np.eye(3)
    turn[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
    return turn, tilt


def _turned(plane: Image, turn: Doubles) -> Floats:
    if np.array_equal(turn, np.eye(3)):
        return plane.astype(np.float32)
    return np.asarray(cv2.warpPerspective(plane, turn, plane.shape[::-1], flags=cv2.INTER_LINEAR), np.float32)


def _off_places(maps: StructureMaps, turn: Doubles, pitch: GridPitch) -> float:
    """Return how far the grid's lines are off their places, mm; NaN where only lines every 1 mm are seen."""
    height, width = maps.of("major").shape
    to_look = np.diag([_LOOK_PX_PER_MM / pitch.px_per_mm_x, _LOOK_PX_PER_MM / pitch.px_per_mm_y, 1.0]) @ turn
    size = (round(width * _LOOK_PX_PER_MM / pitch.px_per_mm_x), round(height * _LOOK_PX_PER_MM / pitch.px_per_mm_y))
    if pitch.major < MIN_STRENGTH:
        return float("nan")
    marks = np.asarray(cv2.warpPerspective(maps.of("major"), to_look, size, flags=cv2.INTER_LINEAR), np.float32)
    return off_places(marks, _LOOK_PX_PER_MM, _REACH_MM)


def _flat(image: Image, maps: StructureMaps, turn: Doubles, pitch: GridPitch, tilt: float, off: float) -> StraightPage:
    zoom = np.diag([PX_PER_MM / pitch.px_per_mm_x, PX_PER_MM / pitch.px_per_mm_y, 1.0])
    to_page = zoom @ turn
    height, width = maps.of("trace").shape
    corners = np.array([[[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]]], np.float64)
    points = cv2.perspectiveTransform(corners, to_page)[0]
    low, high = points.min(axis=0), points.max(axis=0)
    shift = np.eye(3)
    shift[:2, 2] = -low
    to_page = shift @ to_page
    size = (max(1, round(float(high[0] - low[0])) + 1), max(1, round(float(high[1] - low[1])) + 1))
    from_image = to_page @ resized(maps.scale)
    flags = cv2.INTER_AREA if np.hypot(*from_image[:2, 0]) < 0.7 else cv2.INTER_CUBIC
    straight = _warped(image, from_image, size, flags)
    shares = {plane: _warped(maps.of(plane), to_page, size, cv2.INTER_LINEAR, 0) for plane in PLANES}
    scale = Scale(
        pitch.px_per_mm_x / maps.scale,
        pitch.px_per_mm_y / maps.scale,
        "grid",
        min(pitch.strength, 1e3),
    )
    return StraightPage(straight, _surely(shares), from_image, None, scale, tilt, off)


def _warped(
    picture: Image, homography: Doubles, size: tuple[int, int], flags: int, outside: int | None = None
) -> Image:
    """Apply a homography; where a picture is made much smaller, it is averaged down first."""
    if flags == cv2.INTER_AREA:
        zoom = float(np.hypot(*homography[:2, 0]))
        picture = np.asarray(cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=flags), np.uint8)
        homography, flags = homography @ np.linalg.inv(resized(zoom)), cv2.INTER_LINEAR
    border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
    return np.asarray(cv2.warpPerspective(picture, homography, size, flags=flags, borderMode=border), np.uint8)


def _photographed(image: Image, maps: StructureMaps, look: Look | None) -> StraightPage | None:
    """Follow the grid of a photographed page; its lines are followed once more beside the ink, at full size."""
    photo = straighten_photo(image, maps.of("major"), maps.scale, PX_PER_MM)
    if photo is None:
        return None
    shares = _enlarged(look(photo.image), photo.image) if look is not None and maps.scale < 1 else _on_page(photo, maps)
    ink = np.maximum.reduce([shares[plane] for plane in _DRAWN]).astype(np.float32) / 255
    lines = follow_fine_lines(photo.image, ink, PX_PER_MM)
    seen = lines.left_mm[np.isfinite(lines.left_mm)]
    bent = float((seen > _OFF_MM).mean()) if seen.size else 1.0
    photo = settle_photo(image, photo, lines.shift, PX_PER_MM)
    back = np.asarray(invert(lines.shift) * PX_PER_MM, np.float32)
    for plane in PLANES:  # one after the other: of each 4 MB the old one is let go of
        shares[plane] = moved_back(shares[plane], back, NODE_MM * PX_PER_MM)
    tilt = float(np.rad2deg(np.arctan2(photo.to_page[0, 1], photo.to_page[0, 0])))
    scale = Scale(PX_PER_MM, PX_PER_MM, "grid", photo.strength)
    return StraightPage(photo.image, _surely(shares), photo.to_page, photo.bend, scale, tilt, bent_share=bent)


def _on_page(photo: StraightPhoto, maps: StructureMaps) -> dict[str, Image]:
    """Return the maps of a picture on the page made of it."""
    size = (photo.image.shape[0], photo.image.shape[1])
    to_page = photo.to_page @ np.linalg.inv(resized(maps.scale))
    return {plane: resample(maps.of(plane), to_page, photo.bend, size) for plane in PLANES}


def _enlarged(maps: StructureMaps, image: Image) -> dict[str, Image]:
    """Return maps at the size of the picture that they are of."""
    size = (image.shape[1], image.shape[0])
    return {plane: np.asarray(cv2.resize(maps.of(plane), size, interpolation=cv2.INTER_CUBIC)) for plane in PLANES}
