"""From what stands on a straight page to a Page: layout, panels, gain, ink, quality and notes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from heartguard.arrays import Floats, Image, Mask
from heartguard.in_turn import on_rows_in_turn
from heartguard.leads import PAGE_SECONDS, PAPER_SPEED_MM_PER_S, TIME_TOLERANCE
from heartguard.page.columns import (
    Strip,
    column_extents,
    columns_of_ten_seconds,
    evenly_joined,
    place_panels,
    row_extent,
)
from heartguard.page.continued import arrange_in_turn, place_in_turn
from heartguard.page.ends import Extent
from heartguard.page.gain import Gain, read_gain
from heartguard.page.marks import Lines, Pulse
from heartguard.page.printed_page import PrintedOnPage
from heartguard.page.recognise import Arrangement, choose_layout, no_layout
from heartguard.page.speed import speed_warnings
from heartguard.page.straight import PX_PER_MM, Scale, StraightPage
from heartguard.page.strip_scale import on_strips, scaled_strips
from heartguard.page.strips import HALF
from heartguard.values import Corrections, Page, Panel, Upload
from heartguard.warning import Warning, caution, fault, note

__all__ = ["PAGE_MM", "Found", "make_page"]

PAGE_MM = PAGE_SECONDS * PAPER_SPEED_MM_PER_S
"""Length of the 10 s that a page shows, at the usual speed."""

NOTHING_PRINTED = PrintedOnPage()

_SURE_SHARES = (40, 200)
"""Shares of the trace, of 255: what is between them is vague."""

_NAME_MM = (10.0, 16.0, 14.0, 8.0)
"""How far left of, above, right of and below the beginning of a panel's line its name is printed."""

_LEAST_NAME_MM = 1.2

_PULSE_SLACK_MM = 1.0
"""Ink so near a pulse is the pulse's: the pen and its soft edge."""

_CERTAIN = 0.7
"""Certainty of a layout under which it is called a guess."""


@dataclass(frozen=True, eq=False)
class Found:
    """What stands on a straight page of known scale."""

    image: Image
    ink: Floats
    lines: Lines
    pulses: tuple[Pulse, ...]
    trace: Mask
    names: Mask
    rows: tuple[float, ...]
    extent: Extent


def make_page(
    upload: Upload,
    found: Found,
    straight: StraightPage,
    corrections: Corrections,
    speed: float = PAPER_SPEED_MM_PER_S,
    printed: PrintedOnPage = NOTHING_PRINTED,
) -> Page:
    """Choose the layout, place the panels and judge the whole.

    Parameters
    ----------
    upload : Upload
    found : Found
        What stands on the straight page.
    straight : StraightPage
    corrections : Corrections
    speed : float
        Of the paper, mm/s.
    printed : PrintedOnPage
        Names and values that were read.

    Raises
    ------
    NotAnEcgError, LayoutError
        If there are too few rows, or they fit no layout and are on no grid.
    """
    scale, px_per_s = straight.scale, PX_PER_MM * speed
    arranged = _arranged(found, printed, corrections, px_per_s)
    layout, certainty = arranged.layout, arranged.certainty
    if layout.order == "unnamed" and scale.source != "grid" and corrections.layout is None:
        raise no_layout(len(found.rows))
    gain = read_gain(found.pulses, printed.gains, corrections.gain_mm_per_mv)
    strips = _strips(found, arranged, printed, corrections)
    panels = _panels(found, arranged, strips, px_per_s, gain)
    seconds = max(panel.end_s for panel in panels) / layout.turns
    set_by_hand = corrections.speed_mm_per_s is not None
    stated = set_by_hand or printed.speed_mm_per_s is not None
    return Page(
        upload=upload,
        image=found.image,
        to_page=straight.to_page,
        ink=found.ink,
        px_per_mm=PX_PER_MM,
        scale_source=scale.source,
        layout=layout,
        panels=panels,
        quality=certainty,
        evidence={
            **_evidence(straight, found, certainty, gain),
            "length_error": _length_error(seconds, stated=stated),
            "speed_stated": float(stated),
            **_on_names(found, panels),
            "names_agree": arranged.names_agree,
            "names_differ": arranged.names_differ,
            "column_marks": arranged.marked,
            "layout_score": arranged.score,
        },
        speed_mm_per_s=speed,
        gain_mm_per_mv=gain.mm_per_mv,
        paper_speed_mm_per_s=speed,
        tilt_deg=straight.tilt_deg,
        warnings=(
            *_warnings(scale, 1.0 if layout.order == "unnamed" or arranged.spelt else certainty),
            *gain.warnings,
            *on_strips(strips),
            *on_rows_in_turn(layout, panels),
            *_on_speed(seconds, speed, set_by_hand, printed, found),
            *arranged.warnings,
        ),
    )


def _arranged(found: Found, printed: PrintedOnPage, corrections: Corrections, px_per_s: float) -> Arrangement:
    """Return what stands where, as was set by hand or as the page shows it."""
    by_hand = corrections.layout is not None or corrections.lead_order is not None
    if not by_hand:
        where = (found.rows, found.extent, found.trace)
        in_turn = arrange_in_turn(*where, printed.names, PX_PER_MM, px_per_s, printed.in_text)
        if in_turn is not None:
            return in_turn
    marks = (found.lines, found.trace, found.names)
    return choose_layout(found.rows, found.extent, *marks, PX_PER_MM, corrections, printed.names)


def _strips(found: Found, arranged: Arrangement, printed: PrintedOnPage, corrections: Corrections) -> list[Strip]:
    """Return the rhythm strips with their ends and scales."""
    rows, first = arranged.rows, len(arranged.layout.rows)
    ends = [row_extent(found.extent, rows, row, found.trace, PX_PER_MM) for row in range(first, len(rows))]
    return scaled_strips(arranged.strips, rows[first:], ends, printed, corrections)


