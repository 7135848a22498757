"""The gain that a page was drawn at: by its calibration pulses, by what is printed, or as usual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.leads import GAIN_MM_PER_MV, GAINS_MM_PER_MV
from heartguard.page.marks import Pulse
from heartguard.printed import Gains
from heartguard.warning import Warning, caution, fault, note

__all__ = ["Gain", "read_gain"]

PULSE_TOLERANCE = 0.12
"""How far, relatively, calibration pulses may be from a usual gain and still show it; chosen by hand."""

_FEWEST_A_SIDE, _AGREEING = 2, 0.8
"""Pulses before limb leads and before chest leads, and the share of each that shows the gain of its side. By hand."""


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
        return _set_by_hand(by_hand, height, printed)
    sides = _gains_of_sides(pulses)
    if sides is not None and printed in (None, sides):
        off = float(np.median([abs(pulse.height_mm / _nearest(pulse.height_mm) - 1) for pulse in pulses]))
        return Gain(sides.limb, sides, off, 1.0 if printed is None else 2.0, _by_lead(sides))
    if not pulses:
        return _without_pulses(printed)
    shown, error = _most_shown(pulses)
    if shown is None:
        return _without_pulses(printed, tuple(pulse.height_mm for pulse in pulses), error)
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


def _set_by_hand(gain: float, height_mm: float, printed: Gains | None) -> Gain:
    """Return the gain that was set, with what is wrong where the pulses, or without any the print, show another."""
    if height_mm:
        off, shown, by = abs(height_mm / gain - 1), _nearest(height_mm), "The calibration pulses show"
    elif printed is not None:
        off, shown, by = None, gain if gain in (printed.limb, printed.chest) else printed.limb, "The print says"
    else:
        return Gain(gain)
    if shown == gain and (off is None or off < PULSE_TOLERANCE):
        return Gain(gain, None, off, 1.0)
    text = f"{by} {shown:g} mm/mV, but {gain:g} mm/mV was set by hand and is used. Check the amplitudes."
    return Gain(gain, None, off, -1.0, () if shown == gain else (fault("scale.gain", text),))


def _nearest(height_mm: float) -> float:
    """Return the usual gain that a pulse of that height is nearest to, as a ratio."""
    return min(GAINS_MM_PER_MV, key=lambda gain: abs(np.log(height_mm / gain)))


def _gains_of_sides(pulses: tuple[Pulse, ...]) -> Gains | None:
    """Return the gains where pulses on the left, before limb leads, and on the right, before chest leads, differ."""
    if not pulses:
        return None
    middle = (min(pulse.x0 for pulse in pulses) + max(pulse.x0 for pulse in pulses)) / 2
    found = []
    for side in ([p for p in pulses if p.x0 < middle], [p for p in pulses if p.x0 >= middle]):
        if len(side) < _FEWEST_A_SIDE or not _in_line(side):
            return None
        gain = _nearest(float(np.median([pulse.height_mm for pulse in side])))
        if np.mean([abs(pulse.height_mm / gain - 1) < PULSE_TOLERANCE for pulse in side]) < _AGREEING:
            return None
        found.append(gain)
    return Gains(found[0], found[1]) if found[0] != found[1] else None


def _in_line(pulses: list[Pulse]) -> bool:
    """Tell whether pulses begin one below the other, within half of their width; waves taken for pulses do not."""
    begin = np.array([pulse.x0 for pulse in pulses])
    reach = float(np.median([pulse.x1 - pulse.x0 for pulse in pulses])) / 2
    return bool((np.abs(begin - np.median(begin)) <= reach).all())


def _most_shown(pulses: tuple[Pulse, ...]) -> tuple[float | None, float]:
    """Return the usual gain that more than half of the pulses show, None without one, and how far pulses are off.

    Each counts alone: the median of a short and of a tall piece of other ink would be a gain that neither shows.
    """
    off = {gain: np.array([abs(pulse.height_mm / gain - 1) for pulse in pulses]) for gain in GAINS_MM_PER_MV}
    votes = {gain: np.count_nonzero(errors < PULSE_TOLERANCE) for gain, errors in off.items()}
    gain = max(votes, key=lambda one: (votes[one], -float(np.median(off[one]))))
    if 2 * votes[gain] <= len(pulses):
        return None, float(np.median(np.min(list(off.values()), axis=0)))
    return gain, float(np.median(off[gain][off[gain] < PULSE_TOLERANCE]))


def _without_pulses(printed: Gains | None, heights: tuple[float, ...] = (), error: float | None = None) -> Gain:
    """Return the printed gain, or the usual one; `heights` and `error` are those of pulses that fit no usual gain."""
    if printed is not None:
        differing = printed if printed.limb != printed.chest else None
        text = f"A gain of {printed.limb:g} mm/mV is printed, not the usual 10."
        said = _unusual(printed.limb, text) if differing is None else _by_lead(differing)
        return Gain(printed.limb, differing, error, 1.0, said)
    if not heights:
        return Gain(GAIN_MM_PER_MV)
    low, high = (f"{height:.1f}" for height in (min(heights), max(heights)))
    text = (
        f"The calibration pulses are {low if low == high else f'{low} to {high}'} mm high, which is no usual gain; "
        f"{GAIN_MM_PER_MV:g} mm/mV was assumed. Check the amplitudes, and set the gain by hand."
    )
    return Gain(GAIN_MM_PER_MV, None, error, 0.0, (caution("scale.gain", text),))


def _unusual(gain: float, text: str) -> tuple[Warning, ...]:
    return () if gain == GAIN_MM_PER_MV else (note("scale.gain", text),)


def _by_lead(gains: Gains) -> tuple[Warning, ...]:
    text = f"Limb leads are drawn at {gains.limb:g} mm/mV and chest leads at {gains.chest:g}, as the page shows."
    return (note("scale.gain", text),)
