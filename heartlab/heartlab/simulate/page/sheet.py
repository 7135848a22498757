"""Geometry of a simulated sheet: positions of rows, columns, pulses and grid lines, in mm and in pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Floats
from heartguard.leads import LARGE_SQUARE_MM, PAPER_SPEED_MM_PER_S
from heartguard.values import Panel
from heartlab.simulate.page.paper_style import DEFAULT_ROW_SPACING_MM, PaperStyle

MARGIN_MM = 8.5
"""Margin left of the ruled area. All sizes here were chosen by hand."""

PULSE_FLAT_MM = 1.2
"""Flat line between pulse and trace."""

TOP_PAD_MM = 18.0
"""Ruled area above the first baseline."""

BOTTOM_PAD_MM = 15.0
"""Ruled area below the last baseline."""

FOOTER_MM = 8.0
"""Space below the ruled area."""

LINE_MM = {"minor": 0.12, "major": 0.25, "dot": 0.22}
"""Widths of grid lines and dots."""


@dataclass(frozen=True)
class Sheet:
    """Places on the straight sheet, in mm from its upper left corner.

    Attributes
    ----------
    width, height : float
    frame : tuple of float
        x0, y0, x1, y1 of the ruled area.
    trace_x : float
        Start of every row's trace.
    pulse_x : float or None
        Start of every row's calibration pulse.
    baselines : tuple of float
        Height of 0 mV of every row, from the top.
    """

    width: float
    height: float
    frame: tuple[float, float, float, float]
    trace_x: float
    pulse_x: float | None
    baselines: tuple[float, ...]


def line_height_mm(style: PaperStyle) -> float:
    """Return the distance of header lines."""
    return 1.4 * style.text_mm


def pulse_width_mm(style: PaperStyle) -> float:
    """Return the width of a calibration pulse on the paper: it lasts as long at any speed."""
    return style.pulse_mm * style.speed_mm_per_s / PAPER_SPEED_MM_PER_S


def plan_sheet(style: PaperStyle, rng: np.random.Generator) -> Sheet:
    """Place rows, pulses and the ruled area of a sheet."""
    layout = style.page_layout
    trace_mm = style.page_seconds * style.speed_mm_per_s
    pulse_zone = pulse_width_mm(style) + 2 * PULSE_FLAT_MM + 2.5
    left = 3.5 + (pulse_zone if style.pulse in ("left", "attached") else 0)
    right = 6.5 + (pulse_zone if style.pulse == "right" else 0)
    top = MARGIN_MM + (line_height_mm(style) * (len(style.header) + 1) if style.header else 0)
    spacing = style.row_spacing_mm or DEFAULT_ROW_SPACING_MM[layout.row_count]
    jitter = style.row_jitter_mm * rng.uniform(-1, 1, layout.row_count)
    baselines = top + TOP_PAD_MM + style.header_gap_mm + spacing * np.arange(layout.row_count) + jitter
    bottom = top + TOP_PAD_MM + style.header_gap_mm + spacing * (layout.row_count - 1) + BOTTOM_PAD_MM
    trace_x = MARGIN_MM + left
    attached = trace_x - style.pulse_mm - PULSE_FLAT_MM
    places = {"left": MARGIN_MM + 3.5, "attached": attached, "right": trace_x + trace_mm + 2.5, "none": None}
    return Sheet(
        width=trace_x + trace_mm + right + MARGIN_MM,
        height=bottom + FOOTER_MM,
        frame=(MARGIN_MM, top, trace_x + trace_mm + right, bottom),
        trace_x=trace_x,
        pulse_x=places[style.pulse],
        baselines=tuple(float(y) for y in baselines),
    )


def to_px(mm: float, px_per_mm: float) -> float:
    """Return the pixel coordinate of a place in mm; the first pixel's centre, at 0, is half a pixel inside."""
    return mm * px_per_mm - 0.5


def plan_panels(style: PaperStyle, sheet: Sheet) -> tuple[Panel, ...]:
    """Return every panel of the sheet, short rows first, in pixels of the straight page."""
    layout, px_per_mm = style.page_layout, style.px_per_mm
    px_per_s = px_per_mm * style.speed_mm_per_s
    rows = [*layout.rows, *((lead,) for lead in style.strips)]
    panels = []
    for row, leads in enumerate(rows):
        seconds = style.page_seconds / len(leads)
        for column, lead in enumerate(leads):
            start = column * seconds
            x0 = to_px(sheet.trace_x, px_per_mm) + start * px_per_s
            baseline = to_px(sheet.baselines[row], px_per_mm)
            rhythm = row >= len(layout.rows)
            inverted = not rhythm and lead in layout.inverted
            x1, end = x0 + seconds * px_per_s, start + seconds
            panels.append(Panel(lead, row, x0, x1, baseline, start, end, rhythm, inverted))
    return tuple(panels)


def _stripes(size: int, first: float, last: float, pitch: float, width: float) -> Floats:
    """Return how much of each pixel is covered by stripes at `first`, `first + pitch`, ... up to `last` (pixels)."""
    edges = np.arange(size + 1) - 0.5
    covered = np.zeros(size)
    for centre in np.arange(first, last + 0.25 * pitch, pitch):
        inside = np.clip(edges, centre - width / 2, centre + width / 2)
        covered += np.diff(inside)
    return np.clip(covered, 0, 1).astype(np.float32)


def grid_coverage(style: PaperStyle, sheet: Sheet, shape: tuple[int, int]) -> Floats:
    """Return how much of each pixel the printed grid covers, shape (H, W), 0 to 1.

    The coverage is exact: a line at a fraction of a pixel is spread over its neighbours, so the grid's pitch is
    `px_per_mm` without rounding.
    """
    px_per_mm, (x0, y0, x1, y1) = style.px_per_mm, sheet.frame

    spans = (
        (shape[1], to_px(x0, px_per_mm), to_px(x1, px_per_mm)),
        (shape[0], to_px(y0, px_per_mm), to_px(y1, px_per_mm)),
    )

    def stripes(pitch_mm: float, width_mm: float) -> tuple[Floats, Floats]:
        across, down = (_stripes(*span, pitch_mm * px_per_mm, width_mm * px_per_mm) for span in spans)
        return across, down

    if style.grid == "none":
        return np.zeros(shape, np.float32)
    major_x, major_y = stripes(LARGE_SQUARE_MM, LINE_MM["major"])
    if style.grid == "dots":
        dots_x, dots_y = stripes(1.0, LINE_MM["dot"])
        fine_x, fine_y = stripes(0.5, LINE_MM["dot"])
        grid = np.maximum(0.5 * np.outer(dots_y, dots_x), np.outer(fine_y, major_x))
        grid = np.maximum(grid, np.outer(major_y, fine_x))
    else:
        grid = np.maximum(major_x[None, :], major_y[:, None])
    if style.grid == "solid":
        minor_x, minor_y = stripes(1.0, LINE_MM["minor"])
        grid = np.maximum(grid, 0.75 * np.maximum(minor_x[None, :], minor_y[:, None]))
    inside_x, inside_y = (_span(*span) for span in spans)
    covered: Floats = np.asarray(grid * np.outer(inside_y, inside_x), np.float32)
    return covered


def _span(size: int, first: float, last: float) -> Floats:
    """Return the fraction of each pixel between two positions."""
    edges = np.clip(np.arange(size + 1) - 0.5, first, last)
    return np.asarray(np.diff(edges), np.float32)
