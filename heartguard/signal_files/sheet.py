"""A sheet of ECG paper that shows recorded signals, drawn at 25 mm/s and 10 mm/mV, with its exact panels."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from heartguard.arrays import Floats, Image, runs_of_true
from heartguard.errors import CorrectionError
from heartguard.leads import (
    GAIN_MM_PER_MV,
    LAYOUTS,
    LEAD_INDEX,
    LEADS,
    PAGE_SECONDS,
    PAPER_SPEED_MM_PER_S,
    SAMPLES,
    SAMPLING_RATE_HZ,
    Layout,
)
from heartguard.signal_files.check import doubts
from heartguard.values import NO_CORRECTIONS, Corrections, Ecg, Page, Panel, RecordedSignals, Segment, Upload

__all__ = ["draw_sheet", "sheet_ecg", "sheet_page"]

PX_PER_MM = 8.0
"""As straight pages: see `heartguard.values.Page`."""

_LEFT_MM, _TOP_MM = 10.0, 20.0
"""Paper before the first sample and above the first row's 0 mV: room for names and for an R wave of 1.5 mV."""

_ROW_MM, _CLOSE_ROW_MM, _FEW_ROWS = 30.0, 20.0, 6
"""Distance of the rows: 30 mm where there are at most six, else 20 mm, as printed 12x1 pages have."""

_PAPER, _FINE_GRID, _GRID, _INK = (255, 252, 250), (250, 226, 222), (240, 190, 184), (0, 0, 0)
"""Colours of the sheet, RGB: pale red lines on warm white, black ink."""

_LINE_PX = 2
"""Width of the trace: 0.25 mm, as a recorder's."""

_SHIFT = 4
"""Fractional bits of the coordinates that OpenCV is given."""

_FARTHEST_PX = 8000
"""Heights are cut here, far outside the sheet, as OpenCV's coordinates have 32 bits."""


def draw_sheet(recorded: RecordedSignals) -> Image:
    """Draw the leads on a grid of 1 and 5 mm.

    Returns
    -------
    ndarray, shape (h, w, 3), uint8, RGB
    """
    panels = _panels(recorded)
    image = _paper(_size(recorded))
    ink = _ink(recorded.leads, panels, image.shape[:2])
    for panel in panels:
        at = (round(panel.x0) + 4, round(_row_y(recorded, panel.row) - 11 * PX_PER_MM))
        cv2.putText(image, panel.lead, at, cv2.FONT_HERSHEY_SIMPLEX, 0.8, _INK, 2, cv2.LINE_AA)
    return np.asarray(np.round(image * (1 - ink[..., None])), np.uint8)


def sheet_page(upload: Upload, corrections: Corrections = NO_CORRECTIONS) -> Page:
    """Return the page of an upload that holds signals.

    Raises
    ------
    CorrectionError
        If anything was set by hand: the file states what a picture must be corrected in.
    """
    if corrections != NO_CORRECTIONS:
        raise CorrectionError(
            "This file holds the signals themselves, so there is nothing to turn, cut out or scale by hand. "
            "Read it without these settings."
        )
    recorded = _recorded(upload)
    panels = _panels(recorded)
    return Page(
        upload=upload,
        image=upload.image,
        to_page=np.eye(3),
        ink=_ink(recorded.leads, panels, upload.image.shape[:2]),
        px_per_mm=PX_PER_MM,
        scale_source="grid",
        layout=_layout(recorded),
        panels=panels,
        quality=1.0,
    )


def sheet_ecg(page: Page) -> Ecg:
    """Return the Ecg of such a page: the signals of its file, not what was drawn."""
    recorded = _recorded(page.upload)
    signals = np.full((len(LEADS), SAMPLES), np.nan, np.float32)
    for name in LEADS:
        signals[LEAD_INDEX[name]] = recorded.leads.get(name, np.nan)
    segments = tuple(_segment(panel, recorded.leads[panel.lead]) for panel in page.panels)
    return Ecg(
        signals,
        np.asarray(np.isfinite(signals).any(axis=1), np.float32),
        next((panel.lead for panel in page.panels if panel.rhythm), None),
        segments,
        page,
        warnings=doubts(signals, recorded),
        others={name: signal for name, signal in recorded.leads.items() if name not in LEADS},
    )


def _recorded(upload: Upload) -> RecordedSignals:
    if upload.signals is None:
        raise ValueError("The upload is a picture, which has no signals to show.")
    return upload.signals


def _twelve(recorded: RecordedSignals) -> bool:
    return set(LEADS) <= recorded.leads.keys()


