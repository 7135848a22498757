"""The shape of a sheet that was folded, crumpled or rolled: heights above the table, and positions of its points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles
from heartlab.simulate.photo.photo_style import PhotoStyle

NODE_MM = 1.0
"""Distance of the nodes; creases are a little rounder than that."""

_CREASE_MM = 0.7
"""Radius by which creases are rounded; by hand."""

_STEEPEST = 0.45
"""Greatest slope of the sheet, which limits steeper ones smoothly; by hand."""

_FACET_MM = 14.0
"""Size of a wrinkle's facets; by hand."""


@dataclass(frozen=True, eq=False)
class Surface:
    """A sheet in space, on a lattice of nodes that is even on the flat paper.

    Attributes
    ----------
    x, y : ndarray, shape (n,), (m,), float64
        Places of the nodes on the flat sheet, mm from its upper left corner.
    points : ndarray, shape (m, n, 3), float64
        Their positions, mm; the third is the height towards the camera. The middle of the sheet is the origin.
    slopes : ndarray, shape (m, n, 2), float64
        Rise along x and along y.
    """

    x: Doubles
    y: Doubles
    points: Doubles
    slopes: Doubles


def make_surface(
    width_mm: float,
    height_mm: float,
    style: PhotoStyle,
    rng: np.random.Generator,
    raised: Callable[[Doubles, Doubles], Doubles] | None = None,
) -> Surface:
    """Fold, crumple and roll a sheet; `raised` adds heights in mm at places x and y in mm.

    Paper does not stretch: where it rises, its points move together so that the length along each row and column of
    nodes does not change. (Only a surface of curvature in one direction keeps all lengths; between crossing creases
    this one gives way by less than a thousandth.)
    """
    x = np.linspace(0, width_mm, max(2, round(width_mm / NODE_MM) + 1))
    y = np.linspace(0, height_mm, max(2, round(height_mm / NODE_MM) + 1))
    across, down = np.meshgrid(x - width_mm / 2, y - height_mm / 2)
    height = _roll(across, down, style, rng, width_mm)
    for number in range(style.folds):
        height += _fold(across, down, style, rng, number, width_mm, height_mm)
    for _ in range(style.wrinkles):
        height += _wrinkle(across, down, style, rng, width_mm, height_mm)
    if raised is not None:
        height += raised(across + width_mm / 2, down + height_mm / 2)
    rise_y, rise_x = np.gradient(height, y, x)
    rise_x, rise_y = (_STEEPEST * np.tanh(rise / _STEEPEST) for rise in (rise_x, rise_y))
    points = np.stack([_unstretched(rise_x, x, 1), _unstretched(rise_y, y, 0), height], axis=2)
    return Surface(x, y, points, np.stack([rise_x, rise_y], axis=2))


def _unstretched(rise: Doubles, nodes: Doubles, axis: int) -> Doubles:
    """Return coordinates along an axis whose steps are shortened by the rise, the middle node at 0."""
    shortened = np.sqrt(1 - np.minimum(rise**2, 0.9)) * (nodes[1] - nodes[0])
    places = np.cumsum(shortened, axis=axis) - 0.5 * shortened
    middle = np.take(places, [len(nodes) // 2], axis=axis)
    centre = nodes[len(nodes) // 2] - (nodes[0] + nodes[-1]) / 2
    return np.asarray(places - middle + centre)


def _roll(across: Doubles, down: Doubles, style: PhotoStyle, rng: np.random.Generator, width: float) -> Doubles:
    """Return the heights of a part of a cylinder about a random axis."""
    angle = rng.uniform(0, np.pi)
    along = (across * np.cos(angle) + down * np.sin(angle)) / (width / 2)
    return np.asarray(style.curl * width * along**2)


def _fold(
    across: Doubles,
    down: Doubles,
    style: PhotoStyle,
    rng: np.random.Generator,
    number: int,
    width: float,
    height: float,
) -> Doubles:
    """Return the heights of a crease right across: mostly square to the edges, flattening out on both sides."""
    angle = (number % 2) * np.pi / 2 + (rng.normal(0, 0.02) if rng.random() < 0.7 else rng.uniform(-0.6, 0.6))
    place = rng.uniform(-0.3, 0.3) * (width if number % 2 == 0 else height)
    away = across * np.cos(angle) + down * np.sin(angle) - place
    reach = rng.uniform(40, 140)
    slope = style.fold_slope * rng.uniform(0.5, 1.0) * rng.choice([-1, 1])
    return np.asarray(slope * reach * np.exp(-np.hypot(away, _CREASE_MM) / reach))


def _wrinkle(
    across: Doubles, down: Doubles, style: PhotoStyle, rng: np.random.Generator, width: float, height: float
) -> Doubles:
    """Return the heights of a short crease at any angle, steeper on one side."""
    angle = rng.uniform(0, np.pi)
    x, y = rng.uniform(-0.5, 0.5) * width, rng.uniform(-0.5, 0.5) * height
    along = (across - x) * np.cos(angle) + (down - y) * np.sin(angle)
    away = (down - y) * np.cos(angle) - (across - x) * np.sin(angle)
    reach = np.where(away > 0, *rng.uniform(8, 45, 2))
    slope = style.wrinkle_slope * rng.uniform(0.3, 1.0) * rng.choice([-1, 1])
    fall = np.exp(-0.5 * (along / rng.uniform(15, 60)) ** 2)
    return np.asarray(slope * _FACET_MM * np.exp(-np.hypot(away, _CREASE_MM) / reach) * fall)
