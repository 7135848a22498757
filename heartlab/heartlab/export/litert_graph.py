"""VGG16 as a LiteRT file, put together from a table of weights; no TensorFlow is wanted.

Kernels of the later layers are stored with 8 bits, one scale for each output channel, and LiteRT scales each drawing's
activations to 8 bits as it runs ("dynamic range"): four times smaller and faster. The first layers stay in float32:
a drawing is mostly white paper, and the small differences that tell ECGs apart would be lost in its few grey steps.
Operators and fields from LiteRT's public schema, which its Python package carries.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats
from heartguard.classify.architecture import CHANNEL_MEANS_BGR, VGG16_BLOCKS
from heartguard.weights import Weights

FLOAT_LAYERS = 5
"""Number of convolutions, from the first, whose kernels stay in float32; ``heartlab convert`` measures the parity."""

_HYBRID_CONV_VERSION = 5  # float input, 8-bit kernel with a scale a channel
_IDENTIFIER = b"TFL3"
"""File identifier of the LiteRT (TensorFlow Lite) flatbuffer schema."""


def litert_file(weights: Weights, height: int, width: int, float_layers: int = FLOAT_LAYERS) -> bytes:
    """Return VGG16 without its head as a LiteRT file.

    Parameters
    ----------
    weights : dict of str to ndarray
        `block{b}_conv{k}/kernel`, shape (3, 3, in, out), and `.../bias`.
    height, width : int
        Size of the drawings, pixels.
    float_layers : int
        How many of the first convolutions keep float32 kernels.

    Returns
    -------
    bytes
        Input (1, height, width, 3), BGR minus the means; outputs block 4 after its pooling and block 5, each
        (1, height / 16, width / 16, 512).
    """
    import flatbuffers

    graph = _Graph(height, width)
    levels = []
    layers = 0
    for number, widths in enumerate(VGG16_BLOCKS, start=1):
        if number > 1:
            graph.pool(f"pool{number - 1}")
            levels.append(graph.value)
        for k in range(1, len(widths) + 1):
            name = f"block{number}_conv{k}"
            layers += 1
            graph.convolve(name, weights[f"{name}/kernel"], weights[f"{name}/bias"], eight_bit=layers > float_layers)
    builder = flatbuffers.Builder(1 << 24)
    builder.Finish(graph.model([levels[-1], graph.value]).Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


def to_eight_bits(kernel: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return kernels of shape (out, h, w, in) in steps of -127 to 127, and the size of a step, shape (out,)."""
    steps = np.maximum(np.abs(kernel).max(axis=(1, 2, 3)) / 127, 1e-12).astype(np.float32)
    rounded = np.clip(np.rint(kernel / steps[:, None, None, None]), -127, 127)
    return rounded.astype(np.int8), steps


class _Graph:
    """A chain of layers that grows; `value` is the tensor that the next one reads."""

    def __init__(self, height: int, width: int) -> None:
        from ai_edge_litert import schema_py_generated as schema

        self._schema: Any = schema
        self._buffers: list[Any] = [schema.BufferT()]
        self._tensors: list[Any] = []
        self._operators: list[Any] = []
        self._shape = (1, height, width, len(CHANNEL_MEANS_BGR))
        self.value = self._tensor("image", self._shape)

    def _tensor(self, name: str, shape: tuple[int, ...], content: NDArray[Any] | None = None) -> int:
        tensor = self._schema.TensorT()
        tensor.name, tensor.shape, tensor.buffer = name.encode(), list(shape), 0
        eight_bit = content is not None and content.dtype == np.int8
        tensor.type = self._schema.TensorType.INT8 if eight_bit else self._schema.TensorType.FLOAT32
        if content is not None:
            buffer = self._schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(content).tobytes(), np.uint8)
            tensor.buffer = len(self._buffers)
            self._buffers.append(buffer)
        self._tensors.append(tensor)
        return len(self._tensors) - 1

    def convolve(self, name: str, kernel: Floats, bias: Floats, *, eight_bit: bool) -> None:
        """Add a 3x3 convolution with its ReLU."""
        ordered = kernel.transpose(3, 0, 1, 2).astype(np.float32)
        stored, steps = to_eight_bits(ordered) if eight_bit else (ordered, None)
        place = self._tensor(f"{name}.w", ordered.shape, stored)
        if steps is not None:
            scale = self._schema.QuantizationParametersT()
            scale.scale, scale.zeroPoint, scale.quantizedDimension = steps, np.zeros(len(steps), np.int64), 0
            self._tensors[place].quantization = scale
        options = self._schema.Conv2DOptionsT()
        options.padding, options.strideW, options.strideH = self._schema.Padding.SAME, 1, 1
        options.dilationWFactor = options.dilationHFactor = 1
        options.fusedActivationFunction = self._schema.ActivationFunctionType.RELU
        self._shape = (*self._shape[:3], len(bias))
        inputs = [place, self._tensor(f"{name}.b", bias.shape, bias.astype(np.float32))]
        self._add(name, 1 if eight_bit else 0, inputs, self._schema.BuiltinOptions.Conv2DOptions, options)

    def pool(self, name: str) -> None:
        """Add a 2x2 maximum."""
        options = self._schema.Pool2DOptionsT()
        options.padding = self._schema.Padding.VALID
        options.strideW = options.strideH = options.filterWidth = options.filterHeight = 2
        _, height, width, channels = self._shape
        self._shape = (1, height // 2, width // 2, channels)
        self._add(name, 2, [], self._schema.BuiltinOptions.Pool2DOptions, options)

    def _add(self, name: str, code: int, constants: list[int], kind: int, options: Any) -> None:
        operator = self._schema.OperatorT()
        operator.opcodeIndex, operator.inputs = code, [self.value, *constants]
        operator.builtinOptionsType, operator.builtinOptions = kind, options
        self.value = self._tensor(name, self._shape)
        operator.outputs = [self.value]
        self._operators.append(operator)

    def model(self, outputs: list[int]) -> Any:
        """Return the graph as the schema's model."""
        graph, model = self._schema.SubGraphT(), self._schema.ModelT()
        graph.tensors, graph.operators, graph.inputs, graph.outputs = self._tensors, self._operators, [0], outputs
        model.version, model.subgraphs, model.buffers, model.description = 3, [graph], self._buffers, b"VGG16"
        builtin = self._schema.BuiltinOperator
        kinds = ((builtin.CONV_2D, 1), (builtin.CONV_2D, _HYBRID_CONV_VERSION), (builtin.MAX_POOL_2D, 1))
        model.operatorCodes = []
        for operator, version in kinds:
            code = self._schema.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = operator
            code.version = version
            model.operatorCodes.append(code)
        return model
