"""How a sheet is seen: the map between millimetres of the flat sheet and pixels of the picture, both ways."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats
from heartlab.simulate.photo.illumination import shade
from heartlab.simulate.photo.photo_style import PhotoStyle
from heartlab.simulate.photo.surface import make_surface
from heartlab.simulate.photo.viewpoint import PhotoMap, look_at
from heartlab.simulate.recorders.chances import between, chance, choose
from heartlab.simulate.recorders.creases import Relief, crumpled_relief, folded_relief

__all__ = ["BentView", "CreasedView", "FlatView", "View", "creased_view", "flat_view", "photo_view"]

_MOST_STEPS = 6
"""Of the search for a place on creased paper; each step is several times nearer than the last."""


class View(Protocol):
    """A map between the flat sheet (mm) and the picture (pixels; the first pixel's centre is 0)."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the picture."""
        ...

    def to_page(self, points: Doubles) -> Doubles:
        """Return millimetres for pixels, both of shape (n, 2)."""
        ...

    def to_image(self, points: Doubles) -> Doubles:
        """Return pixels for millimetres, both of shape (n, 2)."""
        ...

    def light(self, places: Floats) -> Floats | None:
        """Return the light on places in mm, shape (h, w, 2), as shape (h, w); None where it is even."""
        ...


@dataclass(frozen=True, eq=False)
class FlatView:
    """A sheet seen through a homography: a file, a scan, or a screen before a camera.

    Attributes
    ----------
    plane : ndarray, shape (3, 3), float64
        From mm to pixels.
    shape : tuple of int
    """

    plane: Doubles
    shape: tuple[int, int]

    def to_page(self, points: Doubles) -> Doubles:
        """Return millimetres for pixels, both of shape (n, 2)."""
        return _through(np.asarray(np.linalg.inv(self.plane), np.float64), points)

    def to_image(self, points: Doubles) -> Doubles:
        """Return pixels for millimetres, both of shape (n, 2)."""
        return _through(self.plane, points)

    def light(self, places: Floats) -> Floats | None:
        """Return None: the light is even."""
        return None


@dataclass(frozen=True, eq=False)
class CreasedView(FlatView):
    """A sheet that was folded or screwed up, pressed flat by a scanner.

    Attributes
    ----------
    relief : Relief
    give : float
        How far a slope of 1 moves the print, mm.
    """

    relief: Relief
    give: float

    def to_page(self, points: Doubles) -> Doubles:
        """Return millimetres for pixels, both of shape (n, 2)."""
        flat = super().to_page(points)
        found = flat
        for _ in range(_MOST_STEPS):
            found = flat - self.give * self.relief.slope_at(found)
        return found

    def to_image(self, points: Doubles) -> Doubles:
        """Return pixels for millimetres, both of shape (n, 2)."""
        return super().to_image(points + self.give * self.relief.slope_at(points))

    def light(self, places: Floats) -> Floats | None:
        """Return the light on places in mm by the facets and creases of the paper."""
        return self.relief.light_at(places)


@dataclass(frozen=True, eq=False)
class BentView:
    """A sheet of paper before a camera, curled, folded or crumpled.

    Attributes
    ----------
    map : PhotoMap
        Its page pixels are mm - 0.5.
    on_nodes : ndarray, shape (m, n), float64
        Light on the map's nodes.
    shape : tuple of int
    relief : Relief or None
        Creases that are sharper than the nodes.
    """

    map: PhotoMap
    on_nodes: Doubles
    shape: tuple[int, int]
    relief: Relief | None = None

    def to_page(self, points: Doubles) -> Doubles:
        """Return millimetres for pixels, both of shape (n, 2)."""
        return np.asarray(self.map.to_page(points) + 0.5)

    def to_image(self, points: Doubles) -> Doubles:
        """Return pixels for millimetres, both of shape (n, 2)."""
        return self.map.to_photo(points - 0.5)

    def light(self, places: Floats) -> Floats | None:
        """Return the light on places in mm by the slopes of the paper."""
        x, y = self.map.x, self.map.y
        across = (places[..., 0] - 0.5 - x[0]) / (x[1] - x[0])
        down = (places[..., 1] - 0.5 - y[0]) / (y[1] - y[0])
        maps = (across.astype(np.float32), down.astype(np.float32))
        nodes = self.on_nodes.astype(np.float32)
        light = cv2.remap(nodes, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(light if self.relief is None else light * self.relief.light_at(places), np.float32)


def _through(plane: Doubles, points: Doubles) -> Doubles:
    return np.asarray(cv2.perspectiveTransform(points.reshape(-1, 1, 2), plane).reshape(-1, 2))


def flat_view(
    frame: tuple[float, float, float, float],
    px_per_mm: float,
    *,
    turn_deg: float = 0.0,
    aspect: float = 1.0,
    mirrored: bool = False,
) -> FlatView:
    """Show a frame (x0, y0, x1, y1, mm) from straight above.

    Parameters
    ----------
    frame : tuple of float
    px_per_mm : float
    turn_deg : float
        Positive clockwise.
    aspect : float
        Pixels per mm across over those down.
    mirrored : bool
        Left and right exchanged.
    """
    x0, y0, x1, y1 = frame
    cosine, sine = np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))
    scale = np.diag([px_per_mm * np.sqrt(aspect) * (-1 if mirrored else 1), px_per_mm / np.sqrt(aspect)])
    linear = np.array([[cosine, -sine], [sine, cosine]]) @ scale
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) @ linear.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    plane = np.eye(3)
    plane[:2, :2], plane[:2, 2] = linear, -low - 0.5
    width, height = (max(64, round(float(size))) for size in high - low)
    return FlatView(plane, (height, width))


