"""Small pages of which everything is known: one normal ECG printed by a plan, seen flat or photographed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.leads import LEAD_INDEX, SAMPLING_RATE_HZ
from heartlab.metrics.right_pages import Stretch as Drawn
from heartlab.simulate.ecg import simulate_ecg
from heartlab.simulate.photo.illumination import shade
from heartlab.simulate.photo.photo_style import PhotoStyle
from heartlab.simulate.photo.surface import make_surface
from heartlab.simulate.photo.viewpoint import look_at
from heartlab.simulate.recorders import SimulatedSheet
from heartlab.simulate.recorders.arrangements import Arrangement, Stretch
from heartlab.simulate.recorders.capture import CaptureKind
from heartlab.simulate.recorders.grid import Grid, Level
from heartlab.simulate.recorders.marks import pulse_points
from heartlab.simulate.recorders.plan import Inks, Plan
from heartlab.simulate.recorders.scene import Colour, Item, Line, Piece, Scene, Text
from heartlab.simulate.recorders.surroundings import draw_app
from heartlab.simulate.recorders.views import BentView, View, flat_view

RATE = 72.0
"""Beats per minute of the ECG on every page."""

PX_PER_MM = 4.5
PITCHES = {1: 30.0, 3: 27.0, 4: 27.0, 6: 21.0, 7: 19.0, 12: 15.0}
"""Millimetres from row to row, by their number."""

LARGE_SQUARES, SMALL_SQUARES = Level((5.0, 5.0), 0.25, 1.0), Level((1.0, 1.0), 0.12, 0.6)
RED, PALE, BLACK, WHITE = (226, 60, 66), (243, 160, 170), (20, 20, 20), (255, 255, 255)


@dataclass(frozen=True)
class Print:
    """What is printed on a sheet, as the recorder was set.

    Attributes
    ----------
    layout : str
        Rows, columns and strips, such as ``"3x4+1"``.
    seconds, speed, gain : float
        That the page shows; mm/s; mm/mV.
    gap : float
        Between columns, mm.
    same_seconds : bool
        Whether all columns show the first seconds of the record.
    pulses : str
        ``"rows"``, ``"one"``, ``"right"``, ``"attached"`` or ``"none"``.
    pulse_mm : float
        Width of the pulses.
    colour : tuple of int
        Of the grid.
    major, minor : Level or None
    paper, trace : tuple of int
    leads : tuple of str
        In the order of the columns; empty for the usual one.
    names : bool
        Whether the names of the leads are printed.
    strip_speed, strip_gain : float or None
        Of the rhythm strips, printed beside them, where it is not that of the page, which then has its own printed too.
    one_line : bool
        Whether the speeds of the page and of the strips are printed in one line of the header instead.
    """

    layout: str = "3x4+1"
    seconds: float = 10.0
    speed: float = 25.0
    gain: float = 10.0
    gap: float = 0.0
    same_seconds: bool = False
    pulses: str = "rows"
    pulse_mm: float = 5.0
    colour: Colour = PALE
    major: Level | None = LARGE_SQUARES
    minor: Level | None = SMALL_SQUARES
    paper: Colour = WHITE
    trace: Colour = BLACK
    leads: tuple[str, ...] = ()
    names: bool = True
    strip_speed: float | None = None
    strip_gain: float | None = None
    one_line: bool = False


@lru_cache(maxsize=1)
def signals() -> Floats:
    """Return the twelve leads, shape (12, 5000), mV; the same for every page."""
    return simulate_ecg("normal", RATE, seed=3).signals


def arrangement(made: Print) -> Arrangement:
    """Return the leads in their order, by columns, and II, V1 and V5 as strips."""
    shape, _, strips = made.layout.partition("+")
    rows, columns = (int(count) for count in shape.split("x"))
    length, leads = made.seconds / columns, made.leads or tuple(LEAD_INDEX)
    short = []
    for row in range(rows):
        starts = [0.0 if made.same_seconds else column * length for column in range(columns)]
        named = [leads[column * rows + row] for column in range(columns)]
        short.append(tuple(Stretch(lead, lead, at, at + length) for lead, at in zip(named, starts, strict=True)))
    seconds = made.seconds * made.speed / (made.strip_speed or made.speed)
    long = [(Stretch(lead, lead, 0.0, seconds),) for lead in ("II", "V1", "V5")[: int(strips or 0)]]
    return Arrangement(made.layout, tuple(short + long), made.seconds, len(long))


def plan_of(made: Print) -> Plan:
    """Return where everything goes on a sheet just large enough."""
    arranged = arrangement(made)
    rows = len(arranged.rows)
    pitch, columns = PITCHES[rows], arranged.columns
    length = made.seconds * made.speed + made.gap * (columns - 1)
    inks = Inks(made.paper, made.trace, made.trace, made.trace, made.trace, 0.35)
    return Plan(
        arrangement=arranged,
        width=20 + length + 22,
        height=18 + rows * pitch + 6,
        trace_x=20.0,
        baselines=tuple(18 + pitch * (row + 0.6) for row in range(rows)),
        pitch=pitch,
        speed=made.speed,
        gains=(made.gain, made.gain),
        gap=made.gap,
        pulse_zone=15.0,
        header=18.0,
        theme="light",
        inks=inks,
    )


def printed(made: Print) -> tuple[Plan, Scene]:
    """Print traces, names, pulses, a header and the grid."""
    plan = plan_of(made)
    pieces = [
        _piece(_plan_of_row(made, plan, row), stretch, row, column, len(stretches))
        for row, stretches in enumerate(plan.arrangement.rows)
        for column, stretch in enumerate(stretches)
    ]
    items: list[Item] = [Line("trace", piece.points, plan.inks.pen, made.trace) for piece in pieces]
    for piece in pieces if made.names else ():
        name = Text("name", piece.lead, piece.points[0, 0] + 1.5, piece.baseline - 9, 2.6, "default", made.trace)
        items.append(name)
    items += _pulses(made, plan) + _beside_strips(made, plan)
    for line, text in enumerate(("NAME: ANNA BEISPIEL   ID 204417", "25 Hz   AC 50   10 Sec.   HR 72/min")):
        items.append(Text("print", text, 24, 6 + 5 * line, 2.6, "default", made.trace))
    grid = None
    if made.major or made.minor:
        frame = (5.0, 14.0, plan.width - 5, plan.height - 4)
        grid = Grid(made.colour, made.minor, made.major, None, (frame,), (5.0, 14.0))
    return plan, Scene(plan.width, plan.height, made.paper, WHITE, grid, items, tuple(pieces))


def _plan_of_row(made: Print, plan: Plan, row: int) -> Plan:
    """Return the plan with the scale of a row."""
    if row < len(plan.arrangement.rows) - plan.arrangement.strips:
        return plan
    gain = made.strip_gain or made.gain
    return replace(plan, speed=made.strip_speed or made.speed, gains=(gain, gain))


def _beside_strips(made: Print, plan: Plan) -> list[Item]:
    """Print the scale of the page in its header, and that of strips beside them where it is another."""
    own = [f"{made.strip_speed:g} mm/s"] if made.strip_speed else []
    own += [f"{made.strip_gain:g} mm/mV"] if made.strip_gain else []
    if not own:
        return []
    rows = () if made.one_line else plan.baselines[-plan.arrangement.strips :]
    scale = f"{made.speed:g} mm/s  {made.gain:g} mm/mV" + f"  Rhythm {' '.join(own)}" * made.one_line
    page = Text("print", scale, 150, 11, 2.6, "default", made.trace)
    return [page, *(Text("print", " ".join(own), plan.trace_x + 14, y - 9, 2.6, "default", made.trace) for y in rows)]


def _piece(plan: Plan, stretch: Stretch, row: int, column: int, columns: int) -> Piece:
    first, last = (round(time * SAMPLING_RATE_HZ) for time in (stretch.start_s, stretch.end_s))
    values = signals()[LEAD_INDEX[stretch.lead], first : last + 1].astype(np.float64)
    baseline = plan.baselines[row]
    x = plan.column_x(column, columns) + np.arange(len(values)) / SAMPLING_RATE_HZ * plan.speed
    points = np.stack([x, baseline - values * plan.gain(stretch.lead)], axis=1)
    return Piece(stretch.label, row, stretch.start_s, stretch.end_s, baseline, points)


def _pulses(made: Print, plan: Plan) -> list[Item]:
    if made.pulses == "none":
        return []
    legs = (2.0, 1.0)
    gap = -legs[1] if made.pulses == "attached" else 1.0
    x = plan.trace_x - gap - legs[1] - made.pulse_mm
    if made.pulses == "right":
        x = plan.trace_end + 1.0 + legs[0]
    if made.pulses == "attached":
        legs = (legs[0], plan.trace_x - x - made.pulse_mm)
    rows = plan.baselines[-1:] if made.pulses == "one" else plan.baselines
    return [Line("pulse", pulse_points(x, y, made.pulse_mm, made.gain, legs), plan.inks.pen, made.trace) for y in rows]


def drawn_stretches(made: Print) -> list[Drawn]:
    """Return what a judge of the page needs to know of each stretch."""
    return [
        Drawn(s.lead, s.start_s, s.end_s, column * made.seconds / len(row))
        for row in arrangement(made).rows
        for column, s in enumerate(row)
    ]


@dataclass(frozen=True)
class Seen:
    """How a sheet becomes a picture.

    Attributes
    ----------
    kind : CaptureKind
    quarters : int
        Clockwise quarter turns of the finished picture.
    mirrored, negative : bool
    tilt_deg : float
    aspect : float
        Of a scan.
    folds, width_px : int
        Of a photographed sheet.
    light : tuple of float
        Share of red, green and blue that the light or the scanner gives; a warm lamp has little blue.
    messenger : bool
        Whether it was sent: three quarters of the size, JPEG of quality 60.
    seed : int
        Of what scanner, camera and app do at random.
    """

    kind: CaptureKind = "digital"
    quarters: int = 0
    mirrored: bool = False
    negative: bool = False
    tilt_deg: float = 0.0
    aspect: float = 1.0
    folds: int = 0
    width_px: int = 1500
    light: tuple[float, float, float] = (1.0, 1.0, 1.0)
    messenger: bool = False
    seed: int = 1


def picture(made: Print, seen: Seen) -> Image:
    """Return the picture of a printed page, shape (h, w, 3), uint8, RGB."""
    plan, scene = printed(made)
    screen = None
    frame = (0.0, 0.0, scene.width, scene.height)
    if seen.kind == "screenshot":
        screen, surround, items = draw_app(scene.width, scene.height, np.random.default_rng(seen.seed))
        scene, frame = replace(scene, surround=surround, items=items + scene.items), screen
    view: View = flat_view(frame, PX_PER_MM, turn_deg=seen.tilt_deg, aspect=seen.aspect)
    if seen.kind == "photo":
        view = _photo(scene, seen)
    sheet = SimulatedSheet(plan, scene, view, seen.kind, PX_PER_MM, seen.negative, screen, seen.seed)
    lit = np.round(sheet.draw().image * np.array(seen.light)).astype(np.uint8)
    image = np.rot90(lit, -seen.quarters)
    image = np.ascontiguousarray(image[:, ::-1] if seen.mirrored else image)
    return _sent(image) if seen.messenger else image


def _photo(scene: Scene, seen: Seen) -> BentView:
    style = PhotoStyle(
        width_px=seen.width_px,
        height_px=round(0.56 * seen.width_px),
        fill=0.94 if abs(seen.tilt_deg) < 5 else 0.75,
        turn_deg=1.5 + seen.tilt_deg,
        tilt_deg=9.0,
        tilt_towards_deg=80.0,
        distance=1.6,
        folds=seen.folds,
        fold_slope=0.12,
        light_deg=140.0,
        light_height_deg=50.0,
        contrast_of_light=0.5,
    )
    surface = make_surface(scene.width, scene.height, style, np.random.default_rng(seen.seed))
    return BentView(look_at(surface, style, 1.0), shade(surface, style), (style.height_px, style.width_px))


def _sent(image: Image) -> Image:
    smaller = cv2.resize(image, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    stored = cv2.imencode(".jpg", smaller[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    return np.ascontiguousarray(cv2.imdecode(stored, cv2.IMREAD_COLOR)[..., ::-1])
