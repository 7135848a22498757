"""The P wave of the median beat: whether there is one before the QRS complex, its onset and its end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles, Indices
from heartguard.measure.filters import samples, slope, smooth

__all__ = ["PSearch", "coherence", "common_power", "find_p_wave"]

_FARTHEST_S = 0.50
"""Longest PR that is looked for; first degree blocks seldom exceed 0.4 s."""

_NEAREST_S = 0.020
"""A crest nearer to the QRS complex than this is its own foot."""

_SHORTEST_WINDOW_S = 0.06
"""Less than this between the T wave and the QRS complex shows no P wave."""

_USUAL_S = 0.28
"""A P wave so near to the QRS complex is taken before any farther one."""

_SIGMA_S = 0.008
"""Smoothing before the slope, as for the QRS complex."""

_MERGE_S = 0.016
"""Smoothing of the slope that merges the two sides of a P wave into one bump."""

_EDGE = 0.3
"""Onset and end are where the bump has fallen to this share of its height above its foot: of 0.2, 0.3 and 0.4 the one
with the least spread of P onset and P duration on the LUDB records of even place."""

_CLEAR = 0.6
"""The foot before the bump must be lower than this share of it."""

_FAST_S, _CLEAR_FAST = 0.52, 0.33
"""Below this RR, that of a flutter of 230/min with 2:1 conduction, the foot must be lower: a P wave that begins on T is
off by up to 60 ms in drawn hearts, and what is seen of a flutter begins so too. Three of four P waves at 100 to 180/min
of the PTB-XL records that may be trained on have so low a foot."""

_WHOLE_S, _ENDS, _CLEAR_WHOLE = 0.08, 0.4, 0.48
"""Or the bump must be as long as a P wave and end in a PR segment, so far below its height, and the foot so low (PR is
then off by at most 12 ms in drawn hearts): the strokes of a drawn
flutter are 52 to 66 ms long, and in four PTB-XL records with flutter what follows a wave is 0.46 of it and more."""

_LEAST_MV = 0.02
"""Least height of a P wave in the second highest lead: half a pen's width."""

_COMMON, _COMMON_IRREGULAR = 0.24, 0.38
"""Least power that all beats have in common, in a regular and in an irregular rhythm, of a bump that begins at rest."""

_PER_FOOT = 0.4
"""How much more is asked for each unit of the foot: noise and fibrillation have no rest between their waves. On PTB-XL
records that may be trained on and LUDB records of even place, as signals and 3x4+1 views, 6 of 47 without P waves and
with a bump fulfil it (one of them where RR varies, twice), and 18 of 667 with P waves in a regular rhythm do not."""

_SURE, _LEAST_SURE_MV, _CLEAR_SURE = 0.6, 0.012, 0.75
"""A bump that has so much power in common from beat to beat may be lower than `_LEAST_MV`, and one that ends in a PR
segment may begin higher on T: in the same views three more P waves are told, and nothing without one."""

_IRREGULAR = 0.10
"""Variation of RR from which a rhythm counts as irregular."""

_RIVAL = 0.6
"""Another bump of this share of the P wave's speed and height: the atria beat more often than the
ventricles."""

_APART_S = 0.12
"""Shortest distance of two atrial waves: 500/min."""

_TAIL_S = 0.05
"""A bump so soon after the T wave is its tail or a U wave and no rival."""

_AROUND_S = 0.02
"""What beats have in common is looked at in the P wave and so much beside it, whose level belongs to its shape."""

_ON_MS, _OFF_MS = -2.0, 5.0
"""How much later than the cardiologists' marks the bump passes `_EDGE`, on the LUDB records of even place: the
smoothing widens it."""

NO_P = "No P wave was found before the QRS complexes."
NOT_FIXED = "The waves before the QRS complexes differ from beat to beat: no P wave has a fixed distance to them."
FAST = "The rhythm is too fast: a P wave would fall on the T wave of the beat before."
MANY = "Several atrial waves of like size lie between the QRS complexes, as in atrial flutter or a block."
UNCLEAR = "The beginning of the P wave cannot be told from the T wave of the beat before it."


