"""The model of quality: two logistic regressions on the evidence of a page and of its leads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.quality.evidence import lead_evidence, page_evidence
from heartguard.values import Ecg, Measurements, Page
from heartguard.weights import read_spec

__all__ = ["Logistic", "QualityModel", "load_quality_model"]

_UNSURE_ODDS = 6.0
"""Log-odds are cut at this: 0.25 % and 99.75 %, more than so few pages can tell."""


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
