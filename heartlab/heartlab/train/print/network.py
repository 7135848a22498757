"""The print network in PyTorch, for training only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from heartguard.weights import Weights
from heartlab.networks.print import PRINT_LAYERS, Convolution
from heartlab.train.layers_torch import plain_module

__all__ = ["build_trainee", "plain_trainee"]


def build_trainee(seed: int) -> Any:
    """Return a network from cuts, shape (n, 3, 32, w), to logits, shape (n, w / 4, symbols)."""
    import torch

    torch.manual_seed(seed)
    return _joined(_module)


def plain_trainee(weights: Weights) -> Any:
    """Return a network of written weights, without batch normalisation, else as `build_trainee`."""
    return _joined(lambda layer: plain_module(layer, _sizes(layer), weights))


def _joined(module_of: Callable[[Convolution], Any]) -> Any:
    from torch import nn

    class Trainee(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleDict({layer.name: module_of(layer) for layer in PRINT_LAYERS})

        def forward(self, value: Any) -> Any:
            for layer in PRINT_LAYERS:
                found = self.layers[layer.name](value)
                value = value + found if layer.added else found
            return value[:, :, 0].permute(0, 2, 1)

    return Trainee()


def _sizes(layer: Convolution) -> tuple[Any, ...]:
    return (layer.inputs, layer.outputs, layer.kernel, layer.stride, layer.padding, (1, layer.dilation))


def _module(layer: Convolution) -> Any:
    from torch import nn

    if not layer.active:
        return nn.Conv2d(*_sizes(layer))
    return nn.Sequential(nn.Conv2d(*_sizes(layer), bias=False), nn.BatchNorm2d(layer.outputs), nn.ReLU(inplace=True))