@dataclass(frozen=True)
class PSearch:
    """The outcome of a search: the P wave's samples, or why there is none."""

    on: int | None = None
    off: int | None = None
    reason: str | None = None


def coherence(stack: Doubles) -> float:
    """Return how alike the same part of all beats is: each beat against the mean of the others, all leads together.

    Parameters
    ----------
    stack : ndarray, shape (beats, leads, n), mV

    Returns
    -------
    float
        Near 1 when all beats are alike, about 0 when they are not or when no lead shows two.
    """
    common, power, of_others = _products(stack)
    return common / np.sqrt(power * of_others) if power * of_others > 0 else 0.0


def common_power(stack: Doubles) -> float:
    """Return the share of their power that the same parts of all beats have in common, all leads together.

    Unlike `coherence`, which rises with the number of beats, it is as high on a page as in a whole signal.

    Parameters
    ----------
    stack : ndarray, shape (beats, leads, n), mV

    Returns
    -------
    float
        1 when all beats are alike, about 0 when they are not or when no lead shows two.

    Examples
    --------
    >>> alike = np.tile(np.sin(np.arange(60.0)), (4, 2, 1))
    >>> round(common_power(alike), 3), round(common_power(alike + [[[0.0]], [[3.0]], [[-1.0]], [[2.0]]]), 3)
    (1.0, 1.0)
    """
    common, power, _ = _products(stack)
    return common / power if power > 0 else 0.0


def _products(stack: Doubles) -> tuple[float, float, float]:
    """Return the product of each beat with the mean of the others, its power and that of the mean, summed up."""
    sums = np.zeros(3)
    for lead in np.moveaxis(stack, 1, 0):
        known = lead[np.isfinite(lead).all(axis=1)]
        if len(known) < 2 or known.shape[1] == 0:
            continue
        known = known - known.mean(axis=1, keepdims=True)
        others = (known.sum(axis=0) - known) / (len(known) - 1)
        sums += np.sum(others * known), np.sum(known**2), np.sum(others**2)
    common, power, of_others = sums.tolist()
    return common, power, of_others


def find_p_wave(
    waves: Doubles, stack: Doubles, qrs_on: int, earliest: int, rr_s: float, rr_variation: float
) -> PSearch:
    """Look for a P wave before the QRS complex.

    Parameters
    ----------
    waves : ndarray, shape (leads, W), mV
        Median beats, 0 at the QRS onset.
    stack : ndarray, shape (beats, leads, W), mV
        The beats that they were made of.
    qrs_on : int
        Sample of the QRS onset.
    earliest : int
        Sample at which the T wave of the beat before has ended; may be negative.
    rr_s : float
        RR interval, seconds.
    rr_variation : float
        In an irregular rhythm a P wave must be more alike from beat to beat to be believed.
    """
    first = max(0, earliest, qrs_on - samples(_FARTHEST_S))
    last = qrs_on - samples(_NEAREST_S)
    if last - first < samples(_SHORTEST_WINDOW_S):
        return PSearch(reason=FAST)
    bump = _bump(waves, qrs_on)
    crests = _crests(bump, first, last)
    regular, fast = rr_variation < _IRREGULAR, rr_s < _FAST_S
    found = [_examine(waves, stack, bump, int(crest), (first, last)) for crest in crests]
    seen = [one for one in found if one.reason(regular=regular, fast=fast) is None]
    if not seen:
        fastest = max(found, key=lambda one: one.speed, default=None)
        return PSearch(reason=NO_P if fastest is None else fastest.reason(regular=regular, fast=fast))
    chosen = _nearest_or_fastest(seen, qrs_on)
    if any(_rivals(one, chosen) for one in seen if one.crest > first + samples(_TAIL_S)):
        return PSearch(reason=MANY)
    return PSearch(max(0, chosen.on - samples(_ON_MS / 1000)), chosen.off - samples(_OFF_MS / 1000))


