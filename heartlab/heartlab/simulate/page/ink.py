"""The pen of a simulated page: traces, pulses, separators, frame and texts, drawn with sub-pixel accuracy."""

from __future__ import annotations

import math

import cv2
import numpy as np
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from heartguard.arrays import Doubles, Floats, Image
from heartguard.leads import LEAD_INDEX, SAMPLING_RATE_HZ
from heartguard.values import Panel
from heartlab.simulate.page.paper_style import PaperStyle
from heartlab.simulate.page.sheet import MARGIN_MM, PULSE_FLAT_MM, Sheet, line_height_mm, pulse_width_mm, to_px

FRACTION_BITS = 8
"""Fractional bits of the coordinates that OpenCV is given."""

_CV_FONTS = {"simplex": cv2.FONT_HERSHEY_SIMPLEX, "duplex": cv2.FONT_HERSHEY_DUPLEX}
"""OpenCV's fonts by name."""


class Pen:
    """A line drawer on a canvas `scale` times finer than the page."""

    def __init__(self, shape: tuple[int, int], px_per_mm: float) -> None:
        self.px_per_mm = px_per_mm
        self.scale = 4
        self.shape = shape
        self._canvas: Image = np.zeros((shape[0] * self.scale, shape[1] * self.scale), np.uint8)

    def line(self, points_px: Doubles, width_mm: float) -> None:
        """Draw a polyline through page pixels, shape (n, 2)."""
        finer = (points_px + 0.5) * self.scale - 0.5
        fixed = np.round(finer * 2**FRACTION_BITS).astype(np.int32).reshape(-1, 1, 2)
        # OpenCV draws an even thickness as the next odd one, and antialiased lines 2.5 pixels wider than requested.
        thickness = 1 + 2 * max(0, round((width_mm * self.px_per_mm * self.scale - 3.5) / 2))
        cv2.polylines(self._canvas, [fixed], False, 255, thickness, cv2.LINE_AA, FRACTION_BITS)

    def line_mm(self, points_mm: list[tuple[float, float]], width_mm: float) -> None:
        """Draw a polyline through places in mm of the sheet."""
        self.line(np.asarray(points_mm) * self.px_per_mm - 0.5, width_mm)

    def coverage(self) -> Image:
        """Return how much of each page pixel is ink, shape (H, W), uint8."""
        covered: Image = cv2.resize(self._canvas, self.shape[::-1], interpolation=cv2.INTER_AREA)
        return covered


def panel_points(signals_mv: Floats, panel: Panel, style: PaperStyle) -> tuple[Doubles, slice]:
    """Return the places of a panel's samples, shape (n, 2), page pixels, NaN in gaps, and which samples they are."""
    first, after = (math.ceil(round(end * SAMPLING_RATE_HZ, 6)) for end in (panel.start_s, panel.end_s))
    samples = slice(first, after)
    values = signals_mv[LEAD_INDEX[panel.lead], samples].astype(np.float64)
    seconds = (first + np.arange(len(values))) / SAMPLING_RATE_HZ - panel.start_s
    x = panel.x0 + seconds * style.px_per_mm * style.speed_mm_per_s
    up = -1 if panel.inverted else 1
    y = panel.baseline_y - up * values * style.px_per_mm * style.gain_mm_per_mv
    return np.stack([x, y], axis=1), samples


def draw_traces(pen: Pen, signals_mv: Floats, panels: tuple[Panel, ...], style: PaperStyle) -> Floats:
    """Draw every panel and return the truth: the signals that the page shows, NaN elsewhere."""
    truth = np.full(signals_mv.shape, np.nan, np.float32)
    for panel in panels:
        points, samples = panel_points(signals_mv, panel, style)
        drawn = np.isfinite(points[:, 1])
        for run in np.split(np.arange(len(points)), np.flatnonzero(np.diff(drawn)) + 1):
            if drawn[run[0]]:
                pen.line(points[run], style.trace_mm)
        on_sheet = drawn & (points[:, 1] >= 0) & (points[:, 1] <= pen.shape[0] - 1)
        lead = LEAD_INDEX[panel.lead]
        truth[lead, samples] = np.where(on_sheet, signals_mv[lead, samples], truth[lead, samples])
    return truth


