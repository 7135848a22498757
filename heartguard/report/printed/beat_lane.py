"""The marks of the beats below the traces: bars for P, QRS and T, RR intervals, and the kinds of beats."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heartguard.leads import PAPER_SPEED_MM_PER_S
from heartguard.values import Measurements
from heartguard.wave_marks import BeatKind

__all__ = ["Bar", "BeatLabel", "beat_bars", "beat_labels"]

_WAVES = (("P", "p_on", "p_off"), ("QRS", "qrs_on", "qrs_off"), ("T", "t_on", "t_off"))
"""Waves, and the marks of their beginning and end."""

KIND_LETTERS: dict[BeatKind, str] = {"normal": "", "ectopic": "E", "paced": "S", "fused": "F"}
"""Letter of a beat that is not of the prevailing rhythm: ectopic, stimulated, fused; alike in English and German."""


class Bar(NamedTuple):
    """A wave of one beat, from x0 to x1 mm on the paper."""

    wave: str
    x0: float
    x1: float


class BeatLabel(NamedTuple):
    """A beat at x mm, the RR interval before it in ms (None for the first, or across a seam), and its letter."""

    x: float
    rr_ms: int | None
    kind: str


def beat_bars(measured: Measurements, start_s: float, end_s: float, x0: float) -> tuple[Bar, ...]:
    """Return the bars of the waves whose beginning and end are known.

    Parameters
    ----------
    measured : Measurements
    start_s, end_s : float
        The part of the axis that the sheet shows.
    x0 : float
        Where it begins on the paper, mm.
    """
    marks, found = measured.beats.marks, []
    for wave, on, off in _WAVES:
        for first, last in zip(getattr(marks, on), getattr(marks, off), strict=True):
            if start_s <= first < last <= end_s:
                left, right = (x0 + (at - start_s) * PAPER_SPEED_MM_PER_S for at in (first, last))
                found.append(Bar(wave, float(left), float(right)))
    return tuple(found)


def beat_labels(
    measured: Measurements, seams: tuple[int, ...], rate: int, start_s: float, end_s: float, x0: float
) -> tuple[BeatLabel, ...]:
    """Return a label for each beat.

    Parameters
    ----------
    measured : Measurements
    seams : tuple of int
        Samples at which time may leap: no RR interval is given across one.
    rate : int
        Samples a second.
    start_s, end_s : float
        The part of the axis that the sheet shows.
    x0 : float
        Where it begins on the paper, mm.
    """
    beats = measured.beats_s
    letters = [KIND_LETTERS[kind] for kind in measured.beats.kinds] or [""] * beats.size
    column = np.searchsorted(np.array(seams, float) / rate, beats, side="right")
    labels = []
    for place, at in enumerate(beats.tolist()):
        joined = place > 0 and column[place] == column[place - 1]
        rr_ms = round(1000 * (at - beats[place - 1])) if joined else None
        if start_s <= at < end_s:
            labels.append(BeatLabel(x0 + (at - start_s) * PAPER_SPEED_MM_PER_S, rr_ms, letters[place]))
    return tuple(labels)
