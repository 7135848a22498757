"""The scale of a page that shows no grid: by its calibration pulses, else by the length of its rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from heartguard.arrays import Image, Mask
from heartguard.leads import GAIN_MM_PER_MV, PAGE_SECONDS, PAPER_SPEED_MM_PER_S
from heartguard.page.marks import find_rows, trace_mask
from heartguard.page.pulses import find_pulses
from heartguard.page.straight import StraightPage, at_scale, fits_a_sheet
from heartguard.page.structure import StructureMaps

__all__ = ["straighten_by_marks"]

_PAGE_MM = PAGE_SECONDS * PAPER_SPEED_MM_PER_S
_LEAST_ROWS = 2
_ROW_SHARE = 0.4
"""Of the width, that rows of traces cover together at least; scattered marks of other pictures do not."""

_ALIKE = 0.08
"""Relative: pulses of one page differ in height by less, letters that were taken for pulses by more."""

_SAME = 0.02
"""Relative: rows that are 10 s long by the pulses but for less are 10 s long, and tell the scale better: pulses are 40
pixels high, and half a pixel of them is 1 %."""

_WHOLE = 0.995
"""Share of the columns of rows without gaps that show a trace."""

_WIDER_PX = 2
"""By which a line is seen longer than it is: half a pen and the blur of a pixel at either end."""

_PLAUSIBLE_MM = (200.0, 620.0)
"""Length of a picture that shows 10 s, by its pulses."""


def straighten_by_marks(image: Image, maps: StructureMaps) -> StraightPage | None:
    """Make a picture without a grid straight; None where it shows no rows of traces, or is no sheet.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
    maps : StructureMaps
    """
    guess = maps.of("trace").shape[1] / (1.1 * _PAGE_MM)
    trace = trace_mask(maps.of("trace"), guess)
    if len(find_rows(trace, guess)) < _LEAST_ROWS or trace.any(axis=0).mean() < _ROW_SHARE:
        return None
    by_pulses, by_length = _by_pulses(maps, guess), _by_length(trace)
    agree = by_pulses is not None and abs(by_length / by_pulses - 1) < _SAME and _unbroken(trace)
    px_per_mm = by_length if by_pulses is None or agree else by_pulses
    if not fits_a_sheet(maps, px_per_mm, px_per_mm):
        return None
    page = at_scale(image, maps, px_per_mm, "layout" if by_pulses is None else "pulse")
    return replace(page, scale=replace(page.scale, confirmed=agree))


def _by_pulses(maps: StructureMaps, guess: float) -> float | None:
    """Return pixels to a millimetre by two or more pulses of one height, 10 mm each."""
    heights = np.array([pulse.height_mm * guess for pulse in find_pulses(maps.of("pulse"), guess)])
    if len(heights) < 2 or np.ptp(heights) > _ALIKE * np.median(heights):
        return None
    px_per_mm = float(np.median(heights)) / GAIN_MM_PER_MV
    return px_per_mm if _PLAUSIBLE_MM[0] < maps.of("trace").shape[1] / px_per_mm < _PLAUSIBLE_MM[1] else None


def _unbroken(trace: Mask) -> bool:
    """Return whether rows go on from their beginning to their end, without gaps between columns that are no time."""
    columns = np.flatnonzero(trace.any(axis=0))
    return bool(len(columns) > _WHOLE * (columns[-1] - columns[0] + 1))


def _by_length(trace: Mask) -> float:
    columns = np.flatnonzero(trace.any(axis=0))
    return float(columns[-1] - columns[0] + 1 - _WIDER_PX) / _PAGE_MM
