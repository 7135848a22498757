"""One sheet of ECG paper as vector lines of a PDF, at true scale."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from heartguard.arrays import Doubles
from heartguard.report.printed.colours import FINE_GRID, FRAME, GRID, INK, NAMES, WAVES
from heartguard.report.printed.fonts import BOLD, REGULAR, writable
from heartguard.report.printed.sheet import HEIGHT_MM, LANE_MM, WIDTH_MM, Sheet

__all__ = ["SheetDrawing"]

_TRACE_MM, _FINE_MM, _GRID_MM = 0.25, 0.06, 0.14
"""Widths of lines: a recorder's pen, and grids that stay behind it."""

_RIM_PT = 1.6
"""Around the names of leads."""

_BAR_MM = 1.4
"""Height of the bar of a wave."""


class SheetDrawing(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A sheet of ECG paper in the flow of a page.

    Parameters
    ----------
    sheet : Sheet
    """

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self._sheet = sheet
        self.width, self.height = WIDTH_MM * mm, HEIGHT_MM * mm

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the size that the sheet needs, points: it is never scaled."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw on the page that reportlab has placed the sheet on."""
        canvas = self.canv
        canvas.setLineJoin(1)
        self._lines(_grid(1.0), FINE_GRID, _FINE_MM)
        self._lines(_grid(5.0), GRID, _GRID_MM)
        self._lines(self._sheet.separators, INK, _GRID_MM)
        self._lines(self._sheet.pulses, INK, _TRACE_MM)
        canvas.saveState()
        clip = canvas.beginPath()
        clip.rect(0, LANE_MM * mm, self.width, self.height - LANE_MM * mm)
        canvas.clipPath(clip, stroke=0)
        self._lines(self._sheet.traces, INK, _TRACE_MM)
        canvas.restoreState()
        self._texts()
        self._lane()

    def _lines(self, lines: Iterable[Doubles], colour: str, width_mm: float) -> None:
        """Draw lines, each a path of its own, in one colour and width."""
        canvas = self.canv
        canvas.setStrokeColor(HexColor(colour))
        canvas.setLineWidth(width_mm * mm)
        for line in lines:
            (x, y), *others = (line * (1, -1) + (0, HEIGHT_MM)) * mm
            path = canvas.beginPath()
            path.moveTo(x, y)
            for x, y in others:
                path.lineTo(x, y)
            canvas.drawPath(path)

    def _texts(self) -> None:
        for label in self._sheet.names:
            self._text(label.x, label.y, label.text, 8.5, BOLD, NAMES, rim=True)

    def _text(self, x: float, y: float, text: str, size: float, font: str, colour: str, rim: bool = False) -> None:
        """Write a text; with a white rim where it may lie on a trace."""
        canvas = self.canv
        canvas.setFont(font, size)
        canvas.setFillColor(HexColor(colour))
        place = (x * mm, (HEIGHT_MM - y) * mm, writable(text))
        if rim:
            canvas.setStrokeColor(HexColor("#ffffff"))
            canvas.setLineWidth(_RIM_PT)
            canvas.drawString(*place, mode=1)
        canvas.drawString(*place, mode=0)

    def _lane(self) -> None:
        """Draw bars for the waves, the RR intervals between the beats, and letters at unusual beats."""
        canvas, top = self.canv, HEIGHT_MM - LANE_MM
        canvas.setFillColor(HexColor("#ffffff"))
        canvas.setStrokeColor(HexColor(FRAME))
        canvas.setLineWidth(_GRID_MM * mm)
        canvas.rect(0, 0, self.width, LANE_MM * mm, fill=1)
        for bar in self._sheet.bars:
            canvas.setFillColor(HexColor(WAVES[bar.wave]))
            canvas.rect(bar.x0 * mm, 6.9 * mm, (bar.x1 - bar.x0) * mm, _BAR_MM * mm, stroke=0, fill=1)
        for name, x in zip(WAVES, (0.8, 2.6, 7.4), strict=True):
            self._text(x, top + 3.0, name, 5.5, BOLD, WAVES[name])
        self._text(0.8, top + 7.8, "RR ms", 5.5, REGULAR, INK)
        for before, beat in pairwise(self._sheet.beats):
            if beat.rr_ms is not None:
                canvas.setFont(REGULAR, 6.5)
                canvas.setFillColor(HexColor(INK))
                canvas.drawCentredString((before.x + beat.x) / 2 * mm, 2.0 * mm, str(beat.rr_ms))
        for beat in self._sheet.beats:
            self._lines([np.array([[beat.x, top + 5.6], [beat.x, top + 9.0]])], INK, _GRID_MM)
            if beat.kind:
                self._text(beat.x + 0.5, top + 6.2, beat.kind, 6.0, BOLD, NAMES)


def _grid(step_mm: float) -> list[Any]:
    """Return the lines of a grid, each from edge to edge of the part above the lane."""
    right, bottom = WIDTH_MM, HEIGHT_MM - LANE_MM
    upright = [np.array([[x, 0.0], [x, bottom]]) for x in np.arange(0.0, right + 0.1, step_mm)]
    return upright + [np.array([[0.0, y], [right, y]]) for y in np.arange(0.0, bottom + 0.1, step_mm)]
