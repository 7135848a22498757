"""Geometry of the canonical drawing: three rows of four leads, 2.5 s each, above one 10 s rhythm strip."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from heartguard.leads import LAYOUTS, LEADS, PAGE_SECONDS
from heartguard.values import Box

DRAWING_VERSION = "2"
"""Changes whenever the same Ecg would be drawn differently; a model refuses drawings of another version."""

DRAWING_WIDTH = 384
"""Pixels; a multiple of 16, so that the feature map has whole cells."""

ROW_HEIGHT = 40
"""Pixels; four rows are 160, again a multiple of 16."""

PX_PER_S = DRAWING_WIDTH / PAGE_SECONDS
"""Time scale: the whole width is the page's 10 s."""

PX_PER_MV = ROW_HEIGHT / 3
"""Amplitude scale: a row spans 3 mV. 1 s is as long as 2.9 mV are high; on paper (25 mm/s, 10 mm/mV) 2.5 mV."""

RHYTHM = "rhythm"
"""Name of the rhythm strip among the lead groups."""

LEAD_GROUPS = (*LEADS, RHYTHM)
"""The parts of a drawing that can be left out: the short segment of each lead, and the rhythm strip."""

SHORT_ROWS = LAYOUTS["3x4+1"].rows
"""Leads of the short rows: the most common layout of printed ECGs."""

DRAWING_HEIGHT = ROW_HEIGHT * (len(SHORT_ROWS) + 1)
"""Pixels: the short rows and the rhythm strip."""


class RhythmSegment(NamedTuple):
    """A part of the rhythm strip: the lead that it shows, and its first and last second on the page's axis."""

    lead: str
    start_s: float
    end_s: float


WHOLE_STRIP = (RhythmSegment("II", 0.0, PAGE_SECONDS),)
"""The usual rhythm strip: one lead over the whole axis."""


@cache
def drawing_boxes(strip: tuple[RhythmSegment, ...] = WHOLE_STRIP) -> tuple[Box, ...]:
    """Return the box of each lead's 2.5 s and of each part of the rhythm strip.

    Parameters
    ----------
    strip : tuple of RhythmSegment
        The parts of the rhythm strip.

    Returns
    -------
    tuple of Box
        Twelve short boxes row by row, then the strip; pixels of the drawing, seconds of the page's axis.
    """
    boxes = []
    seconds = PAGE_SECONDS / len(SHORT_ROWS[0])
    for row, leads in enumerate(SHORT_ROWS):
        for column, lead in enumerate(leads):
            boxes.append(_box(lead, row, column * seconds, (column + 1) * seconds))
    boxes += [_box(lead, len(SHORT_ROWS), start, end, rhythm=True) for lead, start, end in strip]
    return tuple(boxes)


def _box(lead: str, row: int, start_s: float, end_s: float, *, rhythm: bool = False) -> Box:
    top = float(row * ROW_HEIGHT)
    return Box(
        lead=lead,
        x0=start_s * PX_PER_S,
        x1=end_s * PX_PER_S,
        y0=top,
        y1=top + ROW_HEIGHT,
        baseline_y=top + ROW_HEIGHT / 2,
        start_s=start_s,
        end_s=end_s,
        rhythm=rhythm,
    )
