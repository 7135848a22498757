"""Where everything of a simulated page goes, in millimetres, and in which ink it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from heartguard.leads import GAIN_MM_PER_MV, PAPER_SPEED_MM_PER_S
from heartlab.simulate.recorders.arrangements import Arrangement, random_arrangement
from heartlab.simulate.recorders.chances import between, chance, choose
from heartlab.simulate.recorders.scene import Colour

__all__ = ["MEDIAN_COLUMN_S", "Inks", "Plan", "Theme", "random_plan"]

Theme = Literal["light", "dark"]

_SPEEDS = {12.5: 5.0, PAPER_SPEED_MM_PER_S: 83.0, 50.0: 11.0, 100.0: 1.0}
_GAINS = {(5.0, 5.0): 6.0, (GAIN_MM_PER_MV, GAIN_MM_PER_MV): 80.0, (20.0, 20.0): 9.0, (10.0, 5.0): 5.0}
"""Limb and chest leads, mm/mV."""

_SHEETS = {(297.0, 210.0): 52.0, (279.0, 216.0): 32.0, (210.0, 297.0): 4.0, (290.0, 100.0): 4.0, (280.0, 115.0): 5.0}
_WEARABLE_SHEET = (285.0, 370.0)
"""A watch prints on upright paper, made smaller so that 10 s fit: in mm of its own grid the page is this large."""

MEDIAN_COLUMN_S = 1.0
"""Width of a column of averaged beats with the space before it, in seconds of the paper."""

_PITCHES = {1: (25, 45), 2: (35, 60), 3: (32, 55), 4: (26, 38), 5: (23, 31), 6: (19, 28), 7: (17, 24), 8: (16, 22)}
"""Distance of baselines by number of rows, mm; 15 to 20 on strips."""

_MANY_ROWS_PITCH = (12.0, 17.0)
_STRIP_PITCH = (15.0, 24.0)
_STRIP_HEIGHT = 120.0
_TRACE_WIDTHS = {(0.13, 0.2): 22.0, (0.2, 0.36): 45.0, (0.36, 0.5): 22.0, (0.5, 0.7): 11.0}


@dataclass(frozen=True)
class Inks:
    """Colours of what is printed; pen width in mm."""

    paper: Colour
    trace: Colour
    text: Colour
    mark: Colour
    name: Colour
    pen: float


@dataclass(frozen=True)
class Plan:
    """The measures of a page, mm.

    Attributes
    ----------
    arrangement : Arrangement
    width, height : float
        Of the sheet.
    trace_x : float
        Where every row begins.
    baselines : tuple of float
    pitch : float
        Typical distance of baselines.
    speed : float
        mm/s.
    gains : tuple of float
        Of limb and chest leads, mm/mV.
    gap : float
        Between columns.
    pulse_zone : float
        Room left of the trace for pulses and names.
    header : float
        Where the rows' field begins.
    theme : {"light", "dark"}
    inks : Inks
    medians : int
        Columns of averaged beats right of the rows.
    """

    arrangement: Arrangement
    width: float
    height: float
    trace_x: float
    baselines: tuple[float, ...]
    pitch: float
    speed: float
    gains: tuple[float, float]
    gap: float
    pulse_zone: float
    header: float
    theme: Theme
    inks: Inks
    medians: int = 0

    @property
    def trace_end(self) -> float:
        """Where the rows end."""
        return self.trace_x + self.arrangement.seconds * self.speed + self.gap * (self.arrangement.columns - 1)

    def column_x(self, column: int, columns: int) -> float:
        """Return where a column of a row of so many begins."""
        if columns == 1:
            return self.trace_x
        return self.trace_x + column * (self.arrangement.seconds / columns * self.speed + self.gap)

    def gain(self, lead: str) -> float:
        """Return mm/mV of a lead."""
        return self.gains[lead.startswith("V")]


def random_plan(rng: np.random.Generator, theme: Theme) -> Plan:
    """Draw a page by the shares of what recorders print."""
    speed = choose(rng, _SPEEDS)
    seconds = 10.0 if speed <= PAPER_SPEED_MM_PER_S else 5.0 * 50.0 / speed
    if chance(rng, 0.06):
        seconds *= between(rng, 0.7, 0.95)
    arrangement = random_arrangement(rng, seconds)
    wearable = arrangement.name == "1x1 over rows"
    sheet = _WEARABLE_SHEET if wearable else choose(rng, _SHEETS)
    rows = len(arrangement.rows)
    low, high = _PITCHES.get(rows, _MANY_ROWS_PITCH)
    if sheet[1] < _STRIP_HEIGHT and rows <= 5:
        low, high = _STRIP_PITCH
    pitch = between(rng, low, high)
    header = choose(rng, {between(rng, 2, 8): 3.0, between(rng, 18, 35): 5.0, between(rng, 35, 60): 2.0})
    if wearable:
        header = between(rng, 35, 80)
    if sheet[1] < _STRIP_HEIGHT:
        header = between(rng, 2, 16)
    gap = choose(rng, {0.0: 55.0, between(rng, 0.4, 1.2): 20.0, between(rng, 1, 6): 17.0, between(rng, 6, 20): 8.0})
    pulse_zone = choose(rng, {between(rng, 0, 3): 2.0, between(rng, 6, 16): 6.0, between(rng, 16, 30): 1.0})
    trace_x = between(rng, 2, 16) + pulse_zone
    first = header + 0.5 * pitch * between(rng, 0.7, 1.2)
    baselines = first + _row_places(rng, rows, pitch)
    medians = choose(rng, {0: 94.0, 1: 3.0, 2: 2.0, 4: 1.0})
    shown = seconds + medians * MEDIAN_COLUMN_S
    length = trace_x + shown * speed + gap * (arrangement.columns - 1) + between(rng, 2, 22)
    height = max(sheet[1] if chance(rng, 0.75) else 0.0, float(baselines[-1]) + 0.5 * pitch + between(rng, 1, 14))
    width = max(sheet[0] if chance(rng, 0.8) else 0.0, length)
    return Plan(
        arrangement=arrangement,
        width=width,
        height=height,
        trace_x=trace_x,
        baselines=tuple(float(y) for y in baselines),
        pitch=pitch,
        speed=speed,
        gains=choose(rng, _GAINS),
        gap=gap,
        pulse_zone=pulse_zone,
        header=header,
        theme=theme,
        inks=_dark_inks(rng) if theme == "dark" else _light_inks(rng),
        medians=medians,
    )


def _row_places(rng: np.random.Generator, rows: int, pitch: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return heights of the rows from the first one: even, a little uneven, or set by the recorder as it liked."""
    steps = np.full(rows - 1, pitch)
    if chance(rng, 0.1):
        steps *= rng.uniform(0.75, 1.6, rows - 1)
    places = np.concatenate([[0.0], np.cumsum(steps)])
    if chance(rng, 0.3):
        places[1:] += rng.uniform(-2, 2, rows - 1)
    return places


