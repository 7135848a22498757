"""How large the structure network is; `heartguard.page.structure` defines its layers."""

from __future__ import annotations

from heartguard.page.structure import STRIDE, STRUCTURE_LAYERS

__all__ = ["STRIDE", "STRUCTURE_LAYERS", "weight_count", "work_per_pixel"]


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
