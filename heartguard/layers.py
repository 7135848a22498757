"""Small convolutional networks as a list of layers, and their ONNX models for OpenCV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from heartguard.arrays import Floats
from heartguard.onnx import conv_tensors, model, node, tensor
from heartguard.weights import Weights

__all__ = ["LAST_SHUFFLE", "Layer", "network_graph", "shuffled"]

LAST_SHUFFLE = 2
"""The last layer computes 2 x 2 pixels per cell as channels: a quarter of the positions for the convolutions."""


class Layer(NamedTuple):
    """One convolution of the concatenated outputs of `sources`, followed by a ReLU if `active`.

    If `grown` is more than 1, the output is enlarged by it (nearest neighbour). The last layer returns the
    `LAST_SHUFFLE` by `LAST_SHUFFLE` finer pixels of each pixel as channels, ordered by channel, row and column (pixel
    shuffle, see `shuffled`).
    """

    name: str
    sources: tuple[str, ...]
    inputs: int
    outputs: int
    kernel: int = 3
    stride: int = 1
    dilation: int = 1
    active: bool = True
    grown: int = 1


def network_graph(
    name: str,
    layers: Sequence[Layer],
    weights: Weights,
    shape: tuple[int, int, int, int],
    size: tuple[int, int],
) -> bytes:
    """Return a network as an ONNX model for pictures of one size.

    Parameters
    ----------
    name : str
    layers : sequence of Layer
    weights : dict of str to ndarray
        `{layer}/kernel`, shape (k, k, in, out), and `{layer}/bias` of every layer.
    shape : tuple of int
        Of the input `image`: pictures, channels, height and width.
    size : tuple of int
        Height and width of the output, which has the name of the last layer.
    """
    nodes: list[bytes] = []
    tensors: list[bytes] = []
    for layer in layers:
        value = layer.sources[0]
        if len(layer.sources) > 1:
            nodes.append(node("Concat", layer.sources, value := f"{layer.name}.in", [("axis", 1)]))
        tensors += conv_tensors(layer.name, weights[f"{layer.name}/kernel"], weights[f"{layer.name}/bias"])
        pad = layer.dilation * (layer.kernel // 2)
        sizes = {"kernel_shape": layer.kernel, "strides": layer.stride, "dilations": layer.dilation}
        attributes = [*((key, [number, number]) for key, number in sizes.items()), ("pads", [pad] * 4)]
        convolved = layer.name if not layer.active and layer.grown == 1 else f"{layer.name}.conv"
        nodes.append(node("Conv", [value, f"{layer.name}.w", f"{layer.name}.b"], convolved, attributes))
        if layer.active:
            nodes.append(node("Relu", [convolved], layer.name))
        elif layer.grown > 1:
            scales = np.array([1, 1, layer.grown, layer.grown], np.float32)
            tensors.append(tensor(f"{layer.name}.scales", scales))
            how = [("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")]
            nodes.append(node("Resize", [convolved, "", f"{layer.name}.scales"], layer.name, how))
    last = layers[-1]
    return model(name, nodes, tensors, shape, {last.name: (shape[0], last.outputs, *size)})


def shuffled(values: Floats) -> Floats:
    """Undo the pixel shuffle of the last layer: values of shape (n, 4 c, h, w) to (n, c, 2 h, 2 w)."""
    count, channels, height, width = values.shape
    split = values.reshape(count, channels // LAST_SHUFFLE**2, LAST_SHUFFLE, LAST_SHUFFLE, height, width)
    finer = split.transpose(0, 1, 4, 2, 5, 3)
    return np.ascontiguousarray(finer).reshape(count, -1, height * LAST_SHUFFLE, width * LAST_SHUFFLE)
