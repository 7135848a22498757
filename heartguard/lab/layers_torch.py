"""Networks of `heartguard.layers` in PyTorch, for training only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heartguard.layers import LAST_SHUFFLE, Layer
from heartguard.weights import Weights

__all__ = ["build_network", "fold"]


def build_network(layers: Sequence[Layer], seed: int) -> Any:
    """Return the network in PyTorch, each active layer with batch normalisation; it gives the finer pixels at last."""
    import torch
    from torch import nn

    class Trainee(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleDict({layer.name: _module(layer) for layer in layers})

        def forward(self, image: Any) -> Any:
            values = {"image": image}
            for layer in layers:
                parts = [values[name] for name in layer.sources]
                value = self.layers[layer.name](torch.cat(parts, dim=1) if len(parts) > 1 else parts[0])
                values[layer.name] = (
                    nn.functional.interpolate(value, scale_factor=layer.grown) if layer.grown > 1 else value
                )
            return nn.functional.pixel_shuffle(values[layers[-1].name], LAST_SHUFFLE)

    torch.manual_seed(seed)
    return Trainee()


def _module(layer: Layer) -> Any:
    from torch import nn

    padding = layer.dilation * (layer.kernel // 2)
    sizes = (layer.inputs, layer.outputs, layer.kernel, layer.stride, padding, layer.dilation)
    if not layer.active:
        return nn.Conv2d(*sizes)
    return nn.Sequential(nn.Conv2d(*sizes, bias=False), nn.BatchNorm2d(layer.outputs), nn.ReLU(inplace=True))


def fold(network: Any, layers: Sequence[Layer]) -> Weights:
    """Return kernels, shape (k, k, in, out), and biases with the batch normalisation folded in."""
    weights: Weights = {}
    for layer in layers:
        module = network.layers[layer.name]
        convolution = module[0] if layer.active else module
        kernel = convolution.weight.detach()
        if layer.active:
            norm = module[1]
            scale = norm.weight.detach() / (norm.running_var + norm.eps).sqrt()
            kernel, bias = kernel * scale[:, None, None, None], norm.bias.detach() - norm.running_mean * scale
        else:
            bias = convolution.bias.detach()
        weights[f"{layer.name}/kernel"] = kernel.permute(2, 3, 1, 0).contiguous().cpu().numpy()
        weights[f"{layer.name}/bias"] = bias.cpu().numpy()
    return weights
