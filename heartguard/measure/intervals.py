"""PR, QRS and QT on the median beats of all leads at once: earliest onset to latest offset.

All leads count at once, as in the computer measurement of the standard ECG (CSE working party, Eur Heart J 6:815,
1985): the QRS complex and the onset of P by the spatial velocity (root mean square slope over the leads), the end of
T by the steepest tangents of the leads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles, Mask
from heartguard.measure.filters import samples, slope, smooth
from heartguard.measure.median_beat import MedianBeat
from heartguard.measure.p_wave import coherence
from heartguard.measure.t_wave import tangent_end

QRS_THRESHOLDS = (0.06, 0.09, 0.13)
"""Share of the greatest spatial velocity that counts as quiet; the later ones for slurred (paced, wide) complexes."""

P_REACH_S = 0.28
P_SIGMA_S = 0.016
P_THRESHOLD = 0.3
P_CLEAR = 0.5
P_COHERENCE, P_COHERENCE_IRREGULAR = 0.65, 0.78
T_PERCENTILE = 75.0

_QUIET_S = 0.012
_QRS_BEFORE_S, _QRS_AFTER_S = 0.12, 0.16


@dataclass(frozen=True)
class Fiducials:
    """Samples of the median beat; None where a wave was not found."""

    qrs_on: int | None = None
    qrs_off: int | None = None
    p_on: int | None = None
    t_off: int | None = None
    p_off: int | None = None


def find_fiducials(beat: MedianBeat, rr_s: float, rr_variation: float) -> Fiducials:
    """Bound the waves of a median beat.

    Parameters
    ----------
    beat : MedianBeat
    rr_s : float
        RR interval of the beats, seconds: no wave is looked for beyond the neighbouring beats.
    rr_variation : float
        In an irregular rhythm a P wave must be more alike from beat to beat to be believed.
    """
    waves = beat.waves[beat.counts > 0]
    if waves.size == 0:
        return Fiducials()
    qrs = _bound_qrs(waves, beat.centre)
    if qrs is None:
        return Fiducials()
    on, off = qrs
    level = np.nanmedian(waves[:, max(0, on - samples(0.012)) : on + 1], axis=1)
    waves = waves - level[:, None]
    needed = P_COHERENCE if rr_variation < 0.1 else P_COHERENCE_IRREGULAR
    p_on = _p_onset(waves, on, rr_s) if p_coherence(beat, on, rr_s) >= needed else None
    return Fiducials(on, off, p_on, _t_offset(waves, on, off, rr_s))


def p_coherence(beat: MedianBeat, qrs_on: int, rr_s: float) -> float:
    """Return how alike the stretches before the QRS complexes are: each beat against the mean of the others.

    About 0 in atrial fibrillation or without P waves, near 1 when every beat is led by the same P wave.
    """
    stop = qrs_on - samples(0.008)
    part = beat.stack[:, :, max(0, stop - samples(min(0.2, 0.45 * rr_s))) : stop]
    return coherence(part)


def spatial(waves: Doubles) -> Doubles:
    """Return the root mean square over the leads known at each sample, shape (W,).

    Examples
    --------
    >>> spatial(np.array([[3.0, 1.0], [4.0, np.nan]]))
    array([3.53553391, 1.        ])
    """
    known = np.isfinite(waves)
    power = np.where(known, waves, 0.0) ** 2
    return np.asarray(np.sqrt(power.sum(axis=0) / np.maximum(known.sum(axis=0), 1)), dtype=np.float64)


def _bound_qrs(waves: Doubles, centre: int) -> tuple[int, int] | None:
    velocity = spatial(slope(smooth(waves, 0.006)))
    near = velocity[centre - samples(0.06) : centre + samples(0.06)]
    start = centre - samples(0.06) + int(np.argmax(near))
    for share in QRS_THRESHOLDS:
        bounds = _quiet_around(velocity < share * float(near.max()), start, centre)
        if bounds is not None:
            return bounds
    return None


def _quiet_around(quiet: Mask, start: int, centre: int) -> tuple[int, int] | None:
    """Return the nearest samples before and after `start` beyond which it stays quiet for `_QUIET_S`."""
    length = samples(_QUIET_S)
    before = range(start, centre - samples(_QRS_BEFORE_S), -1)
    after = range(start, centre + samples(_QRS_AFTER_S))
    on = next((i for i in before if quiet[i - length : i].all()), None)
    off = next((i for i in after if quiet[i + 1 : i + 1 + length].all()), None)
    return None if on is None or off is None else (on, off)


def _p_onset(waves: Doubles, qrs_on: int, rr_s: float) -> int | None:
    """Return the onset of the P wave: its two slopes, merged into one bump, are followed down to their foot."""
    first = max(0, qrs_on - samples(min(P_REACH_S, 0.5 * rr_s)))
    last = qrs_on - samples(0.020)
    if last - first < samples(0.06):
        return None
    velocity = spatial(slope(smooth(waves[:, : qrs_on + 1], 0.008)))
    velocity[qrs_on - samples(0.016) :] = np.nan
    bump = smooth(velocity[None], P_SIGMA_S)[0]
    inside = np.arange(first + 1, last)
    crests = inside[(bump[inside] >= bump[inside - 1]) & (bump[inside] > bump[inside + 1])]
    if crests.size == 0:
        return None
    crest = int(crests[np.argmax(bump[crests])])
    foot = float(bump[first:crest].min())
    if foot > P_CLEAR * bump[crest]:
        return None
    threshold = foot + P_THRESHOLD * (bump[crest] - foot)
    return next((i for i in range(crest, first, -1) if bump[i] < threshold), None)


def _t_offset(waves: Doubles, qrs_on: int, qrs_off: int, rr_s: float) -> int | None:
    """Return where T ends in all but the last leads: there each lead's steepest tangent meets its isoelectric line."""
    first = qrs_off + samples(0.06)
    last_peak = qrs_on + samples(min(0.46 * np.sqrt(rr_s), rr_s - 0.2))
    last = min(waves.shape[1] - 1, qrs_on + samples(min(0.6 * np.sqrt(rr_s), rr_s - 0.05)))
    if last_peak - first < samples(0.05):
        return None
    ends, sizes = [], []
    for wave in smooth(waves, 0.012):
        found = tangent_end(wave, first, last_peak, last)
        if found is not None:
            ends.append(found[0])
            sizes.append(found[1])
    if not ends:
        return None
    size, end = np.array(sizes), np.array(ends)
    large = size >= max(0.03, 0.3 * float(size.max()))
    return round(float(np.percentile(end[large], T_PERCENTILE))) if large.any() else None
