"""Upload → Page and Ecg, for PDFs whose traces are lines."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from heartguard.errors import DamagedFileError
from heartguard.intake.detect import kind_of
from heartguard.intake.documents import pdf_document
from heartguard.intake.guard import decoding
from heartguard.intake.portfolio import own_page
from heartguard.intake.source import Source, read_source
from heartguard.printed import Gains
from heartguard.values import Corrections, Ecg, Page, Upload
from heartguard.vector.arrange import NotArrangedError, arrange
from heartguard.vector.build import build_ecg
from heartguard.vector.contents import Contents, page_contents
from heartguard.vector.grid import Grid, find_grid
from heartguard.vector.pulses import Pulse, find_pulses
from heartguard.vector.scale import find_scale, paper_scale
from heartguard.vector.traces import Trace, UnfollowedOutlineError, find_traces
from heartguard.vector.words import Name, printed_on
from heartguard.warning import Warning, note

__all__ = ["LineReading", "read_lines"]

_SCAN = 0.5
"""A page of which pictures cover more than this is a scan, whatever lines lie over it; a logo covers a twentieth."""

_ALL_LEADS = 12
"""Traces without any name of which the picture may tell the leads, by where they are. Fewer are left unnamed, unless
one consists of pieces, which may be several leads."""


class LineReading(NamedTuple):
    """What the lines of a page gave.

    Attributes
    ----------
    page : Page or None
    ecg : Ecg or None
        None where the page must be read as a picture.
    notes : tuple of Warning
        Why, where the page has traces that are lines all the same.
    """

    page: Page | None = None
    ecg: Ecg | None = None
    notes: tuple[Warning, ...] = ()


def read_lines(source: Source, upload: Upload, corrections: Corrections) -> LineReading:
    """Read a page of a PDF by its lines and words.

    Parameters
    ----------
    source : bytes, Path or str
        The whole file.
    upload : Upload
        The page of it.
    corrections : Corrections
        Speed and gain set by hand are used; a page that was turned, cut or arranged by hand is read as a picture.
    """
    by_hand = (corrections.turned, corrections.corners, corrections.layout, corrections.lead_order, corrections.leads)
    contents = None if upload.kind != "pdf" or any(by_hand) else _contents(source, upload.page)
    if contents is None or contents.picture_share > _SCAN:
        return LineReading()
    pulses = find_pulses(contents.paths)
    try:
        traces = find_traces(contents.paths, pulses)
        if not traces:
            return LineReading()
        ecg = _read(upload, contents, traces, pulses, corrections)
    except UnfollowedOutlineError:
        return _as_picture("its traces are filled shapes that cannot be followed")
    except NotArrangedError:
        return _as_picture("its lines and lead names do not fit each other")
    if isinstance(ecg, str):
        return _as_picture(ecg)
    by_lines = note("page.vector", "The traces were read from the lines of the PDF itself, not from a picture of it.")
    page = ecg.page if ecg.page is None else replace(ecg.page, warnings=(*ecg.page.warnings, by_lines))
    return LineReading(page, replace(ecg, page=page))


def _contents(source: Source, page: int) -> Contents | None:
    data = read_source(source)
    if kind_of(data) != "pdf":
        return None
    try:
        with decoding("pdf"):
            number = own_page(data, page)
            if number is None:
                return None
            with pdf_document(data) as document:
                return page_contents(document[number])
    except DamagedFileError:  # in its lines or words: its picture was opened before
        return None


def _read(
    upload: Upload, contents: Contents, traces: tuple[Trace, ...], pulses: tuple[Pulse, ...], corrections: Corrections
) -> Ecg | str:
    """Return the Ecg, or why its lines cannot be read."""
    printed = printed_on(contents.words)
    paper = paper_scale(find_grid(contents), pulses, printed)
    if paper is None:
        return "no scale can be read from its lines"
    if not printed.names and (len(traces) >= _ALL_LEADS or any(trace.joints for trace in traces)):
        return "its lead names are no text"
    grid = paper[0]
    names = [Name(name.lead, name.x * grid.x, name.y * grid.y) for name in printed.names]
    cells = arrange([_true(trace, grid) for trace in traces], names)
    scale = find_scale([_true_pulse(pulse, grid) for pulse in pulses], printed)
    if corrections.speed_mm_per_s is not None:
        scale = replace(scale, speed_mm_per_s=corrections.speed_mm_per_s, speed_assumed=False)
    if (gain := corrections.gain_mm_per_mv) is not None:
        scale = replace(scale, gains=Gains(gain, gain), pulses=(), gain_assumed=False)
    return build_ecg(upload, contents, cells, scale, paper)


def _true(trace: Trace, grid: Grid) -> Trace:
    return replace(trace, points=trace.points * grid)


def _true_pulse(pulse: Pulse, grid: Grid) -> Pulse:
    return Pulse(pulse.x0 * grid.x, pulse.x1 * grid.x, pulse.top * grid.y, pulse.bottom * grid.y)


def _as_picture(reason: str) -> LineReading:
    text = f"The PDF draws its traces as lines, but {reason}; the page was read as a picture."
    return LineReading(notes=(note("page.vector", text),))
