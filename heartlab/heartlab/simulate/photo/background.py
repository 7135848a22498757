"""The background of a photographed sheet."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Floats
from heartlab.simulate.photo.photo_style import Background

_COLOURS: dict[Background, tuple[tuple[int, int, int], ...]] = {
    "wood": ((150, 112, 82), (128, 92, 66), (176, 140, 104), (110, 78, 58)),
    "dark": ((48, 48, 52), (38, 36, 40), (62, 58, 60)),
    "cloth": ((66, 48, 98), (40, 62, 96), (96, 50, 54), (70, 90, 74)),
    "plain": ((205, 203, 198), (178, 182, 186), (224, 220, 210)),
}
"""Colours of each background, RGB; chosen by hand."""

_GRAIN: dict[Background, float] = {"wood": 8.0, "dark": 3.5, "cloth": 5.0, "plain": 2.0}
"""Strength of each texture, grey levels; chosen by hand."""


def draw_background(shape: tuple[int, int], background: Background, rng: np.random.Generator) -> Floats:
    """Return a background top, shape (H, W, 3), float32, 0 to 255: grain along a random direction, or weave."""
    colours = _COLOURS[background]
    colour = np.array(colours[int(rng.integers(len(colours)))], np.float32) * rng.uniform(0.85, 1.15)
    grain = _weave(shape, rng) if background == "cloth" else _stripes(shape, rng)
    tint = np.array([1.0, 0.9, 0.75], np.float32) if background == "wood" else np.ones(3, np.float32)
    return np.asarray(colour + _GRAIN[background] * grain[..., None] * tint, np.float32)


def _stripes(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return noise drawn out along one direction, about unit variance."""
    side = int(np.hypot(*shape)) // 4 + 8
    noise = rng.normal(size=(side, side)).astype(np.float32)
    fine = cv2.GaussianBlur(noise, (0, 0), sigmaX=60, sigmaY=0.8)
    coarse = cv2.GaussianBlur(noise[::-1], (0, 0), sigmaX=90, sigmaY=8)
    grain = fine / fine.std() + 0.7 * coarse / coarse.std()
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), float(rng.uniform(0, 180)), 4.0)
    turn[:, 2] += np.array([shape[1], shape[0]]) / 2 - side / 2
    return np.asarray(cv2.warpAffine(grain, turn, shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))


def _weave(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return threads and soft folds of a cloth."""
    noise = rng.normal(size=shape).astype(np.float32)
    folds = cv2.resize(rng.normal(size=(6, 8)).astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(0.6 * cv2.GaussianBlur(noise, (0, 0), 1.2) / 0.24 + 1.5 * folds)
