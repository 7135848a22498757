"""Style of a simulated photo: camera, paper surface, illumination, background, marks and the phone's processing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from heartlab.simulate.page import PRESETS, PaperStyle
from heartlab.simulate.page.paper_style import GRID_COLOURS

Background = Literal["wood", "dark", "cloth", "plain"]
BACKGROUNDS: tuple[Background, ...] = ("wood", "wood", "dark", "cloth", "plain")
"""Backgrounds of random photos; wood twice as often. By hand."""


@dataclass(frozen=True)
class PhotoStyle:
    """Every choice that the simulator of photos has.

    Attributes
    ----------
    width_px, height_px : int
        Of the photo.
    fill : float
        Share of the frame that the page takes along the tighter side.
    turn_deg : float
        Rotation of the page in the photo, positive clockwise; any angle.
    tilt_deg, tilt_towards_deg : float
        Angle between the camera's axis and the upright of the table, and its direction.
    distance : float
        Of the camera, in widths of the page; the nearer, the stronger the perspective.
    shift : tuple of float
        Of the page in the frame, in shares of the frame.
    barrel : float
        Radial distortion of the lens at half the frame's width; negative is a barrel.
    folds, wrinkles : int
        Numbers of creases right across, and of short ones from crumpling.
    fold_slope, wrinkle_slope : float
        Steepest slopes beside them.
    curl : float
        Height of the edges over the middle, in widths of the page.
    light_deg, light_height_deg, contrast_of_light : float
        Direction and height of the lamp, and its share of all light; low lamps show every crease.
    gradient, shadow : float
        Darkest part of the slow fall of light, and of the cast shadows.
    shadows : int
    highlight : float
        Strength of a glossy reflection.
    white_balance : tuple of float
        Gain of red, green and blue.
    exposure : float
        1 makes the paper's white about 235.
    defocus_px, motion_px, motion_deg : float
        Standard deviation of the blur, length and direction of the hand's motion.
    sharpen : float
        Strength of the phone's unsharp mask.
    noise : float
        Standard deviation in grey levels at mid grey; it grows with the root of the light.
    moire : float
        Strength of the pixel grid of a screen that is photographed.
    screen_px_per_mm : float
    handwriting, stains, markers : int
        Lines of script, coffee rings and strokes of a text marker.
    fade : float
        How much of its darkness the print loses in places.
    jpeg_quality : int
    """

    width_px: int = 2880
    height_px: int = 2160
    fill: float = 0.92
    turn_deg: float = 0.0
    tilt_deg: float = 0.0
    tilt_towards_deg: float = 0.0
    distance: float = 1.5
    shift: tuple[float, float] = (0.0, 0.0)
    barrel: float = 0.0
    background: Background = "wood"
    folds: int = 0
    fold_slope: float = 0.0
    wrinkles: int = 0
    wrinkle_slope: float = 0.0
    curl: float = 0.0
    light_deg: float = 0.0
    light_height_deg: float = 45.0
    contrast_of_light: float = 0.5
    gradient: float = 0.0
    shadows: int = 0
    shadow: float = 0.0
    highlight: float = 0.0
    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    exposure: float = 1.0
    defocus_px: float = 0.0
    motion_px: float = 0.0
    motion_deg: float = 0.0
    sharpen: float = 0.0
    noise: float = 0.0
    moire: float = 0.0
    screen_px_per_mm: float = 4.0
    handwriting: int = 0
    stains: int = 0
    markers: int = 0
    fade: float = 0.0
    jpeg_quality: int = 92


def random_photo(seed: int) -> PhotoStyle:
    """Draw an everyday photo: perspective, folds or wrinkles, shadows, a little blur and noise.

    Parameters
    ----------
    seed : int
        The same seed gives the same style.
    """
    rng = np.random.default_rng([seed, 1])
    creased = rng.choice(["flat", "folded", "folded", "wrinkled", "wrinkled"])
    return PhotoStyle(
        fill=float(rng.uniform(0.82, 0.97)),
        turn_deg=float(np.clip(rng.normal(0, 8), -20, 20)),
        tilt_deg=float(rng.uniform(0, 22)),
        tilt_towards_deg=float(rng.uniform(0, 360)),
        distance=float(rng.uniform(1.3, 2.2)),
        shift=(float(rng.uniform(-0.02, 0.02)), float(rng.uniform(-0.02, 0.02))),
        barrel=float(rng.uniform(-0.012, 0.012)),
        background=BACKGROUNDS[int(rng.integers(len(BACKGROUNDS)))],
        folds=int(rng.integers(1, 4)) if creased == "folded" else 0,
        fold_slope=float(rng.uniform(0.1, 0.3)),
        wrinkles=int(rng.integers(12, 40)) if creased == "wrinkled" else 0,
        wrinkle_slope=float(rng.uniform(0.1, 0.3)),
        curl=float(rng.uniform(-0.03, 0.03)),
        light_deg=float(rng.uniform(0, 360)),
        light_height_deg=float(rng.uniform(25, 55)),
        contrast_of_light=float(rng.uniform(0.5, 0.85)),
        gradient=float(rng.uniform(0, 0.3)),
        shadows=int(rng.integers(0, 3)),
        shadow=float(rng.uniform(0.15, 0.4)),
        highlight=float(max(0, rng.uniform(-0.2, 0.15))),
        white_balance=_white_balance(rng),
        exposure=float(rng.uniform(0.8, 1.05)),
        defocus_px=float(rng.uniform(0.5, 1.3)),
        motion_px=float(max(0, rng.uniform(-3, 3))),
        motion_deg=float(rng.uniform(0, 180)),
        sharpen=float(rng.uniform(0, 0.8)),
        noise=float(rng.uniform(1, 5)),
        handwriting=int(rng.random() < 0.2),
        fade=float(max(0, rng.uniform(-0.3, 0.3))),
        jpeg_quality=int(rng.integers(70, 96)),
    )


def random_hard_photo(seed: int) -> PhotoStyle:
    """Draw a photo as bad as they come: any rotation, crumpled, stained, dark, blurred, heavily compressed."""
    rng = np.random.default_rng([seed, 2])
    return replace(
        random_photo(seed),
        turn_deg=float(rng.choice([0, 90, 180, 270]) + np.clip(rng.normal(0, 10), -25, 25)),
        fill=float(rng.uniform(0.7, 0.95)),
        tilt_deg=float(rng.uniform(5, 32)),
        folds=int(rng.integers(0, 4)),
        fold_slope=float(rng.uniform(0.15, 0.35)),
        wrinkles=int(rng.integers(20, 80)),
        wrinkle_slope=float(rng.uniform(0.2, 0.45)),
        light_height_deg=float(rng.uniform(20, 45)),
        shadows=int(rng.integers(1, 3)),
        shadow=float(rng.uniform(0.3, 0.5)),
        highlight=float(max(0, rng.uniform(-0.2, 0.4))),
        exposure=float(rng.uniform(0.5, 1.0)),
        defocus_px=float(rng.uniform(0.8, 2.2)),
        motion_px=float(rng.uniform(0, 6)),
        noise=float(rng.uniform(4, 12)),
        handwriting=int(rng.integers(0, 4)),
        stains=int(rng.integers(0, 3)),
        markers=int(rng.integers(0, 2)),
        fade=float(rng.uniform(0, 0.6)),
        jpeg_quality=int(rng.integers(40, 85)),
    )


def random_screen_photo(seed: int) -> PhotoStyle:
    """Draw the photo of a monitor: flat, moiré, glare, no creases."""
    rng = np.random.default_rng([seed, 3])
    return replace(
        random_photo(seed),
        background="dark",
        folds=0,
        wrinkles=0,
        curl=0.0,
        contrast_of_light=0.0,
        shadows=0,
        highlight=float(rng.uniform(0, 0.35)),
        moire=float(rng.uniform(0.1, 0.3)),
        screen_px_per_mm=float(rng.uniform(5.0, 9.5)),
        handwriting=0,
        fade=0.0,
    )


def random_print(seed: int, layouts: tuple[str, ...] = ("3x4+1",)) -> PaperStyle:
    """Draw the sheet before the camera: printer, grid colour, line widths, marks between the leads.

    Parameters
    ----------
    seed : int
    layouts : tuple of str
        Keys of `heartguard.leads.LAYOUTS` to choose from.
    """
    rng = np.random.default_rng([seed, 4])
    return replace(
        PRESETS["clean"],
        layout=str(rng.choice(layouts)),
        px_per_mm=10.0,
        grid=str(rng.choice(["solid", "solid", "major", "dots"])),  # type: ignore[arg-type]
        grid_colour=GRID_COLOURS[str(rng.choice(["pink", "pink", "red", "brown", "orange", "grey", "green", "blue"]))],
        paper=tuple(int(level) for level in rng.integers(244, 256) - rng.integers(0, 8, 3)),  # type: ignore[arg-type]
        trace_mm=float(rng.uniform(0.25, 0.5)),
        trace_colour=tuple(int(level) for level in rng.integers(5, 50) + rng.integers(0, 25, 3)),  # type: ignore[arg-type]
        font=str(rng.choice(["default", "simplex", "duplex"])),  # type: ignore[arg-type]
        name_offset_mm=(float(rng.uniform(0.5, 2)), float(rng.choice([-5.5, 6.0, 8.0]))),
        separators=str(rng.choice(["none", "ticks", "bars", "bars"])),  # type: ignore[arg-type]
        frame=bool(rng.random() < 0.5),
        header_gap_mm=float(rng.choice([0, 0, 15, 45])),
    )


def _white_balance(rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw a lamp between warm and blue, with a little green or magenta."""
    warmth, green = rng.uniform(-0.1, 0.1), rng.uniform(-0.03, 0.03)
    return float(1 + warmth), float(1 + green), float(1 - warmth)


PHOTO_KINDS: dict[str, Callable[[int], PhotoStyle]] = {
    "photo": random_photo,
    "hard": random_hard_photo,
    "screen": random_screen_photo,
}
"""Random styles by kind."""
