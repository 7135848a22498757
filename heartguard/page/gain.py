"""The gain that a page was drawn at: by its calibration pulses, by what is printed, or as usual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.leads import GAIN_MM_PER_MV, GAINS_MM_PER_MV
from heartguard.page.marks import Pulse
from heartguard.printed import Gains
from heartguard.warning import Warning, caution, note

__all__ = ["Gain", "read_gain"]

PULSE_TOLERANCE = 0.12
"""How far, relatively, calibration pulses may be from a usual gain and still show it; chosen by hand."""


@dataclass(frozen=True)
class Gain:
    """The gain of a page.

    Attributes
    ----------
    mm_per_mv : float
        Of the limb leads, and of all where `by_lead` is None.
    by_lead : Gains or None
        Where limb and chest leads differ.
    pulse_error : float or None
        How far pulses are from the gain set by hand, or else from the usual gain next to them, relatively; None without
        pulses.
    witnesses : float
        1 where pulses or print show the gain, 2 where both do, 0 where it is assumed, -1 where they contradict.
    warnings : tuple of Warning
    """

    mm_per_mv: float
    by_lead: Gains | None = None
    pulse_error: float | None = None
    witnesses: float = 0.0
    warnings: tuple[Warning, ...] = ()


def read_gain(pulses: tuple[Pulse, ...], printed: Gains | None, by_hand: float | None = None) -> Gain:
    """Tell the gain.

    Parameters
    ----------
    pulses : tuple of Pulse
    printed : Gains or None
        What is printed.
    by_hand : float or None

    Examples
    --------
    >>> read_gain((), Gains(5.0, 5.0)).mm_per_mv, read_gain((), None).mm_per_mv
    (5.0, 10.0)
    >>> contradicted = read_gain((Pulse(0, 40, 200, 10.1),), Gains(5.0, 5.0))
    >>> contradicted.mm_per_mv, contradicted.witnesses
    (10.0, -1.0)
    """
    height = float(np.median([pulse.height_mm for pulse in pulses])) if pulses else 0.0
    if by_hand is not None:
        off = abs(height / by_hand - 1)
        return Gain(by_hand, None, off, 1.0 if off < PULSE_TOLERANCE else -1.0) if pulses else Gain(by_hand)
    shown = min(GAINS_MM_PER_MV, key=lambda gain: abs(np.log(height / gain))) if pulses else None
    error = None if shown is None else abs(height / shown - 1)
    if shown is None or error is None or error >= PULSE_TOLERANCE:
        return _without_pulses(height, printed, error)
    differing = printed if printed is not None and printed.limb != printed.chest else None
    if printed is None or shown in (printed.limb, printed.chest):
        text = f"The calibration pulses show a gain of {shown:g} mm/mV, not the usual 10."
        said = _unusual(shown, text) if differing is None else _by_lead(differing)
        limb = shown if differing is None else differing.limb
        return Gain(limb, differing, error, 1.0 if printed is None else 2.0, said)
    text = (
        f"The calibration pulses show {shown:g} mm/mV, but {printed.limb:g} mm/mV is printed; the pulses were "
        "believed. Check the amplitudes."
    )
    return Gain(shown, None, error, -1.0, (caution("scale.gain", text),))


def _without_pulses(height: float, printed: Gains | None, error: float | None) -> Gain:
    """Return the printed gain, or the usual one; `height` and `error` are those of pulses that fit no usual gain."""
    if printed is not None:
        differing = printed if printed.limb != printed.chest else None
        text = f"A gain of {printed.limb:g} mm/mV is printed, not the usual 10."
        said = _unusual(printed.limb, text) if differing is None else _by_lead(differing)
        return Gain(printed.limb, differing, error, 1.0, said)
    if error is None:
        return Gain(GAIN_MM_PER_MV)
    text = (
        f"The calibration pulses are {height:.1f} mm high, which is no usual gain; {GAIN_MM_PER_MV:g} mm/mV was "
        "assumed. Check the amplitudes, and set the gain by hand."
    )
    return Gain(GAIN_MM_PER_MV, None, error, 0.0, (caution("scale.gain", text),))


def _unusual(gain: float, text: str) -> tuple[Warning, ...]:
    return () if gain == GAIN_MM_PER_MV else (note("scale.gain", text),)


def _by_lead(gains: Gains) -> tuple[Warning, ...]:
    text = f"Limb leads are drawn at {gains.limb:g} mm/mV and chest leads at {gains.chest:g}, as is printed."
    return (note("scale.gain", text),)
