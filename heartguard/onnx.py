"""Convolutional networks as ONNX models, written in memory for OpenCV to run.

ONNX files are protocol buffers: every field is a tag (number and wire type) and a value. The few messages that a plain
convolutional network needs are written here, so that neither the onnx package nor a second model file is needed.
Field numbers from the public schema (onnx.proto3, IR version 8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from heartguard.arrays import Floats

__all__ = ["conv_tensors", "model", "node", "tensor"]

_FLOAT, _INT, _STRING, _INTS = 1, 2, 3, 7
"""Values of the schema: the tensor type FLOAT, and the attribute types INT, STRING and INTS."""

Attribute = tuple[str, int | str | list[int]]


def conv_tensors(name: str, kernel: Floats, bias: Floats) -> list[bytes]:
    """Return the tensors ``name.w`` and ``name.b`` of a convolution whose kernel is of shape (h, w, in, out)."""
    return [tensor(f"{name}.w", kernel.transpose(3, 2, 0, 1)), tensor(f"{name}.b", bias)]


def node(operator: str, inputs: Sequence[str], output: str, attributes: Sequence[Attribute] = ()) -> bytes:
    """Return one operator with the name of its output."""
    body = b"".join(_bytes(1, value) for value in inputs) + _bytes(2, output) + _bytes(3, output) + _bytes(4, operator)
    return body + b"".join(_bytes(5, _attribute(name, value)) for name, value in attributes)


def model(
    name: str,
    nodes: Sequence[bytes],
    tensors: Sequence[bytes],
    shape: tuple[int, int, int, int],
    outputs: Mapping[str, Sequence[int]],
) -> bytes:
    """Return a model with the input ``image`` of the given shape, and outputs of theirs, all float32."""
    graph = b"".join(_bytes(1, part) for part in nodes) + _bytes(2, name)
    graph += b"".join(_bytes(5, tensor) for tensor in tensors) + _bytes(11, _value_info("image", shape))
    graph += b"".join(_bytes(12, _value_info(name, sizes)) for name, sizes in outputs.items())
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, 13))


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


def _attribute(name: str, value: int | str | list[int]) -> bytes:
    if isinstance(value, int):
        return _bytes(1, name) + _number(3, value) + _number(20, _INT)
    if isinstance(value, str):
        return _bytes(1, name) + _bytes(4, value) + _number(20, _STRING)
    return _bytes(1, name) + b"".join(_number(8, number) for number in value) + _number(20, _INTS)


def tensor(name: str, values: Floats) -> bytes:
    """Return a named constant."""
    dims = b"".join(_number(1, size) for size in values.shape)
    raw = np.ascontiguousarray(values, dtype="<f4").tobytes()
    return dims + _number(2, _FLOAT) + _bytes(8, name) + _bytes(9, raw)


def _value_info(name: str, shape: Sequence[int]) -> bytes:
    dims = b"".join(_bytes(1, _number(1, size)) for size in shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, dims)))
