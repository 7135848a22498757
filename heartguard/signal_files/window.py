"""Ten seconds of a recording, at the rate of every signal of this package."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.leads import CHEST_LEADS, LEADS, PAGE_SECONDS, SAMPLES, SAMPLING_RATE_HZ
from heartguard.limb_law import LIMB_LEAD_MATRIX
from heartguard.signal_files.names import distinct
from heartguard.signal_files.recording import Channel, Recording
from heartguard.values import RecordedSignals

__all__ = ["signals_of"]

_MARGIN_S = 1
"""Samples before and after the window that take part in its filter, so that it has no ends within a recording."""

_FINEST_RATIO = 10_000
"""Greatest divisor in the ratio of two sampling rates: 0.001 s in 10 s."""

_INDEPENDENT = ("I", "II", *CHEST_LEADS)
"""The eight leads that a recorder of twelve measures; the others are sums of these."""


def signals_of(recording: Recording, page: int = 0) -> RecordedSignals:
    """Return the leads of the k-th 10 s of a recording.

    Where a file has the eight independent leads alone, as MUSE's, the other four limb leads are computed from I and
    II by Einthoven's and Goldberger's equations.

    Parameters
    ----------
    recording : Recording
    page : int
        From 0.
    """
    names = distinct(channel.name for channel in recording.channels)
    leads = {name: _resampled(channel, page) for name, channel in zip(names, recording.channels, strict=True)}
    computed = _computed(leads)
    leads |= computed
    first = [lead for lead in LEADS if lead in leads]
    ordered = {name: leads[name] for name in (*first, *(name for name in leads if name not in LEADS))}
    return RecordedSignals(
        leads=ordered,
        format=recording.format,
        rate_hz=max(channel.rate_hz for channel in recording.channels),
        start_s=page * PAGE_SECONDS,
        units_known=recording.units_known,
        computed=tuple(computed),
    )


def _computed(leads: Mapping[str, Floats]) -> dict[str, Floats]:
    if not set(_INDEPENDENT) <= leads.keys():
        return {}
    absent = [lead for lead in LIMB_LEAD_MATRIX if lead not in leads]
    pairs = {lead: LIMB_LEAD_MATRIX[lead] for lead in absent}
    return {lead: (one * leads["I"] + two * leads["II"]).astype(np.float32) for lead, (one, two) in pairs.items()}


def _resampled(channel: Channel, page: int) -> Floats:
    """Return 10 s of a channel at 500 Hz, shape (5000,), mV; NaN where it has no samples."""
    out = np.full(SAMPLES, np.nan, np.float32)
    start_s = page * PAGE_SECONDS
    before = _MARGIN_S if page else 0
    first = round((start_s - before) * channel.rate_hz)
    last = round((start_s + PAGE_SECONDS + _MARGIN_S) * channel.rate_hz)
    values = channel.mv(first, last)
    if not np.isfinite(values).any():
        return out
    fine = _to_500_hz(values, channel.rate_hz)[before * SAMPLING_RATE_HZ :][:SAMPLES]
    out[: len(fine)] = fine
    return out


def _to_500_hz(values: Doubles, rate_hz: float) -> Doubles:
    from scipy.signal import resample_poly

    ratio = Fraction(SAMPLING_RATE_HZ / rate_hz).limit_denominator(_FINEST_RATIO)
    if ratio == 1:
        return values
    lost = ~np.isfinite(values)
    places = np.arange(len(values))
    whole = np.interp(places, places[~lost], values[~lost])
    fine = np.asarray(resample_poly(whole, ratio.numerator, ratio.denominator, padtype="line"), np.float64)
    nearest = np.clip(np.round(np.arange(len(fine)) / float(ratio)).astype(int), 0, len(values) - 1)
    fine[lost[nearest]] = np.nan
    return fine
