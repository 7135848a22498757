"""Paper that was folded or screwed up: sharp creases, facets with soft shadows, and how far they move the print."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from scipy.interpolate import LinearNDInterpolator
from scipy.ndimage import map_coordinates
from scipy.spatial import Delaunay

from heartguard.arrays import Doubles, Floats
from heartlab.simulate.recorders.chances import between, chance, choose

__all__ = ["Relief", "crumpled_relief", "folded_relief"]

LIGHT_MM = 0.4
"""Distance of the places where light is kept: a crease is 0.2 to 0.8 mm wide."""

_NODE_MM = 2.0
_DARKEST, _LIGHTEST = 0.25, 1.5
_PRESSED = 0.3
"""Share of the folded sheets with many folds of one direction; chosen by hand."""

_FRACTION_BITS = 4


@dataclass(frozen=True, eq=False)
class Relief:
    """The unevenness of a sheet.

    Attributes
    ----------
    light : ndarray, shape (m, n), float32
        Relative to flat paper, every `LIGHT_MM` from the sheet's upper left corner.
    heights : ndarray, shape (k, l), float64
        mm, every 2 mm.
    """

    light: Floats
    heights: Doubles

    def light_at(self, places: Floats) -> Floats:
        """Return the light on places in mm, shape (h, w, 2), as shape (h, w)."""
        return _sampled(self.light, places, LIGHT_MM)

    def height_at(self, x: Doubles, y: Doubles) -> Doubles:
        """Return heights in mm at places in mm, all of shape (h, w)."""
        places = np.stack([x, y], axis=2).astype(np.float32)
        return _sampled(self.heights.astype(np.float32), places, _NODE_MM).astype(np.float64)

    @cached_property
    def rises(self) -> Doubles:
        """The rise along x and y, shape (k, l, 2), rounded over some millimetres."""
        rises = np.gradient(self.heights, _NODE_MM)
        return np.stack([cv2.GaussianBlur(rise, (0, 0), 2.0) for rise in (rises[1], rises[0])], axis=2)

    def slope_at(self, points: Doubles) -> Doubles:
        """Return the rounded rise at points in mm, both of shape (n, 2)."""
        at = points[:, ::-1].T / _NODE_MM
        rises = (map_coordinates(rise, at, order=1, mode="nearest") for rise in np.moveaxis(self.rises, 2, 0))
        return np.stack(list(rises), axis=1)


def _sampled(field: Floats, places: Floats, step: float) -> Floats:
    at = places / np.float32(step)
    x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
    return np.asarray(cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def crumpled_relief(size: tuple[float, float], rng: np.random.Generator) -> Relief:
    """Screw up a sheet of a width and a height in mm: facets of one or two sizes, each lit by its slope."""
    light: Floats = np.ones([round(side / LIGHT_MM) + 2 for side in size[::-1]], np.float32)
    heights = np.zeros([round(side / _NODE_MM) + 2 for side in size[::-1]])
    spacing = between(rng, 9, 40)
    for distance in (spacing, 0.4 * spacing) if chance(rng, 0.4) else (spacing,):
        shade, raised = _facets(size, distance, rng)
        light *= shade
        heights += raised
    return Relief(np.clip(light, _DARKEST, _LIGHTEST), heights)


def _facets(size: tuple[float, float], distance: float, rng: np.random.Generator) -> tuple[Floats, Doubles]:
    """Return light and heights of triangles whose corners are about so far apart, mm."""
    room = 3 * distance
    count = int((size[0] + 2 * room) * (size[1] + 2 * room) / distance**2)
    corners = rng.uniform(-room, np.array(size) + room, (count, 2))
    slope = between(rng, 0.1, 0.45)
    rises = rng.normal(0, 0.45 * slope * distance, count)
    triangles = Delaunay(corners)
    light = _facet_light(size, corners[triangles.simplices], rises[triangles.simplices] / slope, rng)
    light *= _crease_light(size, corners, triangles.simplices, rng)
    y, x = np.mgrid[: round(size[1] / _NODE_MM) + 2, : round(size[0] / _NODE_MM) + 2] * _NODE_MM
    return light, np.asarray(LinearNDInterpolator(triangles, rises, 0.0)(x, y), np.float64)


def _facet_light(size: tuple[float, float], corners: Doubles, rises: Doubles, rng: np.random.Generator) -> Floats:
    """Return the light on facets, corners of shape (n, 3, 2), by their slopes towards a lamp; edges sharp or soft."""
    sides, steps = corners[:, 1:] - corners[:, :1], rises[:, 1:] - rises[:, :1]
    flat = np.abs(np.linalg.det(sides)) < 1e-6
    sides[flat] = np.eye(2)
    slopes = np.linalg.solve(sides, steps[..., None])[..., 0]
    lamp, depth = between(rng, 0, 2 * np.pi), between(rng, 0.04, 0.3)
    lit = 1 + depth * np.tanh(slopes @ np.array([np.cos(lamp), np.sin(lamp)]))
    light: Floats = np.ones([round(side / LIGHT_MM) + 2 for side in size[::-1]], np.float32)
    for facet, level in zip(np.round(corners / LIGHT_MM * 2**_FRACTION_BITS).astype(np.int32), lit, strict=True):
        cv2.fillConvexPoly(light, facet, float(level), cv2.LINE_AA, _FRACTION_BITS)
    soft = choose(rng, {between(rng, 0.3, 1.0): 4.0, between(rng, 1, 4): 4.0, between(rng, 4, 12): 2.0})
    return np.asarray(cv2.GaussianBlur(light, (0, 0), soft / LIGHT_MM), np.float32)


def _crease_light(
    size: tuple[float, float],
    corners: Doubles,
    triangles: np.ndarray[tuple[int, int], np.dtype[np.int32]],
    rng: np.random.Generator,
) -> Floats:
    """Return the light on the creases between facets: most are darker than the paper, some lighter."""
    light: Floats = np.ones([round(side / LIGHT_MM) + 2 for side in size[::-1]], np.float32)
    share, depth = between(rng, 0.0, 0.8), between(rng, 0.05, 0.5)
    for first, second in {tuple(sorted(pair)) for facet in triangles for pair in (facet[:2], facet[1:], facet[::2])}:
        if not chance(rng, share):
            continue
        ends = np.round(corners[[first, second]] / LIGHT_MM * 2**_FRACTION_BITS).astype(np.int32)
        level, thickness = 1 - depth * between(rng, -0.3, 1.0), int(rng.integers(1, 3))
        cv2.polylines(light, [ends.reshape(-1, 1, 2)], False, level, thickness, cv2.LINE_AA, _FRACTION_BITS)
    return np.asarray(cv2.GaussianBlur(light, (0, 0), between(rng, 0.3, 1.0)), np.float32)


def folded_relief(size: tuple[float, float], rng: np.random.Generator) -> Relief:
    """Fold a sheet: a sharp line with a soft shadow on one side for each fold.

    Most sheets have one to four folds, square to the edges; others were pressed or rolled into many, all of about one
    direction, which run through every row and may be nearly as dark as a trace.
    """
    y, x = np.mgrid[: round(size[1] / LIGHT_MM) + 2, : round(size[0] / LIGHT_MM) + 2].astype(np.float32) * LIGHT_MM
    light: Floats = np.ones_like(x)
    for angle, place in _pressed_folds(rng) if chance(rng, _PRESSED) else _letter_folds(rng):
        away = (x - place * size[0]) * np.cos(angle) + (y - place * size[1]) * np.sin(angle)
        width = between(rng, 0.15, 0.6)
        light *= 1 - between(rng, -0.2, 0.75) * np.exp(-0.5 * (away / width) ** 2)
        light *= 1 + between(rng, 0, 0.35) * np.exp(-0.5 * ((away - 2 * width) / width) ** 2)
        side = np.where(away > 0, between(rng, -0.05, 0.3), between(rng, -0.05, 0.05))
        light *= 1 - side * np.exp(-np.abs(away) / between(rng, 3, 60))
    heights = np.zeros([round(side / _NODE_MM) + 2 for side in size[::-1]])
    return Relief(np.clip(light, _DARKEST, _LIGHTEST).astype(np.float32), heights)


def _letter_folds(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Return the direction of each fold in radians, and its place as a share of the sheet's sides."""
    out = []
    for number in range(int(rng.integers(1, 5))):
        askew = float(rng.normal(0, 0.015)) if chance(rng, 0.8) else between(rng, -0.8, 0.8)
        place = between(rng, 0.2, 0.8) if chance(rng, 0.6) else choose(rng, {1 / 2: 2.0, 1 / 3: 1.0, 2 / 3: 1.0})
        out.append(((number % 2) * np.pi / 2 + askew, place))
    return out


def _pressed_folds(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Return three to fourteen folds of about one direction, any direction but along the rows."""
    angle = between(rng, -1.2, 1.2)
    return [(angle + float(rng.normal(0, 0.08)), between(rng, 0.02, 0.98)) for _ in range(int(rng.integers(3, 15)))]
