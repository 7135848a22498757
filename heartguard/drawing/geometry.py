"""Where the canonical drawing shows what: three rows of four leads, 2.5 s each, above one 10 s rhythm strip."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from heartguard.leads import LAYOUTS, LEADS, PAGE_SECONDS
from heartguard.values import Box

DRAWING_VERSION = "2"
"""Changes whenever the same Ecg would be drawn differently; a model refuses drawings of another version."""

DRAWING_WIDTH = 384
ROW_HEIGHT = 40
PX_PER_S = DRAWING_WIDTH / PAGE_SECONDS
PX_PER_MV = ROW_HEIGHT / 3
"""Gain: a row spans 3 mV, 1 s is as long as 2.9 mV are high, where paper has 2.5."""

RHYTHM = "rhythm"
"""Name of the strip where leads are players."""

LEAD_GROUPS = (*LEADS, RHYTHM)
"""What can be left out of a drawing: the short stretch of each lead, and the rhythm strip."""

SHORT_ROWS = LAYOUTS["3x4+1"].rows
DRAWING_HEIGHT = ROW_HEIGHT * (len(SHORT_ROWS) + 1)


class RhythmSegment(NamedTuple):
    """Which lead the rhythm strip shows from when to when, seconds of the page's axis."""

    lead: str
    start_s: float
    end_s: float


WHOLE_STRIP = (RhythmSegment("II", 0.0, PAGE_SECONDS),)


@cache
def drawing_boxes(strip: tuple[RhythmSegment, ...] = WHOLE_STRIP) -> tuple[Box, ...]:
    """Return the box of each lead's 2.5 s and of each part of the rhythm strip.

    Parameters
    ----------
    strip : tuple of RhythmSegment
        What the rhythm strip shows.

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
