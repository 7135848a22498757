"""The printed grid: lines, dashes or dots at one, five and more millimetres, and how much of each pixel they cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartlab.simulate.recorders.chances import between, chance, choose

__all__ = ["Grid", "Lattice", "Level", "grid_coverage", "random_grid", "ruled_area"]

Pattern = Literal["solid", "dashed", "dots"]

_COLOURS = {
    (238, 60, 66): 12.0,
    (205, 40, 45): 9.0,
    (150, 28, 32): 7.0,
    (110, 20, 24): 4.0,
    (250, 128, 114): 13.0,
    (255, 150, 165): 10.0,
    (243, 160, 170): 6.0,
    (232, 120, 40): 5.0,
    (178, 92, 64): 5.0,
    (222, 190, 140): 6.0,
    (150, 150, 150): 8.0,
    (95, 95, 95): 5.0,
    (25, 25, 25): 10.0,
    (80, 160, 100): 3.0,
    (60, 165, 160): 2.0,
    (90, 120, 205): 3.0,
}
"""Reds, salmon, pink, orange, brown, cream, greys, black, green and blue by how often pages have them."""

_DARK_COLOURS = {
    (127, 0, 0): 3.0,
    (70, 70, 70): 3.0,
    (30, 90, 40): 2.0,
    (110, 60, 20): 1.0,
    (40, 60, 110): 1.0,
    (130, 130, 130): 1.0,
}
_TINTS = {(255, 236, 236): 3.0, (255, 244, 224): 2.0, (236, 248, 240): 1.0, (255, 255, 255): 1.0}
_STYLES = {
    "solid": 66.0,
    "dots in squares": 10.0,
    "dots": 8.0,
    "dashed": 6.0,
    "major": 5.0,
    "fine": 2.0,
}


@dataclass(frozen=True)
class Level:
    """One pitch of a grid.

    Attributes
    ----------
    pitch : tuple of float
        Across and down, mm.
    width : float
        Of a line, or of a dot, mm.
    strength : float, 0 to 1
        How much of the grid's colour it takes.
    pattern : {"solid", "dashed", "dots"}
    step : float
        Distance of dashes or dots along a line, mm.
    """

    pitch: tuple[float, float]
    width: float
    strength: float
    pattern: Pattern = "solid"
    step: float = 1.0


@dataclass(frozen=True)
class Grid:
    """A grid in its frames.

    Attributes
    ----------
    colour : tuple of int
    minor, major : Level or None
    third : Level or None
        Every second to fifth major line once more.
    frames : tuple of tuple of float
        x0, y0, x1, y1 of every ruled area, mm.
    origin : tuple of float
        A crossing of major lines, mm.
    paper : tuple of int or None
        Colour of the ruled paper where it differs from the rest of the sheet.
    """

    colour: tuple[int, int, int]
    minor: Level | None
    major: Level | None
    third: Level | None
    frames: tuple[tuple[float, float, float, float], ...]
    origin: tuple[float, float]
    paper: tuple[int, int, int] | None = None


class Lattice(NamedTuple):
    """The pixels of a flat picture: its upper left corner on the sheet in mm, its scale and its rows and columns."""

    left: float
    top: float
    px_per_mm: float
    shape: tuple[int, int]


def random_grid(
    rng: np.random.Generator,
    frames: tuple[tuple[float, float, float, float], ...],
    origin: tuple[float, float],
    dark: bool,
) -> Grid:
    """Draw a grid: its colour, its pattern, the darkness of its lines and whether there is a third level."""
    colour = choose(rng, _DARK_COLOURS if dark else _COLOURS)
    style = choose(rng, _STYLES)
    strength = between(rng, 0.45, 1.0)
    ratio = between(rng, 0.9, 1.4) if chance(rng, 0.18) else between(rng, 0.12, 0.8)
    wide = choose(rng, {between(rng, 0.07, 0.15): 2.0, between(rng, 0.15, 0.25): 5.0, between(rng, 0.25, 0.6): 2.0})
    narrow = min(wide, between(rng, 0.04, 0.3)) if chance(rng, 0.85) else wide
    # What the eye sees of a thin line is its width times its strength: the ratio is of these products.
    minor_strength = min(1.0, strength * ratio * wide / narrow)
    major = Level((5.0, 5.0), wide, strength, *_major_pattern(rng, style))
    minor = _minor(rng, style, narrow, minor_strength)
    third = None
    if chance(rng, 0.15):
        every = 5.0 * choose(rng, {2: 45.0, 3: 20.0, 4: 15.0, 5: 20.0})
        third = Level((every, every), wide * between(rng, 1.2, 2.2), min(1.0, strength * between(rng, 1.0, 1.5)))
    paper = None if dark or chance(rng, 0.88) else choose(rng, _TINTS)
    return Grid(colour, minor, None if style == "fine" else major, third, frames, origin, paper)


def _major_pattern(rng: np.random.Generator, style: str) -> tuple[Pattern, float]:
    if style == "dots":
        return ("dots", choose(rng, {0.5: 1.0, 1.0: 2.0}))
    return ("dashed", between(rng, 0.6, 1.6)) if style == "dashed" and chance(rng, 0.5) else ("solid", 1.0)


def _minor(rng: np.random.Generator, style: str, width: float, strength: float) -> Level | None:
    pitch = (1.0, 1.25) if chance(rng, 0.015) else (1.0, 1.0)
    if style == "major":
        return None
    if style in ("dots", "dots in squares"):
        return Level(pitch, between(rng, 0.15, 0.35), between(rng, 0.5, 1.0), "dots", 1.0)
    if style == "dashed":
        return Level(pitch, width, strength, "dashed", between(rng, 0.4, 1.2))
    return Level(pitch, width, strength)


def ruled_area(grid: Grid, lattice: Lattice) -> Floats:
    """Return how much of each pixel is inside of the grid's frames, shape (h, w), float32, 0 to 1."""
    (height, length), scale = lattice.shape, lattice.px_per_mm
    inside = np.zeros(lattice.shape, np.float32)
    for x0, y0, x1, y1 in grid.frames:
        columns = _span(length, (x0 - lattice.left) * scale, (x1 - lattice.left) * scale)
        rows = _span(height, (y0 - lattice.top) * scale, (y1 - lattice.top) * scale)
        inside = np.maximum(inside, np.outer(rows, columns))
    return inside


