"""How digitised signals are scored: the definitions of two public challenges, and plain errors in millivolts.

Both stand in words, with their sources, in ``docs/digitisation.md``. All functions take one lead or twelve at 500 Hz,
NaN where the page shows nothing (truth) or nothing was traced.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.signal import correlate

from heartguard.arrays import Doubles, Floats
from heartguard.leads import SAMPLING_RATE_HZ

__all__ = ["Agreement", "agreement", "align_kaggle", "align_physionet", "lead_physionet_db", "page_kaggle_ratio"]

LEVELS = 256
"""Levels of a lead in its raster."""

RASTER_BLUR = 0.5
"""Standard deviation of the raster's blur, pixels; it is applied to both signals, so that near levels match."""

PHYSIONET_SHIFT_S = 0.5
"""Greatest shift of the alignment, by the rules of the challenge."""

PHYSIONET_OFFSET_MV = 1.0
"""Greatest offset of the alignment, by the rules of the challenge."""

KAGGLE_SHIFT_S = 0.2
"""Greatest shift of the alignment, by the rules of the challenge."""

BEST_RATIO = 1e6
"""The ratio of a page without any error."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """How one page's signals agree with the truth.

    Attributes
    ----------
    lead_db : ndarray, shape (12,), float64
        `lead_physionet_db` of every lead; NaN where the page does not show it.
    kaggle_ratio : float
        `page_kaggle_ratio`.
    correlation : float
        Pearson's, mean over the leads; a lead that was not traced counts as 0.
    rmse_mv : float
        Root mean square over all samples that are shown and traced.
    """

    lead_db: Doubles
    kaggle_ratio: float
    correlation: float
    rmse_mv: float


def agreement(truth: Floats, traced: Floats) -> Agreement:
    """Compare a page with its truth, both of shape (12, T), mV; correlation and error after `align_kaggle`."""
    shown = [lead for lead in range(len(truth)) if np.isfinite(truth[lead]).any()]
    lead_db = np.full(len(truth), np.nan)
    correlations, squares = [], []
    for lead in shown:
        lead_db[lead] = lead_physionet_db(truth[lead], traced[lead])
        label, aligned = align_kaggle(truth[lead], traced[lead])
        both = np.isfinite(aligned)
        correlations.append(_pearson(label[both], aligned[both]))
        squares.append((label[both] - aligned[both]) ** 2)
    error = np.concatenate(squares)
    return Agreement(
        lead_db=lead_db,
        kaggle_ratio=page_kaggle_ratio(truth, traced),
        correlation=float(np.mean(correlations)),
        rmse_mv=float(np.sqrt(error.mean())) if error.size else float("nan"),
    )


def lead_physionet_db(truth: Floats, traced: Floats) -> float:
    """Signal-to-noise ratio of one lead as the PhysioNet Challenge 2024 scores it, dB.

    ``share * 10 log10(mean(x^2) / mean((x - y)^2))`` over the samples that are both shown and traced after
    `align_physionet`; `share` is theirs of the samples shown. 0 for a lead of which nothing was traced.

    Parameters
    ----------
    truth, traced : ndarray, shape (T,), mV
    """
    if not np.isfinite(traced).any():
        return 0.0
    aligned = align_physionet(truth, traced)
    shown = np.isfinite(truth)
    both = shown & np.isfinite(aligned)
    if not both.any():
        return 0.0
    x = truth[both].astype(np.float64)
    signal, noise = float(np.mean(x**2)), float(np.mean((x - aligned[both]) ** 2))
    ratio = min(signal / noise, BEST_RATIO) if noise > 0 else BEST_RATIO
    return float(both.sum() / shown.sum() * 10 * np.log10(max(ratio, 1 / BEST_RATIO)))


def align_physionet(truth: Floats, traced: Floats) -> Doubles:
    """Move a traced lead as the PhysioNet Challenge 2024 does: to where the pictures of both lines overlap most.

    Both lines are drawn in 256 levels, one column a sample, and blurred (standard deviation 0.5); time and voltage of
    the greatest cross-correlation are undone. The challenge does not align a lead whose best position is beyond 0.5 s
    or 1 mV; here only positions within are searched.

    Returns
    -------
    ndarray, shape (T,), float64, mV
        NaN where nothing was traced.
    """
    x, y = truth.astype(np.float64), traced.astype(np.float64)
    both = np.concatenate([x, y])
    low, high = float(np.nanmin(both)), float(np.nanmax(both))
    if high - low < 1e-9:
        return y
    step = (high - low) / (LEVELS - 1)
    limit = round(PHYSIONET_SHIFT_S * SAMPLING_RATE_HZ)
    counts = _difference_counts(np.round((x - low) / step), np.round((y - low) / step), limit)
    overlap = gaussian_filter(gaussian_filter(counts, RASTER_BLUR, mode="constant"), RASTER_BLUR, mode="constant")
    allowed = np.abs(np.arange(1 - LEVELS, LEVELS)) * step <= PHYSIONET_OFFSET_MV
    overlap[:, ~allowed] = -1
    shift, offset = np.unravel_index(int(np.argmax(overlap)), overlap.shape)
    return _moved(y, limit - int(shift)) - (int(offset) - LEVELS + 1) * step


def _difference_counts(x: Doubles, y: Doubles, limit: int) -> Doubles:
    """Count level differences y - x for every shift, shape (2 limit + 1, 2 levels - 1): the pictures' correlation."""
    shown = np.flatnonzero(np.isfinite(x))
    padded = np.pad(y, limit, constant_values=np.nan)
    counts = np.zeros((2 * limit + 1, 2 * LEVELS - 1))
    for row in range(2 * limit + 1):
        difference = padded[shown + row] - x[shown]
        levels = difference[np.isfinite(difference)].astype(np.int64) + LEVELS - 1
        counts[row] = np.bincount(levels, minlength=2 * LEVELS - 1)
    return counts


