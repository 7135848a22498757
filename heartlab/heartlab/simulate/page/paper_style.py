"""Style of a simulated page: its paper, grid, pen and texts, and the artefacts of scanner or camera."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from heartguard.leads import LAYOUTS, PAGE_SECONDS, Layout

Colour = tuple[int, int, int]
Grid = Literal["solid", "dots", "major", "none"]
Font = Literal["default", "simplex", "duplex"]

GRID_COLOURS: dict[str, Colour] = {
    "pink": (243, 160, 170),
    "red": (224, 90, 90),
    "orange": (240, 165, 100),
    "grey": (165, 165, 165),
    "green": (120, 190, 130),
    "blue": (130, 165, 225),
    "faint": (244, 226, 228),
    "brown": (178, 92, 84),
}
"""Colours of printed grids, RGB; chosen by hand."""

DEFAULT_ROW_SPACING_MM = {2: 45.0, 3: 37.5, 4: 37.5, 5: 30.0, 6: 24.0, 7: 21.5, 12: 15.0}
"""Distance of neighbouring baselines by number of rows; 4 and 7 as on the clinic pages."""

DEFAULT_RHYTHM_LEADS: dict[int, tuple[str, ...]] = {0: (), 1: ("II",), 2: ("V1", "II"), 3: ("V1", "II", "V5")}
"""Leads of the rhythm strips by their number."""


@dataclass(frozen=True)
class PaperStyle:
    """Every choice that a page simulator has; lengths in mm of paper, colours RGB.

    Attributes
    ----------
    layout : str
        Key of `heartguard.leads.LAYOUTS`.
    px_per_mm : float
        4 to 12.
    rhythm_leads : tuple of str or None
        One lead for each rhythm strip; None takes those of `DEFAULT_RHYTHM_LEADS`.
    grid : {"solid", "dots", "major", "none"}
        ``"dots"`` are 1 mm dots with dotted 5 mm lines, ``"major"`` are 5 mm lines alone.
    separators : {"none", "ticks", "lines", "bars"}
        Separators of the columns; ``"lines"`` are as dark and wide as the trace, ``"bars"`` short, thick and across it.
    pulse : {"left", "attached", "right", "none"}
        The 1 mV calibration pulse of every row; an ``"attached"`` one ends where the trace begins.
    pulse_mm : float
        Its width at 25 mm/s.
    page_seconds : float
        Seconds that the whole width shows: 10, or 5 as on the usual paper at 50 mm/s.
    name_offset_mm : tuple of float
        From the start of a trace, at its baseline, to the lower left corner of its lead name: right, up.
    row_spacing_mm : float or None
        Distance of baselines; None takes `DEFAULT_ROW_SPACING_MM`. Less than 20 makes rows overlap.
    row_jitter_mm : float
        Each baseline is moved by up to so much, as recorders do that place rows by their content.
    header : tuple of str
        The first line is the title. Fictional text only.
    header_gap_mm : float
        Empty paper between the header and the first row.
    tilt_deg : float
        Rotation of the sheet in the final picture, positive clockwise.
    blur_px, noise : float
        Standard deviations: of the Gaussian blur in pixels, of the noise in grey levels.
    shading : float, 0 to 1
        Darkest part of a smooth Gaussian shadow.
    jpeg_quality : int or None
        None stores without loss.
    """

    layout: str = "3x4+1"
    px_per_mm: float = 8.0
    rhythm_leads: tuple[str, ...] | None = None
    speed_mm_per_s: float = 25.0
    gain_mm_per_mv: float = 10.0
    paper: Colour = (255, 255, 255)
    grid: Grid = "solid"
    grid_colour: Colour = GRID_COLOURS["pink"]
    trace_colour: Colour = (15, 15, 20)
    trace_mm: float = 0.35
    font: Font = "default"
    text_mm: float = 3.2
    lead_names: bool = True
    name_offset_mm: tuple[float, float] = (1.0, 6.0)
    separators: Literal["none", "ticks", "lines", "bars"] = "none"
    pulse: Literal["left", "attached", "right", "none"] = "left"
    pulse_mm: float = 5.0
    page_seconds: float = PAGE_SECONDS
    header: tuple[str, ...] = ("ECG REPORT  SIMULATED", "ID: 000000   Name: Nobody   Not a real patient")
    footer: str | None = None
    header_rule: bool = False
    frame: bool = False
    row_spacing_mm: float | None = None
    row_jitter_mm: float = 0.0
    header_gap_mm: float = 0.0
    tilt_deg: float = 0.0
    background: Colour = (225, 225, 225)
    blur_px: float = 0.0
    noise: float = 0.0
    brightness: float = 0.0
    contrast: float = 1.0
    shading: float = 0.0
    grey: bool = False
    jpeg_quality: int | None = None

    def __post_init__(self) -> None:
        if self.layout not in LAYOUTS:
            raise ValueError(f"layout is {self.layout!r}, expected one of {', '.join(LAYOUTS)}")
        if not 4 <= self.px_per_mm <= 12:
            raise ValueError(f"px_per_mm is {self.px_per_mm}, expected 4 to 12")
        if len(self.strips) != self.page_layout.rhythm_strips:
            raise ValueError(f"{self.layout} needs {self.page_layout.rhythm_strips} rhythm leads, got {self.strips}")

    @property
    def page_layout(self) -> Layout:
        """The layout by its name."""
        return LAYOUTS[self.layout]

    @property
    def strips(self) -> tuple[str, ...]:
        """Leads of the rhythm strips, from the top."""
        return DEFAULT_RHYTHM_LEADS[self.page_layout.rhythm_strips] if self.rhythm_leads is None else self.rhythm_leads

    @property
    def footer_text(self) -> str:
        """The footer, or the usual one with band, speed, gain and layout."""
        if self.footer is not None:
            return self.footer
        columns = self.page_layout.columns
        seconds = self.page_seconds / columns
        strips = f"+{self.page_layout.rhythm_strips}r" if self.page_layout.rhythm_strips else ""
        scale = f"{self.speed_mm_per_s:g}mm/s  {self.gain_mm_per_mv:g}mm/mV"
        return f"{scale}  {columns}*{seconds:.3g}s{strips}  SIMULATED"


CLINIC_HEADER = (
    "ECG REPORT   SIMULATED",
    "ID : 000000      50Years     cm      kg      /    mmHg    Race:Unknown    Room No.:    Department:",
    "Exam.Room:       Medication:",
    "Diagnosis Information:  simulated, not a patient",
)
"""Header lines in the style of the clinic pages."""

_CLINIC = PaperStyle(
    grid="dots",
    font="simplex",
    separators="lines",
    pulse_mm=2.2,
    name_offset_mm=(0.2, 0.6),
    header=CLINIC_HEADER,
    header_rule=True,
    frame=True,
    jpeg_quality=90,
)
"""Common style of the pages that imitate the clinic's."""

