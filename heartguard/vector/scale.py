"""Paper speed and gains: as printed, and as the calibration pulses show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heartguard.leads import GAIN_MM_PER_MV, GAINS_MM_PER_MV, PAPER_SPEED_MM_PER_S
from heartguard.printed import Gains
from heartguard.values import Corrections, ScaleSource
from heartguard.vector.arrange import Cell
from heartguard.vector.grid import Grid
from heartguard.vector.pulses import Pulse
from heartguard.vector.words import Printed
from heartguard.warning import Warning, fault

__all__ = ["Scale", "find_scale", "gain_of", "paper_scale", "set_against"]

_USUAL_WIDTHS = {5.0: 25.0, 10.0: 50.0}
"""Speeds that a pulse of 0.2 s shows by its width, mm; narrower pulses are of no fixed time."""

_WIDTH_OFF = 0.06
"""How far, relatively, a pulse may be from that."""

_HEIGHT_OFF = 0.05
"""How far, relatively, pulse and gain may be apart: pens and rounding make 1 %; the next gain is twice as high."""

_SCALED = 1.6
"""Pages are printed at most so much larger or smaller."""


@dataclass(frozen=True)
class Scale:
    """Paper speed and gain.

    Attributes
    ----------
    speed_mm_per_s : float
    gains : Gains
        As printed, else as all pulses show it, else the usual one.
    pulses : tuple of Pulse
        In true millimetres.
    speed_assumed, gain_assumed : bool
        Whether the page shows nothing of it.
    """

    speed_mm_per_s: float
    gains: Gains
    pulses: tuple[Pulse, ...]
    speed_assumed: bool
    gain_assumed: bool


def paper_scale(grid: Grid | None, pulses: Sequence[Pulse], printed: Printed) -> tuple[Grid, ScaleSource] | None:
    """Return true millimetres for one of the page: by the grid, else by a pulse whose height is printed as the gain.

    Returns
    -------
    (Grid, {"grid", "pulse"}) or None
        None where the page has neither.
    """
    if grid is not None:
        return grid, "grid"
    if not pulses or printed.gains is None or printed.speed is None:
        return None
    height = float(np.median([pulse.height for pulse in pulses]))
    true = printed.gains.limb / height
    return (Grid(true, true), "pulse") if 1 / _SCALED < true < _SCALED else None


def find_scale(pulses: Sequence[Pulse], printed: Printed) -> Scale:
    """Return speed and gains of a page.

    Parameters
    ----------
    pulses : sequence of Pulse
        In true millimetres.
    printed : Printed
    """
    speed = printed.speed or _speed_of(pulses)
    shown = {gain for gain in map(_gain_shown, pulses) if gain is not None}
    gain = shown.pop() if len(shown) == 1 else None
    by_pulse = None if gain is None else Gains(gain, gain)
    return Scale(
        speed_mm_per_s=speed or PAPER_SPEED_MM_PER_S,
        gains=printed.gains or by_pulse or Gains(GAIN_MM_PER_MV, GAIN_MM_PER_MV),
        pulses=tuple(pulses),
        speed_assumed=speed is None,
        gain_assumed=printed.gains is None and by_pulse is None,
    )


def _speed_of(pulses: Sequence[Pulse]) -> float | None:
    width = float(np.median([pulse.x1 - pulse.x0 for pulse in pulses])) if pulses else 0.0
    return next((speed for usual, speed in _USUAL_WIDTHS.items() if abs(width / usual - 1) < _WIDTH_OFF), None)


def _gain_shown(pulse: Pulse) -> float | None:
    return next((gain for gain in GAINS_MM_PER_MV if abs(pulse.height / gain - 1) < _HEIGHT_OFF), None)


def gain_of(cell: Cell, scale: Scale) -> tuple[float, bool]:
    """Return the gain of a lead, and whether a pulse of its row contradicts what is printed: then it is the pulse's."""
    if cell.gains is not None:
        return cell.gains.of(cell.name or ""), False
    gain = scale.gains.of(cell.name or "")
    reach = max(scale.gains.limb, scale.gains.chest)
    near = [pulse for pulse in scale.pulses if abs(pulse.bottom - cell.trace.baseline) < reach / 2]
    shown = {gain for gain in map(_gain_shown, near) if gain is not None}
    if len(shown) != 1 or abs(gain / (own := shown.pop()) - 1) < _HEIGHT_OFF:
        return gain, False
    return own, True


def set_against(scale: Scale, corrections: Corrections) -> tuple[Warning, ...]:
    """Return what is wrong where speed or gain are set by hand, and the page shows others."""
    speed, gain, faults = corrections.speed_mm_per_s, corrections.gain_mm_per_mv, []
    text = "The page shows {}, but {} was set by hand and is used. Check the {}."
    if speed not in (None, scale.speed_mm_per_s) and not scale.speed_assumed:
        words = (f"{scale.speed_mm_per_s:g} mm/s", f"{speed:g} mm/s", "rate and the intervals")
        faults.append(fault("scale.speed", text.format(*words)))
    if gain not in (None, scale.gains.limb, scale.gains.chest) and not scale.gain_assumed:
        words = (f"{scale.gains.limb:g} mm/mV", f"{gain:g} mm/mV", "amplitudes")
        faults.append(fault("scale.gain", text.format(*words)))
    return tuple(faults)