def page_kaggle_ratio(truth: Floats, traced: Floats) -> float:
    """Signal-to-noise ratio of a page as Kaggle's "PhysioNet - Digitization of ECG Images" scores it, not in dB.

    Powers are summed over the leads before they are divided; a sample that was not traced, or moved away, counts as
    0 mV. The competition's score of many pages is ``10 log10`` of the mean ratio.

    Parameters
    ----------
    truth, traced : ndarray, shape (12, T), mV
    """
    signal = noise = 0.0
    for label, line in zip(truth, traced, strict=True):
        if np.isfinite(label).any():
            x, y = align_kaggle(label, line)
            signal += float(np.sum(x**2))
            noise += float(np.sum((x - np.nan_to_num(y)) ** 2))
    return min(signal / noise, BEST_RATIO) if noise > 0 else BEST_RATIO


def align_kaggle(truth: Floats, traced: Floats) -> tuple[Doubles, Doubles]:
    """Cut a lead to the samples that the page shows and align it as the Kaggle competition does.

    The shift is that of the greatest cross-correlation of both about their means within 0.2 s; then the constant of
    least squares is taken off. A submission may have no gaps: samples that were not traced are 0 mV before the
    alignment.

    Returns
    -------
    label, aligned : ndarray, shape (n,), float64, mV
        `aligned` is NaN where the shift left nothing.
    """
    shown = np.flatnonzero(np.isfinite(truth))
    span = slice(shown[0], shown[-1] + 1)
    x = np.nan_to_num(truth[span].astype(np.float64))
    y = np.nan_to_num(traced[span].astype(np.float64))
    limit = min(round(KAGGLE_SHIFT_S * SAMPLING_RATE_HZ), len(x) - 1)
    products = correlate(x - x.mean(), y - y.mean(), mode="full")[len(x) - 1 - limit : len(x) + limit]
    best = np.flatnonzero(products == products.max()) - limit
    moved = _moved(y, int(best[np.argmin(np.abs(best))]))
    return x, moved - np.nanmean(moved - x)


def _moved(line: Doubles, shift: int) -> Doubles:
    """Return a line moved later by `shift` samples, NaN where nothing is left."""
    moved = np.full(len(line), np.nan)
    if shift >= 0:
        moved[shift:] = line[: len(line) - shift]
    else:
        moved[:shift] = line[-shift:]
    return moved


def _pearson(x: Doubles, y: Doubles) -> float:
    if len(x) < 2 or np.std(x) < 1e-9 or np.std(y) < 1e-9:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])
