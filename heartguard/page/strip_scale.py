"""Rhythm strips at a speed or gain of their own, as recorders print beside them."""

from __future__ import annotations

from collections.abc import Sequence

from heartguard.page.columns import Strip
from heartguard.page.ends import Extent
from heartguard.page.printed_page import PrintedOnPage
from heartguard.page.straight import PX_PER_MM
from heartguard.strip_scale import on_own_scale
from heartguard.values import Corrections
from heartguard.warning import Warning

__all__ = ["on_strips", "scaled_strips"]

_SAME_ROW_MM = 1.0
"""A row that a layout moved by less is the row that was found: rows are 15 mm apart or more."""

_USUAL_LEAD = "II"
"""Of a strip whose name is not read: its gain is that of limb leads."""


def scaled_strips(
    leads: Sequence[str],
    rows: Sequence[float],
    extents: Sequence[Extent],
    printed: PrintedOnPage,
    corrections: Corrections,
) -> list[Strip]:
    """Return the rhythm strips with the speed and gain that are printed for them; what is set by hand is for all.

    Parameters
    ----------
    leads : sequence of str
        Their printed names, from the top; empty where none was read.
    rows : sequence of float
        Their isoelectric heights, page pixels.
    extents : sequence of Extent
    printed : PrintedOnPage
    corrections : Corrections
    """
    return [_strip(*strip, printed, corrections) for strip in zip(leads, rows, extents, strict=True)]


def _strip(lead: str, row: float, extent: Extent, printed: PrintedOnPage, corrections: Corrections) -> Strip:
    own = next((one for one in printed.beside if abs(one.y - row) < _SAME_ROW_MM * PX_PER_MM), None)
    beside = (None, None) if own is None else (own.speed_mm_per_s, own.gains)
    speed = (beside[0] or printed.strips_mm_per_s) if corrections.speed_mm_per_s is None else None
    gains = beside[1] if corrections.gain_mm_per_mv is None else None
    gain = None if gains is None else gains.of(lead or _USUAL_LEAD)
    return Strip(lead, extent, None if speed is None else PX_PER_MM * speed, gain)


def on_strips(strips: Sequence[Strip]) -> tuple[Warning, ...]:
    """Say which strips have a scale of their own."""
    speeds = [None if strip.px_per_s is None else strip.px_per_s / PX_PER_MM for strip in strips]
    numbered = enumerate(zip(strips, speeds, strict=True), 1)
    return tuple(
        said for number, (strip, speed) in numbered for said in on_own_scale(number, speed, strip.gain_mm_per_mv)
    )
