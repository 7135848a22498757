"""The same network in Keras: a reference for the engine, for export, and for further training."""

from __future__ import annotations

from typing import Any

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify.architecture import (
    CHANNEL_MEANS_BGR,
    HEAD_LEVELS,
    MAP_STRIDE,
    ROI_COUNT,
    VGG16_BLOCKS,
    roi_pooling_weights,
)
from heartguard.classify.engine import Outputs, check_images
from heartguard.classify.spec import ModelSpec
from heartguard.weights import Weights


def build_vgg16(height: int, width: int, classes: int) -> Any:
    """Return a `keras.Model` from grey drawings, shape (n, height, width, 1), 0 to 255, to class maps without bias.

    The maps have shape (n, height / 16, width / 16, classes); their mean over the cells plus the bias is the logit.
    """
    import keras
    from keras import layers

    drawings = keras.Input((height, width, 1))
    x = layers.Concatenate()([drawings - mean for mean in CHANNEL_MEANS_BGR])
    levels = {}
    for number, widths in enumerate(VGG16_BLOCKS, start=1):
        if number > 1:
            x = layers.MaxPooling2D(name=f"block{number - 1}_pool")(x)
            levels[f"level{number - 1}"] = x
        for k, channels in enumerate(widths, start=1):
            name = f"block{number}_conv{k}"
            x = layers.Conv2D(channels, 3, padding="same", activation="relu", name=name)(x)
    levels[f"level{len(VGG16_BLOCKS)}"] = x
    scores = [layers.Dense(ROI_COUNT * classes, use_bias=False, name=name)(levels[name]) for name in HEAD_LEVELS]
    rows, columns = height // MAP_STRIDE, width // MAP_STRIDE
    by_segment = layers.Reshape((rows, columns, ROI_COUNT, classes))(layers.add(scores))
    roi_weights = roi_pooling_weights(height, width).transpose(1, 2, 0)[None, ..., None] * (rows * columns)
    return keras.Model(drawings, keras.ops.sum(by_segment * roi_weights, axis=3), name="vgg16")


def load_keras(model: Any, weights: Weights) -> None:
    """Copy a table of weights into a model of `build_vgg16`."""
    for name in sorted({key.rpartition("/")[0] for key in weights} - {"head"}):
        model.get_layer(name).set_weights([weights[f"{name}/kernel"], weights[f"{name}/bias"]])
    for name in HEAD_LEVELS:
        model.get_layer(name).set_weights([np.concatenate(list(weights[f"head/{name}"]), axis=1)])


class KerasEngine:
    """A model on Keras and TensorFlow; needs several times the memory of `VggEngine`."""

    def __init__(self, spec: ModelSpec, weights: Weights) -> None:
        self.spec = spec
        self.finding_spec = None
        self.bias: Floats = weights["head/bias"]
        self._model = build_vgg16(*spec.input_size, len(spec.classes))
        load_keras(self._model, weights)

    def predict(self, images: Image) -> Outputs:
        """Run the network on drawings; see `heartguard.classify.Engine`. It gives no findings."""
        check_images(images, self.spec)
        found = self._model(images[..., None].astype(np.float32), training=False)
        maps: Floats = np.asarray(found, np.float32).transpose(0, 3, 1, 2)
        return Outputs(maps.mean(axis=(2, 3)) + self.bias, maps)
