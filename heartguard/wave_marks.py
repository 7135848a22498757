"""Onset, peak and end of the waves of every beat, over all leads and in each, and the median beat of each lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

import numpy as np

from heartguard.arrays import Doubles, Mask

__all__ = ["MARKS", "BeatKind", "Beats", "MedianLead", "WaveMarks"]

BeatKind = Literal["normal", "ectopic", "paced", "fused"]
"""``normal``: of the prevailing rhythm. ``ectopic``: premature or of another origin. ``paced``: begun by a spike.
``fused``: begun by the prevailing rhythm and by another origin at once."""


def _nothing() -> Doubles:
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class WaveMarks:
    """Where the waves of n beats begin, peak and end, in one lead or over all leads.

    Attributes
    ----------
    p_on, p_peak, p_off : ndarray, shape (n,), float64
        Of the P wave, seconds on the axis of the Ecg; NaN where none was found, or the page does not show it.
    qrs_on, r_peak, qrs_off : ndarray, shape (n,), float64
        Of the QRS complex; `r_peak` is its greatest deflection from the level before it, whatever its sign.
    t_on, t_peak, t_off : ndarray, shape (n,), float64
        Of the T wave.
    """

    p_on: Doubles = field(default_factory=_nothing)
    p_peak: Doubles = field(default_factory=_nothing)
    p_off: Doubles = field(default_factory=_nothing)
    qrs_on: Doubles = field(default_factory=_nothing)
    r_peak: Doubles = field(default_factory=_nothing)
    qrs_off: Doubles = field(default_factory=_nothing)
    t_on: Doubles = field(default_factory=_nothing)
    t_peak: Doubles = field(default_factory=_nothing)
    t_off: Doubles = field(default_factory=_nothing)

    @property
    def table(self) -> Doubles:
        """All marks, shape (n, 9), in the order of `MARKS`."""
        return np.stack([getattr(self, name) for name in MARKS], axis=1)

    def at(self, beat: int) -> dict[str, float]:
        """Return the marks of one beat that were found, by their names, seconds.

        Examples
        --------
        >>> nothing = np.full(1, np.nan)
        >>> WaveMarks(nothing, nothing, nothing, np.array([0.46]), np.array([0.5]), *4 * [nothing]).at(0)
        {'qrs_on': 0.46, 'r_peak': 0.5}
        """
        found = {name: float(getattr(self, name)[beat]) for name in MARKS}
        return {name: time for name, time in found.items() if np.isfinite(time)}


MARKS = tuple(one.name for one in fields(WaveMarks))
"""Names of the marks, in the order of time."""


@dataclass(frozen=True, eq=False)
class MedianLead:
    """The median beat of one lead.

    Attributes
    ----------
    wave : ndarray, shape (W,), float64, mV
        At 500 Hz, 0 at the level before the QRS complex; NaN where no beat shows it.
    start_s : float
        Time of its first sample from the R peak: negative.
    marks : mapping of str to float
        By the names of `MARKS`, seconds from the R peak; those that were found.
    beats : int
        How many beats it was made of.
    """

    wave: Doubles
    start_s: float
    marks: Mapping[str, float]
    beats: int


@dataclass(frozen=True, eq=False)
class Beats:
    """Every beat of an ECG with its waves.

    Attributes
    ----------
    kinds : tuple of {"normal", "ectopic", "paced", "fused"}
    usual_shape : ndarray, shape (n,), bool
        Whether the QRS complex has the prevailing shape, whenever it comes.
    in_median : ndarray, shape (n,), bool
        Whether the beat is in the median beat.
    marks : WaveMarks
        Over all leads.
    leads : mapping of str to WaveMarks
        By lead, for the leads that show a beat; NaN for beats that a lead does not show.
    median : mapping of str to MedianLead
        By lead, for the leads that show a beat of the median beat.
    lone_p_s : ndarray, shape (m,), float64
        Peaks of P waves that no QRS complex belongs to, seconds.
    flutter_bpm : float or None
        Rate of flutter waves that the QRS complexes keep to, a minute; None where there are none.
    """

    kinds: tuple[BeatKind, ...] = ()
    usual_shape: Mask = field(default_factory=lambda: np.empty(0, dtype=bool))
    in_median: Mask = field(default_factory=lambda: np.empty(0, dtype=bool))
    marks: WaveMarks = field(default_factory=WaveMarks)
    leads: Mapping[str, WaveMarks] = field(default_factory=dict)
    median: Mapping[str, MedianLead] = field(default_factory=dict)
    lone_p_s: Doubles = field(default_factory=_nothing)
    flutter_bpm: float | None = None

    def count(self, kind: BeatKind) -> int:
        """Return how many beats are of a kind.

        Examples
        --------
        >>> Beats(kinds=("normal", "ectopic", "normal")).count("ectopic")
        1
        """
        return self.kinds.count(kind)
