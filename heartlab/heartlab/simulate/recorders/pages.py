"""A simulated page of any kind: drawn from a 12-lead record, seen as a file, scan, photo or screen, with its truth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Image
from heartlab.simulate.recorders.capture import CaptureKind, Window, develop
from heartlab.simulate.recorders.chances import between, chance, choose
from heartlab.simulate.recorders.grid import Grid, Lattice, random_grid
from heartlab.simulate.recorders.marks import draw_frames, draw_names, draw_pulses, draw_separators
from heartlab.simulate.recorders.overlays import draw_overlays
from heartlab.simulate.recorders.plan import Plan, random_plan
from heartlab.simulate.recorders.raster import CHANNELS, draw_scene
from heartlab.simulate.recorders.scene import Scene
from heartlab.simulate.recorders.surroundings import Frame, draw_app, table_top
from heartlab.simulate.recorders.texts import draw_texts
from heartlab.simulate.recorders.traces import draw_medians, draw_traces, printed_through
from heartlab.simulate.recorders.views import FlatView, View, creased_view, flat_view, photo_view

__all__ = ["KINDS", "PageCrop", "SimulatedSheet", "simulate_sheet"]

KINDS: dict[CaptureKind, float] = {
    "digital": 22.0,
    "scan": 20.0,
    "copy": 4.0,
    "photo": 36.0,
    "screenshot": 12.0,
    "screen photo": 6.0,
}
"""Shares of the ways in which a page becomes a picture."""

PX_PER_MM = (3.0, 8.5)
_PAGE_PX_PER_MM = (4.0, 5.5)
"""Of a whole A4 page as the network is given it; half of the pages are seen so."""

_FLAT_FINER = 2.0
"""A flat sheet is drawn this much finer than the picture and averaged down."""

_TRUTH_LEAST_PX = 1.3
"""Lines are at least this wide in the truth: a line that is thinner than a pixel is still to be found."""

_CELL_PX = 4
_PAPER = CHANNELS.index("paper")
_MIRRORED = 0.02
_PRINTED_THROUGH = 0.04
_FINE_ON_DARK = 0.09
"""Share of light pages whose grid has the trace's ink and whose trace is fine: width alone tells them apart."""

_CREASED: dict[CaptureKind, tuple[float, float]] = {"scan": (0.16, 0.16), "copy": (0.08, 0.08), "digital": (0.03, 0.03)}
"""Shares of flat pictures of paper that was screwed up, and that was folded."""

_SECOND_SHEET: dict[CaptureKind, float] = {"scan": 0.05, "photo": 0.05, "digital": 0.02}
_DARK = {"screenshot": 0.4, "screen photo": 0.3, "digital": 0.06}
_NEGATIVE = {"screenshot": 0.12, "screen photo": 0.05, "digital": 0.02}