def _panels(found: Found, arranged: Arrangement, strips: list[Strip], px_per_s: float, gain: Gain) -> tuple[Panel, ...]:
    layout, rows = arranged.layout, arranged.rows
    if layout.turns > 1:
        return place_in_turn(layout, rows, found.extent, found.trace, PX_PER_MM, px_per_s)
    columns = column_extents(layout, found.extent, rows, found.trace, PX_PER_MM)
    of_ten = columns_of_ten_seconds(layout, columns, px_per_s)
    if of_ten:
        columns = evenly_joined(columns, px_per_s)
    same_seconds = arranged.same_seconds or of_ten
    return place_panels(layout, rows, columns, strips, px_per_s, same_seconds, gain.by_lead)


def _on_speed(seconds: float, speed: float, by_hand: bool, printed: PrintedOnPage, found: Found) -> tuple[Warning, ...]:
    return speed_warnings(seconds, speed, by_hand, printed.speed_mm_per_s, found.pulses, unsure=printed.unsure_mm_per_s)


def _length_error(seconds: float, *, stated: bool) -> float:
    """Return how far a page is from 5 or 10 s, as a logarithm; 0 for a longer one at a speed that is stated."""
    if stated and seconds > PAGE_SECONDS * (1 + TIME_TOLERANCE):
        return 0.0
    return min(abs(float(np.log(seconds / length))) for length in (PAGE_SECONDS, PAGE_SECONDS / 2))


def _evidence(straight: StraightPage, found: Found, certainty: float, gain: Gain) -> dict[str, float]:
    """Return what the page itself says on whether it was read right, for `heartguard.quality`."""
    trace = straight.shares["trace"]
    sure = max(1, int(np.count_nonzero(trace > _SURE_SHARES[1])))
    scale = straight.scale
    return {
        "vague_trace": float(np.log(max(1, int(np.count_nonzero(trace > _SURE_SHARES[0]))) / sure)),
        "layout_certainty": certainty,
        "grid_strength": float(np.log10(1 + scale.strength)) if scale.source == "grid" else 0.0,
        "no_grid": float(scale.source != "grid"),
        "grid_off_mm": 0.0 if np.isnan(straight.off_mm) else min(straight.off_mm, 3.0),
        "grid_bent": straight.bent_share,
        "pulse_share": min(1.0, len(found.pulses) / max(1, len(found.rows))),
        "lost_pulses": _lost_pulses(straight.shares["pulse"], found.pulses),
        "fineness": float(np.log(np.sqrt(scale.px_per_mm_x * scale.px_per_mm_y))),
        "pulse_error": 0.1 if gain.pulse_error is None else min(gain.pulse_error, 0.5),
        "gain_witnesses": gain.witnesses,
    }


def _lost_pulses(share: Image, pulses: tuple[Pulse, ...]) -> float:
    """Return how much is marked as pulse and was read as none: the logarithm of 1 and its area, mm2."""
    marked = share > HALF
    slack = _PULSE_SLACK_MM * PX_PER_MM
    for pulse in pulses:
        top, bottom = pulse.baseline_y - pulse.height_mm * PX_PER_MM - slack, pulse.baseline_y + slack
        marked[max(0, round(top)) : round(bottom), max(0, round(pulse.x0 - slack)) : round(pulse.x1 + slack)] = False
    return float(np.log1p(np.count_nonzero(marked) / PX_PER_MM**2))


def _on_names(found: Found, panels: tuple[Panel, ...]) -> dict[str, float]:
    """Return how many panels have a name at their beginning, and how many names are elsewhere among the rows."""
    count, _, stats, centres = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(found.names.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), connectivity=8
    )
    left, above, right, below = (mm * PX_PER_MM for mm in _NAME_MM)
    tall = stats[1:count, cv2.CC_STAT_HEIGHT] > _LEAST_NAME_MM * PX_PER_MM
    first, last = min(panel.baseline_y for panel in panels), max(panel.baseline_y for panel in panels)
    names = [(x, y) for x, y in centres[1:count][tall] if first - above < y < last + below]
    named = [
        [
            panel.x0 - left < x < panel.x0 + right and panel.baseline_y - above < y < panel.baseline_y + below
            for x, y in names
        ]
        for panel in panels
    ]
    hit = np.array(named, bool).reshape(len(panels), len(names))
    return {
        "names_seen": float(hit.any(axis=1).mean()),
        "stray_names": float((~hit.any(axis=0)).mean()) if names else 0.0,
    }


def _warnings(scale: Scale, certainty: float) -> tuple[Warning, ...]:
    warnings = []
    if scale.source == "pulse" and scale.confirmed:
        text = "No grid was found; the scale was taken from the calibration pulses and rows of 10 s, which agree."
        warnings.append(note("scale.grid", text))
    elif scale.source == "pulse":
        warnings.append(
            caution(
                "scale.grid",
                "No grid was found; the scale was taken from the calibration pulses (10 mm for 1 mV). Check rate and "
                "amplitudes.",
            )
        )
    if scale.source == "layout":
        warnings.append(
            fault(
                "scale.grid",
                "Neither a grid nor calibration pulses were found; the scale assumes that the traces span 10 s at "
                "25 mm/s, and 10 mm/mV. Do not rely on rate, intervals or amplitudes.",
            )
        )
    if certainty < _CERTAIN:
        text = "The arrangement of the leads is a guess; check the lead names on the overlay."
        warnings.append(caution("layout.guess", text))
    return tuple(warnings)