@dataclass(frozen=True)
class _Bump:
    """A bump of the speed before the QRS complex.

    `foot` and `end` are the least speed before and after the crest as shares of its own; `height` is in mV;
    `common` is the power that all beats have in common there.
    """

    crest: int
    on: int
    off: int
    speed: float
    foot: float
    end: float
    height: float
    common: float

    def reason(self, *, regular: bool, fast: bool) -> str | None:
        """Return why it is no P wave; None if it is one."""
        if self.height < (_LEAST_SURE_MV if self.common >= _SURE else _LEAST_MV):
            return NO_P
        if self.foot > self._highest_foot(fast=fast):
            return UNCLEAR
        least = _COMMON if regular else _COMMON_IRREGULAR
        return NOT_FIXED if self.common < least + _PER_FOOT * self.foot else None

    def _highest_foot(self, *, fast: bool) -> float:
        """Return how high the foot may be, so that the onset is told from the T wave before it."""
        whole = self.off - self.on >= samples(_WHOLE_S) and self.end <= _ENDS
        if fast:
            return _CLEAR_WHOLE if whole else _CLEAR_FAST
        return _CLEAR_SURE if whole and self.common >= _SURE else _CLEAR


def _examine(waves: Doubles, stack: Doubles, bump: Doubles, crest: int, window: tuple[int, int]) -> _Bump:
    first, last = window
    speed, foot, beyond = (float(v) for v in (bump[crest], bump[first:crest].min(), bump[crest:last].min()))
    on = next((i for i in range(crest, first, -1) if bump[i] < foot + _EDGE * (speed - foot)), first)
    off = next((i for i in range(crest, last) if bump[i] < beyond + _EDGE * (speed - beyond)), last)
    around = stack[:, :, max(0, on - samples(_AROUND_S)) : off + samples(_AROUND_S)]
    height = _height(waves[:, on : off + 1])
    share = max(speed, 1e-9)
    return _Bump(crest, on, off, speed, foot / share, beyond / share, height, common_power(around))


def _nearest_or_fastest(seen: list[_Bump], qrs_on: int) -> _Bump:
    """Return the highest bump within the usual PR, or without one the highest of all."""
    usual = [one for one in seen if one.crest > qrs_on - samples(_USUAL_S)]
    return max(usual or seen, key=lambda one: one.speed)


def _rivals(one: _Bump, chosen: _Bump) -> bool:
    """Tell whether another bump is a further atrial wave."""
    apart = abs(one.crest - chosen.crest) > samples(_APART_S)
    return apart and one.speed > _RIVAL * chosen.speed and one.height > _RIVAL * chosen.height


def _bump(waves: Doubles, qrs_on: int) -> Doubles:
    """Return the smoothed speed of all leads together up to the QRS complex."""
    velocity = slope(smooth(waves[:, : qrs_on + 1], _SIGMA_S))
    known = np.isfinite(velocity)
    speed = np.sqrt(np.sum(np.where(known, velocity, 0.0) ** 2, axis=0) / np.maximum(known.sum(axis=0), 1))
    speed[qrs_on - samples(0.016) :] = np.nan  # the slope there is the complex's
    bump: Doubles = smooth(speed[None], _MERGE_S)[0]
    return bump


def _crests(bump: Doubles, first: int, last: int) -> Indices:
    inside = np.arange(first + 1, last)
    return inside[(bump[inside] >= bump[inside - 1]) & (bump[inside] > bump[inside + 1])]


def _height(part: Doubles) -> float:
    """Return the second greatest deflection of the leads from the straight line between the ends of a part, mV."""
    whole = part[np.isfinite(part).all(axis=1)]
    if whole.shape[0] == 0 or whole.shape[1] < 2:
        return 0.0
    line = np.linspace(whole[:, 0], whole[:, -1], whole.shape[1], axis=1)
    heights = np.sort(np.abs(whole - line).max(axis=1))
    return float(heights[-min(2, heights.size)])
