"""Which beats are of one shape: the prevailing rhythm's, of which the median beat is made, or ectopic, paced, fused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from heartguard.arrays import Doubles, Indices, Mask
from heartguard.measure.filters import samples, smooth
from heartguard.measure.median_beat import cut_beats

__all__ = ["Shapes", "compare_beats"]

_BEFORE_S, _AFTER_S = 0.08, 0.12
"""Part of a beat that is compared: its QRS complex."""

_SHIFT_S = 0.02
"""Greatest shift of two beats against each other."""

_ALIKE = 0.8
"""Least correlation of two beats of one shape. Beats of one focus correlate by 0.9 and more, a ventricular with a
conducted one by less than 0.6."""

_AS_MANY = 0.6
"""A group of so many beats, as a share of the largest, may be the prevailing rhythm too, as in bigeminy; one with
a beat less in any case."""

_TIMELY = 0.8
"""A beat that comes after less than this share of the usual RR is premature: its P and T waves are not the rhythm's."""

_PAUSE = 1.1
"""Beats that follow RR intervals so much longer than the other shape's are not the premature ones."""

_LEAST = 2
"""Fewer timely beats than this make no median beat."""


@dataclass(frozen=True, eq=False)
class Shapes:
    """The beats compared with each other.

    Attributes
    ----------
    usual : ndarray, shape (n,), bool
        Beats whose QRS complex has the prevailing shape.
    dominant : ndarray, shape (n,), bool
        Those of them that are not premature: the median beat is made of these.
    alike : ndarray, shape (n, n)
        Greatest correlation of each two QRS complexes; -1 where no lead shows both.
    """

    usual: Mask
    dominant: Mask
    alike: Doubles


def compare_beats(signals: Doubles, beats: Indices) -> Shapes:
    """Tell the beats of the prevailing shape from the others.

    Where two shapes are about as frequent, the one that follows the longer pauses prevails: premature beats are the
    others.

    Parameters
    ----------
    signals : ndarray, shape (leads, T), mV
        Gaps bridged.
    beats : ndarray, shape (n,), int64
        R peaks.
    """
    alike, comparable = _correlations(signals, beats)
    rr = np.concatenate([[np.nan], np.diff(beats)])
    usual = np.zeros(beats.size, dtype=bool)
    # without a rhythm strip no lead is shown in two columns: the beats of each column are told apart by themselves
    _, column = connected_components(comparable, directed=False)
    for one in range(int(column.max(initial=-1)) + 1):
        own = np.flatnonzero(column == one)
        usual[own[_prevailing(alike[np.ix_(own, own)], rr[own])]] = True
    timely = usual & ~(rr < _TIMELY * _median(rr[usual]))
    return Shapes(usual, timely if timely.sum() >= _LEAST else usual, alike)


def _prevailing(alike: Doubles, rr: Doubles) -> Mask:
    """Tell which beats, all of which share leads, are of the prevailing shape."""
    _, group = connected_components(alike > _ALIKE, directed=False)
    sizes = np.bincount(group)
    frequent = np.flatnonzero(sizes >= min(_AS_MANY * sizes.max(), sizes.max() - 1))
    pauses = {int(one): _median(rr[group == one]) for one in frequent}
    shortest = min(pauses.values())
    chosen = max(pauses, key=lambda one: (pauses[one] > _PAUSE * shortest, sizes[one]))
    prevailing: Mask = group == chosen
    # a fused beat is like both shapes and joins their groups: each beat must be like most of the others
    like_most: Mask = prevailing & (np.median(alike[:, prevailing], axis=1) > _ALIKE)
    # Beats at the edge of a page, or a chain in which each is like the next one alone, are like none of the others.
    return like_most if like_most.any() else prevailing


def _median(values: Doubles) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else 0.0


def _correlations(signals: Doubles, beats: Indices) -> tuple[Doubles, Mask]:
    """Return the greatest correlation of each two beats, and whether a lead shows both; each of shape (n, n)."""
    band = smooth(signals, 0.006) - smooth(signals, 0.06)
    shift = samples(_SHIFT_S)
    wide = cut_beats(band, beats, samples(_BEFORE_S) + shift, samples(_AFTER_S) + shift)
    width = wide.shape[2] - 2 * shift
    known: Mask = np.asarray(np.isfinite(wide).all(axis=2))
    wide = np.where(known[:, :, None], wide, 0.0)
    middle = wide[:, :, shift : shift + width]
    best = np.full((beats.size, beats.size), -1.0)
    for moved in range(0, 2 * shift + 1, 2):
        other = wide[:, :, moved : moved + width]
        shared = known[:, None] & known[None]
        product = np.einsum("alw,blw->abl", middle, other, optimize=True)
        own, its = np.sum(middle**2, axis=2), np.sum(other**2, axis=2)
        power = np.sqrt(np.sum(shared * own[:, None], axis=2) * np.sum(shared * its[None], axis=2))
        alike = np.divide(np.sum(product * shared, axis=2), power, out=np.full(power.shape, -1.0), where=power > 0)
        best = np.maximum(best, alike)
    comparable: Mask = np.asarray((known[:, None] & known[None]).any(axis=2))
    return np.maximum(best, best.T), comparable
