"""Quality: the probability that a page, or a lead, was read right, by a small model fitted to simulated pages.

A page is right if its traces have a signal-to-noise ratio of at least 10 dB, and lead names, rate and scale are right.
A lead is right if it has 10 dB under its name.
"""

from heartguard.quality.evidence import AMPLITUDE_EVIDENCE, LEAD_EVIDENCE, PAGE_EVIDENCE, lead_evidence, page_evidence
from heartguard.quality.model import AMPLITUDES_TOLD, Logistic, Quality, QualityModel, load_quality_model

__all__ = [
    "AMPLITUDES_TOLD",
    "AMPLITUDE_EVIDENCE",
    "LEAD_EVIDENCE",
    "PAGE_EVIDENCE",
    "Logistic",
    "Quality",
    "QualityModel",
    "lead_evidence",
    "load_quality_model",
    "page_evidence",
]
