"""Ecg to Measurements: beats, rate, intervals, axis, and how well the limb leads agree."""

from heartguard.measure.measuring import measure

__all__ = ["measure"]
