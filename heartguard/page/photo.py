"""A photographed page made straight: perspective undone by the grid's lattice, folds and curls by its phase."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Image, Mask, runs_of_true
from heartguard.page.bend import NODE_MM, at_moved, follow_grid, grid_surety, invert, rough_places
from heartguard.page.lattice import LATTICE_SIDE, Lattice, find_lattice
from heartguard.values import DisplacementField

__all__ = ["StraightPhoto", "even_light", "resample", "resized", "settle_photo", "straighten_photo"]

_ROUGH_PX_PER_MM = 4.0
_SOURCE_PX_PER_MM = 5.0
_MARGIN_MM = 40.0
_MAX_SIDE_MM = 520.0
_REACH_MM, _STIFFNESS = 5.0, 10.0
"""Low-pass of the grid's phase, and how stiff paper is: folds keep within 0.2 mm, as 12 simulated photos showed."""

_SURE, _AROUND_NODES = 0.5, 5
_GROWTHS, _BORDER_NODES, _GOES_ON = 2, 4, 0.5
_FILLED = 0.4
_HIDDEN_NODES = 9
_PAPER_MM = 2.5
_EDGE_MM = 1.0


@dataclass(frozen=True, eq=False)
class StraightPhoto:
    """A straight page made from a photo.

    Attributes
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
        Straight, evenly lit, on white paper.
    to_page : ndarray, shape (3, 3)
        Homography from the upload to the page; `bend` is what remains.
    bend : DisplacementField
    strength : float
        Of the lattice that was found.
    """

    image: Image
    to_page: Doubles
    bend: DisplacementField
    strength: float


def straighten_photo(image: Image, lines: Image, scale: float, px_per_mm: float) -> StraightPhoto | None:
    """Make a photo of a page with a grid straight; 5 mm of its grid become ``5 * px_per_mm`` pixels.

    Parameters
    ----------
    image : ndarray, shape (H, W, 3), uint8, RGB
    lines : ndarray, shape (h, w), uint8
        Share of the lines every 5 mm in each pixel of the photo at another scale.
    scale : float
        Pixels of `lines` for one of the photo.
    px_per_mm : float

    Returns
    -------
    StraightPhoto or None
        None when no grid is found.
    """
    smaller = min(1.0, LATTICE_SIDE / max(lines.shape))
    lattice = find_lattice(_shrunk(lines, smaller).astype(np.float32))
    frame = _frame(lattice) if lattice is not None else None
    if lattice is None or frame is None:
        return None
    to_mm, size_mm = frame[0] @ resized(smaller), frame[1]
    lines, smaller = _for_rough_looks(lines, to_mm, size_mm)
    to_mm, size_mm = _grown(lines, to_mm @ np.linalg.inv(resized(smaller)), size_mm)
    shift, surety = _measure_bend(lines, to_mm, size_mm)
    to_mm = to_mm @ resized(smaller) @ resized(scale)
    low, size = _paper(surety)
    crop = np.eye(3)
    crop[:2, 2] = -low
    to_page = np.diag([px_per_mm, px_per_mm, 1.0]) @ crop @ to_mm
    first = np.round(low / NODE_MM).astype(int)
    last = first + np.ceil(size / NODE_MM).astype(int) + 1
    window = np.s_[first[1] : last[1], first[0] : last[0]]
    bend = DisplacementField(NODE_MM * px_per_mm, _px(shift[window], px_per_mm), _px(invert(shift)[window], px_per_mm))
    shape = (round(size[1] * px_per_mm), round(size[0] * px_per_mm))
    straight = even_light(resample(image, to_page, bend, shape), px_per_mm)
    return StraightPhoto(straight, to_page, bend, lattice.strength)


