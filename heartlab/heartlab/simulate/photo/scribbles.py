"""Marks on a sheet: script, coffee rings, strokes of a text marker; and the gaps of a worn printer."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Image
from heartlab.simulate.photo.photo_style import PhotoStyle

_PENS = ((25, 25, 30), (35, 45, 130), (20, 30, 90), (150, 30, 40))
"""Colours of pens, RGB; by hand."""

_MARKERS = ((255, 245, 90), (170, 250, 150), (255, 170, 210))
"""Colours of text markers, RGB; by hand."""

_COFFEE = (206, 176, 132)
"""Colour of coffee, RGB; by hand."""


def worn(sheet: Image, style: PhotoStyle, rng: np.random.Generator) -> Image:
    """Return the sheet with its print faded in broad patches towards the paper's colour."""
    if not style.fade:
        return sheet
    patches = cv2.resize(rng.uniform(size=(4, 6)).astype(np.float32), sheet.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    share = style.fade * np.clip(patches, 0, 1)[..., None]
    paper = np.percentile(sheet.reshape(-1, 3)[::97], 90, axis=0).astype(np.float32)
    return np.asarray(sheet + share * (paper - sheet), np.uint8)


def scribbled(sheet: Image, style: PhotoStyle, px_per_mm: float, rng: np.random.Generator) -> tuple[Image, Floats]:
    """Return the sheet with its marks, RGB uint8, and how much of each pixel script covers, shape (H, W), 0 to 1."""
    page = sheet.astype(np.float32)
    for _ in range(style.markers):
        page *= _marker(sheet.shape[:2], px_per_mm, rng)
    for _ in range(style.stains):
        page *= _stain(sheet.shape[:2], px_per_mm, rng)
    covered = np.zeros(sheet.shape[:2], np.float32)
    for _ in range(style.handwriting):
        line = _script(sheet.shape[:2], px_per_mm, rng)
        ink = np.array(_PENS[int(rng.integers(len(_PENS)))], np.float32)
        page += (0.9 * line)[..., None] * (ink - page)
        covered = np.maximum(covered, line)
    return np.clip(np.round(page), 0, 255).astype(np.uint8), covered


def _script(shape: tuple[int, int], px_per_mm: float, rng: np.random.Generator) -> Floats:
    """Return one line of joined-up strokes that looks like words from afar, shape (H, W), 0 to 1."""
    layer: Image = np.zeros(shape, np.uint8)
    height = rng.uniform(3, 6) * px_per_mm
    x, y = rng.uniform(0.05, 0.6) * shape[1], rng.uniform(0.05, 0.95) * shape[0]
    slope, width = rng.normal(0, 0.06), max(1, round(rng.uniform(0.25, 0.5) * px_per_mm))
    for _ in range(int(rng.integers(2, 6))):
        stroke = _word(int(rng.integers(3, 9)), rng) * height
        points = stroke + np.array([x, y + slope * x])
        cv2.polylines(layer, [np.round(points * 16).astype(np.int32)], False, 255, width, cv2.LINE_AA, 4)
        x += float(stroke[:, 0].max()) + height * rng.uniform(0.5, 1.0)
    return np.divide(layer, 255, dtype=np.float32)


def _word(letters: int, rng: np.random.Generator) -> Doubles:
    """Return loops and arches from left to right, shape (n, 2), one unit high; some letters reach up or down."""
    phase = np.linspace(0, 2 * np.pi * letters, 14 * letters)
    size = np.repeat(rng.uniform(0.3, 0.6, letters), 14)
    reach = np.repeat(rng.choice([0.0, 0.0, 0.5, -0.5], letters), 14)
    x = 0.09 * phase + 0.5 * size * np.sin(phase + rng.uniform(0, 1))
    y = -size * (1 - np.cos(phase)) / 2 - reach * np.clip(-np.cos(phase), 0, 1)
    slant = rng.uniform(0, 0.4)
    return np.stack([x - slant * y, y + 0.02 * rng.normal(size=len(y))], axis=1)


def _stain(shape: tuple[int, int], px_per_mm: float, rng: np.random.Generator) -> Floats:
    """Return a coffee ring, as its transmittance, shape (H, W, 3), 0 to 1."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    x, y = x - rng.uniform(0, 1) * shape[1], y - rng.uniform(0, 1) * shape[0]
    radius, angle = rng.uniform(15, 40) * px_per_mm, np.arctan2(y, x)
    wobble = 1 + 0.03 * np.sin(3 * angle + rng.uniform(0, 6)) + 0.02 * np.sin(7 * angle)
    away = np.hypot(x, y) / (radius * wobble) - 1
    ring = np.exp(-0.5 * (away / 0.03) ** 2) + 0.35 * (away < 0)
    depth = rng.uniform(0.3, 0.9) * np.clip(ring, 0, 1)[..., None]
    return np.asarray(1 - depth * (1 - np.array(_COFFEE, np.float32) / 255))


def _marker(shape: tuple[int, int], px_per_mm: float, rng: np.random.Generator) -> Floats:
    """Return a stroke of a text marker, as its transmittance, shape (H, W, 3), 0 to 1."""
    layer: Image = np.zeros(shape, np.uint8)
    x, y = rng.uniform(0.05, 0.6) * shape[1], rng.uniform(0.05, 0.95) * shape[0]
    end = (round(x + rng.uniform(20, 70) * px_per_mm), round(y + rng.normal(0, 3) * px_per_mm))
    cv2.line(layer, (round(x), round(y)), end, 255, round(rng.uniform(3, 5) * px_per_mm), cv2.LINE_AA)
    colour = np.array(_MARKERS[int(rng.integers(len(_MARKERS)))], np.float32) / 255
    return np.asarray(1 - (layer / np.float32(255))[..., None] * (1 - colour))
