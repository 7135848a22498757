"""The beats of a reading as plain values: kinds, marks of the waves, median beats."""

from __future__ import annotations

from typing import Any

from heartguard.arrays import Doubles
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.report.rounding import rounded
from heartguard.wave_marks import MARKS, Beats, MedianLead, WaveMarks

__all__ = ["beats_json"]

_TIME_DECIMALS, _MV_DECIMALS = 3, 3
"""Milliseconds and microvolts: finer than the samples and the paper."""


def beats_json(beats: Beats) -> dict[str, Any]:
    """Return the beats for ``json.dumps``: a list of beats, the marks by lead, median beats.

    Parameters
    ----------
    beats : Beats

    Returns
    -------
    dict
        ``list``: for each beat its kind and its marks over all leads; ``leads``: by lead and mark, seconds, one value a
        beat, None where nothing was found; ``median``: by lead; ``lone_p_s``; ``flutter_bpm``.

    Examples
    --------
    >>> beats_json(Beats())
    {'list': [], 'leads': {}, 'median': {}, 'lone_p_s': [], 'flutter_bpm': None}
    """
    return {
        "list": [
            {
                "kind": kind,
                "usual_shape": bool(beats.usual_shape[place]),
                "in_median": bool(beats.in_median[place]),
                "marks_s": {name: round(time, _TIME_DECIMALS) for name, time in beats.marks.at(place).items()},
            }
            for place, kind in enumerate(beats.kinds)
        ],
        "leads": {lead: _marks(marks) for lead, marks in beats.leads.items()},
        "median": {lead: _median(median) for lead, median in beats.median.items()},
        "lone_p_s": _rounded(beats.lone_p_s, _TIME_DECIMALS),
        "flutter_bpm": None if beats.flutter_bpm is None else round(beats.flutter_bpm),
    }


def _marks(marks: WaveMarks) -> dict[str, list[float | None]]:
    return {name: _rounded(getattr(marks, name), _TIME_DECIMALS) for name in MARKS}


def _median(median: MedianLead) -> dict[str, Any]:
    return {
        "rate_hz": SAMPLING_RATE_HZ,
        "start_s": round(median.start_s, _TIME_DECIMALS),
        "mv": _rounded(median.wave, _MV_DECIMALS),
        "marks_s": {name: round(time, _TIME_DECIMALS) for name, time in median.marks.items()},
        "beats": median.beats,
    }


def _rounded(values: Doubles, decimals: int) -> list[float | None]:
    return [rounded(value, decimals) for value in values]
