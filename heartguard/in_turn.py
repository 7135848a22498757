"""Few leads whose seconds go on in further rows, as wearables and ambulatory recorders print them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from heartguard.arrays import Doubles, Indices
from heartguard.leads import Layout
from heartguard.values import Panel
from heartguard.warning import Warning, note

__all__ = ["evenly_spaced", "leads_in_turn", "may_be_in_turn", "on_rows_in_turn"]

_MOST_LEADS = 3
"""Of recorders whose rows go on: watches show one lead, ambulatory recorders two or three."""

_SMOOTHED_S = 0.08
"""Over a QRS complex, so that it is one peak of steepness."""

_NEAREST_S = 0.3
"""Beats are further apart up to 200 a minute."""

_HIGH = 0.4
"""Of the steepest complexes: lower peaks are T waves and noise. Chosen by hand."""

_BEFORE_S, _AFTER_S = 0.2, 0.35
"""Of a beat that are compared: QRS complex and most of the T wave."""

_SHIFT_S = 0.05
"""By which two beats are moved against each other at most: the steepest side of a complex may be either."""

_FEWEST_BEATS = 3
"""Of a row, of which the middle one is of the prevailing shape."""

_SAME_LEAD = 0.95
"""Correlation of the median beats of two rows from which they may be of one lead. Chosen by hand."""

_LIKE_LEAD = 0.8
"""And where both rows bear the same name, in print that may be misread."""

_STEADY = 0.85
"""Median correlation of the beats of a row with their median beat; rows of several leads have less."""

_SIZES = 1.35
"""Ratio of the heights of one lead's beats in two rows at most, as breathing changes them."""

_AT_ONCE_S, _KEPT_S = 0.08, 0.02
"""Beats of rows that were recorded at once are nearer, as the steepest part of a complex is a little earlier in one
lead than in another, and by the same time in all beats but for so much."""

_AT_ONCE = 0.8
"""Share of the beats for which that holds in rows recorded at once. Chosen by hand."""

_SHORTEST_BREAK, _LONGEST_BREAK = 0.3, 2.2
"""Of the shortest and the longest RR interval of two rows: from the last beat of one to the first of the next, where a
beat that the end of a row cuts may be missed, or found twice."""


_EVEN = 0.25
"""Of the distance of rows, by which distances differ where rows go on: between two ECGs there is a header. By hand."""


def evenly_spaced(heights: Sequence[float]) -> bool:
    """Return whether rows are at even distances, as those of one ECG, or two of them.

    Examples
    --------
    >>> evenly_spaced([10, 40, 71, 100]), evenly_spaced([10, 40, 100, 130])
    (True, False)
    """
    steps = np.diff(heights)
    return len(steps) < 2 or float(np.ptp(steps)) < _EVEN * float(np.mean(steps))


@dataclass(frozen=True, eq=False)
class _Row:
    """Beats of a row: their places in samples, and the median beat."""

    beats: Indices
    median: Doubles
    steady: float
    length: int

    @classmethod
    def of(cls, signal: Doubles, rate_hz: float) -> _Row | None:
        """Find the beats of a row; None where it has too few."""
        known = np.flatnonzero(np.isfinite(signal))
        if len(known) < rate_hz:
            return None
        line = np.interp(np.arange(len(signal)), known, signal[known])
        steep = uniform_filter1d(np.abs(np.gradient(line)), max(1, round(_SMOOTHED_S * rate_hz)))
        height = _HIGH * float(np.percentile(steep, 99))
        beats, _ = find_peaks(steep, height=height, distance=max(1, round(_NEAREST_S * rate_hz)))
        before, after = round(_BEFORE_S * rate_hz), round(_AFTER_S * rate_hz)
        whole = beats[(beats >= before) & (beats < len(line) - after)]
        if len(whole) < _FEWEST_BEATS:
            return None
        cut = np.stack([line[beat - before : beat + after] for beat in whole])
        cut -= np.median(cut, axis=1, keepdims=True)
        median = np.median(cut, axis=0)
        return cls(beats, median, float(np.median([_correlation(beat, median) for beat in cut])), len(line))


def may_be_in_turn(names: Sequence[str]) -> bool:
    """Return whether the names beside rows allow that few leads go on in them.

    Examples
    --------
    >>> may_be_in_turn(["I", "", ""]), may_be_in_turn(["I", "II", "III"])
    (True, False)
    """
    return bool(_counts(names))


