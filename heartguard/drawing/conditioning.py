"""Bring every stretch into the band that all recorders share, 0.67-25 Hz, each one alone and all in the same way."""

from __future__ import annotations

from functools import cache

import numpy as np

from heartguard.arrays import Doubles, Floats, Mask, runs_of_true
from heartguard.leads import SAMPLING_RATE_HZ

LOW_HZ = 0.67
HIGH_HZ = 25.0
PIECE_RATE_HZ = 125
_STEP = SAMPLING_RATE_HZ // PIECE_RATE_HZ
_HALF_KERNEL = 40
_LONGEST_BRIDGE = round(0.04 * SAMPLING_RATE_HZ)


@cache
def _low_pass_kernel() -> Doubles:
    """Return a Hamming-windowed sinc with its half amplitude at 25 Hz."""
    n = np.arange(-_HALF_KERNEL, _HALF_KERNEL + 1)
    kernel: Doubles = np.sinc(2 * HIGH_HZ / SAMPLING_RATE_HZ * n) * np.hamming(n.size)
    kernel /= kernel.sum()
    return kernel


@cache
def _detrender(samples: int) -> Floats:
    """Return the high-pass as a matrix, shape (samples, samples): I - (I + λ D'D)^-1 with second differences D.

    Smoothness priors, after Tarvainen et al., IEEE Trans Biomed Eng 49:172 (2002). Its gain at frequency ω is
    λω⁴ / (1 + λω⁴), one half at 0.67 Hz; it needs no run-in at the ends, so that short stretches keep their ends.
    """
    weight = (2 * np.pi * LOW_HZ / PIECE_RATE_HZ) ** -4
    second = np.diff(np.eye(samples), n=2, axis=0)
    smooth = np.linalg.inv(np.eye(samples) + weight * (second.T @ second))
    matrix: Floats = (np.eye(samples) - smooth).astype(np.float32)
    return matrix


def condition(stretches: Floats) -> Floats:
    """Filter stretches to 0.67-25 Hz, put their median at 0 mV and sample them at 125 Hz.

    Parameters
    ----------
    stretches : ndarray, shape (k, n), float32, mV
        500 Hz; NaN where nothing is traced.

    Returns
    -------
    ndarray, shape (k, ceil(n / 4)), float32, mV
        NaN where the gap of the trace is longer than 40 ms, and all through a stretch that is empty.
    """
    filled, gaps = _bridge(stretches.astype(np.float32))
    padded = np.pad(filled, ((0, 0), (_HALF_KERNEL, _HALF_KERNEL)), mode="reflect", reflect_type="odd")
    kernel = _low_pass_kernel()
    low = np.stack([np.convolve(row, kernel, mode="valid")[::_STEP] for row in padded]).astype(np.float32)
    banded = low @ _detrender(low.shape[1]).T
    banded -= np.median(banded, axis=1, keepdims=True)
    banded[gaps[:, ::_STEP]] = np.nan
    return banded


def _bridge(stretches: Floats) -> tuple[Floats, Mask]:
    """Interpolate over what is not traced; return it with a mask of the gaps that stay open."""
    filled, gaps = stretches.copy(), ~np.isfinite(stretches)
    columns = np.arange(stretches.shape[1])
    for row, missing in zip(filled, gaps, strict=True):
        if missing.all():
            row[:] = 0.0
        elif missing.any():
            row[missing] = np.interp(columns[missing], columns[~missing], row[~missing])
            _close_short_gaps(missing)
    return filled, gaps


def _close_short_gaps(missing: Mask) -> None:
    """Clear, in place, runs of a mask that are short enough to draw through."""
    for start, stop in runs_of_true(missing):
        if stop - start <= _LONGEST_BRIDGE:
            missing[start:stop] = False
