"""Pages that belong together: several traced pages laid below each other, each with its own seconds, as one ECG."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats, Image
from heartguard.lead_sets import complement
from heartguard.leads import LEAD_INDEX, LEADS, SAMPLING_RATE_HZ, Layout, is_row_name, row_name
from heartguard.measure import measure
from heartguard.traced import TracedEcg
from heartguard.values import Ecg, Page, Panel, Segment, Upload
from heartguard.warning import Warning, caution, note

__all__ = ["belong_together", "join"]

T = TypeVar("T", bound=np.generic)

_BETWEEN_S = 1.0
"""Left free between the seconds of two pages, as what was recorded between them, or whether at once, is not known."""

_SURELY_NAMED = 0.5
"""Share of the leads of a page whose printed names must have been read for it to be joined unasked."""


def belong_together(pages: Sequence[TracedEcg], other: TracedEcg) -> bool:
    """Return whether a further page shows other leads of the ECG of some pages: named, none twice, at the same speed.

    Rhythm strips may repeat leads.
    """
    same_speed = all(one.page.paper_speed_mm_per_s == other.page.paper_speed_mm_per_s for one in pages)
    # Pages of lines have their names as text, and no evidence on how surely they were read.
    named = all(one.page.evidence.get("names_agree", 1.0) >= _SURELY_NAMED for one in (*pages, other))
    shown = [lead for one in pages for lead in _short_leads(one.page)]
    return same_speed and named and complement(shown, _short_leads(other.page))


def _short_leads(page: Page) -> list[str]:
    return [panel.lead for panel in page.panels if not panel.rhythm]


def join(traced: Sequence[TracedEcg], *, asked: bool) -> TracedEcg:
    """Return the ECG that several pages show together.

    The pages are laid below each other in one picture at the scale of the first. Their seconds follow each other, with
    a second without any trace between two pages, so that no interval and no law reaches from one into another.

    Parameters
    ----------
    traced : sequence of TracedEcg
        In the order of their pages.
    asked : bool
        Whether somebody asked for it, rather than the pages themselves.
    """
    first = traced[0]
    laid = [_laid(one, first.page) for one in traced]
    starts_s = np.cumsum([0.0, *(one.signals.shape[1] / SAMPLING_RATE_HZ + _BETWEEN_S for one in laid[:-1])])
    tops = np.cumsum([0, *(_page_of(one).image.shape[0] for one in laid[:-1])])
    rows = np.cumsum([0, *(1 + max(panel.row for panel in _page_of(one).panels) for one in laid[:-1])])
    moved = [
        _moved(one, float(start), int(top), int(row))
        for one, start, top, row in zip(laid, starts_s, tops, rows, strict=True)
    ]
    said = _on_pages(traced, asked=asked)
    page = _joined_page(moved, traced, said)
    ecg = _joined_ecg(moved, page, starts_s)
    sheets = tuple(sheet for one in traced for sheet in one.sheets)
    return TracedEcg(page, ecg, measure(ecg), min(one.quality for one in traced), sheets=sheets)


def _page_of(ecg: Ecg) -> Page:
    assert ecg.page is not None
    return ecg.page


def _laid(traced: TracedEcg, first: Page) -> Ecg:
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


def _moved(ecg: Ecg, start_s: float, top: int, row: int) -> Ecg:
    """Return an Ecg with its panels at their rows, heights and seconds among those of other pages."""
    page = _page_of(ecg)

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


def _joined_page(ecgs: Sequence[Ecg], traced: Sequence[TracedEcg], said: Warning) -> Page:
    pages = [_page_of(ecg) for ecg in ecgs]
    width = max(page.image.shape[1] for page in pages)
    image: Image = np.vstack([_widened(page.image, width, 255) for page in pages])
    number = enumerate(pages, 1)
    warnings = [said, *(_of_page(warning, k) for k, page in number for warning in page.warnings)]
    return replace(
        pages[0],
        upload=_joined_upload([one.page.upload for one in traced], image),
        image=image,
        ink=np.vstack([_widened(page.ink, width, 0) for page in pages]),
        to_page=np.eye(3),
        bend=None,
        layout=_joined_layout([page.layout for page in pages]),
        panels=tuple(panel for page in pages for panel in page.panels),
        quality=min(page.quality for page in pages),
        warnings=tuple(warnings),
    )


def _widened(picture: NDArray[T], width: int, fill: int) -> NDArray[T]:
    beside = ((0, 0), (0, width - picture.shape[1]), (0, 0))[: picture.ndim]
    return np.asarray(np.pad(picture, beside, constant_values=fill), picture.dtype)


def _of_page(warning: Warning, number: int) -> Warning:
    return replace(warning, text=f"Page {number} of these: {warning.text}")


def _joined_upload(uploads: Sequence[Upload], image: Image) -> Upload:
    digests = "".join(upload.sha256 for upload in uploads)
    warnings = tuple(_of_page(warning, k) for k, upload in enumerate(uploads, 1) for warning in upload.warnings)
    names = " + ".join(dict.fromkeys(upload.name for upload in uploads))
    return replace(
        uploads[0], name=names, sha256=hashlib.sha256(digests.encode()).hexdigest(), image=image, warnings=warnings
    )


def _joined_layout(layouts: Sequence[Layout]) -> Layout:
    """Return the rows of all pages; of leads on several of them, or without a name, no law tells anything."""
    return Layout(
        " and ".join(layout.shape for layout in layouts),
        tuple(row for layout in layouts for row in layout.rows),
        sum(layout.rhythm_strips for layout in layouts),
        "printed",
        tuple(sorted({lead for layout in layouts for lead in layout.inverted})),
    )


def _joined_ecg(ecgs: Sequence[Ecg], page: Page, starts_s: Floats) -> Ecg:
    firsts = [round(float(start) * SAMPLING_RATE_HZ) for start in starts_s]
    total = firsts[-1] + ecgs[-1].signals.shape[1]
    raw = [ecg.unreconciled_signals for ecg in ecgs]
    changed = any(ecg.raw_signals is not None for ecg in ecgs)
    others = {
        lead: np.asarray(_in_turn([ecg.others.get(lead) for ecg in ecgs], firsts, total, (total,)), np.float32)
        for lead in dict.fromkeys(lead for ecg in ecgs for lead in ecg.others)
    }
    return Ecg(
        _in_turn([ecg.signals for ecg in ecgs], firsts, total, (len(LEADS), total)),
        _least_quality(ecgs),
        next((ecg.rhythm_lead for ecg in ecgs if ecg.rhythm_lead is not None), None),
        tuple(segment for ecg in ecgs for segment in ecg.segments),
        page,
        warnings=tuple(_of_page(warning, k) for k, ecg in enumerate(ecgs, 1) for warning in ecg.warnings),
        raw_signals=_in_turn(raw, firsts, total, (len(LEADS), total)) if changed else None,
        others=others,
    )


def _in_turn(signals: Sequence[Floats | None], firsts: Sequence[int], total: int, shape: tuple[int, ...]) -> Floats:
    joined = np.full(shape, np.nan, np.float32)
    for signal, first in zip(signals, firsts, strict=True):
        if signal is not None:
            joined[..., first : first + signal.shape[-1]] = signal
    return joined


def _least_quality(ecgs: Sequence[Ecg]) -> Floats:
    """Return the quality of each lead, where several pages show it the least."""
    quality = np.zeros(len(LEADS), np.float32)
    for lead in LEADS:
        of_pages = [float(ecg.quality[LEAD_INDEX[lead]]) for ecg in ecgs if lead in ecg.shown]
        quality[LEAD_INDEX[lead]] = min(of_pages, default=0.0)
    return quality


def _on_pages(traced: Sequence[TracedEcg], *, asked: bool) -> Warning:
    """Say which pages were joined, and why; a caution where leads are on several of them."""
    sheets = [sheet for one in traced for sheet in one.sheets]
    same = len({name for name, _ in sheets}) == 1
    pages = ", ".join(str(page + 1) if same else f"{name} page {page + 1}" for name, page in sheets)
    why = "as was asked for" if asked else "as their lead names complement each other"
    text = (
        f"Pages {pages} were read as one ECG, {why}. Whether they were recorded at once is not known: their seconds "
        "are given one after the other, and no interval reaches from one page into the next."
    )
    counts = Counter(lead for one in traced for lead in set(_short_leads(one.page)))
    twice = [lead for lead in LEADS if counts[lead] > 1]
    if not twice:
        return note("file.together", text)
    return caution(
        "names.repeated", f"{text} On several of them are {', '.join(twice)}: check that they are of one ECG."
    )
