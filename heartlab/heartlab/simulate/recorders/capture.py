"""What a scanner, a fax, a camera and a messenger do to a picture, on any window of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartlab.simulate.encoded import through_jpeg
from heartlab.simulate.recorders.chances import between, chance, choose

__all__ = ["CaptureKind", "Window", "develop", "light_field"]

CaptureKind = Literal["digital", "scan", "copy", "photo", "screenshot", "screen photo"]

_QUALITIES = {
    "digital": (50, 96),
    "scan": (45, 95),
    "copy": (40, 90),
    "photo": (45, 93),
    "screenshot": (45, 95),
    "screen photo": (50, 93),
}
_LOSSLESS = {"digital": 0.4, "scan": 0.15, "copy": 0.3, "photo": 0.0, "screenshot": 0.35, "screen photo": 0.0}
_COARSE = 48
"""Light changes slowly: it is drawn on so many places along the longer side of a picture."""


@dataclass(frozen=True)
class Window:
    """A part of a picture, pixels."""

    left: int
    top: int
    width: int
    height: int


def develop(scene: Floats, kind: CaptureKind, seed: int, window: Window, frame: tuple[int, int]) -> Image:
    """Turn the light of a scene into the picture as it is stored.

    Parameters
    ----------
    scene : ndarray, shape (h, w, 3), float32
        0 to 255; of the window.
    kind : CaptureKind
    seed : int
        Windows of one picture with the same seed get the same treatment.
    window : Window
    frame : tuple of int
        Height and width of the whole picture.

    Returns
    -------
    ndarray, shape (h, w, 3), uint8, RGB
    """
    rng = np.random.default_rng([seed, 11])
    grains = np.random.default_rng([seed, 12, window.left, window.top])
    if kind in ("photo", "screen photo"):
        scene = _photographed(scene, kind == "screen photo", window, frame, rng, grains)
    elif kind in ("scan", "copy"):
        scene = _scanned(scene, rng, grains)
        scene = _copied(scene, rng, grains) if kind == "copy" else scene
    elif chance(rng, 0.3):
        scene = cv2.GaussianBlur(scene, (0, 0), between(rng, 0.3, 0.9))
    if chance(rng, 0.05 if kind != "copy" else 0.6):
        scene = np.repeat(scene.mean(axis=2, keepdims=True), 3, axis=2)
    image: Image = np.clip(np.round(scene), 0, 255).astype(np.uint8)
    if chance(rng, _LOSSLESS[kind]):
        return image
    return _stored(image, kind, rng)


def light_field(window: Window, frame: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return the light on a window of a photo, shape (h, w, 3), about 0.3 to 1: slow falls, shadows, vignetting."""
    scale = _COARSE / max(frame)
    y, x = np.mgrid[: round(frame[0] * scale) + 2, : round(frame[1] * scale) + 2].astype(np.float32) / _COARSE
    angle = between(rng, 0, 2 * np.pi)
    light = 1 - between(rng, 0, 0.35) * (0.5 + (x - 0.5) * np.cos(angle) + (y - 0.4) * np.sin(angle))
    light *= 1 - between(rng, 0, 0.3) * ((x - 0.5) ** 2 + (y - 0.4) ** 2)
    corner = np.array([[scale, 0, 0], [0, scale, 0]]) @ np.array([[1, 0, window.left], [0, 1, window.top], [0, 0, 1]])
    size = (window.width, window.height)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    even = cv2.warpAffine(light.astype(np.float32), corner, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    out = np.repeat(even[..., None], 3, axis=2)
    for _ in range(choose(rng, {0: 5.0, 1: 3.0, 2: 1.0})):
        blue = np.array([1.0, between(rng, 0.9, 1.0), between(rng, 0.8, 1.0)], np.float32)
        out *= 1 - between(rng, 0.15, 0.6) * _shadow(window, frame, rng)[..., None] * blue
    return np.asarray(out, np.float32)


def _shadow(window: Window, frame: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return how deep a cast shadow is on a window, 0 to 1: beyond an edge that is straight or wavy, sharp or soft."""
    y, x = np.mgrid[: window.height, : window.width].astype(np.float32)
    x, y = (x + window.left) / max(frame) - 0.5, (y + window.top) / max(frame) - 0.35
    angle, soft = between(rng, 0, 2 * np.pi), 10 ** between(rng, -2.8, -1.0)
    across = y * np.cos(angle) - x * np.sin(angle)
    wavy = between(rng, 0, 0.06) * np.sin(9 * across + between(rng, 0, 6)) if chance(rng, 0.4) else 0.0
    along = (x * np.cos(angle) + y * np.sin(angle) + wavy - between(rng, -0.3, 0.3)) / soft
    deep = 1 / (1 + np.exp(-np.clip(along, -30, 30)))
    if chance(rng, 0.3):
        width = between(rng, 0.04, 0.25) / soft
        deep = deep * (1 - 1 / (1 + np.exp(-np.clip(along - width, -30, 30))))
    return np.asarray(deep, np.float32)


def _photographed(
    scene: Floats,
    screen: bool,
    window: Window,
    frame: tuple[int, int],
    rng: np.random.Generator,
    grains: np.random.Generator,
) -> Floats:
    """Apply a camera: light, colour, moiré of a screen, glare, blur, noise, the phone's sharpening."""
    if not screen:
        scene = scene * light_field(window, frame, rng)
    warmth = between(rng, -0.12, 0.12)
    gains = np.array([1 + warmth, between(rng, 0.96, 1.04), 1 - warmth]) * choose(
        rng, {between(rng, 0.8, 1.12): 4.0, between(rng, 0.5, 0.8): 1.0}
    )
    scene = scene * gains.astype(np.float32)
    if screen:
        scene = scene * _moire(window, rng) + between(rng, 0, 25)
    if chance(rng, 0.3 if screen else 0.12):
        scene = scene + _glare(window, frame, rng)[..., None] * (250 - scene)
    if chance(rng, 0.85):
        scene = cv2.GaussianBlur(scene, (0, 0), between(rng, 0.3, 1.3))
    if chance(rng, 0.12):
        scene = cv2.filter2D(scene, -1, _motion(between(rng, 1.5, 5), between(rng, 0, np.pi)))
    scene = scene + between(rng, 0.5, 9) * _grain(scene.shape[:2], grains)
    if chance(rng, 0.5):
        scene = scene + between(rng, 0.2, 1.0) * (scene - cv2.GaussianBlur(scene, (0, 0), 1.5))
    return np.asarray(scene, np.float32)


def _moire(window: Window, rng: np.random.Generator) -> Floats:
    """Return the beat of a screen's pixels with the camera's."""
    y, x = np.mgrid[: window.height, : window.width].astype(np.float32)
    x, y = x + window.left, y + window.top
    period, angle, depth = between(rng, 2.5, 40), between(rng, 0, np.pi), between(rng, 0, 0.2)
    phase = 2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period
    colours = [1 + depth * np.cos(phase + 2 * np.pi * colour / 3) for colour in range(3)]
    return np.asarray(np.stack(colours, axis=2), np.float32)


def _glare(window: Window, frame: tuple[int, int], rng: np.random.Generator) -> Floats:
    y, x = np.mgrid[: window.height, : window.width].astype(np.float32)
    middle, size = rng.uniform(0.1, 0.9, 2) * frame, rng.uniform(0.05, 0.25, 2) * max(frame)
    away = ((y + window.top - middle[0]) / size[0]) ** 2 + ((x + window.left - middle[1]) / size[1]) ** 2
    return np.asarray(between(rng, 0.2, 0.8) * np.exp(-0.5 * away), np.float32)


def _motion(length: float, angle: float) -> Floats:
    """Return the blur of a hand's motion, which sums to 1."""
    kernel = np.zeros((9, 9), np.float32)
    half = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    ends = [tuple(int(place) for place in np.round((4 + side * half) * 16)) for side in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
    return np.asarray(kernel / kernel.sum())


def _grain(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return noise of about unit variance, a little smoothed and alike in the colours, shape (h, w, 3)."""
    grain = rng.standard_normal((*shape, 3), np.float32) + rng.standard_normal((*shape, 1), np.float32)
    return np.asarray(cv2.GaussianBlur(grain, (0, 0), 0.6) / 0.75, np.float32)


def _scanned(scene: Floats, rng: np.random.Generator, grains: np.random.Generator) -> Floats:
    contrast, brightness = between(rng, 0.75, 1.25), between(rng, -15, 20)
    scene = 255 - (255 - scene - brightness) * contrast
    if chance(rng, 0.25):
        fade = between(rng, 0.1, 0.5)
        scene = scene + fade * (np.array([235, 225, 195], np.float32) - scene)
    if chance(rng, 0.8):
        scene = cv2.GaussianBlur(np.asarray(scene, np.float32), (0, 0), between(rng, 0.3, 1.1))
    return np.asarray(scene + between(rng, 0, 7) * _grain(scene.shape[:2], grains), np.float32)


def _copied(scene: Floats, rng: np.random.Generator, grains: np.random.Generator) -> Floats:
    """Send through a fax or a copier: hard contrast or one bit, coarse rows, specks."""
    grey = scene.mean(axis=2)
    threshold = between(rng, 110, 225)
    if chance(rng, 0.5):
        rough = grey + between(rng, 2, 25) * grains.standard_normal(grey.shape).astype(np.float32)
        if chance(rng, 0.3):
            rough = np.repeat(rough[::2], 2, axis=0)[: len(grey)]
        grey = 255.0 * (rough > threshold)
    else:
        grey = 255 / (1 + np.exp(-np.clip((grey - threshold) / between(rng, 5, 40), -30, 30)))
    specks = grains.random(grey.shape) < between(rng, 0, 0.002)
    dirty = np.where(cv2.dilate(specks.astype(np.uint8), np.ones((2, 2), np.uint8)) > 0, 20.0, grey)
    smooth = cv2.GaussianBlur(dirty.astype(np.float32), (0, 0), between(rng, 0.3, 0.8))
    return np.repeat(smooth[..., None], 3, axis=2)


def _stored(image: Image, kind: str, rng: np.random.Generator) -> Image:
    """Store as JPEG, two times in five twice, the first time smaller or larger as messengers do."""
    low, high = _QUALITIES[kind]
    if chance(rng, 0.4):
        scale = choose(rng, {1.0: 2.0, between(rng, 0.7, 1.5): 2.0})
        height, width = image.shape[:2]
        size = (max(8, round(width * scale)), max(8, round(height * scale)))
        flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        first = through_jpeg(cv2.resize(image, size, interpolation=flags), int(rng.integers(low, high)))
        image = cv2.resize(first, (width, height), interpolation=cv2.INTER_LINEAR)
    return through_jpeg(image, int(rng.integers(low, high)))
