"""A scene as pixels: the picture of a flat sheet and, for each kind of thing, how much of each pixel it covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Image, runs_of_true
from heartguard.page.strips import PLANES
from heartlab.simulate.recorders.fonts import text_mask
from heartlab.simulate.recorders.grid import Lattice, Level, grid_coverage, ruled_area
from heartlab.simulate.recorders.scene import Area, Colour, Item, Line, Scene, Text

__all__ = ["CHANNELS", "FlatPicture", "draw_scene"]

FixedPoints = np.ndarray[tuple[int, int, int], np.dtype[np.int32]]
"""Of one line for OpenCV, shape (n, 1, 2)."""

CHANNELS = PLANES
"""Kinds of things, in the order of the truth's planes: ``"minor"`` and ``"major"`` are lines of the grid."""

_FINER = 2
"""Lines are drawn on a canvas so many times finer than the flat picture, without antialiasing, and averaged."""

_FRACTION_BITS = 6
_FURTHEST_PX = 2**20
"""From a canvas: what is further off is drawn there, and leaves room for the fraction in 32 bits."""

_REACH_PX = 12_000
"""Width of the parts of a canvas that are drawn at once: OpenCV draws lines up to 2**15 pixels away. 30 s of paper are
twice as wide."""

_LETTER_ROOM_MM = 0.2
"""Letters count as this much bolder in the truth, so that those of a word touch and thin strokes remain."""


@dataclass(frozen=True, eq=False)
class FlatPicture:
    """A part of a flat sheet.

    Attributes
    ----------
    image : ndarray, shape (h, w, 3), float32
        RGB, 0 to 255.
    truth : ndarray, shape (9, h, w), uint8
        Planes of `CHANNELS`; 255 where a pixel is covered wholly.
    """

    image: Floats
    truth: Image


def draw_scene(scene: Scene, lattice: Lattice, least_mm: float, hairline_mm: float) -> FlatPicture:
    """Draw a part of a sheet.

    Parameters
    ----------
    scene : Scene
    lattice : Lattice
        The part, and its scale.
    least_mm : float
        Least width of a line in the truth.
    hairline_mm : float
        Least width of a line in the picture; viewers draw a hairline one pixel wide.
    """
    painter = _Painter(scene, lattice, least_mm, hairline_mm)
    painter.grid()
    for group in _groups(scene.items):
        first = group[0]
        if isinstance(first, Line):
            painter.lines([line for line in group if isinstance(line, Line)])
        elif isinstance(first, Area):
            painter.area(first)
        else:
            painter.text(first)
    return FlatPicture(painter.image, np.round(255 * painter.truth).astype(np.uint8))


def _groups(items: list[Item]) -> Iterator[list[Item]]:
    """Yield lines of one ink together, everything else alone."""

    def ink(numbered: tuple[int, Item]) -> tuple[object, ...]:
        number, item = numbered
        if isinstance(item, Line):
            return ("line", item.kind, item.colour, item.opacity)
        return (number,)

    for _, group in groupby(enumerate(items), ink):
        yield [item for _, item in group]


