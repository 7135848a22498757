"""Onsets and ends of P, QRS and T on the median beats of all leads at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from heartguard.arrays import Doubles
from heartguard.measure.filters import samples
from heartguard.measure.flutter import flutter_rate
from heartguard.measure.intervals import Fiducials
from heartguard.measure.median_beat import MedianBeat
from heartguard.measure.p_wave import PSearch, find_p_wave
from heartguard.measure.qrs_bounds import bound_qrs
from heartguard.measure.t_wave import find_t_end

__all__ = ["Delineation", "delineate"]

_LEVEL_S = 0.012
"""The isoelectric level is taken over this time before the QRS onset."""

_LEAST_TP_S, _LEAST_TP_SHARE = 0.20, 0.45
"""A P wave is looked for at least so long before the QRS complex, or for this share of RR, even where T seems to last
longer: T ends late in a fast rhythm, and the end of T is uncertain."""

_FAST_S = 0.40
"""Below this RR nothing before the end of T is taken for a P wave: T fills what is left."""

_FLUTTER = "The waves before the QRS complexes are those of an atrial flutter: none of them belongs to one complex."
_QRS = "The beginning or end of the QRS complex is not clear in the median beat. Measure it by hand."
_T = "The end of the T wave is not clear in the median beat. Measure it by hand."


@dataclass(frozen=True)
class Delineation:
    """What was found, and why the rest was not.

    Attributes
    ----------
    fiducials : Fiducials
    reasons : mapping of str to str
        By wave, ``"P"``, ``"QRS"``, ``"T"``: why it has no bounds.
    flutter_bpm : float or None
        Rate of flutter waves; None where there are none.
    """

    fiducials: Fiducials
    reasons: dict[str, str]
    flutter_bpm: float | None = None


def delineate(beat: MedianBeat, rr_s: float, rr_variation: float) -> Delineation:
    """Bound the waves of a median beat.

    Parameters
    ----------
    beat : MedianBeat
        With at least 0.6 s before the R peak, so that a long PR is seen.
    rr_s : float
        RR interval of its beats, seconds: no wave is looked for beyond the neighbouring beats.
    rr_variation : float
        Variation of RR.
    """
    shown = beat.counts > 0
    waves = beat.waves[shown]
    bounds = _bound_columns(waves, beat.stack[:, shown], beat.centre, rr_s)
    if bounds is None:
        return Delineation(Fiducials(), dict.fromkeys(("P", "QRS", "T"), _QRS))
    on, off = bounds
    level = np.nanmedian(waves[:, max(0, on - samples(_LEVEL_S)) : on + 1], axis=1)
    waves = waves - level[:, None]
    t_off = find_t_end(waves, on, off, rr_s)
    flutter_bpm = flutter_rate(waves, on, off, t_off, rr_s)
    earliest = _earliest_p(on, t_off, rr_s)
    p = find_p_wave(waves, beat.stack[:, shown], on, earliest, rr_s, rr_variation)
    p = p if flutter_bpm is None else PSearch(reason=_FLUTTER)
    reasons = {} if p.reason is None else {"P": p.reason}
    if t_off is None:
        reasons["T"] = _T
    return Delineation(Fiducials(on, off, p.on, t_off, p.off), reasons, flutter_bpm)


def _bound_columns(waves: Doubles, stack: Doubles, centre: int, rr_s: float) -> tuple[int, int] | None:
    """Return the median bounds of the QRS complex over the columns of a page.

    Leads of different columns share no beat without a strip, so that nothing tells how their complexes are aligned.
    """
    known = np.isfinite(stack[:, :, centre]).astype(np.int64)
    _, column = connected_components(known.T @ known, directed=False)
    parts = (waves[column == one] for one in range(int(column.max(initial=-1)) + 1))
    found = [bounds for part in parts if (bounds := bound_qrs(part, centre, rr_s)) is not None]
    if not found:
        return None
    on, off = np.median(found, axis=0)
    return round(on), round(off)


def _earliest_p(qrs_on: int, t_off: int | None, rr_s: float) -> int:
    """Return the sample from which a P wave is looked for."""
    if rr_s < _FAST_S:
        return qrs_on if t_off is None else t_off - samples(rr_s)
    latest = qrs_on - samples(min(_LEAST_TP_S, _LEAST_TP_SHARE * rr_s))
    return latest if t_off is None else min(latest, t_off - samples(rr_s))
