"""Atrial flutter: waves that come two, three or four times in each RR interval, one of them hidden by QRS and T.

What is before the QRS complex is compared with what was a half, a third or a quarter of an RR interval earlier. With
2:1 conduction that is the ST segment and the T wave: where a flutter wave is hidden in them, both parts are alike in
all leads but for a straight line, which T adds. A P wave and a T wave are not.
"""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles
from heartguard.measure.filters import samples

__all__ = ["flutter_rate"]

_RATES = (200.0, 360.0)
"""Rates of flutter waves that are looked for: 250 to 350/min, and the slower ones under drugs and in large atria."""

_ALIKE = {2: 0.65, 3: 0.8, 4: 0.8}
"""By the flutter waves for each QRS complex, least correlation over all leads. PTB-XL records that may be trained on:
0.73 to 0.98 in flutter with 2:1 conduction, all leads shown or a 3x4 page; of 75 fast ones without it at most 0.45 with
a like size. With three and four waves no flutter was among them, and of 860 others none reached 0.75."""

_SIZE = (0.6, 1.5)
"""Size of the later part over that of the earlier: 0.71 to 0.94 in flutter."""

_LEAST_MV = 0.03
"""Least height in the second highest lead: a pen's width."""

_AFTER_QRS_S, _AFTER_QRS_TO_T_S = 0.03, 0.30
"""What is compared begins so long after the QRS complex; with more than two waves, after T, which ends about so long
after it where its end was not found."""

_BEFORE_QRS_S = 0.012
"""And ends so long before the next one."""

_SHORTEST_S = 0.04
"""A shorter part tells nothing."""


def flutter_rate(waves: Doubles, qrs_on: int, qrs_off: int, t_off: int | None, rr_s: float) -> float | None:
    """Return the rate of flutter waves; None where there are none, or where they do not keep to the QRS complexes.

    Parameters
    ----------
    waves : ndarray, shape (leads, W), mV
        Median beats.
    qrs_on, qrs_off, t_off : int
        Samples; `t_off` is None where it was not found.
    rr_s : float
        RR interval, seconds.

    Returns
    -------
    float or None
        Beats a minute.
    """
    after_t = t_off if t_off is not None else qrs_off + samples(_AFTER_QRS_TO_T_S)
    for to_one, alike in _ALIKE.items():
        rate = 60.0 * to_one / rr_s
        first = qrs_off + samples(_AFTER_QRS_S) if to_one == 2 else after_t
        lag = samples(rr_s / to_one)
        if _RATES[0] <= rate <= _RATES[1] and _returns(waves, first - samples(rr_s), lag, qrs_on, alike):
            return rate
    return None


def _returns(waves: Doubles, first: int, lag: int, qrs_on: int, alike: float) -> bool:
    """Tell whether what is before the QRS complex is what was `lag` samples earlier, from `first` on."""
    first = max(0, first)
    length = qrs_on - samples(_BEFORE_QRS_S) - lag - first
    if length < samples(_SHORTEST_S):
        return False
    earlier, later = waves[:, first : first + length], waves[:, first + lag : first + lag + length]
    whole = np.isfinite(earlier).all(axis=1) & np.isfinite(later).all(axis=1)
    if not whole.any():
        return False
    earlier, later = _without_line(earlier[whole]), _without_line(later[whole])
    height = np.sort(np.ptp(later, axis=1))[-min(2, len(later))]
    both, own, its = float(np.sum(earlier * later)), float(np.sum(earlier**2)), float(np.sum(later**2))
    return height >= _LEAST_MV and both > alike * np.sqrt(own * its) and _SIZE[0] < both / own < _SIZE[1]


def _without_line(parts: Doubles) -> Doubles:
    """Return each lead without the straight line that fits it best."""
    time = np.linspace(-1.0, 1.0, parts.shape[1])
    level = parts.mean(axis=1, keepdims=True)
    rise = (parts @ time / (time @ time))[:, None]
    return np.asarray(parts - level - rise * time, np.float64)
