"""Training pages of the ink network: simulated pages, straightened, with the truth of every pixel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.page.find import PX_PER_MM
from heartguard.page.photo import even_light
from heartlab.simulate.page import PaperStyle, random_style, render_page
from heartlab.simulate.page.ink import (
    Pen,
    Typist,
    draw_header_rule,
    draw_pulses,
    draw_separators,
    draw_traces,
    write_texts,
)
from heartlab.simulate.page.sheet import plan_panels, plan_sheet
from heartlab.simulate.photo import PHOTO_KINDS, random_print, take_photo

__all__ = ["LINE_MM", "InkPage", "simulate_ink_page"]

LINE_MM = 0.375
"""Width at which the truth draws every trace, however wide the printed pen was: the network undoes the pen."""

_LAYOUTS = ("3x4+1", "3x4+1", "3x4", "3x4+3", "6x2+1", "6x2", "12x1")
"""Layouts of the pages in turn; the common ones more often. By hand."""

_KINDS = ("photo", "hard", "photo", "screen", "photo", "scan")
"""Kinds of the pages in turn: five photos or screenshots to one scan. By hand."""

_DARK_GRID = 0.5
"""Share of pages whose grid is darkened; by hand."""

_ATTACHED = 0.4
"""Share of pages whose calibration pulse touches the trace; by hand."""

_WARP_PX = 3.0
"""Standard deviation of the residual warp, pixels: as straightening leaves it. By hand."""

_WARP_NODES = (6, 8)
"""Rows and columns of the warp's control points; by hand."""

_SCAN_PX_PER_MM = (5.5, 9.0)
"""Range of the scans' resolution, 140 to 230 dpi; by hand."""


@dataclass(frozen=True, eq=False)
class InkPage:
    """A straight, evenly lit picture of a page at `PX_PER_MM`, and its truth.

    Attributes
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
    trace : ndarray, shape (h, w), uint8
        How much of each pixel a trace of the width `LINE_MM` covers, 255 for all of it.
    print : ndarray, shape (h, w), uint8
        The same for all other ink: texts, pulses, separators, script.
    """

    image: Image
    trace: Image
    print: Image


def simulate_ink_page(signals_mv: Floats, seed: int) -> InkPage:
    """Print, handle and photograph or scan a page, and make it straight by the simulator's own map.

    The reader's map is never that good: a smooth warp of a few pixels is put on picture and truth alike.

    Parameters
    ----------
    signals_mv : ndarray, shape (12, 5000), float32, mV
    seed : int
        Of every choice.
    """
    rng = np.random.default_rng([seed, 8])
    kind = _KINDS[seed % len(_KINDS)]
    style = _scan_style(seed, rng) if kind == "scan" else _print_style(seed, rng)
    trace, print_ = _truth(signals_mv, replace(style, px_per_mm=PX_PER_MM))
    places = _warped(trace.shape, rng)
    if kind == "scan":
        page = render_page(signals_mv, style, seed=seed)
        image = _resampled(page.image, (places + 0.5) * (style.px_per_mm / PX_PER_MM) - 0.5)
    else:
        image, script = _photographed(signals_mv, style, kind, seed, places)
        print_ = np.maximum(print_, cv2.resize(script, trace.shape[::-1], interpolation=cv2.INTER_AREA))
    return InkPage(even_light(image, PX_PER_MM), _resampled(trace, places), _resampled(print_, places))


def _print_style(seed: int, rng: np.random.Generator) -> PaperStyle:
    """Draw a printed sheet; half of them have a grid nearly as dark as the trace, many a pulse that touches it."""
    style = random_print(seed, _LAYOUTS)
    if rng.random() < _DARK_GRID:
        level, warmth = rng.uniform(30, 130), rng.uniform(0, 70)
        style = replace(style, grid_colour=(round(level + warmth), round(level), round(level)))
    return replace(style, pulse="attached") if rng.random() < _ATTACHED else style


def _scan_style(seed: int, rng: np.random.Generator) -> PaperStyle:
    return replace(
        random_style(seed),
        layout=str(rng.choice(_LAYOUTS)),
        px_per_mm=float(rng.uniform(*_SCAN_PX_PER_MM)),
        tilt_deg=0.0,
        row_spacing_mm=None,
        jpeg_quality=int(rng.integers(45, 90)),
    )


def _truth(signals_mv: Floats, style: PaperStyle) -> tuple[Image, Image]:
    """Return the coverage by traces of `LINE_MM` and by print, shape (h, w), uint8."""
    sheet = plan_sheet(style, np.random.default_rng(0))
    shape = (round(sheet.height * style.px_per_mm), round(sheet.width * style.px_per_mm))
    panels = plan_panels(style, sheet)
    line, pen, typist = Pen(shape, style.px_per_mm), Pen(shape, style.px_per_mm), Typist(shape, style)
    draw_traces(line, signals_mv, panels, replace(style, trace_mm=LINE_MM))
    draw_pulses(pen, sheet, style)
    draw_separators(pen, sheet, style)
    draw_header_rule(pen, sheet, style)
    write_texts(typist, sheet, panels, style)
    return line.coverage(), np.maximum(pen.coverage(), typist.coverage())


def _warped(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return the position of each pixel of the final page on the flat one, shape (h, w, 2), (x, y)."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    shifts = rng.normal(0, _WARP_PX, (*_WARP_NODES, 2)).astype(np.float32)
    smooth = cv2.resize(shifts, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.stack([columns, rows], axis=-1) + smooth, np.float32)


def _photographed(signals_mv: Floats, style: PaperStyle, kind: str, seed: int, places: Floats) -> tuple[Image, Image]:
    """Return the page drawn from a photo as it was stored, and the script on it at the print's own scale, uint8."""
    photo = take_photo(render_page(signals_mv, style, seed=seed), PHOTO_KINDS[kind](seed), seed=seed)
    stored = np.asarray(cv2.imdecode(np.frombuffer(photo.encoded, np.uint8), cv2.IMREAD_COLOR), np.uint8)[..., ::-1]
    view = photo.map
    at = (places + 0.5) * (style.px_per_mm / PX_PER_MM) - 0.5
    across = (at[..., 0] - np.float32(view.x[0])) / np.float32(view.x[1] - view.x[0])
    down = (at[..., 1] - np.float32(view.y[0])) / np.float32(view.y[1] - view.y[0])
    nodes = view.nodes.astype(np.float32)
    on_photo = cv2.remap(nodes, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return _resampled(stored, np.asarray(on_photo, np.float32)), np.round(255 * photo.script).astype(np.uint8)


def _resampled(image: Image, places: Floats) -> Image:
    """Draw a picture from the given (x, y) places of another."""
    flags = cv2.INTER_LINEAR
    return np.asarray(
        cv2.remap(image, places[..., 0], places[..., 1], flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