def _shrunk(picture: Image, scale: float) -> Image:
    if scale == 1.0:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def settle_photo(image: Image, photo: StraightPhoto, shift_mm: Doubles, px_per_mm: float) -> StraightPhoto:
    """Make a photo straight once more, by what was left of its bend.

    Parameters
    ----------
    image : ndarray, shape (H, W, 3), uint8, RGB
        The upload.
    photo : StraightPhoto
    shift_mm : ndarray, shape (rows, columns, 2)
        What to add to places on the straight page, at nodes every `NODE_MM`.
    px_per_mm : float
    """
    first = np.asarray(photo.bend.forward / px_per_mm, np.float64)
    missing = [(0, max(0, n - m)) for n, m in zip(first.shape[:2], shift_mm.shape[:2], strict=True)]
    step = np.pad(shift_mm, (*missing, (0, 0)), mode="edge")[: first.shape[0], : first.shape[1]]
    shift = first + at_moved(step, first)
    bend = DisplacementField(photo.bend.step, _px(shift, px_per_mm), _px(invert(shift), px_per_mm))
    straight = even_light(resample(image, photo.to_page, bend, photo.image.shape[:2]), px_per_mm)
    return replace(photo, image=straight, bend=bend)


def resized(scale: float) -> Doubles:
    """Return the homography from a pixel's centre to its place in a picture resized by `scale`."""
    offset = (scale - 1) / 2
    return np.array([[scale, 0, offset], [0, scale, offset], [0, 0, 1.0]])


def _px(field_mm: Doubles, px_per_mm: float) -> Floats:
    return np.asarray(field_mm * px_per_mm, np.float32)


def _frame(lattice: Lattice) -> tuple[Doubles, Doubles] | None:
    """Homography that puts the lattice and a margin into positive millimetres, and the size of that frame.

    None where the paper would be larger than any is, or lies across the horizon.
    """
    to_mm = lattice.to_mm
    points = np.column_stack([lattice.centres, np.ones(len(lattice.centres))]) @ to_mm.T
    if (points[:, 2] <= 0).any():
        return None
    mm = points[:, :2] / points[:, 2:]
    low, high = mm.min(axis=0) - _MARGIN_MM, mm.max(axis=0) + _MARGIN_MM
    if max(high - low) > _MAX_SIDE_MM:
        return None
    shift = np.eye(3)
    shift[:2, 2] = -low
    return shift @ to_mm, np.asarray(high - low, np.float64)


def _for_rough_looks(image: Image, to_mm: Doubles, size_mm: Doubles) -> tuple[Image, float]:
    """Return the photo at the scale of the rough looks, and its scale: lines finer than their pixels would flicker."""
    back = np.linalg.inv(to_mm)
    points = back @ np.array([[0.0, 1, 0], [0, 0, 1], [1, 1, 1]]) + back[:, :2] @ (size_mm / 2)[:, None]
    points = points[:2] / points[2]
    px_per_mm = float(np.sqrt(abs(np.linalg.det(points[:, 1:] - points[:, :1]))))
    scale = min(1.0, _SOURCE_PX_PER_MM / px_per_mm)
    return _shrunk(image, scale), scale


