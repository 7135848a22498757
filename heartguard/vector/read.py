"""Upload → Page and Ecg, for PDFs whose traces are lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from heartguard.errors import DamagedFileError
from heartguard.in_turn import evenly_spaced
from heartguard.intake.detect import kind_of
from heartguard.intake.documents import pdf_document
from heartguard.intake.guard import decoding
from heartguard.intake.portfolio import own_page
from heartguard.intake.source import Source, read_source
from heartguard.lead_sets import separate_ecgs
from heartguard.printed import Gains
from heartguard.values import Corrections, Ecg, Upload
from heartguard.vector.arrange import Cell, NotArrangedError, arrange
from heartguard.vector.build import build_ecg
from heartguard.vector.contents import Contents, page_contents
from heartguard.vector.grid import Grid, find_grid
from heartguard.vector.place import name_cells, rows_in_turn
from heartguard.vector.pulses import Pulse, find_pulses
from heartguard.vector.row_scale import scale_strips
from heartguard.vector.scale import find_scale, paper_scale, set_against
from heartguard.vector.traces import Trace, UnfollowedOutlineError, find_traces
from heartguard.vector.words import Name, Printed, printed_on
from heartguard.warning import Warning, note

__all__ = ["LineReading", "contents_of", "read_lines"]

_SCAN = 0.5
"""A page of which pictures cover more than this is a scan, whatever lines lie over it; a logo covers a twentieth."""

_ALL_LEADS = 12
"""Traces without any name of which the picture may tell the leads, by where they are. Fewer are left unnamed, unless
one consists of pieces, which may be several leads."""


class LineReading(NamedTuple):
    """What the lines of a page gave.

    Attributes
    ----------
    ecgs : tuple of Ecg
        Each with its page, from the top; mostly one, and none where the page must be read as a picture.
    notes : tuple of Warning
        Why, where the page has traces that are lines all the same.
    """

    ecgs: tuple[Ecg, ...] = ()
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
        Speed, gain and lead names set by hand are used; a page that was turned, cut or arranged by hand is read as a
        picture.

    Raises
    ------
    CorrectionError
        If leads were named by hand that the page does not have, or two alike.
    """
    by_hand = (corrections.turned, corrections.corners, corrections.layout, corrections.lead_order)
    contents = None if upload.kind != "pdf" or any(by_hand) else contents_of(source, upload.page)
    if contents is None or contents.picture_share > _SCAN:
        return LineReading()
    pulses = find_pulses(contents.paths)
    try:
        traces = find_traces(contents.paths, pulses)
        if not traces:
            return LineReading()
        ecgs = _read(upload, contents, traces, pulses, corrections)
    except UnfollowedOutlineError:
        return _as_picture("its traces are filled shapes that cannot be followed")
    except NotArrangedError:
        return _as_picture("its lines and lead names do not fit each other")
    return _as_picture(ecgs) if isinstance(ecgs, str) else LineReading(ecgs)


def contents_of(source: Source, page: int) -> Contents | None:
    """Return the lines and words of a page; None where the file is no PDF, or the page is that of a file within it."""
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
) -> tuple[Ecg, ...] | str:
    """Return the ECGs of the page, or why its lines cannot be read."""
    printed = printed_on(contents.words)
    paper = paper_scale(find_grid(contents), pulses, printed)
    if paper is None:
        return "no scale can be read from its lines"
    if not printed.names and (len(traces) >= _ALL_LEADS or any(trace.joints for trace in traces)):
        return "its lead names are no text"
    grid = paper[0]
    names = [Name(name.lead, name.x * grid.x, name.y * grid.y) for name in printed.names]
    arranged = arrange([_true(trace, grid) for trace in traces], names)
    lines = tuple(line._replace(y=line.y * grid.y) for line in printed.scales)
    cells, printed = scale_strips(arranged, replace(printed, scales=lines))
    scale = find_scale([_true_pulse(pulse, grid) for pulse in pulses], printed)
    against = set_against(scale, corrections)
    # What is set by hand is for all rows.
    if corrections.speed_mm_per_s is not None:
        scale = replace(scale, speed_mm_per_s=corrections.speed_mm_per_s, speed_assumed=False)
        cells = tuple(replace(cell, speed=None) for cell in cells)
    if (gain := corrections.gain_mm_per_mv) is not None:
        scale = replace(scale, gains=Gains(gain, gain), pulses=(), gain_assumed=False)
        cells = tuple(replace(cell, gains=None) for cell in cells)
    speed = scale.speed_mm_per_s
    parts = [name_cells(part, speed, corrections.leads) for part in _parts(_headed(cells, printed, speed), speed)]
    return tuple(_warned(build_ecg(upload, contents, part, scale, paper), against) for part in parts)


def _warned(ecg: Ecg, warnings: tuple[Warning, ...]) -> Ecg:
    assert ecg.page is not None
    return replace(ecg, page=replace(ecg.page, warnings=(*warnings, *ecg.page.warnings)))


def _headed(cells: Sequence[Cell], printed: Printed, speed: float) -> Sequence[Cell]:
    """Return the rows of one lead that goes on with the name that the page has in its header alone."""
    if printed.sole_lead is None or rows_in_turn(cells, speed) != ("",):
        return cells
    return [replace(cell, name=printed.sole_lead) for cell in cells]


def _parts(cells: Sequence[Cell], speed: float) -> list[list[Cell]]:
    """Return the leads of each ECG of the page, its rows counted from 0."""
    if evenly_spaced([cell.trace.baseline for cell in cells]) and rows_in_turn(cells, speed) is not None:
        return [list(cells)]
    rows = [[cell for cell in cells if cell.row == row] for row in range(max(cell.row for cell in cells) + 1)]
    names = [[cell.name for cell in row if cell.name is not None] for row in rows]
    heights = [float(np.mean([cell.trace.baseline for cell in row])) for row in rows]
    bounds = [0, *separate_ecgs(names, heights), len(rows)]
    return [
        [replace(cell, row=cell.row - first) for cell in cells if first <= cell.row < end]
        for first, end in pairwise(bounds)
    ]


def _true(trace: Trace, grid: Grid) -> Trace:
    return replace(trace, points=trace.points * grid)


def _true_pulse(pulse: Pulse, grid: Grid) -> Pulse:
    return Pulse(pulse.x0 * grid.x, pulse.x1 * grid.x, pulse.top * grid.y, pulse.bottom * grid.y)


def _as_picture(reason: str) -> LineReading:
    text = f"The PDF draws its traces as lines, but {reason}; the page was read as a picture."
    return LineReading(notes=(note("page.vector", text),))
