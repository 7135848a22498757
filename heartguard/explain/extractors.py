"""Activation extractors: run a network on one drawing and return the activations of its last blocks."""

from __future__ import annotations

import threading
from typing import Any, Protocol

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify import CHANNEL_MEANS_BGR, LAYERS, Int8Network, Weights, activation_graph, activation_name


class ActivationExtractor(Protocol):
    """Runs a network and returns its activations; safe to share between threads."""

    def extract(self, image: Image) -> dict[str, Floats]:
        """Return the activations of `LAYERS` on a drawing, shape (h, w), each of shape (channels, rows, columns)."""
        ...


class FloatExtractor:
    """The full float32 weights on OpenCV."""

    def __init__(self, weights: Weights, height: int, width: int) -> None:
        graph = np.frombuffer(activation_graph(weights, height, width, LAYERS), np.uint8)
        self._net: Any = cv2.dnn.readNetFromONNX(graph)
        self._lock = threading.Lock()

    def extract(self, image: Image) -> dict[str, Floats]:
        """Return the activations of a drawing; see `ActivationExtractor`."""
        means = np.array(CHANNEL_MEANS_BGR, np.float32).reshape(3, 1, 1)
        with self._lock:
            self._net.setInput(image.astype(np.float32)[None, None] - means)
            found = self._net.forward([activation_name(layer) for layer in LAYERS])
        return {layer: np.array(values[0], np.float32) for layer, values in zip(LAYERS, found, strict=True)}


class Int8Extractor:
    """The int8 file on LiteRT, which also gives the answers; three times as fast as `FloatExtractor`."""

    def __init__(self, network: Int8Network) -> None:
        self._network = network

    def extract(self, image: Image) -> dict[str, Floats]:
        """Return the activations of a drawing; see `ActivationExtractor`."""
        found = self._network.far(self._network.near(image), LAYERS)
        return {
            layer: np.ascontiguousarray(values.transpose(2, 0, 1)) for layer, values in zip(LAYERS, found, strict=True)
        }
