"""VGG16 as an ONNX graph, written in memory from a table of weights, for OpenCV to run.

The messages themselves are written by `heartguard.onnx`.
"""

from __future__ import annotations

from collections.abc import Sequence

from heartguard.arrays import Floats
from heartguard.classify.architecture import MAP_STRIDE, VGG16_BLOCKS
from heartguard.onnx import conv_tensors, model, node

LEVELS = ("pool4", "block5_conv3.relu")
"""Names of the outputs: the inputs of the linear head."""


def vgg16_graph(weights: dict[str, Floats], height: int, width: int) -> bytes:
    """Return VGG16 without its head as an ONNX model.

    Parameters
    ----------
    weights : dict of str to ndarray
        `block{b}_conv{k}/kernel`, shape (3, 3, in, out), and `.../bias`.
    height, width : int
        Size of the drawings, pixels.

    Returns
    -------
    bytes
        Input `image`, shape (1, 3, height, width), BGR minus the means; outputs `LEVELS`, each of shape
        (1, 512, height / 16, width / 16).
    """
    nodes: list[bytes] = []
    tensors: list[bytes] = []
    _add_blocks(nodes, tensors, weights)
    shape = (1, VGG16_BLOCKS[-1][-1], height // MAP_STRIDE, width // MAP_STRIDE)
    return model("vgg16", nodes, tensors, (1, 3, height, width), dict.fromkeys(LEVELS, shape))


def activation_graph(weights: dict[str, Floats], height: int, width: int, layers: Sequence[str]) -> bytes:
    """Return VGG16 without its head as an ONNX model whose outputs are the activations of some layers.

    Parameters
    ----------
    weights : dict of str to ndarray
        As for `vgg16_graph`.
    height, width : int
    layers : sequence of str
        Names such as ``"block4_conv3"``; each is an output after its ReLU, shape (1, channels, rows, columns), under
        the name that `activation_name` gives.
    """
    nodes: list[bytes] = []
    tensors: list[bytes] = []
    _add_blocks(nodes, tensors, weights)
    outputs = {activation_name(layer): activation_shape(layer, height, width) for layer in layers}
    return model("vgg16", nodes, tensors, (1, 3, height, width), outputs)


def activation_name(layer: str) -> str:
    """Return the name of a convolution's output after its ReLU."""
    return f"{layer}.relu"


def activation_shape(layer: str, height: int, width: int) -> tuple[int, int, int, int]:
    """Return (1, channels, rows, columns) of a convolution's output for drawings of one size."""
    block = int(layer.removeprefix("block").partition("_")[0])
    stride = 2 ** (block - 1)
    return 1, VGG16_BLOCKS[block - 1][0], height // stride, width // stride


def _add_blocks(nodes: list[bytes], tensors: list[bytes], weights: dict[str, Floats]) -> None:
    value = "image"
    for number, widths in enumerate(VGG16_BLOCKS, start=1):
        if number > 1:
            sizes = [("kernel_shape", [2, 2]), ("strides", [2, 2])]
            nodes.append(node("MaxPool", [value], value := f"pool{number - 1}", sizes))
        for k in range(1, len(widths) + 1):
            name = f"block{number}_conv{k}"
            tensors += conv_tensors(name, weights[f"{name}/kernel"], weights[f"{name}/bias"])
            attributes = [("kernel_shape", [3, 3]), ("pads", [1, 1, 1, 1]), ("strides", [1, 1])]
            nodes.append(node("Conv", [value, f"{name}.w", f"{name}.b"], name, attributes))
            nodes.append(node("Relu", [name], value := activation_name(name)))
