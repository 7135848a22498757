"""The waves of every beat: the median beat's marks moved to where they fit best, or marks of the beat's own.

A beat of the median beat has its waves, at most a little earlier or later: so much that P, and T, fit all leads best.
A beat of another shape is bounded by itself, as far as the leads that show it allow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles, Indices, Mask
from heartguard.leads import LEADS, SAMPLING_RATE_HZ
from heartguard.measure.filters import samples
from heartguard.measure.intervals import Fiducials
from heartguard.measure.lead_marks import Places, joint_marks, lead_marks
from heartguard.measure.median_beat import MedianBeat, cut_beats, level_baseline
from heartguard.measure.morphology import Shapes
from heartguard.measure.qrs_bounds import bound_qrs
from heartguard.measure.t_wave import find_t_end
from heartguard.wave_marks import MARKS, MedianLead, WaveMarks

__all__ = ["MarkedBeats", "mark_beats"]

_P_REACH_S, _T_REACH_S = 0.03, 0.05
"""How far P and T of a timely beat may be from where they are in the median beat."""

_EARLY_P_REACH_S = 0.08
"""The same of P before a premature beat: its PR may be longer or shorter."""

_ALIKE, _EARLY_ALIKE = 0.25, 0.6
"""Least correlation of a single beat's P or T with the median's: noise hides a single one that is there, so little is
asked; before a premature beat nothing else tells that there is one, so much is."""

_STEP = 2
"""Samples from shift to shift: 4 ms."""

_NEAR_S = 0.04
"""A lead shows a beat if it shows this on both sides of its R peak."""

_LEVEL_S = 0.012
"""The level before a single QRS complex is taken over this time."""


@dataclass(frozen=True, eq=False)
class MarkedBeats:
    """The marks of all beats over all leads, those of each lead, and the median beat of each lead."""

    marks: WaveMarks
    leads: Mapping[str, WaveMarks]
    median: Mapping[str, MedianLead]


def mark_beats(
    signals: Doubles, beats: Indices, shapes: Shapes, median: MedianBeat, bounds: Fiducials, rr_s: float
) -> MarkedBeats:
    """Mark P, QRS and T of every beat.

    Parameters
    ----------
    signals : ndarray, shape (12 or more, T), mV
        Gaps bridged, pacing spikes removed.
    beats : ndarray, shape (n,), int64
        R peaks, samples.
    shapes : Shapes
    median : MedianBeat
        Of the dominant beats.
    bounds : Fiducials
        Of the median beat.
    rr_s : float
        Usual RR interval, seconds.
    """
    levelled = level_baseline(signals, beats)
    waves = _levelled_waves(median, bounds)
    of_leads = [lead_marks(wave, bounds) for wave in waves]
    joint = joint_marks([marks for marks in of_leads if marks], bounds, median.centre)
    before, after = median.centre, median.waves.shape[1] - median.centre - 1
    stack = cut_beats(levelled, beats, before, after)
    shown: Mask = np.asarray(
        np.isfinite(stack[:, :, before - samples(_NEAR_S) : before + samples(_NEAR_S)]).all(axis=2)
    )
    table = np.full((beats.size, len(LEADS) + 1, len(MARKS)), np.nan)
    for place, beat in enumerate(beats):
        if shapes.usual[place] and joint:
            timely = bool(shapes.dominant[place])
            over_all, singles = _moved(joint, of_leads, waves, stack[place], timely=timely)
        else:
            over_all, singles = _own_marks(stack[place], shown[place], before, rr_s)
        table[place, -1] = _row(over_all, beat, before)
        for lead in np.flatnonzero(shown[place, : len(LEADS)]):
            table[place, lead] = _row(singles[lead], beat, before)
    return MarkedBeats(_marks(table[:, -1]), _by_lead(table), _medians(median, waves, of_leads))


def _levelled_waves(median: MedianBeat, bounds: Fiducials) -> Doubles:
    """Return the median beats with 0 at the QRS onset, where there is one."""
    if bounds.qrs_on is None:
        return median.waves
    return _level(median.waves, bounds.qrs_on)


def _level(waves: Doubles, onset: int) -> Doubles:
    before = waves[:, max(0, onset - samples(_LEVEL_S)) : onset + 1]
    known: Mask = np.asarray(np.isfinite(before).all(axis=1))
    level = np.where(known, np.median(np.where(known[:, None], before, 0.0), axis=1), np.nan)
    return np.asarray(waves - level[:, None], np.float64)


def _moved(
    joint: Places, of_leads: Sequence[Places], waves: Doubles, beat: Doubles, *, timely: bool
) -> tuple[Places, list[Places]]:
    """Return the median beat's marks as they fit a single beat of its shape, over all leads and in each."""
    p_reach, p_alike = (_P_REACH_S, _ALIKE) if timely else (_EARLY_P_REACH_S, _EARLY_ALIKE)
    shifts: dict[str, float] = {"qrs": 0.0, "r": 0.0}
    for wave, reach, alike in (("p", p_reach, p_alike), ("t", _T_REACH_S, _ALIKE)):
        if f"{wave}_on" in joint and f"{wave}_off" in joint:
            part = slice(round(joint[f"{wave}_on"]), round(joint[f"{wave}_off"]) + 1)
            shift = _best_shift(waves, beat, part, samples(reach), alike)
            if shift is not None:
                shifts[wave] = shift

    def move(marks: Places) -> Places:
        waves_of = {name: name.partition("_")[0] for name in marks}
        return {name: marks[name] + shifts[wave] for name, wave in waves_of.items() if wave in shifts}

    return move(joint), [move(marks) for marks in of_leads]