def grid_coverage(level: Level, grid: Grid, lattice: Lattice, width: float, pattern: Pattern) -> Floats:
    """Return how much of each pixel a level of the grid covers, shape (h, w), float32, 0 to 1.

    A line at a fraction of a pixel is spread over its neighbours, so the pitch is kept without rounding.

    Parameters
    ----------
    level : Level
    grid : Grid
    lattice : Lattice
    width : float
        Of a line, mm; the truth draws other widths than the page.
    pattern : {"solid", "dashed", "dots"}
    """
    (height, length), scale = lattice.shape, lattice.px_per_mm
    x = (grid.origin[0] - lattice.left) * scale, length
    y = (grid.origin[1] - lattice.top) * scale, height
    across = _stripes(*x, level.pitch[0] * scale, width * scale)
    down = _stripes(*y, level.pitch[1] * scale, width * scale)
    if pattern == "solid":
        covered = np.maximum(across[None, :], down[:, None])
    else:
        mark = width if pattern == "dots" else 0.6 * level.step
        along_x = _stripes(*x, level.step * scale, mark * scale)
        along_y = _stripes(*y, level.step * scale, mark * scale)
        covered = np.maximum(np.outer(along_y, across), np.outer(down, along_x))
    return np.asarray(covered * ruled_area(grid, lattice), np.float32)


def _stripes(first: float, size: int, pitch: float, width: float) -> Floats:
    """Return how much of each of `size` pixels stripes cover whose middles are at `first` plus multiples of `pitch`."""
    edges = np.arange(size + 1, dtype=np.float64) - first + width / 2
    return np.clip(np.diff(_covered_until(edges, pitch, width)), 0, 1).astype(np.float32)


def _covered_until(places: Doubles, pitch: float, width: float) -> Doubles:
    """Return the length that stripes, the first from 0 to `width`, cover up to each place."""
    whole = np.floor(places / pitch)
    return np.asarray(whole * min(width, pitch) + np.minimum(places - whole * pitch, width))


def _span(size: int, first: float, last: float) -> Floats:
    """Return how much of each pixel is between two places."""
    return np.diff(np.clip(np.arange(size + 1), first, last)).astype(np.float32)
