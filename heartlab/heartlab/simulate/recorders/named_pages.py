"""Pages of one arrangement with their lead names printed, plain otherwise: to measure which arrangements are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from heartguard.arrays import Floats
from heartguard.leads import CABRERA_LEADS, CHEST_LEADS, LEAD_INDEX, LIMB_LEADS, SAMPLING_RATE_HZ
from heartlab.simulate.recorders.arrangements import Arrangement, Stretch
from heartlab.simulate.recorders.capture import CaptureKind
from heartlab.simulate.recorders.chances import between, chance, choose
from heartlab.simulate.recorders.fonts import print_font
from heartlab.simulate.recorders.grid import Grid, Level
from heartlab.simulate.recorders.marks import draw_pulses
from heartlab.simulate.recorders.pages import SimulatedSheet
from heartlab.simulate.recorders.plan import Inks, Plan
from heartlab.simulate.recorders.scene import Item, Line, Piece, Scene, Text
from heartlab.simulate.recorders.views import flat_view

__all__ = ["NAMED_PAGES", "NamedPage", "arranged", "print_named_page"]

_SHOWN_AS = MappingProxyType({"V3R": "V1", "V4R": "V1", "V5R": "V2", "V6R": "V2", "V7": "V6", "V8": "V6", "V9": "V5"})
"""Leads beyond the twelve, each drawn as one that it resembles."""

_STANDARD = (*LIMB_LEADS, *CHEST_LEADS)
_CABRERA = (*(lead.replace("aVR", "-aVR") for lead in CABRERA_LEADS), *CHEST_LEADS)
_RIGHT = (*LIMB_LEADS, "V1", "V2", "V3R", "V4R", "V5R", "V6R")
_POSTERIOR = (*LIMB_LEADS, "V4", "V5", "V6", "V7", "V8", "V9")
_FIFTEEN = (*_STANDARD, "V3R", "V4R", "V7")
_SIXTEEN = (*_STANDARD, "V3R", "V4R", "V7", "V8")

_PITCHES = {1: 40.0, 2: 36.0, 3: 34.0, 4: 28.0, 5: 26.0, 6: 22.0, 7: 20.0}
"""Millimetres from row to row, by their number; the next is for more."""

_MANY_ROWS_PITCH = 15.5
_SPREAD = (0.92, 1.12)
"""Shares of that distance that pages have."""

_PX_PER_MM = (4.5, 7.5)
"""Scans of 115 to 190 dpi."""

_KINDS: Mapping[CaptureKind, float] = MappingProxyType({"digital": 6.0, "scan": 4.0})
_COLOURS = {(238, 60, 66): 3.0, (243, 160, 170): 3.0, (150, 150, 150): 2.0, (232, 120, 40): 1.0}
_FIRST_MM = 22.0
"""From the left edge to the beginning of the traces, with room for pulses."""

_HEADER_MM = 20.0


@dataclass(frozen=True)
class NamedPage:
    """An arrangement of leads and how it is printed.

    Attributes
    ----------
    shape : str
        Rows x columns + strips.
    leads : tuple of str
        As they are named, in the order in which they fill the columns from the top, ``-aVR`` for one upside down.
    strips : tuple of str
    seconds : float
        That the whole width shows, or each column where all show the same seconds.
    speed : float
        mm/s.
    same_seconds : bool
        Whether all columns show the same seconds.
    in_turn : int
        Rows after which the leads go on in further rows; 0 where every row has leads of its own.
    named : {"all", "first", "header", "none"}
        Which leads have their names printed: all, those of the first rows, none but in the header, or none.
    mixed : bool
        Whether the leads are in an order of each page's own.
    """

    shape: str
    leads: tuple[str, ...] = _STANDARD
    strips: tuple[str, ...] = ()
    seconds: float = 10.0
    speed: float = 25.0
    same_seconds: bool = False
    in_turn: int = 0
    named: str = "all"
    mixed: bool = False


NAMED_PAGES: Mapping[str, NamedPage] = MappingProxyType(
    {
        "3x4": NamedPage("3x4"),
        "3x4+1": NamedPage("3x4+1", strips=("II",)),
        "3x4+3": NamedPage("3x4+3", strips=("V1", "II", "V5")),
        "3x4+1, 2.5 s at 50 mm/s": NamedPage("3x4+1", strips=("II",), speed=50.0),
        "3x4, 1.25 s at 50 mm/s": NamedPage("3x4", seconds=5.0, speed=50.0),
        "3x4, columns of 10 s": NamedPage("3x4", same_seconds=True),
        "6x2": NamedPage("6x2"),
        "6x2, columns of 10 s": NamedPage("6x2", same_seconds=True),
        "6x2 Cabrera, -aVR": NamedPage("6x2", leads=_CABRERA),
        "3x4 Cabrera, -aVR": NamedPage("3x4", leads=_CABRERA),
        "4x3": NamedPage("4x3"),
        "3x2+1": NamedPage("3x2+1", leads=LIMB_LEADS, strips=("II",), seconds=5.0, speed=50.0),
        "12x1": NamedPage("12x1"),
        "12x1, own order": NamedPage("12x1", mixed=True),
        "12x1 of 30 s": NamedPage("12x1", seconds=30.0),
        "6x1, limb leads": NamedPage("6x1", leads=LIMB_LEADS),
        "6x1, chest leads": NamedPage("6x1", leads=CHEST_LEADS),
        "6x1 of 30 s": NamedPage("6x1", leads=LIMB_LEADS, seconds=30.0),
        "3x1": NamedPage("3x1", leads=LIMB_LEADS[:3]),
        "2x1": NamedPage("2x1", leads=("I", "II")),
        "1x1": NamedPage("1x1", leads=("II",)),
        "right-sided, 6x2": NamedPage("6x2", leads=_RIGHT),
        "posterior, 6x2": NamedPage("6x2", leads=_POSTERIOR),
        "posterior, 3x1": NamedPage("3x1", leads=("V7", "V8", "V9")),
        "15 leads, 3x5": NamedPage("3x5", leads=_FIFTEEN),
        "16 leads, 4x4": NamedPage("4x4", leads=_SIXTEEN),
        "I in turn, named once": NamedPage("3x1", leads=("I",), in_turn=1, named="first"),
        "II in turn, all named": NamedPage("3x1", leads=("II",), in_turn=1),
        "I in turn, named above": NamedPage("3x1", leads=("I",), in_turn=1, named="header"),
        "V5 in turn, no name": NamedPage("4x1", leads=("V5",), in_turn=1, named="none"),
        "two in turn, all named": NamedPage("4x1", leads=("II", "V5"), in_turn=2),
        "two in turn, named once": NamedPage("6x1", leads=("II", "V1"), in_turn=2, named="first"),
        "three in turn, all named": NamedPage("6x1", leads=("I", "II", "V1"), in_turn=3),
    }
)
"""Arrangements of recorders, viewers, wearables and ambulatory recorders."""


def arranged(page: NamedPage, rng: np.random.Generator) -> Arrangement:
    """Return the leads of a page by row, each with its seconds of the record."""
    rows, columns = (int(count) for count in page.shape.partition("+")[0].split("x"))
    leads = tuple(str(lead) for lead in rng.permutation(page.leads)) if page.mixed else page.leads
    length = page.seconds if page.same_seconds else page.seconds / columns
    table: list[tuple[Stretch, ...]] = []
    for row in range(rows):
        if page.in_turn:
            table.append((_stretch(leads[row % page.in_turn], row // page.in_turn * length, length),))
            continue
        places = [column * rows + row for column in range(columns)]
        starts = [0.0 if page.same_seconds else column * length for column in range(columns)]
        table.append(tuple(_stretch(leads[k], start, length) for k, start in zip(places, starts, strict=True)))
    table += [(_stretch(lead, 0.0, page.seconds),) for lead in page.strips]
    shown = page.seconds * (columns if page.same_seconds else 1)
    return Arrangement(page.shape, tuple(table), shown, len(page.strips))


def _stretch(label: str, start: float, length: float) -> Stretch:
    lead = label.removeprefix("-")
    return Stretch(label, _SHOWN_AS.get(lead, lead), start, start + length, label.startswith("-"))


def print_named_page(page: NamedPage, signals_mv: Floats, seed: int) -> SimulatedSheet:
    """Design a page; nothing is drawn before `SimulatedSheet.draw`.

    Parameters
    ----------
    page : NamedPage
    signals_mv : ndarray, shape (12, samples), float32, mV
        500 Hz, as long as the record that the page shows.
    seed : int
        Of every choice.
    """
    rng = np.random.default_rng([seed, 31])
    plan = _plan(arranged(page, rng), page, rng)
    pieces = [
        _piece(plan, signals_mv, stretch, row, plan.column_x(column, len(stretches)))
        for row, stretches in enumerate(plan.arrangement.rows)
        for column, stretch in enumerate(stretches)
    ]
    items: list[Item] = [Line("trace", piece.points, plan.inks.pen, plan.inks.trace) for piece in pieces]
    items += draw_pulses(plan, rng) + _names(page, plan, rng) + _header(page, plan, rng)
    frame = (2.0, _HEADER_MM - 2, plan.width - 2, plan.height - 8)
    pen = between(rng, 0.15, 0.3)
    grid = Grid(
        choose(rng, _COLOURS),
        Level((1.0, 1.0), 0.5 * pen, between(rng, 0.4, 0.8)),
        Level((5.0, 5.0), pen, between(rng, 0.7, 1.0)),
        None,
        (frame,),
        frame[:2],
    )
    scene = Scene(plan.width, plan.height, plan.inks.paper, plan.inks.paper, grid, items, tuple(pieces))
    px_per_mm, kind = between(rng, *_PX_PER_MM), choose(rng, _KINDS)
    askew = float(rng.normal(0, 0.5)) if kind == "scan" else 0.0
    view = flat_view((0.0, 0.0, scene.width, scene.height), px_per_mm, turn_deg=askew)
    return SimulatedSheet(plan, scene, view, kind, px_per_mm, negative=False, screen=None, seed=seed)


def _plan(arrangement: Arrangement, page: NamedPage, rng: np.random.Generator) -> Plan:
    rows = len(arrangement.rows)
    pitch = _PITCHES.get(rows, _MANY_ROWS_PITCH) * between(rng, *_SPREAD)
    gap = choose(rng, {0.0: 5.0, between(rng, 0.6, 3.0): 3.0})
    ink = (int(rng.integers(0, 50)),) * 3
    return Plan(
        arrangement=arrangement,
        width=_FIRST_MM + arrangement.seconds * page.speed + gap * (arrangement.columns - 1) + between(rng, 4, 16),
        height=_HEADER_MM + rows * pitch + between(rng, 10, 20),
        trace_x=_FIRST_MM,
        baselines=tuple(_HEADER_MM + pitch * (row + 0.62) for row in range(rows)),
        pitch=pitch,
        speed=page.speed,
        gains=(10.0, 10.0),
        gap=gap,
        pulse_zone=_FIRST_MM - 5,
        header=_HEADER_MM,
        theme="light",
        inks=Inks((255, 255, 255), ink, ink, ink, ink, between(rng, 0.25, 0.45)),
    )


def _piece(plan: Plan, signals_mv: Floats, stretch: Stretch, row: int, x: float) -> Piece:
    first, last = (round(time * SAMPLING_RATE_HZ) for time in (stretch.start_s, stretch.end_s))
    values = signals_mv[LEAD_INDEX[stretch.lead], first : last + 1].astype(np.float64)
    up = plan.gain(stretch.lead) * (-1 if stretch.inverted else 1) * values
    places = x + np.arange(len(values)) / SAMPLING_RATE_HZ * plan.speed
    baseline = plan.baselines[row]
    points = np.stack([places, baseline - up], axis=1)
    return Piece(stretch.label, row, stretch.start_s, stretch.end_s, baseline, points)


def _names(page: NamedPage, plan: Plan, rng: np.random.Generator) -> list[Item]:
    font, size = print_font(rng), between(rng, 2.0, 3.4)
    up = choose(rng, {between(rng, 4, 9): 3.0, -between(rng, 4, 7) - size: 1.0})
    prefix = "Lead " if chance(rng, 0.1) else ""
    shown = {"all": len(plan.baselines), "first": page.in_turn}.get(page.named, 0)
    return [
        Text(
            "name",
            prefix + stretch.label,
            plan.column_x(column, len(stretches)) + 1.0,
            plan.baselines[row] - up,
            size,
            font,
            plan.inks.name,
        )
        for row, stretches in enumerate(plan.arrangement.rows[:shown])
        for column, stretch in enumerate(stretches)
    ]


def _header(page: NamedPage, plan: Plan, rng: np.random.Generator) -> list[Item]:
    """Print two lines above the grid, and the scale above or below it."""
    font, size, ink = print_font(rng), between(rng, 2.2, 3.0), plan.inks.text
    lead = f"Lead {page.leads[0]}  " if page.named == "header" else ""
    legend = f"{page.speed:g} mm/s  10 mm/mV  {lead}0.05-150 Hz"
    y = plan.height - 3 if chance(rng, 0.6) else _HEADER_MM - 4
    measured = f"HR {int(rng.integers(50, 110))} bpm   QRS {int(rng.integers(80, 120))} ms"
    lines = ("Name: Nobody, N.   ID 000417", measured)
    texts = [(line, 8.0, 6 + 1.6 * size * number) for number, line in enumerate(lines)]
    return [Text("print", text, x, at, size, font, ink) for text, x, at in (*texts, (legend, 0.4 * plan.width, y))]
