"""Median beats: the beats of each lead laid over one another at their R peaks, sample by sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Indices, Mask, nan_median
from heartguard.leads import LEAD_INDEX
from heartguard.measure.filters import samples, smooth

BEFORE_S = 0.40
AFTER_S = 0.70
SHIFT_S = 0.05
_HALF_S = 0.07
_ALIKE = 0.7
_LOW = 0.7
_WITHIN_QRS = 0.25
"""The R peak is where all leads together have so great a share of their greatest power: in a strip of low voltage the P
wave may be higher."""

_NEARLY_ALL = 0.8
"""A lead that shows so great a share of the beats goes on through all columns."""


@dataclass(frozen=True, eq=False)
class MedianBeat:
    """The median beat of every lead on one time axis.

    Attributes
    ----------
    waves : ndarray, shape (12, W), mV
        By default from `BEFORE_S` before the R peak; NaN where a lead shows no beat.
    counts : ndarray, shape (12,), int
        How many beats stand behind each lead's median.
    centre : int
        Column of the R peak.
    stack : ndarray, shape (beats, 12, W), mV
        The single beats.
    """

    waves: Doubles
    counts: NDArray[np.int64]
    centre: int
    stack: Doubles


def cut_beats(signals: Doubles, beats: Indices, before: int, after: int) -> Doubles:
    """Return the window around each beat, shape (beats, leads, before + after + 1), NaN outside the page.

    Examples
    --------
    >>> cut_beats(np.array([[0.0, 1.0, 5.0, 1.0, 0.0]]), np.array([2, 4]), before=1, after=1)
    array([[[ 1.,  5.,  1.]],
    <BLANKLINE>
           [[ 1.,  0., nan]]])
    """
    padded = np.pad(signals, ((0, 0), (before, after)), constant_values=np.nan)
    return np.stack([padded[:, beat : beat + before + after + 1] for beat in beats])


def align_columns(signals: Doubles, beats: Indices, shift_s: float) -> Indices:
    """Move each beat to where the leads that show nearly all beats match the others', if a page has columns.

    The leads of a column show a few beats alone: where those are found at another part of a wide complex than the beats
    of the next column, their leads agree on it.

    Parameters
    ----------
    signals : ndarray, shape (leads, T), mV
    beats : ndarray, shape (n,), int64
    shift_s : float
        How far a beat may be moved, seconds.

    Returns
    -------
    ndarray, shape (n,), int64
    """
    shown = np.isfinite(signals[:, beats]).mean(axis=1) if beats.size else np.zeros(len(signals))
    strips = shown > _NEARLY_ALL
    if not strips.any() or strips.all():
        return beats
    band = _qrs_band(signals[strips])
    moved = beats
    for _ in range(2):
        moved = _match_templates(band, moved, beats, samples(shift_s))
    return moved


def align_beats(signals: Doubles, beats: Indices, rhythm_lead: str | None, shift_s: float = SHIFT_S) -> Indices:
    """Move each beat to where its QRS complexes best match the other beats', then to the R peak.

    Parameters
    ----------
    signals : ndarray, shape (12, T), mV
    beats : ndarray, shape (n,), int64
        From `detect_beats`.
    rhythm_lead : str or None
        The lead whose greatest deflection is called the R peak; without one, all leads' joint deflection.
    shift_s : float
        How far a beat may be moved, seconds.

    Returns
    -------
    ndarray, shape (n,), int64
    """
    if beats.size == 0:
        return beats
    band = _qrs_band(signals)
    moved = beats.copy()
    for _ in range(2):
        moved = _match_templates(band, moved, beats, samples(shift_s))
    template = np.nan_to_num(nan_median(cut_beats(band, moved, samples(_HALF_S), samples(_HALF_S))))
    over_all = np.sum(np.square(template), axis=0)
    shown = np.square(template[LEAD_INDEX[rhythm_lead]]) if rhythm_lead else over_all
    shown = np.where(over_all >= _WITHIN_QRS * over_all.max(), shown, 0.0)
    if not shown.any():
        shown = over_all
    peak = int(np.argmax(shown)) - samples(_HALF_S)
    return np.clip(moved + peak, 0, signals.shape[1] - 1)


def _qrs_band(signals: Doubles) -> Doubles:
    return smooth(signals, 0.006) - smooth(signals, 0.04)


def _match_templates(band: Doubles, moved: Indices, found: Indices, reach: int) -> Indices:
    """Shift each beat, at most `reach` samples from where it was found, to its best fit with the leads' median QRS."""
    half = samples(_HALF_S)
    template = np.nan_to_num(nan_median(cut_beats(band, moved, half, half)))
    wide = np.nan_to_num(cut_beats(band, found, half + reach, half + reach))
    windows = np.lib.stride_tricks.sliding_window_view(wide, 2 * half + 1, axis=2)
    fit = np.einsum("blsw,lw->bs", windows, template, optimize=True)
    size = np.sqrt(np.einsum("blsw,blsw->bs", windows, windows, optimize=True)) + 1e-6
    best = np.argmax(fit / size, axis=1) - reach
    shifted = found + np.where(fit.max(axis=1) > 0, best, 0)
    return np.asarray(np.clip(shifted, 0, band.shape[1] - 1), dtype=np.int64)