PRESETS: dict[str, PaperStyle] = {
    "clinic-3x4": _CLINIC,
    "clinic-6x2": replace(_CLINIC, layout="6x2+1", grid_colour=GRID_COLOURS["grey"]),
    "clinic-6x2-no-grid": replace(_CLINIC, layout="6x2+1", grid="none", frame=False),
    "clinic-6x2-tight": replace(_CLINIC, layout="6x2+1", row_spacing_mm=15.0, row_jitter_mm=4.0),
    "clean": PaperStyle(px_per_mm=8.0),
    "red-ticks": PaperStyle(
        grid_colour=GRID_COLOURS["red"], separators="ticks", paper=(255, 246, 242), jpeg_quality=85
    ),
    "skewed-scan": PaperStyle(
        px_per_mm=7.0,
        separators="ticks",
        paper=(246, 244, 238),
        tilt_deg=3.0,
        blur_px=0.8,
        noise=4.0,
        shading=0.12,
        contrast=0.9,
        grey=True,
        jpeg_quality=70,
    ),
}
"""Named styles; the clinic ones look like the "ECG REPORT" pages of the shared data."""


def random_style(seed: int, max_tilt_deg: float = 5.0) -> PaperStyle:
    """Draw a style at random: any layout, grid, colour, font and a mild scanner.

    Parameters
    ----------
    seed : int
        The same seed gives the same style.
    max_tilt_deg : float
    """
    rng = np.random.default_rng(seed)
    layout = str(rng.choice(["3x4+1", "3x4+1", "3x4", "3x4+3", "6x2+1", "6x2", "12x1"]))
    grid_name = str(rng.choice(list(GRID_COLOURS)))
    spacing = DEFAULT_ROW_SPACING_MM[LAYOUTS[layout].row_count]
    return PaperStyle(
        layout=layout,
        px_per_mm=float(rng.uniform(4.5, 10)),
        grid=rng.choice(["solid", "solid", "dots", "major", "none"]),
        grid_colour=GRID_COLOURS[grid_name],
        paper=tuple(int(level) for level in rng.integers(238, 256, 3)),  # type: ignore[arg-type]
        trace_mm=float(rng.uniform(0.25, 0.5)),
        trace_colour=tuple(int(level) for level in rng.integers(0, 70, 3)),  # type: ignore[arg-type]
        font=rng.choice(["default", "simplex", "duplex"]),
        name_offset_mm=(float(rng.uniform(0, 2)), float(rng.uniform(0.6, 9))),
        separators=rng.choice(["none", "ticks", "lines"]),
        pulse=rng.choice(["left", "left", "right", "none"]),
        row_spacing_mm=spacing * float(rng.uniform(0.75, 1.1)),
        frame=bool(rng.random() < 0.5),
        tilt_deg=float(rng.uniform(-max_tilt_deg, max_tilt_deg)),
        blur_px=float(rng.uniform(0, 1.2)),
        noise=float(rng.uniform(0, 6)),
        brightness=float(rng.uniform(-15, 10)),
        contrast=float(rng.uniform(0.8, 1.1)),
        shading=float(rng.uniform(0, 0.2)),
        grey=bool(rng.random() < 0.3),
        jpeg_quality=int(rng.integers(55, 96)),
    )
