"""Whether a page was read right: each lead's signal-to-noise ratio, and names, rate and scale, against the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.leads import CHEST_LEADS, LEAD_INDEX, LIMB_LEADS, SAMPLING_RATE_HZ
from heartguard.values import Reading

__all__ = ["RIGHT_DB", "Judged", "Stretch", "judge_page"]

RIGHT_DB = 10.0
"""Least mean signal-to-noise ratio of a page that counts as right."""

_MAX_SHIFT = SAMPLING_RATE_HZ // 2
"""Samples, half a second: a lead that is further from its place in the record counts as misplaced."""

_STEP = 5
"""Samples between the shifts that are tried first; the best one is then refined sample by sample."""

_FITS, _BETTER = 0.8, 0.15
"""A lead bears another's name if it correlates so well with that one, and by so much better than with its own."""

_SCALE_OFF, _RATE_OFF = 0.1, 0.05
_FLOOR_DB = -10.0
"""Below this a signal has nothing to do with the truth; how much below tells nothing more."""


@dataclass(frozen=True)
class Stretch:
    """A drawn part of a lead: its seconds in the record, and where they begin on a page read column by column."""

    lead: str
    start_s: float
    end_s: float
    page_s: float


@dataclass(frozen=True)
class Judged:
    """How a page was read.

    Attributes
    ----------
    lead_db : dict of str to float
        By the leads that are drawn, each at its own shift of at most 0.5 s; 0 where one is missing.
    names_right, rate_right, scale_right : bool
    """

    lead_db: dict[str, float]
    names_right: bool
    rate_right: bool
    scale_right: bool

    @property
    def mean_db(self) -> float:
        """Mean over the drawn leads."""
        return float(np.mean(list(self.lead_db.values())))

    @property
    def right(self) -> bool:
        """Whether the page was read right."""
        return self.mean_db >= RIGHT_DB and self.names_right and self.rate_right and self.scale_right


def judge_page(reading: Reading, truth: Floats, stretches: Sequence[Stretch], rates: Sequence[float]) -> Judged:
    """Compare a reading with what was drawn.

    Parameters
    ----------
    reading : Reading
    truth : ndarray, shape (12, samples), mV
        500 Hz, in the order of `heartguard.leads.LEADS`.
    stretches : sequence of Stretch
    rates : sequence of float
        Any of which is right, 1/min.
    """
    longest = {s.lead: s for s in sorted(stretches, key=lambda s: s.end_s - s.start_s)}
    drawn = {lead: s for lead, s in longest.items() if lead in LEAD_INDEX}
    found: dict[str, _Fit] = {}
    for lead, stretch in drawn.items():
        signal = reading.ecg.lead(lead)
        if np.isfinite(signal).sum() >= SAMPLING_RATE_HZ // 2:
            found[lead] = _fit(truth, lead, stretch, signal)
    lead_db = {lead: found[lead].db if lead in found else 0.0 for lead in longest}
    rate = reading.measurements.heart_rate_bpm
    return Judged(
        lead_db,
        _names_right(reading, truth, drawn, found),
        rate is not None and any(abs(rate / right - 1) <= _RATE_OFF for right in rates),
        all(_scale_right(found, leads) for leads in (LIMB_LEADS, CHEST_LEADS)),
    )


@dataclass(frozen=True)
class _Fit:
    """The best fit of a traced lead: decibels, correlation, and slope against the truth."""

    db: float
    correlation: float
    slope: float


def _fit(truth: Floats, lead: str, stretch: Stretch, signal: Floats) -> _Fit:
    """Return the fit at the best of the shifts, from the stretch's time in the record or on the page."""
    first, last = (round(s * SAMPLING_RATE_HZ) for s in (stretch.start_s, stretch.end_s))
    last = min(last, truth.shape[1])
    own = truth[LEAD_INDEX[lead], first:last].astype(np.float64)
    best = _Fit(_FLOOR_DB, -1.0, 0.0)
    for place in {first, round(stretch.page_s * SAMPLING_RATE_HZ)}:
        coarse = [(_at(own, signal, place + shift), shift) for shift in range(-_MAX_SHIFT, _MAX_SHIFT + 1, _STEP)]
        top = max(coarse, key=lambda one: one[0].db)[1]
        fine = [_at(own, signal, place + shift) for shift in range(top - _STEP + 1, top + _STEP)]
        best = max([best, *fine], key=lambda fit: fit.db)
    return best


def _at(own: Doubles, signal: Floats, place: int) -> _Fit:
    low, high = max(0, -place), min(len(own), len(signal) - place)
    if high - low < SAMPLING_RATE_HZ // 4:
        return _Fit(_FLOOR_DB, -1.0, 0.0)
    a, b = own[low:high], signal[place + low : place + high].astype(np.float64)
    seen = np.isfinite(b)
    if seen.sum() < 0.3 * len(own):
        return _Fit(_FLOOR_DB, -1.0, 0.0)
    missing = len(own) - int(seen.sum())
    a, b = a[seen] - a[seen].mean(), b[seen] - b[seen].mean()
    power, error = float(a @ a), float((b - a) @ (b - a))
    if missing > 0.2 * len(own):
        lost = power * missing / len(a)
        power, error = power + lost, error + lost
    db = max(_FLOOR_DB, 10 * float(np.log10(max(power, 1e-9) / max(error, 1e-9))))
    return _Fit(db, float(a @ b / np.sqrt(max((a @ a) * (b @ b), 1e-12))), float(a @ b / max(a @ a, 1e-9)))


def _names_right(reading: Reading, truth: Floats, drawn: Mapping[str, Stretch], found: Mapping[str, _Fit]) -> bool:
    for lead in LEAD_INDEX:
        signal = reading.ecg.lead(lead)
        if np.isfinite(signal).sum() < SAMPLING_RATE_HZ // 2:
            continue
        if lead not in drawn:
            return False
        own = found[lead].correlation
        if own >= _FITS + _BETTER / 2:
            continue
        others = [_fit(truth, other, s, signal).correlation for other, s in drawn.items() if other != lead]
        if max(others, default=0.0) >= _FITS and max(others) - own > _BETTER:
            return False
    return True


def _scale_right(found: Mapping[str, _Fit], leads: Sequence[str]) -> bool:
    slopes = [found[lead].slope for lead in leads if lead in found and found[lead].correlation > 0.7]
    return len(slopes) < 2 or abs(float(np.median(slopes)) - 1) <= _SCALE_OFF
