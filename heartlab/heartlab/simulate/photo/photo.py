"""The photo simulator: a simulated page, folded, on a background, lit and photographed, with its geometry known."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats, Image
from heartlab.simulate.encoded import jpeg, png
from heartlab.simulate.page import SimulatedPage
from heartlab.simulate.photo.background import draw_background
from heartlab.simulate.photo.illumination import cast, reflect, shade
from heartlab.simulate.photo.photo_style import PhotoStyle
from heartlab.simulate.photo.scribbles import scribbled, worn
from heartlab.simulate.photo.surface import make_surface
from heartlab.simulate.photo.viewpoint import CELL_PX, PhotoMap, look_at

__all__ = ["SimulatedPhoto", "take_photo", "take_screenshot"]

_WHITE = 235.0
"""Grey level of white paper at normal exposure; chosen by hand."""


@dataclass(frozen=True, eq=False)
class SimulatedPhoto:
    """A photo and its truth.

    Attributes
    ----------
    image : ndarray, shape (H, W, 3), uint8, RGB
        Before its compression.
    encoded : bytes
        The picture as JPEG or PNG.
    page : SimulatedPage
        The photographed page, with its panels and its truth.
    map : PhotoMap
        Between the flat page and the photo, both ways.
    script : ndarray, shape (h, w), float32
        How much of each pixel of the flat page handwriting covers.
    style : PhotoStyle or None
        None for a screenshot.
    """

    image: Image
    encoded: bytes
    page: SimulatedPage
    map: PhotoMap
    script: Floats
    style: PhotoStyle | None


def take_photo(page: SimulatedPage, style: PhotoStyle, seed: int = 0) -> SimulatedPhoto:
    """Photograph a page.

    Parameters
    ----------
    page : SimulatedPage
        Straight: its own style must not have been tilted.
    style : PhotoStyle
    seed : int
        Of creases, marks, shadows, desk and noise.

    Raises
    ------
    ValueError
        If the page is tilted already.
    """
    if page.tilt_deg:
        raise ValueError(f"the page is tilted by {page.tilt_deg} degrees; a photo turns it itself (turn_deg)")
    rng = np.random.default_rng([seed, 5])
    sheet, script = scribbled(worn(page.image, style, rng), style, page.px_per_mm, rng)
    height, width = sheet.shape[:2]
    surface = make_surface(width / page.px_per_mm, height / page.px_per_mm, style, rng)
    view = look_at(surface, style, page.px_per_mm)
    shape = (style.height_px, style.width_px)
    places = _pages_of_pixels(view, shape)
    paper = cv2.remap(sheet, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    lit = paper.astype(np.float32) * _on_photo(shade(surface, style), view, places)[..., None]
    if style.moire:
        lit *= _screen_pixels(places, page.px_per_mm, style)
    inside = _inside(places, (height, width))[..., None]
    scene = lit * inside + draw_background(shape, style.background, rng) * _edge_shadow(inside) * (1 - inside)
    image = _develop(scene, style, rng)
    return SimulatedPhoto(image, jpeg(image, style.jpeg_quality), page, view, script, style)


def take_screenshot(page: SimulatedPage, seed: int = 0) -> SimulatedPhoto:
    """Show a page in a viewer's window, scaled, between bars, and store it as a screenshot (PNG or JPEG)."""
    rng = np.random.default_rng([seed, 6])
    height, width = page.image.shape[:2]
    scale = float(rng.uniform(4.0, 7.0)) / page.px_per_mm
    size = np.round(np.array([width, height]) * scale).astype(int)
    corner = np.array([int(rng.integers(0, 120)), int(rng.integers(40, 110))])
    image = _window(size, corner, rng)
    (left, top), (right, bottom) = corner, corner + size
    image[top:bottom, left:right] = cv2.resize(page.image, tuple(size.tolist()), interpolation=cv2.INTER_AREA)
    encoded = png(image) if rng.random() < 0.5 else jpeg(image, int(rng.integers(60, 95)))
    x, y = np.array([-0.5, width - 0.5]), np.array([-0.5, height - 0.5])
    across, down = (np.array([first, last]) - 0.5 for first, last in ((left, right), (top, bottom)))
    nodes = np.stack(np.meshgrid(across, down), axis=2)
    (a, d), (b, e) = size / (width, height), corner + 0.5 * (size / (width, height) - 1)
    view = PhotoMap(x, y, nodes, np.array([[a, 0, b], [0, d, e], [0, 0, 1.0]]))
    return SimulatedPhoto(image, encoded, page, view, np.zeros((height, width), np.float32), None)


