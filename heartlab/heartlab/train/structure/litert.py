"""The structure network as a LiteRT file for pictures of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np

from heartguard.arrays import Floats
from heartguard.layers import LAST_SHUFFLE, Layer
from heartguard.weights import Weights
from heartlab.networks.litert import convolutions_of
from heartlab.simulate.recorders import CHANNELS
from heartlab.train.structure.network import STRUCTURE_LAYERS

__all__ = ["Precision", "litert_content", "weights_of"]

Precision = Literal["float32", "float16", "int8"]
"""Of the kernels; with int8 the values of each layer are scaled to 8 bits as it runs."""


def litert_content(weights: Weights, precision: Precision) -> bytes:
    """Return the network as a LiteRT file, by TensorFlow's converter.

    It takes a picture of shape (1, h, w, 3), float32, -1 to 1, and gives shares of 255, shape (1, h, w, 9), uint8;
    `resize_tensor_input` sets h and w, multiples of `STRIDE`.
    """
    import tensorflow as tf

    prepared = {layer.name: _kernel_and_bias(layer, weights) for layer in STRUCTURE_LAYERS}

    @tf.function(input_signature=[tf.TensorSpec((1, None, None, 3), tf.float32)])  # type: ignore[untyped-decorator]
    def network(image: Any) -> Any:
        values = {"image": image}
        for layer in STRUCTURE_LAYERS:
            parts = [values[name] for name in layer.sources]
            value = tf.concat(parts, axis=3) if len(parts) > 1 else parts[0]
            kernel, bias = prepared[layer.name]
            value = tf.nn.conv2d(value, kernel, layer.stride, _padding(layer), dilations=layer.dilation) + bias
            value = tf.nn.relu(value) if layer.active else value
            values[layer.name] = tf.nn.depth_to_space(value, layer.grown) if layer.grown > 1 else value
        # Eight bits before the finer pixels are put in place: the largest values of all take a quarter of the memory.
        return tf.nn.depth_to_space(tf.cast(tf.sigmoid(value) * 255 + 0.5, tf.uint8), LAST_SHUFFLE)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([network.get_concrete_function()])
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


def _padding(layer: Layer) -> Any:
    """Return the padding: written out for strides, where "SAME" pads other sides than the network was trained with."""
    pad = layer.dilation * (layer.kernel // 2)
    return "SAME" if layer.stride == 1 else [[0, 0], [pad, pad], [pad, pad], [0, 0]]


def _kernel_and_bias(layer: Layer, weights: Weights) -> tuple[Floats, Floats]:
    """Return kernel and bias so that `depth_to_space`, which works at any size, does what enlarging does.

    An enlarged layer gives each of its values grown x grown times; the last one gives its finer pixels by row and
    column before channel instead of after it.
    """
    kernel, bias = weights[f"{layer.name}/kernel"], weights[f"{layer.name}/bias"]
    if layer is STRUCTURE_LAYERS[-1]:
        order = np.arange(len(bias)).reshape(len(CHANNELS), -1).T.ravel()
        return np.ascontiguousarray(kernel[..., order]), bias[order]
    copies = layer.grown**2
    return np.tile(kernel, copies), np.tile(bias, copies)


def weights_of(path: Path) -> Weights:
    """Return the kernels and biases of a file that `litert_content` wrote, in half precision or whole.

    Raises
    ------
    ValueError
        If the file has other convolutions than the structure network.
    """
    convolutions = convolutions_of(path)
    if len(convolutions) != len(STRUCTURE_LAYERS):
        raise ValueError(f"{path.name} has {len(convolutions)} convolutions, expected {len(STRUCTURE_LAYERS)}")
    weights: Weights = {}
    for layer, (kernel, bias) in zip(STRUCTURE_LAYERS, convolutions, strict=True):
        shape = layer.kernel, layer.kernel, layer.inputs, layer.outputs * layer.grown**2
        if kernel.shape != shape:
            raise ValueError(f"{layer.name} has kernels of {kernel.shape}, expected {shape}")
        order = np.arange(layer.outputs)
        if layer is STRUCTURE_LAYERS[-1]:
            order = np.argsort(np.arange(len(bias)).reshape(len(CHANNELS), -1).T.ravel())
        weights[f"{layer.name}/kernel"], weights[f"{layer.name}/bias"] = kernel[..., order], bias[order]
    return weights
