"""Read pictures whose truth is known and score the readings: one row of the digitising table per condition."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from heartguard import read_ecg
from heartguard.arrays import Doubles, Floats
from heartguard.errors import HeartGuardError
from heartguard.leads import LEADS, SAMPLES
from heartguard.measure import measure
from heartguard.trace import trace
from heartguard.values import Ecg, Reading
from heartlab.evaluate.digitising_conditions import Case
from heartlab.metrics.scoring import agreement, lead_physionet_db
from heartlab.metrics.snr import page_snr_db

__all__ = ["CaseScore", "score_case", "summarise"]

_REFUSED_RATIO = 1.0
"""Kaggle ratio of a refused page: its error is as large as its signal."""

_REPEATS = 2000
"""Draws of the bootstrap."""


@dataclass(frozen=True, eq=False)
class CaseScore:
    """How one picture was read; a refused one has 0 dB, and NaN where there is nothing to compare.

    Attributes
    ----------
    name : str
    refusal : str
        The sentence of the refusal, or empty.
    layout_right : bool
    lead_db, quality : ndarray, shape (12,)
        `heartlab.metrics.scoring.lead_physionet_db`, and what the reader thinks of its leads; NaN where not shown.
    plain_db : float
        Mean of `lead_db` without the line network.
    kaggle_ratio, correlation, rmse_mv : float
        As in `heartlab.metrics.scoring.Agreement`.
    best_shift_db : float
        Mean of `heartlab.metrics.snr.lead_snr_db`.
    rate_error_per_min : float
    seconds, cpu_seconds : float
    same_label, moved : float
        1 where the class is that of the clean twin, else 0; how far the probability of the twin's class moved.
    """

    name: str
    refusal: str
    layout_right: bool
    lead_db: Doubles
    quality: Doubles
    plain_db: float
    kaggle_ratio: float
    correlation: float
    rmse_mv: float
    best_shift_db: float
    rate_error_per_min: float
    seconds: float
    cpu_seconds: float
    same_label: float
    moved: float

    @property
    def page_db(self) -> float:
        """Mean over the leads that are shown."""
        return float(np.nanmean(self.lead_db))


def score_case(case: Case) -> CaseScore:
    """Read a picture through the one door and compare it with its truth."""
    wall, cpu = time.perf_counter(), time.process_time()
    reading, refusal = _read(case.encoded)
    spent = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    twin = _read(case.twin)[0] if case.twin is not None else None
    shown = np.isfinite(case.truth).any(axis=1)
    if reading is None:
        nothing = np.where(shown, 0.0, np.nan)
        unknown = dict.fromkeys(("rmse_mv", "rate_error_per_min", "moved"), float("nan"))
        zero = {"correlation": 0.0, "best_shift_db": 0.0, "same_label": 0.0 if twin else float("nan")}
        return CaseScore(case.name, refusal, False, nothing, nothing, 0.0, _REFUSED_RATIO, **zero, **unknown, **spent)
    signals = reading.ecg.signals[:, :SAMPLES]  # A page that was read as a longer one has more.
    found = agreement(case.truth, signals)
    same, moved = _answers(reading, twin)
    return CaseScore(
        name=case.name,
        refusal="",
        layout_right=reading.page.layout.name == case.layout,
        lead_db=found.lead_db,
        quality=np.where(shown, reading.ecg.quality, np.nan),
        plain_db=_plain_db(case.truth, reading),
        kaggle_ratio=found.kaggle_ratio,
        correlation=found.correlation,
        rmse_mv=found.rmse_mv,
        best_shift_db=float(page_snr_db(case.truth, signals).mean()),
        rate_error_per_min=_rate_error(reading, case.truth),
        same_label=same,
        moved=moved,
        **spent,
    )


def summarise(condition: str, scores: Sequence[CaseScore], peak_mb: float) -> dict[str, Any]:
    """Return one row of the table; its columns are explained in ``docs/digitisation.md``."""
    pages = np.array([score.page_db for score in scores])
    ratios = np.array([score.kaggle_ratio for score in scores])
    low, high = _interval(pages, np.mean)
    kaggle_low, kaggle_high = _interval(ratios, _decibels_of_mean)
    return {
        "condition": condition,
        "records": len(scores),
        "read_percent": _percent([not score.refusal for score in scores]),
        "layout_right_percent": _percent([score.layout_right for score in scores]),
        "physionet_mean_db": round(float(pages.mean()), 2),
        "physionet_low_db": low,
        "physionet_high_db": high,
        "physionet_median_db": round(float(np.median(pages)), 2),
        "physionet_p10_db": round(float(np.percentile(pages, 10)), 2),
        "physionet_without_lines_db": _mean([score.plain_db for score in scores], 2),
        "kaggle_db": round(_decibels_of_mean(ratios), 2),
        "kaggle_low_db": kaggle_low,
        "kaggle_high_db": kaggle_high,
        "kaggle_median_db": round(float(10 * np.log10(np.median(ratios))), 2),
        "kaggle_p10_db": round(float(10 * np.log10(np.percentile(ratios, 10))), 2),
        "snr_mean_db": _mean([score.best_shift_db for score in scores], 2),
        "correlation": _mean([score.correlation for score in scores], 4),
        "rmse_mv": _mean([score.rmse_mv for score in scores], 4),
        "rate_error_per_min": _mean([score.rate_error_per_min for score in scores], 2),
        "same_label_percent": _mean([100 * score.same_label for score in scores], 1),
        "probability_moved": _mean([score.moved for score in scores], 3),
        "quality_spearman": _rank_correlation(scores),
        "seconds": round(float(np.median([score.seconds for score in scores])), 2),
        "cpu_seconds": round(float(np.median([score.cpu_seconds for score in scores])), 2),
        "peak_mb": round(peak_mb),
    }


def _read(encoded: bytes) -> tuple[Reading | None, str]:
    try:
        return read_ecg(encoded, name="page"), ""
    except HeartGuardError as error:
        return None, f"{type(error).__name__}: {error}"


def _plain_db(truth: Floats, reading: Reading) -> float:
    """Return the page's mean ratio when the line network leaves its lines as they were followed."""
    signals = trace(reading.page, None).signals[:, :SAMPLES]
    shown = np.isfinite(truth).any(axis=1)
    return float(np.mean([lead_physionet_db(*pair) for pair in zip(truth[shown], signals[shown], strict=True)]))


