"""From what stands on a straight page to a Page: layout, panels, gain, ink, quality and notes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Image, Mask
from heartguard.leads import GAIN_MM_PER_MV, GAINS_MM_PER_MV, PAGE_SECONDS, PAPER_SPEED_MM_PER_S
from heartguard.page.arrange import make_panels
from heartguard.page.ends import Extent
from heartguard.page.ink import Contrasts
from heartguard.page.marks import Lines, Pulse
from heartguard.page.recognise import choose_layout
from heartguard.page.speed import seconds_shown, speed_warnings
from heartguard.values import Corrections, Page, ScaleSource, Upload
from heartguard.warning import Warning, caution, fault, note

__all__ = ["PAGE_MM", "PX_PER_MM", "Found", "Scale", "make_page"]

PX_PER_MM = 8.0
"""Scale of every straight page."""

PAGE_MM = PAGE_SECONDS * PAPER_SPEED_MM_PER_S
"""Length of the 10 s that a page shows, at the usual speed."""

PULSE_TOLERANCE = 0.12
"""How far, relatively, calibration pulses may be from a usual gain and still show it; chosen by hand."""

_CERTAIN = 0.7
"""Certainty of a layout under which it is called a guess."""


@dataclass(frozen=True)
class Scale:
    """Pixels to a millimetre along both axes, and what they were read from."""

    px_per_mm_x: float
    px_per_mm_y: float
    source: ScaleSource
    strength: float = 0.0


@dataclass(frozen=True, eq=False)
class Found:
    """What stands on a straight page of known scale."""

    image: Image
    contrast: Contrasts
    solid: Mask
    lines: Lines
    pulses: tuple[Pulse, ...]
    trace: Mask
    names: Mask
    rows: tuple[float, ...]
    extent: Extent


def make_page(
    upload: Upload,
    found: Found,
    to_page: Doubles,
    scale: Scale,
    tilt: float,
    corrections: Corrections,
    speed: float = PAPER_SPEED_MM_PER_S,
) -> Page:
    """Choose the layout, place the panels and judge the whole.

    Parameters
    ----------
    upload : Upload
    found : Found
        What stands on the straight page.
    to_page : ndarray, shape (3, 3)
        Homography from the upload to the page.
    scale : Scale
    tilt : float
        Degrees that were undone.
    corrections : Corrections
    speed : float
        Of the paper, mm/s.
    """
    marks = (found.lines, found.trace, found.names)
    arranged = choose_layout(found.rows, found.extent, *marks, PX_PER_MM, corrections)
    layout, certainty = arranged.layout, arranged.certainty
    gain, pulse_error = _gain(found.pulses)
    if corrections.gain_mm_per_mv is not None:
        gain, pulse_error = corrections.gain_mm_per_mv, None
    seconds = found.extent.width / (PX_PER_MM * PAPER_SPEED_MM_PER_S)
    shown = seconds_shown(seconds, speed)
    panels = make_panels(layout, arranged.rows, found.extent, ("II", "V1", "V5")[: layout.rhythm_strips], shown)
    return Page(
        upload=upload,
        image=found.image,
        to_page=to_page,
        ink=_soft_ink(found),
        px_per_mm=PX_PER_MM,
        scale_source=scale.source,
        layout=layout,
        panels=panels,
        quality=_quality(scale, certainty, pulse_error, seconds / shown),
        gain_mm_per_mv=gain,
        paper_speed_mm_per_s=speed,
        tilt_deg=tilt,
        warnings=(
            *_warnings(scale, gain, corrections.gain_mm_per_mv is not None, certainty),
            *_odd_pulses(found.pulses, pulse_error),
            *speed_warnings(seconds, speed, corrections.speed_mm_per_s is not None),
            *arranged.warnings,
        ),
    )


def _soft_ink(found: Found) -> Floats:
    """Ink from 0 to 1 with its soft edges, without ruled lines and free-standing print."""
    ink = found.contrast.soft_ink
    print_ = cv2.dilate(found.names.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    near = cv2.dilate(found.solid.astype(np.uint8), np.ones((5, 3), np.uint8)).astype(bool)
    ink[~near | found.lines.mask | (print_ & ~found.trace)] = 0
    return ink


def _gain(pulses: tuple[Pulse, ...]) -> tuple[float, float | None]:
    """Gain in mm/mV that the pulses show, and how far they are from it (relative)."""
    if len(pulses) < 2:
        return GAIN_MM_PER_MV, None
    height = float(np.median([pulse.height_mm for pulse in pulses]))
    gain = min(GAINS_MM_PER_MV, key=lambda g: abs(np.log(height / g)))
    error = abs(height / gain - 1)
    return (gain, error) if error < PULSE_TOLERANCE else (GAIN_MM_PER_MV, error)


def _quality(scale: Scale, certainty: float, pulse_error: float | None, length: float) -> float:
    by_source = {"grid": min(1.0, 0.7 + 0.03 * scale.strength), "pulse": 0.8, "layout": 0.5}[scale.source]
    by_pulse = 0.9 if pulse_error is None else float(np.clip(1.1 - 3 * pulse_error, 0.3, 1))
    by_time = float(np.clip(1.2 - 5 * abs(length - 1), 0.2, 1))
    return round(by_source * by_pulse * by_time * (0.5 + 0.5 * certainty), 3)


def _odd_pulses(pulses: tuple[Pulse, ...], pulse_error: float | None) -> tuple[Warning, ...]:
    """Say that calibration pulses fit no usual gain."""
    if pulse_error is None or pulse_error < PULSE_TOLERANCE:
        return ()
    height = float(np.median([pulse.height_mm for pulse in pulses]))
    text = (
        f"The calibration pulses are {height:.1f} mm high, which is no usual gain; {GAIN_MM_PER_MV:g} mm/mV was "
        "assumed. Check the amplitudes, and set the gain by hand."
    )
    return (caution("scale.gain", text),)


def _warnings(scale: Scale, gain: float, by_hand: bool, certainty: float) -> tuple[Warning, ...]:
    warnings = []
    if scale.source == "pulse":
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
    if gain != GAIN_MM_PER_MV and not by_hand:
        text = f"The calibration pulses show a gain of {gain:.0f} mm/mV, not the usual 10."
        warnings.append(note("scale.gain", text))
    if certainty < _CERTAIN:
        text = "The arrangement of the leads is a guess; check the lead names on the overlay."
        warnings.append(caution("layout.guess", text))
    return tuple(warnings)
