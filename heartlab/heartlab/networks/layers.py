"""The networks of `heartguard.layers` in Keras, to compare LiteRT with the ONNX models that OpenCV runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heartguard.layers import Layer
from heartguard.weights import Weights

__all__ = ["build_network"]


def build_network(layers: Sequence[Layer], weights: Weights, shape: tuple[int, int, int, int]) -> Any:
    """Return a network as a `keras.Model` from `image` to ``out``, the last layer before its pixel shuffle.

    Parameters
    ----------
    layers : sequence of Layer
    weights : dict of str to ndarray
        `{layer}/kernel`, shape (k, k, in, out), and `{layer}/bias` of every layer.
    shape : tuple of int
        Of the input: pictures, height, width and channels.
    """
    import keras

    image = keras.Input(shape[1:], batch_size=shape[0], name="image")
    values = {"image": image}
    for layer in layers:
        parts = [values[name] for name in layer.sources]
        value = keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
        # Written out, since "same" pads strided layers on other sides than ONNX.
        value = keras.layers.ZeroPadding2D(layer.dilation * (layer.kernel // 2))(value)
        sizes = {"strides": layer.stride, "dilation_rate": layer.dilation}
        convolution = keras.layers.Conv2D(
            layer.outputs, layer.kernel, **sizes, activation="relu" if layer.active else None
        )
        value = convolution(value)
        convolution.set_weights([weights[f"{layer.name}/kernel"], weights[f"{layer.name}/bias"]])
        values[layer.name] = keras.layers.UpSampling2D(layer.grown)(value) if layer.grown > 1 else value
    return keras.Model(image, {"out": values[layers[-1].name]})