def _grey(rng: np.random.Generator, low: float, high: float, spread: float = 6.0) -> Colour:
    level = rng.uniform(low, high) + rng.uniform(-spread, spread, 3)
    red, green, blue = (int(np.clip(value, 0, 255)) for value in level)
    return (red, green, blue)


def _pen(rng: np.random.Generator) -> float:
    return between(rng, *choose(rng, _TRACE_WIDTHS))


def _light_inks(rng: np.random.Generator) -> Inks:
    paper = choose(
        rng,
        {
            (255, 255, 255): 45.0,
            _grey(rng, 240, 253, 2): 18.0,
            (255, 244, 244): 10.0,
            (253, 246, 226): 7.0,
            (248, 232, 232): 6.0,
            (236, 246, 240): 3.0,
            (238, 240, 250): 3.0,
            (243, 226, 190): 3.0,
            _grey(rng, 215, 240, 3): 5.0,
        },
    )
    trace = choose(
        rng,
        {
            _grey(rng, 0, 40): 74.0,
            _grey(rng, 45, 105): 14.0,
            _grey(rng, 105, 140): 2.0,
            (20, 30, 130): 3.0,
            (40, 70, 190): 2.0,
            (170, 30, 40): 2.0,
            (110, 80, 60): 3.0,
        },
    )
    text = trace if chance(rng, 0.7) else _grey(rng, 0, 110)
    coloured: dict[Colour, float] = {trace: 84.0, (30, 40, 190): 7.0, (20, 130, 50): 3.0, (190, 30, 30): 2.0}
    return Inks(paper, trace, text, choose(rng, coloured), choose(rng, coloured), _pen(rng))


def _dark_inks(rng: np.random.Generator) -> Inks:
    paper = choose(rng, {(0, 0, 0): 5.0, _grey(rng, 12, 45): 4.0, (10, 18, 40): 1.0})
    bright: dict[Colour, float] = {
        (255, 255, 255): 5.0,
        (60, 240, 90): 3.0,
        (255, 235, 80): 1.0,
        (110, 225, 255): 1.5,
        _grey(rng, 170, 230): 2.0,
    }
    trace = choose(rng, bright)
    marks: dict[Colour, float] = {trace: 5.0, (255, 220, 60): 3.0, (150, 150, 150): 1.0}
    return Inks(paper, trace, choose(rng, marks), choose(rng, marks), choose(rng, marks), max(0.25, _pen(rng)))
