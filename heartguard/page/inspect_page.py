"""What is on a straight page: rows, pulses, separators and lead names, from the maps of the structure network."""

from __future__ import annotations

import numpy as np

from heartguard.page.arrange import keep_separators, settle_rows
from heartguard.page.ends import find_extent, fit_extent
from heartguard.page.make import Found
from heartguard.page.marks import find_lines, find_rows, trace_mask
from heartguard.page.pulses import find_pulses
from heartguard.page.straight import PX_PER_MM, StraightPage
from heartguard.page.trace_ink import trace_ink

__all__ = ["find_marks"]

_HALF = 127
"""Share, of 255, from which on a pixel counts as something."""


def find_marks(page: StraightPage) -> Found:
    """Find the marks of a page and where its traces begin and end.

    Raises
    ------
    NotAnEcgError
        When no row holds a line of some length.
    """
    shares = page.shares
    ink = trace_ink(page.image, shares["trace"], PX_PER_MM)
    lines = find_lines(shares["separator"] > _HALF, shares["separator"].astype(np.float32), PX_PER_MM)
    pulses = find_pulses(shares["pulse"], PX_PER_MM)
    trace = trace_mask(shares["trace"], PX_PER_MM)
    rows = find_rows(trace, PX_PER_MM)
    extent = find_extent(trace, ink, rows, pulses, PX_PER_MM, exact=True)
    lines = keep_separators(lines, extent, PX_PER_MM)
    rows = settle_rows(trace, rows, pulses, extent, PX_PER_MM)
    names = shares["name"] > _HALF
    return Found(page.image, ink, lines, pulses, trace, names, rows, fit_extent(extent, lines, PX_PER_MM))
