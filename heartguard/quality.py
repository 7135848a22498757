"""Quality: the probability that a page, or a lead, was read right, by a small model fitted to simulated pages.

A page is right if its traces have a signal-to-noise ratio of at least 10 dB, and lead names, rate and scale are right.
A lead is right if it has 10 dB under its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LEADS
from heartguard.limb_law import lead_disagreement
from heartguard.values import Ecg, Measurements, Page
from heartguard.weights import read_spec

__all__ = [
    "LEAD_EVIDENCE",
    "PAGE_EVIDENCE",
    "Logistic",
    "QualityModel",
    "lead_evidence",
    "load_quality_model",
    "page_evidence",
]

PAGE_EVIDENCE = (
    "limb_disagreement",
    "limbs_unchecked",
    "lines_followed",
    "worst_line",
    "stray_ink",
    "vague_trace",
    "layout_certainty",
    "grid_strength",
    "no_grid",
    "grid_off_mm",
    "grid_bent",
    "fineness",
    "pulse_share",
    "lost_pulses",
    "pulse_error",
    "length_error",
    "names_seen",
    "stray_names",
    "column_marks",
    "names_agree",
    "names_differ",
    "gain_witnesses",
    "beat_height",
    "wave_height",
    "rate_plausible",
    "rr_variation",
    "unmeasured",
    "other_order",
)
"""What the quality of a page is told from."""

LEAD_EVIDENCE = ("page", "followed", "spread", "disagreement", "vague", "height")
"""What the quality of a lead is told from: the page's quality as log-odds, and its own line."""

_UNSURE_ODDS = 6.0
"""Log-odds are cut at this: 0.25 % and 99.75 %, more than so few pages can tell."""

_NEAR_MM = 1.2
"""Ink further from every line than this is nobody's: half a stroke and the slack of a tall, merged complex."""


@dataclass(frozen=True)
class Logistic:
    """A logistic regression on evidence that is first centred, scaled and cut at three standard deviations.

    Attributes
    ----------
    mean, scale, weights : tuple of float
        In the order of the evidence.
    intercept : float
    """

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    def log_odds(self, evidence: Doubles) -> Doubles:
        """Return the log-odds for evidence of shape (..., n)."""
        z = np.clip((evidence - np.array(self.mean)) / np.array(self.scale), -3, 3)
        odds = z @ np.array(self.weights) + self.intercept
        return np.asarray(np.clip(odds, -_UNSURE_ODDS, _UNSURE_ODDS), np.float64)


@dataclass(frozen=True)
class QualityModel:
    """The models of both qualities, and what they were fitted to.

    Attributes
    ----------
    page, lead : Logistic
        On `PAGE_EVIDENCE` and on `LEAD_EVIDENCE`.
    training_data, date : str
    """

    page: Logistic
    lead: Logistic
    training_data: str
    date: str

    def judge(self, page: Page, ecg: Ecg, measurements: Measurements) -> tuple[float, Floats]:
        """Return the quality of a page, and that of each lead, shape (12,); 0 for a lead that is absent."""
        odds = float(self.page.log_odds(page_evidence(page, ecg, measurements)))
        lead_odds = self.lead.log_odds(lead_evidence(page, ecg, odds))
        shown = np.isfinite(ecg.signals).any(axis=1)
        return _probability(odds), np.asarray(np.where(shown, 1 / (1 + np.exp(-lead_odds)), 0.0), np.float32)


def _probability(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))


def load_quality_model(folder: Path) -> QualityModel:
    """Load the model of a models folder.

    Raises
    ------
    ModelError
        If ``quality.json`` is missing or cannot be read.
    """
    return read_spec(folder / "quality.json", QualityModel)