def _answers(reading: Reading, twin: Reading | None) -> tuple[float, float]:
    """Return whether the class is the twin's, and how far the probability of the twin's class moved."""
    if twin is None:
        return float("nan"), float("nan")
    label, here = twin.prediction.label, reading.prediction
    return float(here.label == label), abs(here.probabilities[label] - twin.prediction.probabilities[label])


def _rate_error(reading: Reading, truth: Floats) -> float:
    """Compare the rate with the one measured on the true signals where the page shows them."""
    true = measure(Ecg(truth, np.ones(len(LEADS), np.float32))).heart_rate_bpm
    found = reading.measurements.heart_rate_bpm
    return float("nan") if true is None or found is None else abs(found - true)


def _rank_correlation(scores: Sequence[CaseScore]) -> float | None:
    """Spearman's correlation between a lead's quality and its ratio, over the leads of all pages that were read."""
    pairs = [np.stack([score.quality, score.lead_db]) for score in scores if not score.refusal]
    if not pairs:
        return None
    both = np.concatenate(pairs, axis=1)
    quality, decibels = both[:, np.isfinite(both).all(axis=0)]
    if np.ptp(quality) == 0:
        return None
    return round(float(spearmanr(quality, decibels)[0]), 2)


def _interval(values: Doubles, statistic: Any) -> tuple[float, float]:
    """Return the 95 % interval by percentile bootstrap over the records."""
    rng = np.random.default_rng(0)
    found = [statistic(values[rng.integers(0, len(values), len(values))]) for _ in range(_REPEATS)]
    low, high = np.percentile(found, [2.5, 97.5])
    return round(float(low), 2), round(float(high), 2)


def _decibels_of_mean(ratios: Doubles) -> float:
    return float(10 * np.log10(ratios.mean()))


def _percent(flags: Sequence[bool]) -> float:
    return round(100 * float(np.mean(flags)), 1)


def _mean(values: Sequence[float], digits: int) -> float | None:
    known = [value for value in values if np.isfinite(value)]
    return round(float(np.mean(known)), digits) if known else None
