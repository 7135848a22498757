"""The light on a photographed sheet: shading by its slopes, cast shadows, slow falls, reflections."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats
from heartlab.simulate.photo.photo_style import PhotoStyle
from heartlab.simulate.photo.surface import Surface

COARSE_PX = 8
"""Illumination without sharp edges is computed at every 8th pixel and interpolated."""


def shade(surface: Surface, style: PhotoStyle) -> Doubles:
    """Return the light on every node relative to a flat sheet's, shape (m, n): Lambert's cosine and an even rest."""
    lamp, height = np.deg2rad(style.light_deg), np.deg2rad(style.light_height_deg)
    to_lamp = np.array([np.cos(lamp) * np.cos(height), np.sin(lamp) * np.cos(height), np.sin(height)])
    normals = np.concatenate([-surface.slopes, np.ones((*surface.slopes.shape[:2], 1))], axis=2)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    cosine = np.clip(normals @ to_lamp, 0, None) / to_lamp[2]
    return np.asarray(1 - style.contrast_of_light + style.contrast_of_light * cosine)


def cast(shape: tuple[int, int], style: PhotoStyle, rng: np.random.Generator) -> Floats:
    """Return the light that reaches every pixel, shape (H, W, 3), float32, 0 to about 1.

    Falls slowly across the photo and towards its corners; shadows are straight edges or blobs, sharp or soft, and a
    little blue.
    """
    coarse = (shape[0] // COARSE_PX + 1, shape[1] // COARSE_PX + 1)
    y, x = np.mgrid[: coarse[0], : coarse[1]].astype(np.float32)
    x, y = x / coarse[1] - 0.5, y / coarse[0] - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    fall = 0.5 + (x * np.cos(angle) + y * np.sin(angle)) / 1.4
    light = np.repeat((1 - style.gradient * fall * rng.uniform(0.5, 1.0))[..., None], 3, axis=2)
    light *= (1 - 0.25 * rng.uniform(0, 1) * (x**2 + y**2))[..., None]
    for _ in range(style.shadows):
        depth = style.shadow * rng.uniform(0.6, 1.0)
        blue = np.array([1.0, 0.97, 0.9], np.float32)
        light *= 1 - depth * _shadow(x, y, rng)[..., None] * blue
    full = cv2.resize(light.astype(np.float32), shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(full, np.float32)


def _shadow(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    """Return the depth of a shadow at each pixel, 0 to 1: a half plane, a stripe, or a blob as of a hand."""
    angle, soft = rng.uniform(0, 2 * np.pi), 10 ** rng.uniform(-2.6, -0.9)
    place = rng.uniform(-0.35, 0.35)
    along = x * np.cos(angle) + y * np.sin(angle) - place
    edge = 1 / (1 + np.exp(-np.clip(along / soft, -30, 30)))
    kind = rng.choice(["half", "half", "stripe", "blob"])
    if kind == "stripe":
        width = rng.uniform(0.05, 0.3)
        edge = edge * (1 - 1 / (1 + np.exp(-np.clip((along - width) / soft, -30, 30))))
    elif kind == "blob":
        across = -x * np.sin(angle) + y * np.cos(angle)
        wave = 0.06 * np.sin(9 * across + rng.uniform(0, 6)) + 0.03 * np.sin(23 * across)
        edge = 1 / (1 + np.exp(-np.clip((along + wave - 0.15) / soft, -30, 30)))
    return np.asarray(edge, np.float32)


def reflect(shape: tuple[int, int], style: PhotoStyle, rng: np.random.Generator) -> Floats:
    """Return how much of each pixel a glossy reflection takes, shape (H, W), float32, 0 to `highlight`."""
    y, x = np.mgrid[: shape[0] // COARSE_PX + 1, : shape[1] // COARSE_PX + 1].astype(np.float32) * COARSE_PX
    x = (x - rng.uniform(0.15, 0.85) * shape[1]) / (rng.uniform(0.06, 0.2) * shape[1])
    y = (y - rng.uniform(0.15, 0.85) * shape[0]) / (rng.uniform(0.06, 0.2) * shape[1])
    spot = style.highlight * np.exp(-0.5 * (x**2 + y**2))
    return np.asarray(cv2.resize(spot.astype(np.float32), shape[::-1], interpolation=cv2.INTER_LINEAR))
