"""LUDB's marks as one truth a record: global P, PR, QRS, QT and rate, as the shared ``eval_ludb.py`` defines them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LAYOUTS, LEAD_INDEX, LEADS, SAMPLING_RATE_HZ
from heartguard.values import Ecg

__all__ = ["Marks", "beats_of", "lawful", "marks_of", "page_view", "truth_of"]

TOGETHER = 75
"""Samples within which QRS peaks are of one beat: 150 ms."""

LEAST_LEADS, RANK = 6, 3
"""Leads that must mark a beat or an edge; and which lead, from the outside, gives the global edge."""

WINDOWS = {"P": (-200, -20), "QRS": (-75, 75), "T": (40, 300)}
"""Where the peak of a wave is looked for, samples from the beat."""

Marks = dict[str, Doubles]
"""By lead and wave, ``"II P"``: onset, peak, offset, samples, shape (n, 3); -1 where an edge is not marked."""


def marks_of(waves: pd.DataFrame) -> Marks:
    """Return the marks of one record."""
    columns = ["onset", "peak", "offset"]
    return {f"{lead} {wave}": part[columns].to_numpy(float) for (lead, wave), part in waves.groupby(["lead", "wave"])}


def beats_of(marks: Marks) -> Doubles:
    """Return the beats: the median of QRS peaks that are marked together, where six leads mark one.

    Examples
    --------
    >>> beats_of({f"{lead} QRS": np.array([[90.0, 100.0 + k, 120.0]]) for k, lead in enumerate(LEADS)})
    array([105.5])
    """
    peaks = sorted((peak, lead) for lead in LEADS for peak in marks.get(f"{lead} QRS", np.empty((0, 3)))[:, 1])
    groups: list[list[tuple[float, str]]] = []
    for peak in peaks:
        if not groups or peak[0] - groups[-1][0][0] >= TOGETHER:
            groups.append([])
        groups[-1].append(peak)
    whole = [group for group in groups if len({lead for _, lead in group}) >= LEAST_LEADS]
    return np.array([float(np.median([peak for peak, _ in group])) for group in whole])


def edges_of(marks: Marks, beats: Doubles, wave: str) -> tuple[float, float]:
    """Return global onset and end of a wave, samples from the beat; NaN where too few leads mark it."""
    found = [_of_lead(marks[f"{lead} {wave}"], beats, wave) for lead in LEADS if f"{lead} {wave}" in marks]
    onsets = np.sort([on for on, _ in found if np.isfinite(on)])
    ends = np.sort([off for _, off in found if np.isfinite(off)])
    on = onsets[RANK - 1] if onsets.size >= LEAST_LEADS else np.nan
    return float(on), float(ends[-RANK] if ends.size >= LEAST_LEADS else np.nan)


def _of_lead(waves: Doubles, beats: Doubles, wave: str) -> tuple[float, float]:
    """Return the median onset and end of a wave in one lead, samples from the beat; NaN for fewer than two beats."""
    first, last = WINDOWS[wave]
    nearest = []
    for before, beat, after in zip([-np.inf, *beats], beats, [*beats[1:], np.inf], strict=False):
        near = waves[(waves[:, 1] - beat >= first) & (waves[:, 1] - beat <= last)]
        near = near[(near[:, 1] > before) & (near[:, 1] < after)]
        if len(near):
            onset, _, offset = near[np.argmin(np.abs(near[:, 1] - beat))]
            nearest.append([edge - beat if edge >= 0 else np.nan for edge in (onset, offset)])
    table = np.array(nearest).reshape(-1, 2)
    enough = np.isfinite(table).sum(axis=0) >= 2
    on, off = (np.nanmedian(table[:, k]) if enough[k] else np.nan for k in (0, 1))
    return float(on), float(off)


def truth_of(marks: Marks) -> dict[str, float]:
    """Return p, pr, qrs and qt, ms, and the rate of one record; NaN where a wave is not marked."""
    beats = beats_of(marks)
    (p_on, p_off), (on, off), (_, t_off) = (edges_of(marks, beats, wave) for wave in WINDOWS)
    step = 1000.0 / SAMPLING_RATE_HZ
    rate = 60.0 * SAMPLING_RATE_HZ / float(np.mean(np.diff(beats))) if beats.size > 2 else np.nan
    found = {"p": p_off - p_on, "pr": on - p_on, "qrs": off - on, "qt": t_off - on}
    return {name: step * value for name, value in found.items()} | {"rate": rate}


def lawful(signals: Floats) -> Doubles:
    """Return the signals with limb leads in one scale, so that II = I + III; LUDB scales each to 1 mV.

    The scales of I, II and III are those by which the sum fits best; the largest limb lead keeps its 1 mV.
    """
    level = signals - np.median(signals, axis=1, keepdims=True)
    size = level[:3].std(axis=1)
    signed = level[:3] / size[:, None] * np.array([[1.0], [-1.0], [1.0]])
    scale = np.abs(np.linalg.svd(signed.T, full_matrices=False)[2][-1]) / size
    one, two = scale[0] * level[0], scale[1] * level[1]
    limbs = np.stack([one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2])
    return np.vstack([limbs / np.ptp(limbs, axis=1).max(), level[6:]])


def page_view(signals: Doubles, layout: str = "3x4+1", rhythm_lead: str = "II") -> Ecg:
    """Return what a page of a layout shows of signals, as if read without an error.

    Parameters
    ----------
    signals : ndarray, shape (12, T), mV
    layout : str
        Key of `heartguard.leads.LAYOUTS`.
    rhythm_lead : str
        The lead that is shown as a whole.
    """
    shown = np.full(signals.shape, np.nan, np.float32)
    plan = LAYOUTS[layout]
    width = signals.shape[1] // plan.columns
    for leads in plan.rows:
        for column, lead in enumerate(leads):
            part = slice(column * width, (column + 1) * width)
            shown[LEAD_INDEX[lead], part] = signals[LEAD_INDEX[lead], part]
    shown[LEAD_INDEX[rhythm_lead]] = signals[LEAD_INDEX[rhythm_lead]]
    return Ecg(shown, np.ones(12, np.float32), rhythm_lead)
