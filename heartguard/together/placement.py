"""The place of a page among others: at the scale of the first, and further down and later than those before it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from heartguard.arrays import Image
from heartguard.leads import is_row_name, row_name
from heartguard.traced import TracedEcg
from heartguard.values import Ecg, Page, Panel, Segment

__all__ = ["page_of", "scaled_to", "shifted"]


def page_of(ecg: Ecg) -> Page:
    """Return the page that an Ecg was traced on."""
    assert ecg.page is not None
    return ecg.page


def scaled_to(traced: TracedEcg, first: Page) -> Ecg:
    """Return an Ecg whose page has the scale of another one: pixels to a millimetre, and millimetres to a second."""
    page, ecg = traced.page, traced.ecg
    x = first.px_per_s / page.px_per_s
    y = first.px_per_mm / page.px_per_mm
    if (x, y) == (1.0, 1.0):
        return ecg
    height, width = page.ink.shape
    size = (round(width * x), round(height * y))
    scaled = replace(
        page,
        image=_resized(page.image, size),
        ink=np.asarray(cv2.resize(page.ink, size, interpolation=cv2.INTER_AREA), np.float32),
        px_per_mm=first.px_per_mm,
        speed_mm_per_s=first.speed_mm_per_s,
        panels=tuple(_scaled_panel(panel, x, y) for panel in page.panels),
    )
    return replace(ecg, page=scaled, segments=tuple(_scaled_segment(segment, x, y) for segment in ecg.segments))


def _resized(image: Image, size: tuple[int, int]) -> Image:
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _scaled_panel(panel: Panel, x: float, y: float) -> Panel:
    return replace(panel, x0=x * panel.x0, x1=x * panel.x1, baseline_y=y * panel.baseline_y)


def _scaled_segment(segment: Segment, x: float, y: float) -> Segment:
    panel, count = _scaled_panel(segment.panel, x, y), len(segment.y)
    x0 = round(x * segment.x0)
    places = (x0 + np.arange(round(x * count))) / x - segment.x0
    heights = np.interp(places, np.arange(count), y * segment.y)
    return replace(segment, panel=panel, y=np.asarray(heights, np.float32), x0=x0)


def shifted(ecg: Ecg, start_s: float, top: int, row: int) -> Ecg:
    """Return an Ecg with its panels at their rows, heights and seconds among those of other pages."""
    page = page_of(ecg)

    def moved(panel: Panel) -> Panel:
        return replace(
            panel,
            lead=_renumbered(panel.lead, row),
            row=panel.row + row,
            baseline_y=panel.baseline_y + top,
            start_s=panel.start_s + start_s,
            end_s=panel.end_s + start_s,
            gain_mm_per_mv=panel.gain_mm_per_mv or page.gain_mm_per_mv,
        )

    segments = tuple(replace(one, panel=moved(one.panel), y=one.y + top) for one in ecg.segments)
    panels = tuple(moved(panel) for panel in page.panels)
    others = {_renumbered(lead, row): signal for lead, signal in ecg.others.items()}
    return replace(ecg, page=replace(page, panels=panels), segments=segments, others=others)


def _renumbered(lead: str, rows_before: int) -> str:
    """Return the name of a lead; that of a row without one by its number among the rows of all pages."""
    if not is_row_name(lead):
        return lead
    number, *column = lead.removeprefix("row ").split(" column ")
    return row_name(int(number) - 1 + rows_before, int(column[0]) - 1 if column else 0)
