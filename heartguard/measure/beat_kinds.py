"""Kinds of beats: of the prevailing rhythm, ectopic, begun by a pacing spike, or fused from two origins."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles, Indices, Mask
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure.filters import samples, smooth
from heartguard.measure.median_beat import cut_beats
from heartguard.measure.morphology import Shapes
from heartguard.wave_marks import BeatKind

__all__ = ["kinds_of"]

_SPIKE_BEFORE_S = (0.0, 0.20)
"""A ventricular stimulus is so long before the R peak of the complex that it begins: a paced complex peaks 40 to
160 ms after its onset."""

_SPIKE_TO_QRS_S = (-0.015, 0.055)
"""And the complex begins so long after its spike; a P wave and AV conduction lie between an atrial stimulus and it."""

_LEAST_PACED, _LEAST_PACED_SHARE = 2, 0.3
"""So many beats, and as a share of all spikes, must begin at a spike: noise has spikes that fall on a beat by chance.
With two chambers paced half of the spikes are atrial."""

_PREMATURE, _SUDDEN = 0.8, 0.85
"""A beat is premature after less than this share of the usual RR, and of the RR before: a breathing sinus is slower to
change."""

_STEADY = 0.10
"""Greatest variation of the other RR intervals at which one premature beat can be told: not in fibrillation."""

_WIDE_S, _WIDER = 0.12, 1.15
"""A beat of another shape is of another origin if its QRS complex is so wide, and wider than the usual by this factor:
noise changes the shape too, and ventricular beats are wide."""

_TIMELY = (0.85, 1.15)
"""Fused beats come when the prevailing rhythm is due: RR over the usual."""

_MIXED = 0.9
"""Share of the power of a fused complex that the best mixture of the two shapes that it is fused from explains."""

_SHARE = 0.2
"""Least weight of each of the two in it."""

_BEFORE_S, _AFTER_S = 0.10, 0.14
"""Part of a beat that is compared."""

_SHIFT_S, _STEP = 0.04, 2
"""Greatest shift of the two shapes against the beat, and the samples from shift to shift."""


def kinds_of(
    signals: Doubles, beats: Indices, shapes: Shapes, spikes: Indices, bounds: Doubles, seams: tuple[int, ...]
) -> tuple[BeatKind, ...]:
    """Return the kind of each beat.

    Parameters
    ----------
    signals : ndarray, shape (leads, T), mV
        Gaps bridged, pacing spikes removed.
    beats : ndarray, shape (n,), int64
        R peaks, samples.
    shapes : Shapes
    spikes : ndarray, shape (m,), int64
        Pacing spikes, samples.
    bounds : ndarray, shape (n, 2), float64
        Onset and end of each QRS complex, samples; NaN where not known.
    seams : tuple of int
        Samples where time may leap: an RR interval across one tells nothing.
    """
    rr = _known_rr(beats, seams)
    usual_rr = float(np.nanmedian(rr[shapes.dominant])) if np.isfinite(rr[shapes.dominant]).any() else np.nan
    steady = rr[shapes.dominant & np.isfinite(rr)]
    regular = steady.size < 2 or float(np.std(steady)) < _STEADY * usual_rr
    before = np.concatenate([[np.nan], rr[:-1]])
    premature = regular & (rr < _PREMATURE * usual_rr) & ~(rr > _SUDDEN * before)
    ectopic = premature | (~shapes.usual & _is_wide(bounds, shapes.usual))
    found: list[BeatKind] = ["ectopic" if one else "normal" for one in ectopic]
    for place in np.flatnonzero(_fused(signals, beats, shapes.usual, rr / usual_rr)):
        found[place] = "fused"
    paced = np.array([_is_paced(int(beat), on, spikes) for beat, on in zip(beats, bounds[:, 0], strict=True)])
    if paced.sum() >= max(_LEAST_PACED, _LEAST_PACED_SHARE * spikes.size):
        for place in np.flatnonzero(paced):
            found[place] = "paced"
    return tuple(found)


def _is_wide(bounds: Doubles, usual: Mask) -> Mask:
    """Tell which QRS complexes are wide, by themselves and beside the usual ones."""
    width = (bounds[:, 1] - bounds[:, 0]) / SAMPLING_RATE_HZ
    typical = float(np.nanmedian(width[usual])) if np.isfinite(width[usual]).any() else 0.0
    wide: Mask = width >= max(_WIDE_S, _WIDER * typical)
    return wide


def _known_rr(beats: Indices, seams: tuple[int, ...]) -> Doubles:
    """Return the RR interval before each beat, samples; NaN before the first and across a seam."""
    column = np.searchsorted(np.asarray(seams), beats, side="right")
    rr = np.concatenate([[np.nan], np.diff(beats).astype(np.float64)])
    rr[1:][np.diff(column) > 0] = np.nan
    return rr


def _is_paced(beat: int, onset: float, spikes: Indices) -> bool:
    """Tell whether a spike begins a QRS complex."""
    before = (beat - spikes) / SAMPLING_RATE_HZ
    near = spikes[(before >= _SPIKE_BEFORE_S[0]) & (before <= _SPIKE_BEFORE_S[1])]
    if near.size == 0:
        return False
    start = onset if np.isfinite(onset) else beat - samples(0.05)
    delays = (start - near) / SAMPLING_RATE_HZ
    return bool(((delays >= _SPIKE_TO_QRS_S[0]) & (delays <= _SPIKE_TO_QRS_S[1])).any())


def _fused(signals: Doubles, beats: Indices, usual: Mask, relative_rr: Doubles) -> Mask:
    """Tell which timely beats of another shape are a mixture of the usual complex and of another beat's."""
    timely = (relative_rr > _TIMELY[0]) & (relative_rr < _TIMELY[1])
    candidates, others = np.flatnonzero(~usual & timely), np.flatnonzero(~usual & ~timely)
    found = np.zeros(beats.size, dtype=bool)
    if candidates.size == 0 or others.size == 0 or not usual.any():
        return found
    band = smooth(signals, 0.006) - smooth(signals, 0.06)
    stack = cut_beats(band, beats, samples(_BEFORE_S + _SHIFT_S), samples(_AFTER_S + _SHIFT_S))
    with np.errstate(all="ignore"):
        median = np.median(stack[usual], axis=0)
    for one in candidates:
        found[one] = any(_is_mixture(stack[one], median, stack[other]) for other in others)
    return found


