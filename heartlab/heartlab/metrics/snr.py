"""How well traced signals agree with the truth behind a simulated page."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Floats
from heartguard.leads import SAMPLING_RATE_HZ

__all__ = ["MAX_SHIFT_S", "lead_snr_db", "page_snr_db"]

MAX_SHIFT_S = 0.5
"""Greatest shift in time that is undone: that of the PhysioNet challenge."""

_FLOOR_DB = 0.0
"""A lead that was not traced, or worse than a flat line, counts as 0 dB."""


def lead_snr_db(truth: Floats, traced: Floats, max_shift_s: float = MAX_SHIFT_S) -> float:
    """Signal-to-noise ratio of one lead after the best shift in time and offset in voltage.

    ``10 log10(sum(x^2) / sum((x - y)^2))`` over the samples that the page shows, with x the truth about its mean and y
    the traced lead moved by whole samples and by a constant so that the ratio is greatest. A sample that was not traced
    counts as zero. The challenges' own definitions are in `heartlab.metrics.scoring`.

    Parameters
    ----------
    truth, traced : ndarray, shape (T,), float32, mV
        NaN where the page shows nothing, or nothing was traced.
    max_shift_s : float
        Greatest shift that is tried, seconds.

    Returns
    -------
    float
        dB, never below 0; 0 when the lead was not traced.
    """
    shown = np.flatnonzero(~np.isnan(truth))
    if not len(shown) or np.isnan(traced).all():
        return _FLOOR_DB
    x = truth[shown].astype(np.float64)
    x -= x.mean()
    limit = round(max_shift_s * SAMPLING_RATE_HZ)
    padded = np.pad(np.nan_to_num(traced.astype(np.float64) - np.nanmedian(traced)), limit)
    noise = []
    for shift in range(-limit, limit + 1):
        difference = x - padded[shown + limit - shift]
        noise.append(float(np.var(difference)))
    return max(_FLOOR_DB, 10 * float(np.log10(np.mean(x**2) / max(min(noise), 1e-12))))


def page_snr_db(truth: Floats, traced: Floats) -> Floats:
    """`lead_snr_db` of every lead, shape (12,), dB."""
    return np.array([lead_snr_db(x, y) for x, y in zip(truth, traced, strict=True)], np.float32)
