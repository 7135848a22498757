"""Simulation of a scanner: rotation, shadow, contrast, blur, noise and JPEG."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Image
from heartlab.simulate.encoded import through_jpeg
from heartlab.simulate.page.paper_style import PaperStyle


def rotation_homography(shape: tuple[int, int], tilt_deg: float) -> tuple[Doubles, tuple[int, int]]:
    """Return the rotation of a sheet and the size of the picture that holds it whole.

    Parameters
    ----------
    shape : tuple of int
        Height and width of the straight sheet.
    tilt_deg : float
        Positive clockwise.

    Returns
    -------
    homography : ndarray, shape (3, 3), float64
        Straight to final pixels, homogeneous column vectors.
    shape : tuple of int
    """
    height, width = shape
    angle = np.deg2rad(tilt_deg)
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    corners = np.array([[-0.5, -0.5], [width - 0.5, -0.5], [-0.5, height - 0.5], [width - 0.5, height - 0.5]]) @ turn.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    homography = np.eye(3)
    homography[:2, :2] = turn
    homography[:2, 2] = -low - 0.5
    columns, rows = np.ceil(np.round(high - low, 6)).astype(int)
    return homography, (int(rows), int(columns))


def scan(sheet: Image, style: PaperStyle, rng: np.random.Generator) -> tuple[Image, Doubles]:
    """Return the final picture, RGB uint8, and the homography from straight to final pixels."""
    homography, shape = rotation_homography(sheet.shape[:2], style.tilt_deg)
    image = sheet
    if style.tilt_deg:
        image = cv2.warpPerspective(
            sheet, homography, shape[::-1], flags=cv2.INTER_CUBIC, borderValue=tuple(map(float, style.background))
        )
    if style.grey:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if style.blur_px:
        image = cv2.GaussianBlur(image, (0, 0), style.blur_px)
    image = _expose(image, style, rng)
    return image if style.jpeg_quality is None else through_jpeg(image, style.jpeg_quality), homography


def _expose(image: Image, style: PaperStyle, rng: np.random.Generator) -> Image:
    """Apply shadow, contrast, brightness and noise."""
    if not (style.shading or style.noise or style.brightness) and style.contrast == 1.0:
        return image
    levels = (image.astype(np.float32) - 255) * style.contrast + 255 + style.brightness
    if style.shading:
        levels *= _shadow(image.shape[:2], style.shading, rng)[..., None]
    if style.noise:
        grain = rng.normal(0, style.noise, image.shape[:2] if style.grey else image.shape)
        levels += grain[..., None] if style.grey else grain
    exposed: Image = np.clip(np.round(levels), 0, 255).astype(np.uint8)
    return exposed


def _shadow(shape: tuple[int, int], depth: float, rng: np.random.Generator) -> Floats:
    """Return a smooth Gaussian shadow about a random place, shape (H, W), 1 - depth to 1."""
    height, width = shape
    (x, y), spread = rng.uniform(0, 1, 2), rng.uniform(0.3, 0.7)
    across = np.exp(-0.5 * ((np.arange(width) / width - x) / spread) ** 2)
    down = np.exp(-0.5 * ((np.arange(height) / height - y) / spread) ** 2)
    return np.asarray(1 - depth * np.outer(down, across), np.float32)