def draw_pulses(pen: Pen, sheet: Sheet, style: PaperStyle) -> None:
    """Draw the 1 mV calibration pulse of every row."""
    if sheet.pulse_x is None:
        return
    rise = sheet.pulse_x + PULSE_FLAT_MM
    fall = rise + pulse_width_mm(style)
    for y in sheet.baselines:
        top = y - style.gain_mm_per_mv
        corners = [(sheet.pulse_x, y), (rise, y), (rise, top), (fall, top), (fall, y), (fall + PULSE_FLAT_MM, y)]
        pen.line_mm(corners[1:-1] if style.pulse == "attached" else corners, style.trace_mm)


def draw_separators(pen: Pen, sheet: Sheet, style: PaperStyle) -> None:
    """Draw the separators of the columns of the short rows."""
    layout = style.page_layout
    short = sheet.baselines[: len(layout.rows)]
    for column in range(1, layout.columns):
        x = sheet.trace_x + column * style.page_seconds / layout.columns * style.speed_mm_per_s
        if style.separators == "lines":
            pen.line_mm([(x, short[0] - 5.3), (x, short[-1] + 5.3)], style.trace_mm)
        elif style.separators == "ticks":
            for y in short:
                pen.line_mm([(x, y - 5.0), (x, y - 2.0)], style.trace_mm)
                pen.line_mm([(x, y + 2.0), (x, y + 5.0)], style.trace_mm)
        elif style.separators == "bars":
            for y in short:
                pen.line_mm([(x, y - 2.5), (x, y + 2.5)], 0.9)


def draw_header_rule(pen: Pen, sheet: Sheet, style: PaperStyle) -> None:
    """Draw the double line under the third header line."""
    if style.header_rule:
        y = MARGIN_MM + 2.7 * line_height_mm(style)
        for offset in (0.0, 0.8):
            pen.line_mm([(MARGIN_MM, y + offset), (sheet.width - MARGIN_MM, y + offset)], 0.4)


class Typist:
    """Writes texts on a layer of the page's own size."""

    def __init__(self, shape: tuple[int, int], style: PaperStyle) -> None:
        self.style = style
        self._layer: Image = np.zeros(shape, np.uint8)

    def write(self, text: str, x_mm: float, y_mm: float, height_mm: float, centred: bool = False) -> None:
        """Write one line with its lower left (or lower middle) corner at a place in mm; `height_mm` is of a capital."""
        px_per_mm, font = self.style.px_per_mm, self.style.font
        x, y, height = to_px(x_mm, px_per_mm), to_px(y_mm, px_per_mm), height_mm * px_per_mm
        if font == "default":
            picture = PilImage.fromarray(self._layer)
            face = ImageFont.load_default(1.4 * height)
            ImageDraw.Draw(picture).text((x, y), text, 255, face, anchor="ms" if centred else "ls")
            self._layer = np.array(picture)
            return
        size = height / 21  # 21 px is a capital of OpenCV's fonts at size 1
        width = cv2.getTextSize(text, _CV_FONTS[font], size, 1)[0][0]
        corner = (round(x - width / 2 if centred else x), round(y))
        cv2.putText(self._layer, text, corner, _CV_FONTS[font], size, 255, max(1, round(size)), cv2.LINE_AA)

    def coverage(self) -> Image:
        """Return how much of each page pixel is ink, shape (H, W), uint8."""
        return self._layer


def write_texts(typist: Typist, sheet: Sheet, panels: tuple[Panel, ...], style: PaperStyle) -> None:
    """Write lead names, header and footer."""
    capital, line = 0.75 * style.text_mm, line_height_mm(style)
    for panel in panels if style.lead_names else ():
        x = (panel.x0 + 0.5) / style.px_per_mm + style.name_offset_mm[0]
        y = (panel.baseline_y + 0.5) / style.px_per_mm - style.name_offset_mm[1]
        typist.write(panel.label, x, y, capital)
    for number, text in enumerate(style.header):
        y = MARGIN_MM + (number + 0.4) * line + (0.3 * line if number == 3 else 0)
        if number == 0:
            typist.write(text, sheet.width / 2, y, 1.3 * capital, centred=True)
        else:
            typist.write(text, MARGIN_MM, y, 0.8 * capital)
    typist.write(style.footer_text, MARGIN_MM, sheet.height - 3.0, 0.75 * capital)
