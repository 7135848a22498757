"""The model of quality: two logistic regressions on the evidence of a page and of its leads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.quality.evidence import AMPLITUDE_EVIDENCE, PAGE_EVIDENCE, lead_evidence, page_evidence
from heartguard.values import Ecg, Measurements, Page
from heartguard.weights import read_spec

__all__ = ["AMPLITUDES_TOLD", "Logistic", "Quality", "QualityModel", "load_quality_model"]

_UNSURE_ODDS = 6.0
"""Log-odds are cut at this: 0.25 % and 99.75 %, more than so few pages can tell."""


AMPLITUDES_TOLD = 0.3
"""Probability that amplitudes are off from which on a doctor is told. Out of fold more than half (60 %) of the
simulated pages that are told are off, 55 % of those that are off are told, and 5 % of the others."""


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


class Quality(NamedTuple):
    """How probably a page was read right.

    Attributes
    ----------
    page : float
    leads : ndarray, shape (12,), float32
        Of each lead; 0 for one that is absent.
    amplitudes_off : float
        Probability that amplitudes are off by more than 10 % although the lines were followed.
    """

    page: float
    leads: Floats
    amplitudes_off: float


@dataclass(frozen=True)
class QualityModel:
    """The models of all qualities, and what they were fitted to.

    Attributes
    ----------
    page, lead, amplitude : Logistic
        On `PAGE_EVIDENCE`, `LEAD_EVIDENCE` and `AMPLITUDE_EVIDENCE`.
    training_data, date : str
    """

    page: Logistic
    lead: Logistic
    amplitude: Logistic
    training_data: str
    date: str

    def judge(self, page: Page, ecg: Ecg, measurements: Measurements) -> Quality:
        """Return the quality of a page, of each lead, and of its amplitudes."""
        evidence = page_evidence(page, ecg, measurements)
        odds = float(self.page.log_odds(evidence))
        lead_odds = self.lead.log_odds(lead_evidence(page, ecg, odds))
        shown = np.isfinite(ecg.signals).any(axis=1)
        leads = np.asarray(np.where(shown, 1 / (1 + np.exp(-lead_odds)), 0.0), np.float32)
        chosen = evidence[[PAGE_EVIDENCE.index(name) for name in AMPLITUDE_EVIDENCE]]
        return Quality(_probability(odds), leads, _probability(float(self.amplitude.log_odds(chosen))))


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
