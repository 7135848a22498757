"""The layers of a small network that tells the trace from print, grid, creases and paper on a straight page."""

from __future__ import annotations

from heartguard.layers import LAST_SHUFFLE, Layer

__all__ = ["CHANNELS", "INK_LAYERS", "PRINT", "STRIDE", "TRACE"]

TRACE, PRINT = range(2)
CHANNELS = 2
"""Outputs: the logits of how much of each pixel a trace covers, and other ink."""

STRIDE = 8
"""Height and width of a picture must be multiples of it."""

INK_LAYERS = (
    Layer("half1", ("image",), 3, 12, stride=2),
    Layer("half2", ("half1",), 12, 12),
    Layer("quarter1", ("half2",), 12, 24, stride=2),
    Layer("quarter2", ("quarter1",), 24, 24),
    Layer("eighth1", ("quarter2",), 24, 40, stride=2),
    Layer("eighth2", ("eighth1",), 40, 40, dilation=2),
    Layer("eighth3", ("eighth2",), 40, 40, dilation=4),
    Layer("up1", ("eighth3",), 40, 24, kernel=1, active=False, grown=2),
    Layer("quarter3", ("up1", "quarter2"), 48, 32),
    Layer("up2", ("quarter3",), 32, 16, kernel=1, active=False, grown=2),
    Layer("half3", ("up2", "half2"), 28, 24),
    Layer("out", ("half3",), 24, LAST_SHUFFLE**2 * CHANNELS, kernel=1, active=False),
)