def page_evidence(page: Page, ecg: Ecg, measurements: Measurements) -> Doubles:
    """Return the evidence on a page, shape (28,), in the order of `PAGE_EVIDENCE`."""
    disagreement = lead_disagreement(ecg.unreconciled_signals)
    followed = [segment.quality for segment in ecg.segments]
    heights = _heights(ecg)
    tall = float(np.nanmedian(heights)) if np.isfinite(heights).any() else 0.05
    rate = measurements.heart_rate_bpm
    # Small waves are no sign of a wrong gain where pulses show it.
    unscaled = 1.0 - max(page.evidence["pulse_share"], float(page.evidence["gain_witnesses"] > 0))
    found: dict[str, float] = {
        "limb_disagreement": 0.3 if disagreement is None else min(disagreement, 1.5),
        "limbs_unchecked": float(disagreement is None),
        "lines_followed": float(np.mean(followed)) if followed else 0.0,
        "worst_line": float(np.min(followed)) if followed else 0.0,
        "stray_ink": _stray(page, ecg),
        "wave_height": unscaled * abs(float(np.log(max(tall, 0.05)))),
        "beat_height": unscaled * float(np.log(max(tall, 0.05))),
        "rate_plausible": float(rate is not None and 35 <= rate <= 180),
        "rr_variation": min(measurements.rr_variation or 0.0, 0.6),
        "unmeasured": float(rate is None),
        "other_order": float(page.layout.order not in ("standard", "printed")),
        **page.evidence,
    }
    return np.array([found[name] for name in PAGE_EVIDENCE])


def lead_evidence(page: Page, ecg: Ecg, page_odds: float) -> Doubles:
    """Return the evidence on each lead, shape (12, 6), in the order of `LEAD_EVIDENCE`."""
    disagreement = lead_disagreement(ecg.unreconciled_signals)
    heights = _heights(ecg)
    rows = []
    for lead, height in zip(LEADS, heights, strict=True):
        own = [segment for segment in ecg.segments if segment.panel.lead == lead]
        followed = max((segment.quality for segment in own), default=0.0)
        spread = min((segment.spread for segment in own), default=0.0)
        limb = (0.3 if disagreement is None else min(disagreement, 1.5)) if not lead.startswith("V") else 0.0
        vague = min((_vague(page, segment.y, segment.x0) for segment in own), default=1.0)
        rows.append((page_odds, followed, spread, limb, vague, float(np.log(max(np.nan_to_num(height), 0.05)))))
    return np.array(rows)


def _heights(ecg: Ecg) -> Doubles:
    """Return the range of each lead from its 1st to its 99th percentile, shape (12,), mV; NaN where it is absent."""
    shown = np.isfinite(ecg.signals).any(axis=1)
    heights = np.full(len(ecg.signals), np.nan)
    low, high = np.nanpercentile(ecg.signals[shown], (1, 99), axis=1) if shown.any() else (np.zeros(0), np.zeros(0))
    heights[shown] = high - low
    return heights


def _vague(page: Page, y: Floats, x0: int) -> float:
    """Return the share of a line's points on pale ink."""
    columns = np.flatnonzero(np.isfinite(y))
    if not len(columns):
        return 1.0
    rows = np.clip(np.round(y[columns]).astype(int), 0, page.ink.shape[0] - 1)
    return float(np.mean(page.ink[rows, np.clip(x0 + columns, 0, page.ink.shape[1] - 1)] < 0.5))


def _stray(page: Page, ecg: Ecg) -> float:
    """Return the share of the ink in the columns of the panels that is near no line."""
    inked = page.ink > 0.5
    reach = _NEAR_MM * page.px_per_mm
    taken = np.zeros_like(inked)
    first, last = page.ink.shape[1], 0
    for segment in ecg.segments:
        first, last = min(first, segment.x0), max(last, segment.x0 + len(segment.y))
        for column in np.flatnonzero(np.isfinite(segment.y)):
            around = segment.y[max(0, column - 3) : column + 4]
            top, bottom = np.nanmin(around) - reach, np.nanmax(around) + reach
            taken[max(0, round(float(top))) : round(float(bottom)) + 1, segment.x0 + column] = True
    here = inked[:, max(0, first) : last]
    total = int(here.sum())
    return float((here & ~taken[:, max(0, first) : last]).sum()) / total if total else 1.0
