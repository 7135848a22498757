"""Ecg to Measurements: beats, rate, intervals, axis, and how well the limb leads agree."""

from heartguard.measure.measuring import measure
from heartguard.measure.vectors import lead_disagreement

__all__ = ["lead_disagreement", "measure"]
