"""How much of the QRS complexes' fast detail a recorder, a pen and a tracing have left.

A low-pass spreads the steep edges of a QRS complex to both sides: its onset comes earlier and its end later. The text
on a page seldom says how the trace was filtered, and a thick pen filters too, so the band is measured on the complexes.
"""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure.filters import samples

__all__ = ["edge_ms"]

_HALF_WINDOW_S = 0.15
"""Half the window around the R peak: the QRS complex and little of P and T."""

_SHARE = 0.8
"""Share of the slope's power below the frequency that is measured. On the LUDB records of even place it tells a
low-pass of 25 Hz (median 20 Hz) from one of 40 Hz (24 Hz), a drawn page (30 Hz) and the unfiltered signal (35 Hz); a
higher share would measure the noise."""

_SLOWEST_HZ, _FASTEST_HZ = 18.0, 40.0
"""Bounds of what is believed: below them the complex itself is slow (a bundle branch block), above them it is noise."""

_POINTS = 1024
"""Points of the transform: 0.5 Hz apart."""


def edge_ms(waves: Doubles, centre: int) -> float:
    """Return the period of the highest frequency that the QRS complexes still hold: how long the shortest edge lasts.

    Parameters
    ----------
    waves : ndarray, shape (leads, W), mV
        Median beats.
    centre : int
        Sample of the R peak.

    Returns
    -------
    float
        Milliseconds, between 25 and 56; in the middle where no lead shows a whole complex.

    Examples
    --------
    >>> time_s = (np.arange(500) - 250) / 500
    >>> sharp, blunt = (np.exp(-0.5 * (time_s / sigma) ** 2)[None] for sigma in (0.006, 0.012))
    >>> round(edge_ms(sharp, 250)), round(edge_ms(blunt, 250))
    (25, 49)
    """
    half = samples(_HALF_WINDOW_S)
    parts = waves[:, max(0, centre - half) : centre + half]
    whole = parts[np.isfinite(parts).all(axis=1)]
    if not whole.any():
        return 1000.0 / (0.5 * (_SLOWEST_HZ + _FASTEST_HZ))
    steps = np.diff(whole, axis=1)
    power = np.sum(np.abs(np.fft.rfft(steps * np.hanning(steps.shape[1]), _POINTS, axis=1)) ** 2, axis=0)
    place = int(np.searchsorted(np.cumsum(power), _SHARE * float(power.sum())))
    highest = float(np.fft.rfftfreq(_POINTS, 1.0 / SAMPLING_RATE_HZ)[place])
    return 1000.0 / float(np.clip(highest, _SLOWEST_HZ, _FASTEST_HZ))