def _best_shift(waves: Doubles, beat: Doubles, part: slice, reach: int, alike: float) -> float | None:
    """Return by how many samples a wave of one beat is later than the median's; None where it is not there."""
    part = slice(max(0, part.start), min(waves.shape[1], part.stop))  # a T wave may end after the median beat
    if part.stop <= part.start:
        return None
    moves = np.arange(-reach, reach + 1, _STEP)
    moves = moves[(part.start + moves >= 0) & (part.stop + moves <= waves.shape[1])]
    template = waves[:, part]
    wide = np.stack([beat[:, part.start + move : part.stop + move] for move in moves])
    whole = np.isfinite(template).all(axis=1) & np.isfinite(wide).all(axis=(0, 2))
    if not whole.any():
        return None
    template = template[whole] - template[whole].mean(axis=1, keepdims=True)
    wide = wide[:, whole] - wide[:, whole].mean(axis=2, keepdims=True)
    power = np.sqrt(np.sum(template**2) * np.sum(wide**2, axis=(1, 2)))
    fit = np.einsum("mlw,lw->m", wide, template) / np.maximum(power, 1e-12)
    best = int(np.argmax(fit))
    return float(moves[best]) if fit[best] >= alike else None


def _own_marks(beat: Doubles, shown: Mask, centre: int, rr_s: float) -> tuple[Places, list[Places]]:
    """Return the marks of a beat of another shape, QRS and T alone, over all leads and in each."""
    nothing: list[Places] = [{} for _ in beat]
    leads = np.flatnonzero(shown)
    found = bound_qrs(beat[leads], centre, rr_s) if leads.size else None
    if found is None:
        return {"r_peak": float(centre)}, [{"r_peak": float(centre)} if one else {} for one in shown]
    on, off = found
    waves = _level(beat, on)
    whole = [lead for lead in leads if np.isfinite(waves[lead, on : off + 1]).all()]
    bounds = Fiducials(on, off, None, find_t_end(waves[whole], on, off, rr_s) if whole else None, None)
    for lead in whole:
        nothing[lead] = lead_marks(waves[lead], bounds)
    return joint_marks([nothing[lead] for lead in whole], bounds, centre), nothing


def _row(marks: Places, beat: int, centre: int) -> Doubles:
    """Return marks of the window around a beat as seconds, in the order of `MARKS`."""
    return np.array([(marks.get(name, np.nan) + beat - centre) / SAMPLING_RATE_HZ for name in MARKS])


def _marks(table: Doubles) -> WaveMarks:
    return WaveMarks(*table.T)


def _by_lead(table: Doubles) -> dict[str, WaveMarks]:
    """Return the marks of the leads that have any."""
    shown: Mask = np.asarray(np.isfinite(table).any(axis=(0, 2)))
    return {lead: _marks(table[:, place]) for place, lead in enumerate(LEADS) if shown[place]}


def _medians(median: MedianBeat, waves: Doubles, of_leads: Sequence[Places]) -> dict[str, MedianLead]:
    start_s = -median.centre / SAMPLING_RATE_HZ
    return {
        lead: MedianLead(
            waves[place],
            start_s,
            {name: (at - median.centre) / SAMPLING_RATE_HZ for name, at in of_leads[place].items()},
            int(median.counts[place]),
        )
        for place, lead in enumerate(LEADS)
        if median.counts[place]
    }