@dataclass(frozen=True, eq=False)
class PageCrop:
    """A part of the picture of a page and its truth.

    Attributes
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
    truth : ndarray, shape (h, w, 9), uint8
        Planes of `heartlab.simulate.recorders.raster.CHANNELS`; 255 where a pixel is covered wholly.
    places : ndarray, shape (h, w, 2), float32
        x and y of each pixel's centre on the flat sheet, mm.
    """

    image: Image
    truth: Image
    places: Floats


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A second sheet in the same picture, under the edge of the first.

    Attributes
    ----------
    scene : Scene
    onto : ndarray, shape (2, 3), float64
        From mm of the first sheet to its own.
    """

    scene: Scene
    onto: Doubles

    def places(self, places: Floats) -> Floats:
        """Return its own mm for those of the first sheet, both of shape (h, w, 2)."""
        return np.asarray(places @ self.onto[:, :2].T + self.onto[:, 2], np.float32)


@dataclass(frozen=True, eq=False)
class SimulatedSheet:
    """A page before it is drawn: what is on it, how it is seen and what the camera or scanner does.

    Attributes
    ----------
    plan : Plan
    scene : Scene
        With the line of each lead in mm of the flat sheet.
    view : View
    kind : CaptureKind
    px_per_mm : float
        About so many in the picture.
    negative : bool
        Whether dark and light are exchanged.
    screen : Frame or None
        What the screen shows, mm.
    seed : int
    neighbour : Neighbour or None
    """

    plan: Plan
    scene: Scene
    view: View
    kind: CaptureKind
    px_per_mm: float
    negative: bool
    screen: Frame | None
    seed: int
    neighbour: Neighbour | None = None

    def draw(self, window: Window | None = None) -> PageCrop:
        """Draw the picture or a window of it."""
        height, width = self.view.shape
        window = window or Window(0, 0, width, height)
        places = _places(self.view, window)
        scene, truth = self._seen(self.scene, places)
        if self.neighbour is not None:
            there, planes = self._seen(self.neighbour.scene, self.neighbour.places(places))
            scene = np.where(_inside(places, self._frame(self.scene)), scene, there)
            truth = np.maximum(truth, (planes * (1 - truth[..., [_PAPER]] / 255.0)).astype(np.uint8))
        if not isinstance(self.view, FlatView) or self.kind == "screen photo":
            scene = self._on_table(scene, places, window)
        size = (window.width, window.height)
        scene, places = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (scene, places))
        shade = self.view.light(places)
        if shade is not None:
            paper = truth[..., _PAPER] > 127
            scene = scene * np.where(paper, shade, 1.0).astype(np.float32)[..., None]
        image = develop(scene, self.kind, self.seed, window, self.view.shape)
        return PageCrop(255 - image if self.negative else image, truth, places)

    def _frame(self, scene: Scene) -> Frame:
        return self.screen or (0.0, 0.0, scene.width, scene.height)

    def _seen(self, sheet: Scene, places: Floats) -> tuple[Floats, Image]:
        """Return the picture at places in mm, shape (2 h, 2 w, 3), and the truth of whole pixels, shape (h, w, 9)."""
        coarse = places[:: 2 * _CELL_PX, :: 2 * _CELL_PX]
        step = float(np.median(np.linalg.norm(np.diff(coarse, axis=1), axis=2))) / (2 * _CELL_PX)
        scale, pixel = _FLAT_FINER * 0.5 / step, 2.0 * step
        # The coarse lattice may end a cell before the window does.
        room = 4 * _CELL_PX * step + 1.0
        x0, y0, x1, y1 = self._frame(sheet)
        low = np.maximum(coarse.min(axis=(0, 1)) - room, np.array([x0, y0]) - 2).astype(np.float64)
        high = np.minimum(coarse.max(axis=(0, 1)) + room, np.array([x1, y1]) + 2).astype(np.float64)
        columns, rows = (max(4, int(np.ceil(size * scale))) for size in high - low)
        lattice = Lattice(float(low[0]), float(low[1]), scale, (rows, columns))
        hairline = 0.9 * pixel if self.kind in ("digital", "screenshot", "screen photo") else 0.0
        flat = draw_scene(sheet, lattice, _TRUTH_LEAST_PX * pixel, hairline)
        at = (places - low.astype(np.float32)) * np.float32(scale) - np.float32(0.5)
        x, y = cv2.convertMaps(at[..., 0], at[..., 1], cv2.CV_16SC2)
        image = cv2.remap(flat.image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        parts = [
            cv2.remap(cv2.merge(list(flat.truth[k : k + 3])), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
            for k in range(0, len(flat.truth), 3)
        ]
        size = (places.shape[1] // 2, places.shape[0] // 2)
        halves = [cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in parts]
        return image, np.concatenate(halves, axis=2)

    def _on_table(self, scene: Floats, places: Floats, window: Window) -> Floats:
        """Lay the sheet, or stand the screen, in its surroundings."""
        on_paper = _inside(places, self._frame(self.scene))
        if self.neighbour is not None:
            on_paper |= _inside(self.neighbour.places(places), self._frame(self.neighbour.scene))
        inside = on_paper.astype(np.float32)
        if float(inside.min()) == 1.0:
            return scene
        rng = np.random.default_rng([self.seed, 13])
        if self.screen is not None:
            bezel = np.array(choose(rng, {(15, 15, 17): 4.0, (150, 150, 155): 1.0}), np.float32)
            return np.asarray(scene * inside + bezel * (1 - inside), np.float32)
        table = table_top((window.height, window.width), rng)
        large = cv2.resize(table, (2 * window.width, 2 * window.height), interpolation=cv2.INTER_LINEAR)
        near = cv2.GaussianBlur(inside, (0, 0), 12)[..., None]
        return np.asarray(scene * inside + large * (1 - inside) * (1 - 0.5 * near), np.float32)


def simulate_sheet(signals_mv: Floats, seed: int, kind: CaptureKind | None = None) -> SimulatedSheet:
    """Design a page; nothing is drawn before `SimulatedSheet.draw`.

    Parameters
    ----------
    signals_mv : ndarray, shape (12, samples), float32, mV
        500 Hz, in the order of `heartguard.leads.LEADS`.
    seed : int
        Of every choice.
    kind : CaptureKind, optional
        By default drawn by `KINDS`.
    """
    rng = np.random.default_rng([seed, 10])
    usual = choose(rng, KINDS)
    kind = kind or usual
    plan = random_plan(rng, "dark" if chance(rng, _DARK.get(kind, 0.0)) else "light")
    scene = _print(plan, signals_mv, rng, photographed=kind in ("photo", "scan"))
    px_per_mm = between(rng, *(PX_PER_MM if chance(rng, 0.5) else _PAGE_PX_PER_MM))
    screen: Frame | None = None
    if kind in ("screenshot", "screen photo"):
        screen, surround, items = draw_app(scene.width, scene.height, rng)
        scene = replace(scene, surround=surround, items=items + scene.items)
    neighbour = _neighbour(plan, signals_mv, rng) if chance(rng, _SECOND_SHEET.get(kind, 0.0)) else None
    view = _view(scene, kind, screen, px_per_mm, rng, neighbour)
    negative = plan.theme == "light" and chance(rng, _NEGATIVE.get(kind, 0.0))
    return SimulatedSheet(plan, scene, view, kind, px_per_mm, negative, screen, seed, neighbour)


def _inside(places: Floats, frame: Frame) -> np.ndarray[tuple[int, int, int], np.dtype[np.bool_]]:
    """Return which places in mm are in a frame, shape (h, w, 1)."""
    x, y = places[..., :1], places[..., 1:]
    return np.asarray((x > frame[0]) & (x < frame[2]) & (y > frame[1]) & (y < frame[3]))


def _neighbour(first: Plan, signals_mv: Floats, rng: np.random.Generator) -> Neighbour:
    """Lay a second sheet below the first, a little askew, or overlapped by it."""
    plan = random_plan(rng, "light")
    turn, gap = np.deg2rad(rng.normal(0, 1.5)), between(rng, -25, 12)
    cosine, sine = np.cos(turn), np.sin(turn)
    onto = np.array([[cosine, sine, between(rng, -15, 15)], [-sine, cosine, -(first.height + gap)]])
    return Neighbour(_print(plan, signals_mv, rng, photographed=True), onto)


def _print(plan: Plan, signals_mv: Floats, rng: np.random.Generator, *, photographed: bool) -> Scene:
    """Print a page: grid, marks, traces, names, texts, and what is put over it."""
    fine = plan.theme == "light" and chance(rng, _FINE_ON_DARK)
    if fine:
        plan = replace(plan, inks=replace(plan.inks, pen=between(rng, 0.13, 0.24)))
    traces, pieces = draw_traces(plan, signals_mv, rng)
    items = printed_through(plan, pieces, rng) if photographed and chance(rng, _PRINTED_THROUGH) else []
    items += draw_frames(plan, rng) + draw_separators(plan, rng)
    items += draw_medians(plan, signals_mv, rng)
    items += traces + draw_pulses(plan, rng) + draw_names(plan, rng) + draw_texts(plan, rng)
    items += draw_overlays(plan, rng, photographed)
    grid = None if chance(rng, 0.05) else _grid(plan, rng)
    if fine and grid is not None:
        grid = _darkened(grid, plan, rng)
    lid = choose(rng, {(255, 255, 255): 3.0, (20, 20, 20): 1.0, (200, 200, 198): 1.0})
    return Scene(plan.width, plan.height, plan.inks.paper, lid, grid, items, pieces)


def _grid(plan: Plan, rng: np.random.Generator) -> Grid:
    """Rule the whole sheet, a field around the rows, or each row."""
    top = max(0.0, plan.baselines[0] - between(rng, 0.5, 0.9) * plan.pitch)
    bottom = min(plan.height, plan.baselines[-1] + between(rng, 0.4, 0.8) * plan.pitch)
    left = max(0.0, plan.trace_x - plan.pulse_zone - between(rng, 0, 6))
    right = min(plan.width, plan.trace_end + between(rng, 0, 10))
    # A drawn grid starts at its frame or at the trace; pre-printed paper knows nothing of the trace.
    origin = choose(
        rng, {(left, top): 4.0, (plan.trace_x, plan.baselines[0]): 3.0, (between(rng, 0, 5), between(rng, 0, 5)): 4.0}
    )
    extent = choose(rng, {"sheet": 48.0, "field": 47.0, "rows": 5.0})
    frames = {
        "sheet": ((0.0, 0.0, plan.width, plan.height),),
        "field": ((left, top, right, bottom),),
        "rows": tuple((left, y - 0.46 * plan.pitch, right, y + 0.46 * plan.pitch) for y in plan.baselines),
    }[extent]
    return random_grid(rng, frames, origin, plan.theme == "dark")


def _darkened(grid: Grid, plan: Plan, rng: np.random.Generator) -> Grid:
    """Return a grid whose lines have the ink of the trace."""
    minor, major = (
        None if level is None else replace(level, strength=between(rng, *strengths))
        for level, strengths in ((grid.minor, (0.35, 1.0)), (grid.major, (0.7, 1.0)))
    )
    red, green, blue = (int(np.clip(level + rng.integers(-5, 60), 0, 255)) for level in plan.inks.trace)
    return replace(grid, colour=(red, green, blue), minor=minor, major=major)


def _view(
    scene: Scene,
    kind: CaptureKind,
    screen: Frame | None,
    px_per_mm: float,
    rng: np.random.Generator,
    neighbour: Neighbour | None,
) -> View:
    mirrored, size = chance(rng, _MIRRORED), (scene.width, scene.height)
    if kind == "photo":
        return photo_view(size, px_per_mm, rng, crumpled=chance(rng, 0.3), room=neighbour is not None)
    turn = choose(rng, {0.0: 93.0, 90.0: 2.5, -90.0: 2.5, 180.0: 2.0})
    if kind == "screenshot" and screen:
        aspect = between(rng, 0.8, 1.3) if chance(rng, 0.06) else 1.0
        return flat_view(screen, px_per_mm, turn_deg=turn, aspect=aspect, mirrored=mirrored)
    if kind == "screen photo" and screen:
        flat = flat_view(screen, px_per_mm, turn_deg=float(rng.normal(0, 3)), mirrored=mirrored)
        return _tilted(flat, rng)
    trim = choose(rng, {0.0: 6.0, between(rng, 0, 15): 3.0, -between(rng, 2, 20): 3.0 if kind != "digital" else 0.3})
    frame = (trim, trim, scene.width - trim, scene.height - trim)
    if neighbour is not None:
        frame = (trim, trim, frame[2], scene.height + neighbour.scene.height - trim)
    askew = float(rng.normal(0, 0.9)) if kind != "digital" else 0.0
    aspect = between(rng, 0.985, 1.015) if chance(rng, 0.6) else 1.0
    flat = flat_view(frame, px_per_mm, turn_deg=turn + askew, aspect=aspect, mirrored=mirrored)
    state = float(rng.random())
    crumpled, folded = _CREASED.get(kind, (0.0, 0.0))
    if state >= crumpled + folded:
        return flat
    return creased_view(flat, size, rng, crumpled=state < crumpled)


def _tilted(flat: FlatView, rng: np.random.Generator) -> FlatView:
    """Tilt a camera before a screen: each corner moves by up to a tenth of the sides, some room is left around."""
    height, width = flat.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + (rng.uniform(-0.06, 0.06, (4, 2)) * (width, height)).astype(np.float32)
    room = rng.uniform(-0.05, 0.1) * np.array([width, height])
    moved = (moved + room).astype(np.float32)
    plane = np.asarray(cv2.getPerspectiveTransform(corners, moved) @ flat.plane, np.float64)
    return FlatView(plane, (max(64, round(height + 2 * room[1])), max(64, round(width + 2 * room[0]))))


def _places(view: View, window: Window) -> Floats:
    """Return mm at the four quarters of every pixel of a window, shape (2 h, 2 w, 2), worked out every few pixels."""
    # One cell more on every side, since the outer quarters of the first pixels are before its centre.
    columns, rows = (size // _CELL_PX + 3 for size in (window.width, window.height))
    x, y = np.meshgrid(
        window.left + np.arange(-1, columns - 1) * _CELL_PX, window.top + np.arange(-1, rows - 1) * _CELL_PX
    )
    points: Doubles = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float64)
    cells = view.to_page(points).reshape(rows, columns, 2).astype(np.float32)
    # Quarter k of the window has its centre at k / 2 - 0.25 pixels.
    first = 1 - 0.25 / _CELL_PX
    finer = np.array([[0.5 / _CELL_PX, 0, first], [0, 0.5 / _CELL_PX, first]])
    size = (2 * window.width, 2 * window.height)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(cells, finer, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)
