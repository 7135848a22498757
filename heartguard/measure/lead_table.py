"""The waves of each lead of a median beat: heights and lengths of P, Q, R, S, R' and T, and the ST segment."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from heartguard.arrays import Doubles, runs_of_true
from heartguard.leads import LEAD_INDEX, LEADS
from heartguard.measure.filters import milliseconds, samples
from heartguard.measure.intervals import Fiducials
from heartguard.measure.median_beat import MedianBeat
from heartguard.values import LeadWaves

__all__ = ["lead_table", "voltages"]

_LEVEL_S = 0.016
"""The isoelectric level is taken over this time before the QRS onset."""

_LEAST_MV, _LEAST_S = 0.03, 0.006
"""Least height and length of a wave of the QRS complex: a pen's width, and the shortest that a recorder lists."""

_FOOT = 0.1
"""P and T last from where they have a tenth of their height to where they have it again."""

_NAMES = {(False, False): "q", (True, False): "r", (False, True): "s", (True, True): "r2"}
"""Wave of the QRS complex by whether it is upright and whether it follows an R."""

_ST_S = 0.004
"""The ST segment is averaged over this time on both sides of its moment."""

_T_AFTER_S = 0.06
"""T is sought from so long after the QRS complex on."""


def lead_table(beat: MedianBeat, marks: Fiducials) -> dict[str, LeadWaves]:
    """Measure each of the twelve leads whose QRS complex is whole, within the global bounds.

    Parameters
    ----------
    beat : MedianBeat
    marks : Fiducials
        With bounds of the QRS complex.

    Returns
    -------
    dict of str to LeadWaves
        By lead; empty where the QRS complex has no bounds.
    """
    on, off = marks.qrs_on, marks.qrs_off
    if on is None or off is None:
        return {}
    found = {}
    for lead in LEADS:
        wave = beat.waves[LEAD_INDEX[lead]]
        before = wave[max(0, on - samples(_LEVEL_S)) : on + 1]
        if not np.isfinite(wave[on : off + 1]).all() or not np.isfinite(before).any():
            continue
        wave = wave - np.nanmedian(before)
        p_mv, p_ms = _p(wave, marks)
        t_mv, t_ms = _t(wave, off, marks.t_off)
        j, st60, st80 = (_at(wave, off + samples(seconds)) for seconds in (0.0, 0.06, 0.08))
        slope = None if j is None or st80 is None else (st80 - j) / 0.08
        found[lead] = LeadWaves(
            **_qrs(wave[on : off + 1]),
            p_mv=p_mv,
            p_ms=p_ms,
            t_mv=t_mv,
            t_ms=t_ms,
            j_mv=j,
            st60_mv=st60,
            st80_mv=st80,
            st_slope_mv_per_s=slope,
            beats=int(beat.counts[LEAD_INDEX[lead]]),
        )
    return found


def voltages(leads: Mapping[str, LeadWaves]) -> dict[str, float | None]:
    """Return the voltages of the criteria of left ventricular hypertrophy, mV; None where a lead is missing.

    Sokolow & Lyon, Am Heart J 37 (1949) 161: S in V1 and the taller R of V5 and V6. Casale et al, J Am Coll Cardiol 6
    (1985) 572 (Cornell): R in aVL and S in V3.

    Examples
    --------
    >>> leads = {"V1": LeadWaves(s_mv=-1.2), "V5": LeadWaves(r_mv=2.0), "V6": LeadWaves(r_mv=1.5)}
    >>> voltages(leads)["sokolow_lyon_mv"], voltages(leads)["cornell_mv"]
    (3.2, None)
    """
    r = {lead: waves.r_mv or 0.0 for lead, waves in leads.items()}
    s = {
        lead: -min(waves.s_mv or 0.0, waves.q_mv or 0.0 if waves.r_mv is None else 0.0) for lead, waves in leads.items()
    }
    return {
        "sokolow_lyon_mv": s["V1"] + max(r["V5"], r["V6"]) if {"V1", "V5", "V6"} <= r.keys() else None,
        "cornell_mv": r["aVL"] + s["V3"] if {"aVL", "V3"} <= r.keys() else None,
        "r_avl_mv": r.get("aVL"),
    }


def _qrs(qrs: Doubles) -> dict[str, float]:
    """Return height and length of Q, R, S and R'; a complex without R is a Q (QS)."""
    found: dict[str, float] = {}
    for first, last, sign in _deflections(qrs):
        name = _NAMES[sign > 0, "r_mv" in found]
        height = float((qrs[first:last] * sign).max()) * sign
        if abs(height) > abs(found.get(f"{name}_mv", 0.0)):
            found |= {f"{name}_mv": height, f"{name}_ms": milliseconds(last - first)}
    return found


def _deflections(qrs: Doubles) -> list[tuple[int, int, int]]:
    """Return start, stop and sign of each deflection that is high and long enough, in the order of time."""
    found = [
        (int(first), int(last), sign)
        for sign in (1, -1)
        for first, last in runs_of_true(sign * qrs > 0)
        if (sign * qrs[first:last]).max() >= _LEAST_MV and last - first >= samples(_LEAST_S)
    ]
    return sorted(found)


def _p(wave: Doubles, marks: Fiducials) -> tuple[float | None, float | None]:
    if marks.p_on is None or marks.p_off is None:
        return None, None
    part = wave[marks.p_on : marks.p_off + 1]
    if part.size < 2 or not np.isfinite(part).all():
        return None, None
    return _bump(part - np.linspace(part[0], part[-1], part.size))


def _t(wave: Doubles, qrs_off: int, t_off: int | None) -> tuple[float | None, float | None]:
    if t_off is None:
        return None, None
    part = wave[qrs_off + samples(_T_AFTER_S) : t_off + 1]
    return _bump(part) if part.size > 1 and np.isfinite(part).all() else (None, None)


def _bump(part: Doubles) -> tuple[float, float]:
    """Return the greatest deflection, mV, and how long it lasts, ms."""
    peak = int(np.argmax(np.abs(part)))
    inside = part * np.sign(part[peak]) >= _FOOT * abs(part[peak])
    length = next(last - first for first, last in runs_of_true(inside) if first <= peak < last)
    return float(part[peak]), milliseconds(length)


def _at(wave: Doubles, place: int) -> float | None:
    part = wave[place - samples(_ST_S) : place + samples(_ST_S) + 1]
    return float(part.mean()) if part.size and np.isfinite(part).all() else None
