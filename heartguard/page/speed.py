"""The speed that the paper ran at: 25 mm/s unless the page itself says 50."""

from __future__ import annotations

import numpy as np

from heartguard.leads import PAGE_SECONDS, PAPER_SPEED_MM_PER_S, TIME_TOLERANCE
from heartguard.page.marks import Pulse
from heartguard.warning import Warning, caution, fault, note

__all__ = ["FAST_MM_PER_S", "read_speed", "seconds_shown", "speed_warnings"]

FAST_MM_PER_S = 50.0
_PULSE_SECONDS = 0.2
_WIDTH_TOLERANCE = 0.15
_HIGH_MM = 15.0


def read_speed(pulses: tuple[Pulse, ...], printed: float | None = None) -> float:
    """Return the printed speed; without print 50 where the calibration pulses, of 0.2 s, are 10 mm wide, else 25.

    Pulses that are narrower tell nothing: recorders draw them as narrow as they like.

    Parameters
    ----------
    pulses : tuple of Pulse
        Measured on the grid of the paper.
    printed : float or None
        In mm/s.
    """
    if printed is not None:
        return printed
    widths = [pulse.width_mm for pulse in pulses if pulse.width_mm is not None]
    # Pulses twice as high and wide as usual speak for a grid that was read an octave off.
    if len(widths) < 2 or np.median([pulse.height_mm for pulse in pulses]) > _HIGH_MM:
        return PAPER_SPEED_MM_PER_S
    wide = FAST_MM_PER_S * _PULSE_SECONDS
    return FAST_MM_PER_S if abs(np.median(widths) / wide - 1) < _WIDTH_TOLERANCE else PAPER_SPEED_MM_PER_S


def seconds_shown(seconds: float, speed_mm_per_s: float) -> float:
    """Return what a page is meant to show: 10 s, or the 5 s that fit the usual paper at 50 mm/s."""
    half = PAGE_SECONDS / 2
    return half if speed_mm_per_s == FAST_MM_PER_S and abs(seconds / half - 1) < TIME_TOLERANCE else PAGE_SECONDS


def speed_warnings(
    seconds: float,
    speed_mm_per_s: float,
    by_hand: bool,
    printed: float | None = None,
    pulses: tuple[Pulse, ...] = (),
    unsure: float | None = None,
) -> tuple[Warning, ...]:
    """Return what is to be said of how long the page is and what that rests on.

    Parameters
    ----------
    seconds : float
        That the traces span at this speed.
    speed_mm_per_s : float
    by_hand : bool
        Whether the speed was set by hand.
    printed : float or None
        The speed that was read on the page.
    pulses : tuple of Pulse
        Which may say another.
    unsure : float or None
        Another speed that seems to be printed and was not believed.
    """
    meant = seconds_shown(seconds, speed_mm_per_s)
    warnings = []
    if speed_mm_per_s != PAPER_SPEED_MM_PER_S and not by_hand:
        by_width = "The calibration pulses are 10 mm wide, as at a paper speed of 50 mm/s; it was taken as that."
        in_print = f"A paper speed of {speed_mm_per_s:g} mm/s is printed, not the usual 25."
        text = by_width if printed is None else in_print
        warnings.append(note("scale.speed", text))
    if by_hand and printed not in (None, speed_mm_per_s):
        text = (
            f"The print says {printed:g} mm/s, but {speed_mm_per_s:g} mm/s was set by hand and is used. Check rate and "
            "intervals."
        )
        warnings.append(fault("scale.speed", text))
    shown = read_speed(pulses)
    if printed is not None and not by_hand and shown not in (PAPER_SPEED_MM_PER_S, printed):
        text = (
            f"A paper speed of {printed:g} mm/s is printed, but the calibration pulses are 10 mm wide, as at {shown:g} "
            "mm/s; the print was believed. Check the rate, and set the speed by hand."
        )
        warnings.append(caution("scale.speed", text))
    if unsure is not None and not by_hand and unsure != speed_mm_per_s:
        text = (
            f"A paper speed of {unsure:g} mm/s seems to be printed, but was not read surely: {speed_mm_per_s:g} mm/s "
            "was taken. Check the print, and set the speed by hand."
        )
        warnings.append(caution("scale.speed_unsure", text))
    if (by_hand or printed is not None) and seconds > PAGE_SECONDS * (1 + TIME_TOLERANCE):
        text = f"The page shows {seconds:.0f} s, and all were read. A class is told from the first {PAGE_SECONDS:g}."
        warnings.append(note("layout.length", text))
    elif abs(seconds / meant - 1) > TIME_TOLERANCE:
        said = "set by hand" if by_hand else "assumed" if printed is None else "printed"
        text = (
            f"The traces span {seconds:.1f} s at the paper speed of {speed_mm_per_s:g} mm/s that was {said}, "
            f"instead of {meant:g} s: speed or arrangement may be unusual."
        )
        warnings.append(caution("scale.length", text))
    return tuple(warnings)
