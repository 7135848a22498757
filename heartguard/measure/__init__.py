"""Ecg to Measurements: beats, rate, intervals, axis."""

from heartguard.measure.measuring import measure

__all__ = ["measure"]