def creased_view(flat: FlatView, size: tuple[float, float], rng: np.random.Generator, *, crumpled: bool) -> CreasedView:
    """Fold or screw up a sheet, of a width and a height in mm, before it is seen flat."""
    relief = crumpled_relief(size, rng) if crumpled else folded_relief(size, rng)
    return CreasedView(flat.plane, flat.shape, relief, between(rng, 0, 2.5))


def photo_view(
    size: tuple[float, float], px_per_mm: float, rng: np.random.Generator, *, crumpled: bool, room: bool = False
) -> BentView:
    """Photograph a sheet.

    Parameters
    ----------
    size : tuple of float
        Width and height of the sheet, mm.
    px_per_mm : float
        About so many in the middle of the photo.
    rng : Generator
    crumpled : bool
        Whether it was screwed up once.
    room : bool
        Whether the camera shows another sheet below.
    """
    style = _photo_style(size, px_per_mm, rng)
    if crumpled:
        style = replace(
            style,
            wrinkles=int(rng.integers(15, 60)),
            wrinkle_slope=between(rng, 0.15, 0.45),
            light_height_deg=between(rng, 20, 50),
        )
    if room:
        fill, shift = between(rng, 0.45, 0.65), (between(rng, -0.05, 0.05), -between(rng, 0.12, 0.22))
        style = replace(style, fill=fill, shift=shift)
    relief: Relief | None = None
    if crumpled and chance(rng, 0.7):
        relief = crumpled_relief(size, rng)
        style = replace(style, wrinkles=int(rng.integers(0, 10)))
    elif chance(rng, 0.3):
        relief = folded_relief(size, rng)
    surface = make_surface(*size, style, rng, None if relief is None else relief.height_at)
    on_nodes = shade(surface, style)
    return BentView(look_at(surface, style, 1.0), on_nodes, (style.height_px, style.width_px), relief)


def _photo_style(size: tuple[float, float], px_per_mm: float, rng: np.random.Generator) -> PhotoStyle:
    width, height = size
    fill = between(rng, 0.98, 1.3) if chance(rng, 0.25) else between(rng, 0.7, 0.98)
    aspect = choose(rng, {4 / 3: 5.0, 16 / 9: 2.0, 1.0: 0.5, width / height: 2.0})
    quarter = choose(rng, {0.0: 88.0, 90.0: 4.0, -90.0: 4.0, 180.0: 4.0})
    seen = (width, height) if quarter in (0.0, 180.0) else (height, width)
    across = max(seen[0], seen[1] * aspect) * px_per_mm / fill
    # A pitch that shrinks by 1.03 to 1.24 from the near to the far edge; the tilt follows from the distance.
    distance, ratio = between(rng, 1.1, 2.5), choose(rng, {between(rng, 1.0, 1.12): 7.0, between(rng, 1.12, 1.25): 3.0})
    reach = min(0.9, 2 * distance * width / height * (ratio - 1) / (ratio + 1))
    creased = chance(rng, 0.5)
    return PhotoStyle(
        width_px=max(64, round(across)),
        height_px=max(64, round(across / aspect)),
        fill=fill,
        turn_deg=quarter + choose(rng, {float(rng.normal(0, 2)): 8.0, float(rng.normal(0, 8)): 2.0}),
        tilt_deg=float(np.rad2deg(np.arcsin(reach))),
        tilt_towards_deg=between(rng, 0, 360) if chance(rng, 0.5) else 90.0,
        distance=distance,
        shift=(between(rng, -0.04, 0.04), between(rng, -0.04, 0.04)),
        barrel=between(rng, -0.03, 0.03),
        folds=int(rng.integers(1, 4)) if creased else 0,
        fold_slope=between(rng, 0.05, 0.3),
        wrinkles=int(rng.integers(1, 12)) if chance(rng, 0.4) else 0,
        wrinkle_slope=between(rng, 0.03, 0.2),
        curl=between(rng, -0.06, 0.06) if chance(rng, 0.6) else 0.0,
        light_deg=between(rng, 0, 360),
        light_height_deg=between(rng, 30, 75),
        contrast_of_light=between(rng, 0.3, 0.8),
    )