class _Painter:
    """The picture and its truth while they are drawn."""

    def __init__(self, scene: Scene, lattice: Lattice, least_mm: float, hairline_mm: float) -> None:
        self.scene, self.lattice = scene, lattice
        self.least_mm, self.hairline_mm = least_mm, hairline_mm
        height, width = lattice.shape
        corner = self._px(np.array([[0.0, 0.0], [scene.width, scene.height]]))
        inside = [np.diff(np.clip(np.arange(size + 1), *corner[:, axis])) for axis, size in ((1, height), (0, width))]
        self.paper = np.outer(*inside).astype(np.float32)
        self.image: Floats = np.empty((height, width, 3), np.float32)
        self.image[:] = scene.surround
        self.image += self.paper[..., None] * (np.array(scene.paper, np.float32) - self.image)
        self.truth: Floats = np.zeros((len(CHANNELS), height, width), np.float32)
        self.truth[CHANNELS.index("paper")] = self.paper

    def _px(self, points: Doubles) -> Doubles:
        """Return pixel edges' coordinates: 0 is the left edge of the first pixel."""
        return np.asarray((points - np.array([self.lattice.left, self.lattice.top])) * self.lattice.px_per_mm)

    def grid(self) -> None:
        """Print the grid; the truth completes dotted and dashed major lines."""
        grid = self.scene.grid
        if grid is None:
            return
        if grid.paper is not None:
            inside = (ruled_area(grid, self.lattice) * self.paper)[..., None]
            self.image += inside * (np.array(grid.paper, np.float32) - self.image)
        for level in (grid.minor, grid.major, grid.third):
            if level is None:
                continue
            width = max(level.width, self.hairline_mm)
            covered = grid_coverage(level, grid, self.lattice, width, level.pattern) * self.paper
            self.image += (level.strength * covered)[..., None] * (np.array(grid.colour, np.float32) - self.image)
            self._note_grid(level)

    def _note_grid(self, level: Level) -> None:
        grid = self.scene.grid
        assert grid is not None
        minor = level is grid.minor
        pattern = level.pattern if minor and level.pattern == "dots" else "solid"
        covered = grid_coverage(level, grid, self.lattice, max(level.width, self.least_mm), pattern)
        plane = self.truth[CHANNELS.index("minor" if minor else "major")]
        np.maximum(plane, covered * self.paper, out=plane)

    def lines(self, lines: list[Line]) -> None:
        """Draw lines of one ink."""
        reach = max(line.width for line in lines) + self.least_mm
        low = np.min([line.points.min(axis=0) for line in lines], axis=0) - reach
        high = np.max([line.points.max(axis=0) for line in lines], axis=0) + reach
        box = self._box(low, high)
        if box is None:
            return
        drawn = self._stroked(lines, box, self.hairline_mm)
        self._ink(box, drawn, lines[0].colour, lines[0].opacity)
        self._note(box, self._stroked(lines, box, self.least_mm), lines[0].kind)

    def area(self, area: Area) -> None:
        """Fill a polygon."""
        box = self._box(area.points.min(axis=0), area.points.max(axis=0))
        if box is None:
            return
        canvas, places = self._canvas(box), self._fine(area.points, box)
        cv2.fillPoly(canvas, [places], 255, cv2.LINE_8, _FRACTION_BITS)
        covered = _averaged(canvas)
        self._ink(box, covered, area.colour, area.opacity)
        if area.hides:
            for plane, name in zip(self.truth, CHANNELS, strict=True):
                if name != "paper":
                    plane[box] *= 1 - covered
        self._note(box, covered, area.kind)

    def text(self, text: Text) -> None:
        """Write one line."""
        scale = self.lattice.px_per_mm
        reach = text.height * ((1 + text.spacing) * len(text.text) + 2)
        corner = np.array([text.x, text.y])
        if self._box(corner - reach, corner + reach) is None:
            return
        mask, (x, y) = text_mask(text.text, text.font, text.height * scale, text.spacing)
        turn = np.deg2rad(text.turn_deg)
        spread = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        height, width = mask.shape
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - (x, y)
        places = self._px(corner[None]) + corners @ spread.T
        box = self._box_px(places.min(axis=0) - 1, places.max(axis=0) + 2)
        if box is None:
            return
        start = places[0] - np.array([box[1].start, box[0].start])
        onto = np.hstack([spread, start[:, None]])
        size = (box[1].stop - box[1].start, box[0].stop - box[0].start)
        covered = cv2.warpAffine(mask, onto, size, flags=cv2.INTER_LINEAR).astype(np.float32) / 255
        self._ink(box, covered, text.colour, text.opacity)
        bolder = max(1, round(_LETTER_ROOM_MM * scale))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * bolder + 1, 2 * bolder + 1))
        self._note(box, np.asarray(cv2.dilate(covered, kernel), np.float32), text.kind)

    def _box(self, low: Doubles, high: Doubles) -> tuple[slice, slice] | None:
        """Return rows and columns around places in mm; None where the picture shows none of it."""
        ends = self._px(np.stack([low, high]))
        return self._box_px(ends[0] - 1, ends[1] + 2)

    def _box_px(self, low: Doubles, high: Doubles) -> tuple[slice, slice] | None:
        height, width = self.lattice.shape
        left, top = (max(0, int(np.floor(place))) for place in low)
        right, bottom = (min(size, int(np.ceil(place))) for place, size in zip(high, (width, height), strict=True))
        return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None

    def _canvas(self, box: tuple[slice, slice]) -> Image:
        return np.zeros([_FINER * (part.stop - part.start) for part in box], np.uint8)

    def _fine(self, points: Doubles, box: tuple[slice, slice]) -> FixedPoints:
        """Return OpenCV's fixed-point places on the finer canvas, whose first pixel's centre is 0."""
        finer = (self._px(points) - np.array([box[1].start, box[0].start])) * _FINER - 0.5
        fixed = np.round(np.clip(finer, -_FURTHEST_PX, _FURTHEST_PX) * 2**_FRACTION_BITS)
        return np.asarray(fixed.reshape(-1, 1, 2), np.int32)

    def _stroked(self, lines: list[Line], box: tuple[slice, slice], least_mm: float) -> Floats:
        canvas = self._canvas(box)
        for line in lines:
            thickness = _thickness(max(line.width, least_mm) * self.lattice.px_per_mm * _FINER)
            for window, points in _in_reach(canvas, self._fine(line.points, box)):
                cv2.polylines(window, [points], False, 255, thickness, cv2.LINE_8, _FRACTION_BITS)
        return _averaged(canvas)

    def _ink(self, box: tuple[slice, slice], covered: Floats, colour: Colour, opacity: float) -> None:
        part = self.image[box]
        part += (opacity * covered)[..., None] * (np.array(colour, np.float32) - part)

    def _note(self, box: tuple[slice, slice], covered: Floats, kind: str) -> None:
        if kind in CHANNELS:
            plane = self.truth[CHANNELS.index(kind)][box]
            np.maximum(plane, covered, out=plane)


def _in_reach(canvas: Image, points: FixedPoints) -> Iterator[tuple[Image, FixedPoints]]:
    """Yield parts of a canvas, and of a line in their pixels, that OpenCV can draw."""
    for first in range(0, canvas.shape[1], _REACH_PX):
        window = canvas[:, first : first + _REACH_PX]
        moved = points - np.array([first << _FRACTION_BITS, 0], np.int32)
        x = moved[:, 0, 0] >> _FRACTION_BITS
        for start, stop in runs_of_true((x > -_REACH_PX // 4) & (x < window.shape[1] + _REACH_PX // 4)).tolist():
            yield window, moved[start:stop]


def _thickness(width_px: float) -> int:
    """Return what OpenCV must be asked for to draw so wide a line: it draws odd widths, 2 k + 1 when asked for 2 k."""
    return max(1, 2 * round((width_px - 1) / 2))


def _averaged(canvas: Image) -> Floats:
    """Return the share of each pixel that is drawn, from a canvas `_FINER` times finer."""
    size = (canvas.shape[1] // _FINER, canvas.shape[0] // _FINER)
    return np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA) / np.float32(255), np.float32)
