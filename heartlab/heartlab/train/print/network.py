"""The print network in PyTorch, for training only."""

from __future__ import annotations

from typing import Any

from heartlab.networks.print import PRINT_LAYERS, Convolution

__all__ = ["build_trainee"]


def build_trainee(seed: int) -> Any:
    """Return a network from cuts, shape (n, 3, 32, w), to logits, shape (n, w / 4, symbols)."""
    import torch
    from torch import nn

    class Trainee(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleDict({layer.name: _module(layer) for layer in PRINT_LAYERS})

        def forward(self, value: Any) -> Any:
            for layer in PRINT_LAYERS:
                found = self.layers[layer.name](value)
                value = value + found if layer.added else found
            return value[:, :, 0].permute(0, 2, 1)

    torch.manual_seed(seed)
    return Trainee()


def _module(layer: Convolution) -> Any:
    from torch import nn

    sizes = (layer.inputs, layer.outputs, layer.kernel, layer.stride, layer.padding, (1, layer.dilation))
    if not layer.active:
        return nn.Conv2d(*sizes)
    return nn.Sequential(nn.Conv2d(*sizes, bias=False), nn.BatchNorm2d(layer.outputs), nn.ReLU(inplace=True))
