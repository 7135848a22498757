"""What is around a sheet: the bars and buttons of a screen, a table, a patterned cloth, a scanner's lid."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Floats
from heartlab.simulate.photo.background import draw_background
from heartlab.simulate.photo.photo_style import BACKGROUNDS
from heartlab.simulate.recorders import vocabulary
from heartlab.simulate.recorders.chances import between, chance, choose
from heartlab.simulate.recorders.fonts import print_font
from heartlab.simulate.recorders.marks import polyline, rectangle
from heartlab.simulate.recorders.scene import Area, Colour, Item, Line, Text
from heartlab.simulate.recorders.texts import filled, font_for

__all__ = ["Frame", "draw_app", "table_top"]

Frame = tuple[float, float, float, float]
"""x0, y0, x1, y1 of what a screen shows, mm; the sheet's upper left corner is 0, 0."""


def draw_app(width: float, height: float, rng: np.random.Generator) -> tuple[Frame, Colour, list[Item]]:
    """Put a sheet into the window of an app.

    Returns
    -------
    frame : Frame
    surround : Colour
    items : list of Item
        Bars, titles, buttons and scroll bars, some over the sheet's edge.
    """
    tall = chance(rng, 0.45)
    above, below = (
        (between(rng, 20, 120), between(rng, 20, 140)) if tall else (between(rng, 6, 30), between(rng, 0, 18))
    )
    left = 0.0 if tall else choose(rng, {0.0: 2.0, between(rng, 2, 50): 2.0})
    right = 0.0 if tall else choose(rng, {0.0: 2.0, between(rng, 2, 40): 2.0})
    frame = (-left, -above, width + right, height + below)
    shades: dict[Colour, float] = {(0, 0, 0): 4.0, (24, 24, 26): 2.0, (245, 245, 247): 3.0, (60, 62, 66): 2.0}
    surround = choose(rng, shades | {(255, 255, 255): 2.0, (82, 86, 89): 1.0})
    bar: Colour = choose(rng, shades | {(28, 88, 140): 1.0, (7, 94, 84): 1.0})
    letters: Colour = (20, 20, 20) if sum(bar) > 380 else (235, 235, 235)
    font, unit = print_font(rng), between(rng, 0.9, 1.6)
    top = min(above, between(rng, 5, 14) * unit)
    items: list[Item] = [Area("blank", rectangle(-left, -above, width + right, top - above), bar)]
    items.append(Text("print", filled("10:{0}", rng), 3 - left, 3.2 * unit - above, 2 * unit, font, letters))
    title = filled(str(rng.choice(vocabulary.APP_TITLES)), rng)
    items.append(Text("print", title, 0.25 * width, 0.7 * top - above, 2.6 * unit, font_for(title, font), letters))
    items += _buttons(width * 0.6, 0.6 * top - above, width + right, unit, letters, rng)
    if below > 8:
        base = height + below
        items.append(Area("blank", rectangle(-left, base - 6 * unit, width + right, base), bar))
        items += _buttons(0.1 * width, base - 3 * unit, 0.9 * width, unit, letters, rng)
    if chance(rng, 0.2):
        text = filled(str(rng.choice(vocabulary.NOTES + vocabulary.STATEMENTS)), rng)
        ink: Colour = (20, 20, 20) if sum(surround) > 380 else (235, 235, 235)
        items.append(Text("print", text, 5, height + 0.4 * below, 3 * unit, font_for(text, font), ink))
    if chance(rng, 0.15):
        x, y = width - between(rng, 5, 12), between(rng, 0.1, 0.9) * height
        angles = np.linspace(0, 2 * np.pi, 40)
        disc = np.stack([x + 4 * np.cos(angles), y + 4 * np.sin(angles)], axis=1)
        items.append(Area("overlay", disc, (70, 110, 200) if chance(rng, 0.5) else (60, 60, 60)))
        items.append(Line("overlay", polyline((x - 1.5, y - 1.5), (x + 1.5, y + 1.5)), 0.5, (255, 255, 255)))
    return frame, surround, items


def _buttons(x: float, y: float, end: float, unit: float, colour: Colour, rng: np.random.Generator) -> list[Item]:
    """Draw a row of simple signs."""
    items: list[Item] = []
    step = between(rng, 6, 25) * unit
    for place in np.arange(x, end - 2 * unit, step):
        sign = int(rng.integers(4))
        if sign == 0:
            box = rectangle(place, y - unit, place + 2 * unit, y + unit)
            items.append(Line("print", box, 0.3 * unit, colour))
        elif sign == 1:
            angles = np.linspace(0, 2 * np.pi, 24)
            ring = np.stack([place + unit * (1 + np.cos(angles)), y + unit * np.sin(angles)], axis=1)
            items.append(Line("print", ring, 0.3 * unit, colour))
        elif sign == 2:
            ends = polyline((place + unit, y - unit), (place, y), (place + unit, y + unit))
            items.append(Line("print", ends, 0.3 * unit, colour))
        else:
            items += [
                Line("print", polyline((place, y + k * unit), (place + 2 * unit, y + k * unit)), 0.3 * unit, colour)
                for k in (-0.7, 0.0, 0.7)
            ]
    return items


def table_top(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return what a sheet is laid on, shape (h, w, 3), float32, 0 to 255: wood, cloth with a pattern, tiles, a desk."""
    if chance(rng, 0.6):
        return draw_background(shape, BACKGROUNDS[int(rng.integers(len(BACKGROUNDS)))], rng)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    angle = between(rng, 0, np.pi)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    pitch, soft = between(rng, 5, 90), between(rng, 1, 8)
    waves = [np.tanh(soft * np.sin(2 * np.pi * place / pitch)) for place in (along, across)]
    kind = choose(rng, {"stripes": 2.0, "checks": 3.0, "dots": 1.0, "blotches": 2.0})
    if kind == "stripes":
        pattern = waves[0]
    elif kind == "checks":
        pattern = (waves[0] + waves[1]) / 2
    elif kind == "dots":
        pattern = np.tanh(soft * (np.sin(2 * np.pi * along / pitch) * np.sin(2 * np.pi * across / pitch) - 0.5))
    else:
        small = (max(2, round(shape[0] / pitch)), max(2, round(shape[1] / pitch)))
        noise = rng.normal(size=small).astype(np.float32)
        pattern = np.tanh(soft * cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC))
    colours = rng.uniform(20, 240, (2, 3)).astype(np.float32)
    share = (0.5 + 0.5 * pattern)[..., None].astype(np.float32)
    weave = 5 * rng.standard_normal((*shape, 1)).astype(np.float32)
    return np.asarray(share * colours[0] + (1 - share) * colours[1] + weave, np.float32)
