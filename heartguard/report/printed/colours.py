"""Colours of a printed report; all are told apart in grey too."""

from __future__ import annotations

__all__ = ["ALARM", "FINE_GRID", "FRAME", "GRID", "INK", "MUTED", "NAMES", "WAVES"]

INK, MUTED, FRAME = "#111111", "#555555", "#bbbbbb"
"""Text and traces; what is of less weight; rules."""

ALARM = "#a30b1b"
"""What is not normal or uncertain; 8.5 to 1 on white."""

FINE_GRID, GRID = "#f6cfc8", "#e39a8e"
"""ECG paper, lines every 1 and 5 mm: the usual red, pale enough to be behind the traces in print."""

NAMES = "#0b3d91"
"""Names of leads and letters of beats."""

WAVES = {"P": "#1b7f4b", "QRS": "#111111", "T": "#8a5a00"}
"""Bars of the waves, in the order of time."""