def _is_mixture(beat: Doubles, usual: Doubles, other: Doubles) -> bool:
    """Tell whether a beat is the sum of positive shares of the usual beats' median and of another beat.

    Each may be shifted, as the R peak of a mixture is neither's.
    """
    whole = np.isfinite(np.stack([beat, usual, other])).all(axis=(0, 2))
    if not whole.any():
        return False
    shift = samples(_SHIFT_S)
    width = beat.shape[1] - 2 * shift
    target = beat[whole, shift : shift + width].ravel()
    one, two = (
        np.stack([part[whole, move : move + width].ravel() for move in range(0, 2 * shift + 1, _STEP)])
        for part in (usual, other)
    )
    ones, twos, both = np.sum(one**2, axis=1)[:, None], np.sum(two**2, axis=1)[None], one @ two.T
    in_one, in_two = (one @ target)[:, None], (two @ target)[None]
    determinant = np.maximum(ones * twos - both**2, 1e-12)
    share_one, share_two = (in_one * twos - in_two * both) / determinant, (in_two * ones - in_one * both) / determinant
    explained = (share_one * in_one + share_two * in_two) / max(float(np.sum(target**2)), 1e-12)
    mixed = (np.minimum(share_one, share_two) > _SHARE) & (explained > _MIXED)
    return bool(mixed.any())
