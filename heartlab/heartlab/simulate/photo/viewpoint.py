"""Projection of a sheet by a camera: the dense map from the flat page to the photo, and back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats
from heartlab.simulate.photo.photo_style import PhotoStyle
from heartlab.simulate.photo.surface import Surface

CELL_PX = 4
"""The inverse map is computed at every 4th pixel of the photo and interpolated."""

_MOST_STEPS = 25
"""Greatest number of fixed-point iterations."""

_CLOSE_PX = 0.01
"""Change in pixels at which the iteration has converged."""


@dataclass(frozen=True, eq=False)
class PhotoMap:
    """The map between the flat page and the photo.

    Attributes
    ----------
    x, y : ndarray, shape (n,), (m,), float64
        Page pixels of the nodes.
    nodes : ndarray, shape (m, n, 2), float64
        Photo pixels of the nodes.
    plane : ndarray, shape (3, 3), float64
        The homography that a flat sheet under a lens without distortion would have, page to photo.
    """

    x: Doubles
    y: Doubles
    nodes: Doubles
    plane: Doubles

    def to_photo(self, points: Doubles) -> Doubles:
        """Return photo pixels for page pixels, both of shape (n, 2); bilinear between the nodes."""
        return _sample(self.nodes, self._node_places(points))

    def to_page(self, points: Doubles) -> Doubles:
        """Return page pixels for photo pixels, both of shape (n, 2).

        The inverse is found by fixed-point iteration: each step subtracts the sheet's displacement at the last position
        from the position by the homography. It converges as the displacement changes slowly.
        """
        flat = cv2.perspectiveTransform(points.reshape(-1, 1, 2), np.linalg.inv(self.plane)).reshape(-1, 2)
        bend = self._bend()
        found = flat
        for _ in range(_MOST_STEPS):
            last, found = found, flat - _sample(bend, self._node_places(found))
            if np.abs(found - last).max(initial=0.0) < _CLOSE_PX:
                break
        return np.asarray(found)

    def dense(self, shape: tuple[int, int]) -> Floats:
        """Return the photo pixel of every page pixel, shape (H, W, 2), float32."""
        columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
        places = self._node_places(np.stack([columns, rows], axis=2).reshape(-1, 2).astype(np.float64))
        return _sample(self.nodes, places).reshape(*shape, 2).astype(np.float32)

    def _bend(self) -> Doubles:
        """Return how far each node lies from its flat place, seen back on the page, shape (m, n, 2)."""
        back = cv2.perspectiveTransform(self.nodes.reshape(-1, 1, 2), np.linalg.inv(self.plane))
        flat = np.stack(np.meshgrid(self.x, self.y), axis=2)
        return np.asarray(back.reshape(self.nodes.shape) - flat)

    def _node_places(self, points: Doubles) -> Doubles:
        across = (points[:, 0] - self.x[0]) / (self.x[1] - self.x[0])
        down = (points[:, 1] - self.y[0]) / (self.y[1] - self.y[0])
        return np.stack([across, down], axis=1)


def look_at(surface: Surface, style: PhotoStyle, px_per_mm: float) -> PhotoMap:
    """Place a camera over a sheet and return the map of its pixels.

    Parameters
    ----------
    surface : Surface
    style : PhotoStyle
    px_per_mm : float
        Of the flat page; its pixel 0 has its centre half a pixel inside.
    """
    size = np.array([surface.x[-1], surface.y[-1]])
    flat = np.stack(np.meshgrid(surface.x, surface.y), axis=2) - size / 2
    flat3 = np.concatenate([flat, np.zeros((*flat.shape[:2], 1))], axis=2)
    camera = _turned(style)
    distance = style.distance * size[0]
    seen, seen_flat = (_project(points @ camera.T, distance) for points in (surface.points, flat3))
    scale, offset = _framing(seen_flat, style)
    x, y = surface.x * px_per_mm - 0.5, surface.y * px_per_mm - 0.5
    corners = np.array([[x[0], y[0]], [x[-1], y[0]], [x[-1], y[-1]], [x[0], y[-1]]], np.float32)
    ends = np.array([seen_flat[0, 0], seen_flat[0, -1], seen_flat[-1, -1], seen_flat[-1, 0]]) * scale + offset
    plane = np.asarray(cv2.getPerspectiveTransform(corners, ends.astype(np.float32)), np.float64)
    return PhotoMap(x, y, _distorted(seen * scale + offset, style), plane)


def _turned(style: PhotoStyle) -> Doubles:
    """Return the rotation from the table to the camera, shape (3, 3): turn the page, then tilt the camera."""
    turn, tilt = np.deg2rad(style.turn_deg), np.deg2rad(style.tilt_deg)
    towards = np.deg2rad(style.tilt_towards_deg)
    axis = tilt * np.array([-np.sin(towards), np.cos(towards), 0.0])
    tilted = cv2.Rodrigues(axis)[0]
    flat = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    return np.asarray(tilted @ flat)


def _project(points: Doubles, distance: float) -> Doubles:
    """Return points seen from so far above, shape (..., 2), in units of the table's mm under the camera."""
    return np.asarray(points[..., :2] * (distance / (distance - points[..., 2:])))


def _framing(seen: Doubles, style: PhotoStyle) -> tuple[float, Doubles]:
    """Return scale and offset that put the flat sheet in the frame."""
    low, high = seen.reshape(-1, 2).min(axis=0), seen.reshape(-1, 2).max(axis=0)
    frame = np.array([style.width_px, style.height_px])
    scale = float((style.fill * frame / (high - low)).min())
    return scale, np.asarray(frame * (0.5 + np.array(style.shift)) - scale * (low + high) / 2)


def _distorted(points: Doubles, style: PhotoStyle) -> Doubles:
    """Apply the lens: radial, about the middle of the frame."""
    centre = np.array([style.width_px, style.height_px]) / 2 - 0.5
    away = (points - centre) / (style.width_px / 2)
    squared = (away**2).sum(axis=-1, keepdims=True)
    return np.asarray(centre + (points - centre) * (1 + style.barrel * squared))


def _sample(lattice: Doubles, places: Doubles) -> Doubles:
    """Return bilinear samples at node places, shape (n, 2); beyond the edges the last cells are continued."""
    rows, columns = lattice.shape[:2]
    left = np.clip(np.floor(places[:, 0]).astype(np.int64), 0, columns - 2)
    top = np.clip(np.floor(places[:, 1]).astype(np.int64), 0, rows - 2)
    across = np.clip(places[:, :1] - left[:, None], -1, 2)
    down = np.clip(places[:, 1:] - top[:, None], -1, 2)
    upper = (1 - across) * lattice[top, left] + across * lattice[top, left + 1]
    lower = (1 - across) * lattice[top + 1, left] + across * lattice[top + 1, left + 1]
    return np.asarray((1 - down) * upper + down * lower)