def _grown(image: Image, to_mm: Doubles, size_mm: Doubles) -> tuple[Doubles, Doubles]:
    """Enlarge the frame where the grid goes on at its border: beside a fold few tiles fit the lattice."""
    zoom = np.diag([_ROUGH_PX_PER_MM, _ROUGH_PX_PER_MM, 1.0])
    for _ in range(_GROWTHS):
        shape = (round(size_mm[1] * _ROUGH_PX_PER_MM), round(size_mm[0] * _ROUGH_PX_PER_MM))
        surety = grid_surety(_marks(image, zoom @ to_mm, shape), _ROUGH_PX_PER_MM, _REACH_MM)
        sure = _sure(surety)
        usual = _GOES_ON * sure[len(sure) // 4 : -len(sure) // 4].mean()
        edge = _BORDER_NODES
        left, right = (sure[:, part].mean() > usual for part in (np.s_[:edge], np.s_[-edge:]))
        top, bottom = (sure[part].mean() > usual for part in (np.s_[:edge], np.s_[-edge:]))
        larger = size_mm + _MARGIN_MM * np.array([left + right, top + bottom])
        if not (left or right or top or bottom) or larger.max() > _MAX_SIDE_MM:
            break
        shift = np.eye(3)
        shift[:2, 2] = _MARGIN_MM * np.array([left, top])
        to_mm, size_mm = shift @ to_mm, larger
    return to_mm, size_mm


def _measure_bend(lines: Image, to_mm: Doubles, size_mm: Doubles) -> tuple[Doubles, Doubles]:
    """Shift at every node of the frame, shape (rows, columns, 2), mm, and how sure the grid is there."""
    zoom = np.diag([_ROUGH_PX_PER_MM, _ROUGH_PX_PER_MM, 1.0])
    shape = (round(size_mm[1] * _ROUGH_PX_PER_MM), round(size_mm[0] * _ROUGH_PX_PER_MM))
    return follow_grid(_marks(lines, zoom @ to_mm, shape), _ROUGH_PX_PER_MM, _REACH_MM, _STIFFNESS)


def _marks(lines: Image, to_page: Doubles, shape: tuple[int, int]) -> Floats:
    """Lines of the grid on the page as it is known so far."""
    return resample(lines, to_page, None, shape).astype(np.float32)


def resample(image: Image, to_page: Doubles, bend: DisplacementField | None, shape: tuple[int, int]) -> Image:
    """Draw the page, shape (h, w) or (h, w, 3), from the pixels of the upload or of one of its maps."""
    # Beyond a picture is white paper, beyond a map of what it shows is nothing.
    beyond = (255, 255, 255) if image.ndim == 3 else 0
    outside: dict[str, Any] = {"borderMode": cv2.BORDER_CONSTANT, "borderValue": beyond}
    inverse = np.linalg.inv(to_page)
    if bend is None:
        return np.asarray(
            cv2.warpPerspective(image, to_page, shape[::-1], flags=cv2.INTER_LINEAR, **outside),
            np.uint8,
        )
    a = inverse.astype(np.float32)
    page = np.empty((*shape, *image.shape[2:]), np.uint8)
    for strip, x, y in rough_places(bend.inverse, bend.step, shape):
        depth = a[2, 0] * x + a[2, 1] * y + a[2, 2]
        at_x, at_y = ((a[k, 0] * x + a[k, 1] * y + a[k, 2]) / depth for k in (0, 1))
        page[strip] = cv2.remap(image, at_x, at_y, cv2.INTER_LINEAR, **outside)
    return page


def _paper(surety: Doubles) -> tuple[Doubles, Doubles]:
    """Return the first corner and the size of the frame around the grid's paper, mm (whole large squares).

    On a straight page the grid fills an upright rectangle: the rows and columns along most of which it is seen.
    """
    known = cv2.morphologyEx(_sure(surety).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(known, connectivity=4)
    if len(stats) < 2:
        return np.zeros(2), np.array(surety.shape[::-1]) * NODE_MM
    grid = labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    rows, columns = _filled(grid), _filled(grid.T)
    for _ in range(2):
        rows, columns = _filled(grid[:, columns]), _filled(grid[rows].T)
    first = np.array([columns.start, rows.start]) // 2 * 2
    low, high = np.maximum(first - 2, 0), np.array([columns.stop, rows.stop]) + 1
    return low * NODE_MM, (high - low) * NODE_MM


def _sure(surety: Doubles) -> Mask:
    """Return the nodes around which the grid is sure; on a desk, single nodes may seem so, but not those around."""
    around = cv2.blur(surety, (_AROUND_NODES, _AROUND_NODES))
    return np.asarray(around > _SURE * np.percentile(around, 90))


def _filled(grid: Mask) -> slice:
    """Return the longest run of rows that hold the grid along much of their length, and one more at both ends.

    A row of traces may hide the grid for a few rows.
    """
    share = grid.mean(axis=1)
    full = (share > _FILLED * np.percentile(share, 90)).astype(np.uint8)[:, None]
    joined = cv2.morphologyEx(full, cv2.MORPH_CLOSE, np.ones((_HIDDEN_NODES, 1), np.uint8))[:, 0]
    first, last = max(runs_of_true(joined > 0).tolist(), key=lambda run: run[1] - run[0])
    return slice(max(0, first - 1), last + 1)


def even_light(image: Image, px_per_mm: float) -> Image:
    """Divide each channel by the paper's brightness around each pixel: shadows and colour cast vanish."""
    size = 2 * round(_PAPER_MM * px_per_mm / 4) + 1
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(half, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), _EDGE_MM * px_per_mm / 2)
    paper = cv2.resize(paper, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(image, np.maximum(paper, 1), scale=250), np.uint8)