def _window(size: NDArray[np.int64], corner: NDArray[np.int64], rng: np.random.Generator) -> Image:
    """Draw the viewer around a picture of so many columns and rows: background, bar and buttons."""
    columns, rows = size + corner + rng.integers(0, 120, 2)
    image: Image = np.full((rows, columns, 3), int(rng.choice([245, 60, 32])), np.uint8)
    image[: corner[1] - 8] = np.array([(52, 58, 70), (240, 240, 242), (28, 88, 140)][int(rng.integers(3))], np.uint8)
    for place in range(20, columns - 60, 70):
        cv2.rectangle(image, (place, 10), (place + 34, 24), (150, 155, 165), -1)
    return image


def _pages_of_pixels(view: PhotoMap, shape: tuple[int, int]) -> Floats:
    """Return the page pixel behind every photo pixel, shape (H, W, 2), float32, by cells of `CELL_PX`."""
    rows, columns = shape[0] // CELL_PX + 2, shape[1] // CELL_PX + 2
    x, y = np.meshgrid(np.arange(columns) * CELL_PX, np.arange(rows) * CELL_PX)
    cells = view.to_page(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float64))
    finer = np.array([[1 / CELL_PX, 0, 0], [0, 1 / CELL_PX, 0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    lattice = cells.reshape(rows, columns, 2).astype(np.float32)
    return np.asarray(cv2.warpAffine(lattice, finer, shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _on_photo(on_nodes: Doubles, view: PhotoMap, places: Floats) -> Floats:
    """Carry a value of every node to every photo pixel."""
    across = (places[..., 0] - view.x[0]) / (view.x[1] - view.x[0])
    down = (places[..., 1] - view.y[0]) / (view.y[1] - view.y[0])
    nodes, maps = on_nodes.astype(np.float32), (across.astype(np.float32), down.astype(np.float32))
    return np.asarray(cv2.remap(nodes, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _inside(places: Floats, size: tuple[int, int]) -> Floats:
    """Return how much of each photo pixel is paper, shape (H, W), 0 to 1."""
    across = np.minimum(places[..., 0] + 0.5, size[1] - 0.5 - places[..., 0])
    down = np.minimum(places[..., 1] + 0.5, size[0] - 0.5 - places[..., 1])
    return np.asarray(np.clip(np.minimum(across, down) + 0.5, 0, 1), np.float32)


def _edge_shadow(inside: Floats) -> Floats:
    """Return the light left on the desk beside the paper, shape (H, W, 1)."""
    small = cv2.resize(inside[..., 0], None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    near = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2.5), inside.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(1 - 0.5 * near[..., None])


def _screen_pixels(places: Floats, px_per_mm: float, style: PhotoStyle) -> Floats:
    """Return the light of a screen's pixels at each photo pixel, shape (H, W, 3); sampled so, it makes moiré."""
    angle = 2 * np.pi * style.screen_px_per_mm / px_per_mm * places
    rows = 1 + 0.5 * style.moire * np.cos(angle[..., 1])
    columns = [1 + style.moire * np.cos(angle[..., 0] + 2 * np.pi * colour / 3) for colour in range(3)]
    return np.asarray(np.stack(columns, axis=2) * rows[..., None], np.float32)


def _develop(scene: Floats, style: PhotoStyle, rng: np.random.Generator) -> Image:
    """Turn light into a picture: shadows, lens, motion, noise, sharpening."""
    shape = (style.height_px, style.width_px)
    scene *= cast(shape, style, rng)
    scene *= np.array(style.white_balance, np.float32) * (style.exposure * _WHITE / 255)
    if style.highlight:
        scene += reflect(shape, style, rng)[..., None] * (250 - scene)
    if style.defocus_px:
        scene = cv2.GaussianBlur(scene, (0, 0), style.defocus_px)
    if style.motion_px >= 1:
        scene = cv2.filter2D(scene, -1, _motion_kernel(style))
    if style.noise:
        scene += style.noise * _grain(shape, rng) * np.sqrt(np.clip(scene, 1, None) / 128)
    if style.sharpen:
        scene += style.sharpen * (scene - cv2.GaussianBlur(scene, (0, 0), 1.5))
    return np.clip(np.round(scene), 0, 255).astype(np.uint8)


def _grain(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return sensor noise after a phone's own smoothing: of unit variance, alike in colour neighbours."""
    grain = rng.standard_normal((*shape, 3), np.float32)
    soft = cv2.GaussianBlur(grain, (0, 0), 0.7)
    return np.asarray(soft / 0.4, np.float32)


def _motion_kernel(style: PhotoStyle) -> Floats:
    """Return a short straight line that sums to 1."""
    reach = int(np.ceil(style.motion_px / 2)) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    angle = np.deg2rad(style.motion_deg)
    half = style.motion_px / 2 * np.array([np.cos(angle), np.sin(angle)])
    ends = [tuple(int(v) for v in np.round((reach + side * half) * 16)) for side in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
    return np.asarray(kernel / kernel.sum())
