"""VGG16 in Keras: the definition that its LiteRT file is exported from and compared with."""

from __future__ import annotations

from typing import Any

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify import LAYERS, Backbone
from heartguard.classify.architecture import CHANNEL_MEANS_BGR, HEAD_INPUTS, VGG16_BLOCKS
from heartguard.classify.backbone import NEAR_STRIDE
from heartguard.weights import Weights
from heartlab.networks.litert import litert_file, with_eight_bit_kernels

__all__ = ["KerasBackbone", "build_vgg16", "vgg16_file"]

FLOAT_LAYERS = "block[12]_|block3_conv1"
"""Convolutions whose kernels stay in float32. A drawing is mostly white paper: in 256 steps of their activations the
differences that tell ECGs apart would be lost. ``heartlab convert`` measures what the others cost."""


def build_vgg16(weights: Weights) -> tuple[Any, Any]:
    """Return VGG16 without its head as two `keras.Model`: blocks 1 and 2, and the blocks above.

    Parameters
    ----------
    weights : dict of str to ndarray
        `block{b}_conv{k}/kernel`, shape (3, 3, in, out), and `.../bias`.

    Returns
    -------
    near : keras.Model
        From `image`, shape (n, h, w, 1), 0 to 255, to ``pool2``, shape (n, h / 4, w / 4, 128).
    far : keras.Model
        From `pooled`, that output, to `LAYERS` and ``pool4``.
    """
    import keras

    image = keras.Input((None, None, 1), name="image")
    near = _blocks(image - np.array(CHANNEL_MEANS_BGR, np.float32), (1, 2))
    pooled = keras.Input((None, None, VGG16_BLOCKS[1][-1]), name="pooled")
    far = _blocks(pooled, (3, 4, 5))
    models = (
        keras.Model(image, {"pool2": near["pool2"]}),
        keras.Model(pooled, {name: far[name] for name in {*LAYERS, *HEAD_INPUTS}}),
    )
    for layer in (layer for model in models for layer in model.layers if f"{layer.name}/kernel" in weights):
        layer.set_weights([weights[f"{layer.name}/kernel"], weights[f"{layer.name}/bias"]])
    return models


def _blocks(value: Any, numbers: tuple[int, ...]) -> dict[str, Any]:
    """Return the outputs of all layers of some blocks; all blocks but the last one end with their pooling."""
    from keras import layers

    outputs = {}
    for number in numbers:
        for k, channels in enumerate(VGG16_BLOCKS[number - 1], start=1):
            name = f"block{number}_conv{k}"
            value = outputs[name] = layers.Conv2D(channels, 3, padding="same", activation="relu", name=name)(value)
        if number < len(VGG16_BLOCKS):
            value = outputs[f"pool{number}"] = layers.MaxPooling2D(name=f"pool{number}")(value)
    return outputs


def vgg16_file(weights: Weights, height: int, width: int) -> bytes:
    """Return VGG16 without its head as a LiteRT file for `heartguard.classify.LiteRtBackbone`.

    Parameters
    ----------
    weights : dict of str to ndarray
        As for `build_vgg16`.
    height, width : int
        Size of the drawings, pixels.
    """
    near, far = build_vgg16(weights)
    pooled = (1, height // NEAR_STRIDE, width // NEAR_STRIDE, VGG16_BLOCKS[1][-1])
    content = litert_file({"near": near, "far": far}, {"near": (1, None, None, 1), "far": pooled})
    return with_eight_bit_kernels(content, FLOAT_LAYERS)


class KerasBackbone(Backbone):
    """The convolutions in float32 on Keras; needs several times the memory of `LiteRtBackbone`."""

    engine = "Keras float32"

    def __init__(self, weights: Weights) -> None:
        self._near, self._far = build_vgg16(weights)

    def near(self, image: Image) -> Floats:
        """Return the output of blocks 1 and 2; see `Backbone`."""
        found = self._near(image.astype(np.float32)[None, :, :, None], training=False)
        return np.asarray(found["pool2"][0], np.float32)

    def far(self, pooled: Floats) -> dict[str, Floats]:
        """Return the outputs of the layers above; see `Backbone`."""
        found = self._far(pooled[None], training=False)
        return {name: np.asarray(values[0], np.float32) for name, values in found.items()}
