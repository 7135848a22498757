"""The layers of the structure network, and how large it is; what ships of it is a LiteRT file."""

from __future__ import annotations

from heartguard.layers import LAST_SHUFFLE, Layer
from heartguard.page.strips import STRIDE
from heartlab.simulate.recorders.raster import CHANNELS

__all__ = ["STRIDE", "STRUCTURE_LAYERS", "weight_count", "work_per_pixel"]


STRUCTURE_LAYERS = (
    Layer("half1", ("image",), 3, 24, kernel=5, stride=2),
    Layer("half2", ("half1",), 24, 24),
    Layer("quarter1", ("half2",), 24, 32, stride=2),
    Layer("quarter2", ("quarter1",), 32, 32),
    Layer("eighth1", ("quarter2",), 32, 48, stride=2),
    Layer("eighth2", ("eighth1",), 48, 48),
    Layer("sixteenth1", ("eighth2",), 48, 64, stride=2),
    Layer("sixteenth2", ("sixteenth1",), 64, 64),
    Layer("deep1", ("sixteenth2",), 64, 80, stride=2),
    Layer("deep2", ("deep1",), 80, 80),
    Layer("deep3", ("deep2",), 80, 80, dilation=2),
    Layer("up1", ("deep3",), 80, 64, kernel=1, active=False, grown=2),
    Layer("sixteenth3", ("up1", "sixteenth2"), 128, 64),
    Layer("up2", ("sixteenth3",), 64, 48, kernel=1, active=False, grown=2),
    Layer("eighth3", ("up2", "eighth2"), 96, 48),
    Layer("eighth4", ("eighth3",), 48, 48),
    Layer("up3", ("eighth4",), 48, 32, kernel=1, active=False, grown=2),
    Layer("quarter3", ("up3", "quarter2"), 64, 32),
    Layer("quarter4", ("quarter3",), 32, 32),
    Layer("up4", ("quarter4",), 32, 24, kernel=1, active=False, grown=2),
    Layer("half3", ("up4", "half2"), 48, 32),
    Layer("half4", ("half3",), 32, 32),
    Layer("out", ("half4",), 32, LAST_SHUFFLE**2 * len(CHANNELS), kernel=1, active=False),
)
"""A U-Net of five levels: what is trace and what is print shows only in a view of some centimetres."""


def weight_count() -> int:
    """Return the number of weights after batch normalisation is folded in."""
    return sum(layer.kernel**2 * layer.inputs * layer.outputs + layer.outputs for layer in STRUCTURE_LAYERS)


def work_per_pixel() -> float:
    """Return multiplications for each pixel of a picture."""
    scales: dict[str, float] = {"image": 1.0}
    work = 0.0
    for layer in STRUCTURE_LAYERS:
        scale = scales[layer.sources[0]] / layer.stride
        work += scale**2 * layer.kernel**2 * layer.inputs * layer.outputs
        scales[layer.name] = scale * layer.grown
    return work
