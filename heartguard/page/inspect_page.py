"""What is on a straight page: rows, pulses, separators and lead names, from the maps of the structure network."""

from __future__ import annotations

import numpy as np

from heartguard.page.arrange import keep_separators, settle_rows
from heartguard.page.ends import find_extent, fit_extent
from heartguard.page.make import Found
from heartguard.page.marks import find_lines
from heartguard.page.pulses import find_pulses
from heartguard.page.straight import PX_PER_MM, StraightPage
from heartguard.page.strips import HALF
from heartguard.page.trace_ink import trace_ink

__all__ = ["find_marks"]


def find_marks(page: StraightPage) -> Found:
    """Find the marks of a page and where its traces begin and end.

    Raises
    ------
    NotAnEcgError
        When no row holds a line of some length.
    """
    shares = page.shares
    lines = find_lines(shares["separator"] > HALF, shares["separator"].astype(np.float32), PX_PER_MM)
    ink = trace_ink(page.image, shares, lines.mask, PX_PER_MM)
    pulses = find_pulses(shares["pulse"], PX_PER_MM)
    trace = page.trace
    extent = find_extent(trace, ink, page.rows, pulses, PX_PER_MM)
    lines = keep_separators(lines, extent, PX_PER_MM)
    rows = settle_rows(trace, page.rows, pulses, extent, PX_PER_MM)
    names = shares["name"] > HALF
    return Found(page.image, ink, lines, pulses, trace, names, rows, fit_extent(extent, lines, PX_PER_MM))