def likeness(signals: Doubles, beats: Indices) -> Doubles:
    """Return the correlation of each beat's QRS with the leads' median QRS, over all leads at once, shape (n,)."""
    band = smooth(signals, 0.006) - smooth(signals, 0.06)
    stack = cut_beats(band, beats, samples(0.08), samples(0.12))
    template = nan_median(stack)
    known = np.isfinite(stack) & np.isfinite(template)
    shared, single = np.where(known, template, 0.0), np.where(known, stack, 0.0)
    power = np.sum(shared**2, axis=(1, 2)) + 1e-9
    alike = np.sum(shared * single, axis=(1, 2)) / np.sqrt(power * (np.sum(single**2, axis=(1, 2)) + 1e-9))
    return np.asarray(alike, dtype=np.float64)


def drop_artefacts(signals: Doubles, beats: Indices, detection: Doubles) -> Indices:
    """Drop what stands between two beats of a regular rhythm, lower than they and shaped unlike them.

    Such are steps of the baseline and slips of the tracing at separators. Rarely an interpolated ventricular beat is
    lost with them; the rate is then that of the sinus beats.

    Parameters
    ----------
    signals : ndarray, shape (12, T), mV
    beats : ndarray, shape (n,), int64
    detection : ndarray, shape (T,)
        From `detect_beats`.

    Returns
    -------
    ndarray, shape (m,), int64
    """
    if beats.size < 4:
        return beats
    alike = likeness(signals, beats)
    heights = cut_beats(detection[None], beats, samples(SHIFT_S), samples(SHIFT_S))
    height = np.nanmax(heights[:, 0], axis=1)
    doubtful = (alike < min(_ALIKE, float(np.median(alike)) - 0.2)) & (height < _LOW * np.median(height))
    usual = float(np.median(np.diff(beats)))
    kept = list(range(beats.size))
    for index in np.flatnonzero(doubtful):
        place = kept.index(int(index))
        before = beats[kept[place - 1]] if place > 0 else None
        after = beats[kept[place + 1]] if place + 1 < len(kept) else None
        if _needless(beats[index], before, after, usual):
            kept.remove(int(index))
    return beats[kept]


def _needless(beat: int, before: int | None, after: int | None, usual: float) -> bool:
    """Tell whether a regular rhythm has no place for a beat between its neighbours, one of them None at an end."""
    if before is None or after is None:
        return min(abs(beat - other) for other in (before, after) if other is not None) < 0.75 * usual
    return 0.85 * usual < after - before < 1.15 * usual


def usual_beats(beats: Indices, alike: Doubles) -> Mask:
    """Tell the beats of the prevailing shape from ectopic, premature and damaged ones.

    Parameters
    ----------
    beats : ndarray, shape (n,), int64
    alike : ndarray, shape (n,)
        Their `likeness`.

    Returns
    -------
    ndarray, shape (n,), bool

    Examples
    --------
    >>> usual_beats(np.array([320, 820, 1320, 1820, 2320]), alike=np.array([0.99, 0.98, -0.9, 0.97, 0.99]))
    array([ True,  True, False,  True,  True])
    """
    if beats.size < 3:
        return np.ones(beats.size, dtype=bool)
    of_one_shape: Mask = (alike > _ALIKE) & (alike > np.median(alike) - 0.25)
    rr = np.diff(beats)
    timely = np.concatenate([[True], rr > 0.8 * np.median(rr)])
    for usual in (of_one_shape & timely, of_one_shape):
        if usual.sum() >= max(2, 0.3 * beats.size):
            return np.asarray(usual, dtype=bool)
    return np.ones(beats.size, dtype=bool)


def median_beat(signals: Doubles, beats: Indices, before_s: float = BEFORE_S, after_s: float = AFTER_S) -> MedianBeat:
    """Return the median beat of each lead, its baseline levelled before every QRS complex.

    Parameters
    ----------
    signals : ndarray, shape (12, T), mV
    beats : ndarray, shape (n,), int64
        R peaks of like beats.
    before_s, after_s : float
        Length before and after the R peak, seconds.

    Examples
    --------
    >>> lead = np.full((12, 2000), 0.2)
    >>> lead[:, [500, 1000, 1500]] += 1.0, 1.2, 1.1
    >>> beat = median_beat(lead, np.array([500, 1000, 1500]))
    >>> round(float(beat.waves[0, beat.centre]), 3), int(beat.counts[0])
    (1.1, 3)
    """
    before, after = samples(before_s), samples(after_s)
    stack = cut_beats(level_baseline(signals, beats), beats, before, after)
    middle = np.isfinite(stack[:, :, before - samples(0.1) : before + samples(0.1)])
    whole: Mask = np.asarray(middle.all(axis=2))
    stack = np.where(whole[:, :, None], stack, np.nan)
    return MedianBeat(nan_median(stack), whole.sum(axis=0), before, stack)


def level_baseline(signals: Doubles, beats: Indices) -> Doubles:
    """Subtract from each lead the straight lines between its levels just before the QRS complexes.

    Examples
    --------
    >>> lead = np.tile(np.linspace(0.0, 1.0, 1500), (12, 1))
    >>> levelled = level_baseline(lead, np.array([400, 1000]))
    >>> bool(np.abs(levelled[:, 360:960]).max() < 0.01)
    True
    """
    levelled = signals.copy()
    time = np.arange(signals.shape[1])
    for row in levelled:
        knots, levels = [], []
        for beat in beats:
            part = row[max(0, beat - samples(0.1)) : max(0, beat - samples(0.064))]
            if part.size and np.isfinite(part).all():
                knots.append(beat - samples(0.08))
                levels.append(float(np.median(part)))
        if knots:
            row -= np.interp(time, knots, levels)
    return levelled
