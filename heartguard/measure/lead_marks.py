"""Marks of the waves in each lead of a median or single beat, within the bounds that all leads have together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from heartguard.arrays import Doubles, runs_of_true
from heartguard.measure.filters import samples, slope, smooth
from heartguard.measure.intervals import Fiducials
from heartguard.measure.t_wave import END_MS, tangent_end

__all__ = ["Places", "joint_marks", "lead_marks"]

Places = dict[str, float]
"""By the names of `heartguard.wave_marks.MARKS`: samples."""

_SIGMA_S = 0.004
"""Smoothing before peaks and slopes are taken: noise of one sample must not be a peak."""

_QRS_SLOPE = 0.06
"""A lead's QRS complex begins and ends at this share of the slope that covers its height in 25 ms, as all leads'
together (`qrs_bounds`)."""

_RISE_S = 0.025
_LEAST_P_MV, _LEAST_T_MV = 0.008, 0.012
"""Least height of a P and of a T wave in a single lead: a fourth of a pen's width. All leads together have shown that
there is one."""

_FOOT = 0.1
"""A P wave lasts from a tenth of its height to a tenth of its height."""

_AFTER_QRS_S = 0.06
"""T is looked for from so long after the QRS complex on, as over all leads."""

_RANK = 3
"""A global onset is that of the third earliest lead: single leads are noisy. So defined for LUDB's marks too."""

_T_TAIL_S = 0.06
"""A lead's T wave may end so much later than that of all leads, of which the third latest counts."""


def lead_marks(wave: Doubles, bounds: Fiducials) -> Places:
    """Return the marks of one lead.

    Parameters
    ----------
    wave : ndarray, shape (W,), mV
        One beat, 0 at the level before the QRS complex.
    bounds : Fiducials
        Over all leads, samples.

    Returns
    -------
    dict of str to float
        Samples by the names of `heartguard.wave_marks.MARKS`; without the waves that the lead does not show.
    """
    on, off = bounds.qrs_on, bounds.qrs_off
    if on is None or off is None or not np.isfinite(wave[on : off + 1]).all():
        return {}
    soft = smooth(wave[None], _SIGMA_S)[0]
    found = _qrs(soft, on, off)
    if bounds.p_on is not None and bounds.p_off is not None:
        found |= _p(soft, bounds.p_on, bounds.p_off)
    if bounds.t_off is not None:
        found |= _t(soft, off, bounds.t_off)
    return found


def joint_marks(leads: Sequence[Mapping[str, float]], bounds: Fiducials, centre: int) -> Places:
    """Return the marks over all leads: the bounds, the median peaks, and the onset of T in the third earliest lead.

    Examples
    --------
    >>> leads = [{"t_on": 300.0 + k, "t_peak": 350.0 + k} for k in range(5)]
    >>> joint_marks(leads, Fiducials(qrs_on=180, qrs_off=225, t_off=400), 200)
    {'qrs_on': 180.0, 'r_peak': 200.0, 'qrs_off': 225.0, 't_on': 302.0, 't_peak': 352.0, 't_off': 400.0}
    """
    if bounds.qrs_on is None or bounds.qrs_off is None:
        return {}
    found = {"qrs_on": bounds.qrs_on, "r_peak": centre, "qrs_off": bounds.qrs_off}
    if bounds.p_on is not None and bounds.p_off is not None:
        peaks = [lead["p_peak"] for lead in leads if "p_peak" in lead]
        peak = float(np.median(peaks)) if peaks else 0.5 * (bounds.p_on + bounds.p_off)
        found |= {"p_on": bounds.p_on, "p_peak": peak, "p_off": bounds.p_off}
    onsets = sorted(lead["t_on"] for lead in leads if "t_on" in lead)
    if bounds.t_off is not None and onsets:
        peak = float(np.median([lead["t_peak"] for lead in leads if "t_peak" in lead]))
        found |= {"t_on": onsets[min(_RANK, len(onsets)) - 1], "t_peak": peak, "t_off": bounds.t_off}
    return {name: float(place) for name, place in found.items()}


def _qrs(soft: Doubles, on: int, off: int) -> Places:
    """Return onset, greatest deflection and end of a lead's QRS complex within the bounds of all leads."""
    part = soft[on : off + 1]
    peak = on + int(np.argmax(np.abs(part)))
    steep = np.abs(slope(part)) * _RISE_S > _QRS_SLOPE * float(np.ptp(part))
    places = on + np.flatnonzero(steep)
    if places.size == 0:
        return {"qrs_on": float(on), "r_peak": float(peak), "qrs_off": float(off)}
    return {"qrs_on": float(min(places[0], peak)), "r_peak": float(peak), "qrs_off": float(max(places[-1], peak))}


def _p(soft: Doubles, on: int, off: int) -> Places:
    """Return the marks of a lead's P wave, as it rises over the line between its bounds."""
    part = soft[on : off + 1]
    if part.size < samples(0.02) or not np.isfinite(part).all():
        return {}
    height = part - np.linspace(part[0], part[-1], part.size)
    peak = int(np.argmax(np.abs(height)))
    if abs(height[peak]) < _LEAST_P_MV:
        return {}
    inside = height * np.sign(height[peak]) >= _FOOT * abs(height[peak])
    first, last = next((a, b) for a, b in runs_of_true(inside) if a <= peak < b)
    return {"p_on": float(on + first), "p_peak": float(on + peak), "p_off": float(on + last - 1)}


def _t(soft: Doubles, qrs_off: int, t_off: int) -> Places:
    """Return the marks of a lead's T wave: onset and end where its steepest tangents meet the level of ST, and 0."""
    first, last = qrs_off + samples(_AFTER_QRS_S), min(t_off + samples(_T_TAIL_S), soft.size - 1)
    if last - first < samples(0.06) or not np.isfinite(soft[qrs_off : t_off + 1]).all():
        return {}
    peak = first + int(np.argmax(np.abs(soft[first : t_off + 1])))
    if abs(soft[peak]) < _LEAST_T_MV:
        return {}
    end = None if not np.isfinite(soft[first : last + 1]).all() else tangent_end(soft, first, t_off, last)
    t_end = float(t_off) if end is None else min(end[0] + samples(END_MS / 1000), float(last))
    return {"t_on": _t_onset(soft, qrs_off, peak), "t_peak": float(peak), "t_off": max(t_end, float(peak))}


def _t_onset(soft: Doubles, qrs_off: int, peak: int) -> float:
    """Return where the steepest tangent before the peak of T meets the level from which T rises."""
    rise = np.sign(soft[peak]) * soft[qrs_off : peak + 1]
    if rise.size < 3:
        return float(qrs_off)
    foot = int(np.argmin(rise))
    steep = np.gradient(rise[foot:]) if rise.size - foot > 2 else np.zeros(1)
    steepest = int(np.argmax(steep))
    if steep[steepest] <= 0:
        return float(qrs_off + foot)
    onset = foot + steepest - (rise[foot + steepest] - rise[foot]) / steep[steepest]
    return float(qrs_off + np.clip(onset, foot, peak - qrs_off))
