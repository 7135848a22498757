"""How far a page is rotated, from the sharpness of its projections."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Doubles, Image

__all__ = ["estimate_tilt"]

_MOST_DEG = 18.0
"""Tried to either side; a page that is turned further is turned by hand, or read by the lattice of its grid."""

_WORKING_WIDTH, _WORKING_HEIGHT = 1100, 700
"""Pixels of the longer side of an A4 page, and of the shorter side of a longer one, such as a page of 30 s: made as
small as the first alone asks for, lines every 1 mm would run into each other. Chosen by hand."""

_POINTS = 60_000
_LEAST = 32
"""Share of lines, of 255, that a pixel needs to count."""


def estimate_tilt(lines: Image) -> float:
    """Return the rotation of the page's lines in degrees, positive clockwise.

    Grid lines, separators, text lines and isoelectric stretches all run along two orthogonal directions. The sum of
    squares of the marks projected on these directions is greatest when the projection is taken along them.

    Parameters
    ----------
    lines : ndarray, shape (H, W), uint8
        Share of lines in each pixel, 255 for all of it.

    Returns
    -------
    float
        Degrees within ±`_MOST_DEG`.
    """
    points, weights = _marks(lines)
    if len(points) < 50:
        return 0.0
    angle = 0.0
    for half_width, step in ((_MOST_DEG, 0.5), (0.6, 0.1), (0.12, 0.02)):
        angles = angle + np.arange(-half_width, half_width + step / 2, step)
        scores = [_sharpness(points, weights, float(a)) for a in angles]
        best = int(np.argmax(scores))
        angle = float(angles[best])
    return angle


def _marks(lines: Image) -> tuple[Doubles, Doubles]:
    scale = min(1.0, max(_WORKING_WIDTH / max(lines.shape), _WORKING_HEIGHT / min(lines.shape)))
    small = cv2.resize(lines, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else lines
    ys, xs = np.nonzero(small > _LEAST)
    if len(xs) > _POINTS:
        keep = np.random.default_rng(0).choice(len(xs), _POINTS, replace=False)
        ys, xs = ys[keep], xs[keep]
    points = np.stack([xs, ys], axis=1).astype(np.float64) - np.array(small.shape[::-1]) / 2
    return points, small[ys, xs].astype(np.float64)


def _sharpness(points: Doubles, weights: Doubles, angle: float) -> float:
    """Energy of the finest detail of both projections for one rotation."""
    radians = np.deg2rad(angle)
    along = points @ np.array([np.cos(radians), np.sin(radians)])
    across = points @ np.array([-np.sin(radians), np.cos(radians)])
    energy = 0.0
    for coordinate in (along, across):
        bins = np.floor(coordinate - coordinate.min()).astype(np.intp)
        profile = np.bincount(bins, weights)
        energy += float(np.sum(np.diff(profile) ** 2))
    return energy
