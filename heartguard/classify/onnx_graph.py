"""VGG16 as an ONNX graph, put together in memory from a table of weights, for OpenCV to run.

ONNX files are protocol buffers: every field is a tag (number and wire type) and a value. The few messages that a plain
convolutional network needs are written here, so that neither the onnx package nor a second model file is wanted.
Field numbers from the public schema (onnx.proto3, IR version 8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from heartguard.classify.architecture import MAP_STRIDE, VGG16_BLOCKS
from heartguard.values import Floats

LEVELS = ("pool4", "block5_conv3.relu")
"""Names of the outputs: what the linear head sees."""

_FLOAT, _INT, _INTS = 1, 2, 7


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
    return _model(nodes, tensors, (1, 3, height, width), dict.fromkeys(LEVELS, shape))


def activation_graph(weights: dict[str, Floats], height: int, width: int, layers: Sequence[str]) -> bytes:
    """Return VGG16 without its head, whose outputs are the activations of some layers.

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
    return _model(nodes, tensors, (1, 3, height, width), outputs)


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
            nodes.append(_node("MaxPool", [value], value := f"pool{number - 1}", sizes))
        for k in range(1, len(widths) + 1):
            name = f"block{number}_conv{k}"
            tensors += _conv_tensors(name, weights[f"{name}/kernel"], weights[f"{name}/bias"])
            attributes = [("kernel_shape", [3, 3]), ("pads", [1, 1, 1, 1]), ("strides", [1, 1])]
            nodes.append(_node("Conv", [value, f"{name}.w", f"{name}.b"], name, attributes))
            nodes.append(_node("Relu", [name], value := activation_name(name)))


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _bytes(field: int, content: bytes | str) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _tensor(name: str, values: Floats) -> bytes:
    dims = b"".join(_number(1, size) for size in values.shape)
    raw = np.ascontiguousarray(values, dtype="<f4").tobytes()
    return dims + _number(2, _FLOAT) + _bytes(8, name) + _bytes(9, raw)


def _conv_tensors(name: str, kernel: Floats, bias: Floats) -> list[bytes]:
    return [_tensor(f"{name}.w", kernel.transpose(3, 2, 0, 1)), _tensor(f"{name}.b", bias)]


def _node(operator: str, inputs: Sequence[str], output: str, attributes: Sequence[tuple[str, list[int]]] = ()) -> bytes:
    body = b"".join(_bytes(1, value) for value in inputs) + _bytes(2, output) + _bytes(3, output) + _bytes(4, operator)
    for name, numbers in attributes:
        values = b"".join(_number(8, number) for number in numbers)
        body += _bytes(5, _bytes(1, name) + values + _number(20, _INTS))
    return body


def _value_info(name: str, shape: Sequence[int]) -> bytes:
    dims = b"".join(_bytes(1, _number(1, size)) for size in shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, dims)))


def _model(
    nodes: Sequence[bytes],
    tensors: Sequence[bytes],
    shape: tuple[int, int, int, int],
    outputs: Mapping[str, Sequence[int]],
) -> bytes:
    graph = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, "vgg16")
    graph += b"".join(_bytes(5, tensor) for tensor in tensors) + _bytes(11, _value_info("image", shape))
    graph += b"".join(_bytes(12, _value_info(name, sizes)) for name, sizes in outputs.items())
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, 13))