def leads_in_turn(signals: Sequence[Doubles], rate_hz: float, names: Sequence[str]) -> tuple[str, ...] | None:
    """Return the leads of rows that show the same few leads one after the other; None where they do not.

    They do where the names of the first rows are there once more, or none but those, and where the beats of a row look
    as those of the row that it continues, but are not at the same places, as they would be in rows recorded at once.

    Parameters
    ----------
    signals : sequence of ndarray, shape (n,), any unit
        A row each, from the top; NaN in gaps.
    rate_hz : float
        Samples a second.
    names : sequence of str
        The lead that is printed beside each row; empty where none is.

    Returns
    -------
    tuple of str or None
        One, two or three leads, each empty where its name is not known: the first row shows the first of them, and so
        does the row as many rows below.

    Examples
    --------
    >>> beats = np.zeros((3, 2000))
    >>> for row, start in enumerate((50, 120, 20)):
    ...     for beat in range(start, 1980, 170):
    ...         beats[row, beat : beat + 15] = np.sin(np.linspace(0, np.pi, 15))
    >>> leads_in_turn(list(beats), 200.0, ["I", "", ""])
    ('I',)
    >>> leads_in_turn([beats[0], beats[0], beats[0]], 200.0, ["", "", ""]) is None
    True
    """
    counts = _counts(names)
    rows = [_Row.of(signal, rate_hz) for signal in signals] if counts else []
    return next((leads for leads in counts if _go_on(rows, names, len(leads), rate_hz)), None)


def _counts(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the leads of one, of two and of three leads in turn, as far as the names beside the rows allow them."""
    fitting = [count for count in range(1, _MOST_LEADS + 1) if not len(names) % count and len(names) >= 2 * count]
    return [leads for leads in (_leads(names, count) for count in fitting) if leads is not None]


def on_rows_in_turn(layout: Layout, panels: Sequence[Panel]) -> tuple[Warning, ...]:
    """Say which leads go on in further rows, and for how long."""
    if layout.turns == 1:
        return ()
    leads = list(dict.fromkeys(panel.lead for panel in panels))
    shown = f"one lead, {leads[0]}," if len(leads) == 1 else f"the leads {', '.join(leads)}"
    seconds = max(panel.end_s for panel in panels)
    text = f"The {len(panels)} rows show {shown} one part after the other: {seconds:.0f} s in all, and all were read."
    return (note("layout.in_turn", text),)


def _leads(names: Sequence[str], count: int) -> tuple[str, ...] | None:
    """Return the names of so many leads in turn; None where rows of one lead bear two names, or two leads one."""
    sets = [set(names[first::count]) - {""} for first in range(count)]
    leads = tuple(next(iter(of_lead), "") for of_lead in sets)
    known = [lead for lead in leads if lead]
    return leads if all(len(of_lead) < 2 for of_lead in sets) and len(set(known)) == len(known) else None


def _go_on(rows: Sequence[_Row | None], names: Sequence[str], count: int, rate_hz: float) -> bool:
    found = [row for row in rows if row is not None and row.steady >= _STEADY]
    if len(found) < len(rows):
        return False
    pairs = list(zip(found, found[count:], strict=False))
    repeated = all(name and name == names[k % count] for k, name in enumerate(names))
    if not all(_alike(upper, lower, rate_hz, _LIKE_LEAD if repeated else _SAME_LEAD) for upper, lower in pairs):
        return False
    if not all(_runs_on(upper, lower) for upper, lower in pairs):
        return False
    beside = [pair for k in range(0, len(found), count) for pair in pairwise(found[k : k + count])]
    at_once = [_at_once(upper, lower, rate_hz) for upper, lower in pairs]
    # The beats of a regular rhythm may be at the same places in two rows by chance, but not in all.
    return min(at_once) < _AT_ONCE and all(_at_once(upper, lower, rate_hz) >= _AT_ONCE for upper, lower in beside)


def _alike(upper: _Row, lower: _Row, rate_hz: float, least: float) -> bool:
    """Whether the median beats of two rows may be of one lead."""
    ratio = float(np.ptp(upper.median) / max(np.ptp(lower.median), 1e-9))
    reach = round(_SHIFT_S * rate_hz)
    own = upper.median[reach:-reach]
    best = max(_correlation(own, lower.median[shift : shift + len(own)]) for shift in range(2 * reach + 1))
    return 1 / _SIZES < ratio < _SIZES and best >= least


def _runs_on(upper: _Row, lower: _Row) -> bool:
    """Whether the time from the last beat of a row to the first of the row that continues it is an RR interval."""
    intervals = np.concatenate([np.diff(upper.beats), np.diff(lower.beats)])
    over = upper.length - upper.beats[-1] + lower.beats[0]
    return bool(_SHORTEST_BREAK * intervals.min() < over < _LONGEST_BREAK * intervals.max())


def _at_once(upper: _Row, lower: _Row, rate_hz: float) -> float:
    """Return the share of a row's beats that the other has at the same places."""
    apart = lower.beats - upper.beats[:, None]
    nearest = apart[np.arange(len(apart)), np.abs(apart).argmin(axis=1)] / rate_hz
    kept = np.abs(nearest - np.median(nearest)) <= _KEPT_S
    return float(np.mean(kept & (np.abs(nearest) <= _AT_ONCE_S)))


def _correlation(one: Doubles, other: Doubles) -> float:
    a, b = one - one.mean(), other - other.mean()
    return float(a @ b / max(np.sqrt((a @ a) * (b @ b)), 1e-12))
