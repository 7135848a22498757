"""Run the thirteen convolutions: from a drawing to the feature map, the input of the linear head.

There are two implementations. One runs the int8 file, whose larger kernels have 8 bits, on LiteRT; the other needs only
the table of float32 weights and runs on OpenCV where there is no int8 file or no LiteRT. Neither loads TensorFlow.
"""

from __future__ import annotations

import threading
from typing import Any, Protocol

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify.architecture import CHANNEL_MEANS_BGR, HEAD_LEVELS
from heartguard.classify.onnx_graph import LEVELS, vgg16_graph
from heartguard.weights import Weights

_MEANS = np.array(CHANNEL_MEANS_BGR, np.float32)
"""As an array, for the preprocessing."""


class Backbone(Protocol):
    """Computes the feature map of a drawing; safe to share between threads.

    Attributes
    ----------
    engine : str
        Name to show.
    """

    engine: str

    def feature_map(self, image: Image) -> Floats:
        """Return the feature map of a drawing.

        Parameters
        ----------
        image : ndarray, shape (h, w), uint8

        Returns
        -------
        ndarray, shape (h / 16 * w / 16, 1024), float32
            Cells row by row; block 4 after its pooling, then block 5.
        """
        ...


class OpenCvBackbone:
    """VGG16 in float32 on OpenCV's deep-learning module."""

    engine = "OpenCV float32"

    def __init__(self, weights: Weights, height: int, width: int) -> None:
        graph = np.frombuffer(vgg16_graph(weights, height, width), np.uint8)
        self._net: Any = cv2.dnn.readNetFromONNX(graph)
        self._lock = threading.Lock()

    def feature_map(self, image: Image) -> Floats:
        """Return the feature map of a drawing; see `Backbone`."""
        blob = image.astype(np.float32)[None, None] - _MEANS.reshape(1, 3, 1, 1)
        with self._lock:  # one network holds one input
            self._net.setInput(blob)
            levels = self._net.forward(list(LEVELS))
            return np.concatenate([level[0].reshape(len(level[0]), -1).T for level in levels], axis=1)


class LiteRtBackbone:
    """VGG16 on LiteRT, from the content of an int8 file.

    Raises
    ------
    ModuleNotFoundError
        If the package ai-edge-litert is not installed.
    """

    engine = "LiteRT int8"

    def __init__(self, content: bytes, threads: int = 2) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter: Any = Interpreter(model_content=content, num_threads=threads)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [output["index"] for output in self._interpreter.get_output_details()]
        self._lock = threading.Lock()

    def feature_map(self, image: Image) -> Floats:
        """Return the feature map of a drawing; see `Backbone`."""
        with self._lock:  # one interpreter holds one input
            self._interpreter.set_tensor(self._input, image.astype(np.float32)[None, :, :, None] - _MEANS)
            self._interpreter.invoke()
            levels = [self._interpreter.get_tensor(output)[0] for output in self._outputs]
        flat = [level.reshape(-1, channels) for level, channels in zip(levels, HEAD_LEVELS.values(), strict=True)]
        return np.concatenate(flat, axis=1)