def _layout(recorded: RecordedSignals) -> Layout:
    """Return 3x4+1 for the twelve leads, with a strip for each further lead; else one row a lead."""
    if not _twelve(recorded):
        return Layout(f"{len(recorded.leads)}x1", tuple((name,) for name in recorded.leads), 0)
    strips = 1 + len(recorded.leads) - len(LEADS)
    return Layout(f"3x4+{strips}", LAYOUTS["3x4+1"].rows, strips)


def _panels(recorded: RecordedSignals) -> tuple[Panel, ...]:
    layout = _layout(recorded)
    seconds = layout.column_seconds
    panels = [
        _panel(recorded, lead, row, column * seconds, (column + 1) * seconds)
        for row, leads in enumerate(layout.rows)
        for column, lead in enumerate(leads)
    ]
    strips = ("II", *(name for name in recorded.leads if name not in LEADS)) if layout.rhythm_strips else ()
    for row, lead in enumerate(strips, len(layout.rows)):
        panels.append(_panel(recorded, lead, row, 0.0, PAGE_SECONDS, rhythm=True))
    return tuple(panels)


def _panel(
    recorded: RecordedSignals, lead: str, row: int, start_s: float, end_s: float, *, rhythm: bool = False
) -> Panel:
    """Return a panel whose 0 mV is where the median of its signal comes to the middle of the row."""
    shown = recorded.leads[lead][round(start_s * SAMPLING_RATE_HZ) : round(end_s * SAMPLING_RATE_HZ)]
    known = shown[np.isfinite(shown)]
    middle = float(np.median(known)) if len(known) else 0.0
    baseline = _row_y(recorded, row) + middle * GAIN_MM_PER_MV * PX_PER_MM
    return Panel(lead, row, _x(start_s), _x(end_s), baseline, start_s, end_s, rhythm)


def _x(seconds: float) -> float:
    return (_LEFT_MM + seconds * PAPER_SPEED_MM_PER_S) * PX_PER_MM


def _row_y(recorded: RecordedSignals, row: int) -> float:
    rows = _layout(recorded).row_count
    return (_TOP_MM + row * (_ROW_MM if rows <= _FEW_ROWS else _CLOSE_ROW_MM)) * PX_PER_MM


def _size(recorded: RecordedSignals) -> tuple[int, int]:
    """Return height and width of the sheet, whole large squares."""
    bottom = _row_y(recorded, _layout(recorded).row_count - 1) + _TOP_MM * PX_PER_MM
    return round(bottom), round(_x(PAGE_SECONDS) + _LEFT_MM * PX_PER_MM)


def _paper(size: tuple[int, int]) -> Image:
    image = np.full((*size, 3), _PAPER, np.uint8)
    for step_mm, colour in ((1, _FINE_GRID), (5, _GRID)):
        step = round(step_mm * PX_PER_MM)
        image[::step] = colour
        image[:, ::step] = colour
    return image


def _ink(leads: Mapping[str, Floats], panels: tuple[Panel, ...], size: tuple[int, int]) -> Floats:
    """Return the ink of all lines, shape (h, w), 0 to 1."""
    ink = np.zeros(size, np.uint8)
    for panel in panels:
        first, last = round(panel.start_s * SAMPLING_RATE_HZ), round(panel.end_s * SAMPLING_RATE_HZ)
        shown = leads[panel.lead][first:last]
        x = _x(0.0) + (first + np.arange(len(shown))) * PAPER_SPEED_MM_PER_S * PX_PER_MM / SAMPLING_RATE_HZ
        points = np.column_stack([x, np.clip(_heights(panel, shown), -_FARTHEST_PX, _FARTHEST_PX)])
        for start, stop in runs_of_true(np.isfinite(shown)):
            line = np.round(points[start:stop] * 2**_SHIFT).astype(np.int32)
            cv2.polylines(ink, [line], False, 255, _LINE_PX, cv2.LINE_AA, _SHIFT)
    return np.asarray(ink / 255, np.float32)


def _heights(panel: Panel, signal: Floats) -> Floats:
    return np.asarray(panel.baseline_y - signal * GAIN_MM_PER_MV * PX_PER_MM, np.float32)


def _segment(panel: Panel, signal: Floats) -> Segment:
    """Return the line of a panel: one height for each column of pixels."""
    first, last = round(panel.x0), round(panel.x1)
    seconds = (np.arange(first, last) - _x(0.0)) / (PAPER_SPEED_MM_PER_S * PX_PER_MM)
    mv = np.interp(seconds, np.arange(SAMPLES) / SAMPLING_RATE_HZ, signal).astype(np.float32)
    return Segment(panel, _heights(panel, mv), first, round(float(np.isfinite(mv).mean()), 3))
