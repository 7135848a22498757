"""The page simulator: signals, simulated or real, as a paper ECG whose every truth is known.

`heartlab.simulate.page.scanner` makes a flat scan of it, `heartlab.simulate.photo.photo` a photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles, Floats, Image
from heartguard.leads import LEADS, SAMPLES, Layout
from heartguard.values import Panel
from heartlab.simulate.page.ink import (
    Pen,
    Typist,
    draw_header_rule,
    draw_pulses,
    draw_separators,
    draw_traces,
    write_texts,
)
from heartlab.simulate.page.paper_style import PRESETS, Colour, PaperStyle, random_style
from heartlab.simulate.page.scanner import scan
from heartlab.simulate.page.sheet import Sheet, grid_coverage, plan_panels, plan_sheet, to_px

__all__ = ["PRESETS", "PaperStyle", "SimulatedPage", "random_style", "render_page"]


@dataclass(frozen=True, eq=False)
class SimulatedPage:
    """A drawn page and its truth.

    Attributes
    ----------
    image : ndarray, shape (H, W, 3), uint8, RGB
        The final picture.
    panels : tuple of Panel
        In pixels of the straight page, before it was rotated.
    px_per_mm : float
    layout : Layout
    tilt_deg : float
        Rotation of the sheet in the picture, positive clockwise.
    truth : ndarray, shape (12, 5000), float32, mV
        The parts that the page shows; NaN where it does not show the lead.
    rhythm_leads : tuple of str
    to_image : ndarray, shape (3, 3), float64
        Homography from straight page pixels to picture pixels (homogeneous column vectors).
    straight_size : tuple of int
        Height and width of the straight page.
    style : PaperStyle
    """

    image: Image
    panels: tuple[Panel, ...]
    px_per_mm: float
    layout: Layout
    tilt_deg: float
    truth: Floats
    rhythm_leads: tuple[str, ...]
    to_image: Doubles
    straight_size: tuple[int, int]
    style: PaperStyle


def render_page(signals_mv: Floats, style: PaperStyle | None = None, seed: int = 0) -> SimulatedPage:
    """Draw twelve leads as a paper ECG.

    Parameters
    ----------
    signals_mv : ndarray, shape (12, 5000), float32, mV
        500 Hz, in the order of `heartguard.leads.LEADS`; NaN leaves a gap in the trace.
    style : PaperStyle, optional
    seed : int
        Of row places, shadow and noise.

    Returns
    -------
    SimulatedPage

    Raises
    ------
    ValueError
        If the signals have another shape.
    """
    style = style or PaperStyle()
    if signals_mv.shape != (len(LEADS), SAMPLES):
        raise ValueError(f"signals have the shape {signals_mv.shape}, expected {(len(LEADS), SAMPLES)}")
    rng = np.random.default_rng(seed)
    sheet = plan_sheet(style, rng)
    shape = (round(sheet.height * style.px_per_mm), round(sheet.width * style.px_per_mm))
    panels = plan_panels(style, sheet)
    pen, typist = Pen(shape, style.px_per_mm), Typist(shape, style)
    truth = draw_traces(pen, signals_mv, panels, style)
    draw_pulses(pen, sheet, style)
    draw_separators(pen, sheet, style)
    draw_header_rule(pen, sheet, style)
    write_texts(typist, sheet, panels, style)
    straight = _print(style, sheet, np.maximum(pen.coverage(), typist.coverage()))
    image, to_image = scan(straight, style, rng)
    return SimulatedPage(
        image=image,
        panels=panels,
        px_per_mm=style.px_per_mm,
        layout=style.page_layout,
        tilt_deg=style.tilt_deg,
        truth=truth,
        rhythm_leads=style.strips,
        to_image=to_image,
        straight_size=shape,
        style=style,
    )


def _print(style: PaperStyle, sheet: Sheet, ink: Image) -> Image:
    """Lay grid, frame and ink over the paper, RGB uint8."""
    shape = (ink.shape[0], ink.shape[1])
    ruled = grid_coverage(style, sheet, shape)
    if style.frame:
        ruled = np.maximum(ruled, _frame(style, sheet, shape))
    page = np.empty((*shape, 3), np.float32)
    page[:] = style.paper
    _blend(page, ruled, style.grid_colour)
    _blend(page, np.divide(ink, 255, dtype=np.float32), style.trace_colour)
    printed: Image = np.round(page).astype(np.uint8)
    return printed


def _blend(page: Floats, covered: Floats, colour: Colour) -> None:
    """Colour a page in place where it is covered."""
    page += covered[..., None] * (np.asarray(colour, np.float32) - page)


def _frame(style: PaperStyle, sheet: Sheet, shape: tuple[int, int]) -> Floats:
    """Return the coverage of the border of the ruled area."""
    left, top, right, bottom = (to_px(place, style.px_per_mm) for place in sheet.frame)
    pen = Pen(shape, style.px_per_mm)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    pen.line(np.array(corners), 0.4)
    covered: Floats = np.divide(pen.coverage(), 255, dtype=np.float32)
    return covered
