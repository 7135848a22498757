"""The structure network on whole pictures, through any engine that runs ONNX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.layers import LAST_SHUFFLE, network_graph, shuffled
from heartguard.weights import Weights
from heartlab.simulate.recorders import CHANNELS
from heartlab.train.structure.network import STRIDE, STRUCTURE_LAYERS

__all__ = ["PAGE_PIXELS", "Engine", "StructureMaps", "fitted", "loaded_graph", "structure_graph", "structure_runner"]

Engine = Literal["opencv", "onnxruntime"]

PAGE_PIXELS = 1_500_000
"""A picture with more is made smaller first: an A4 page at 5 px/mm."""

Run = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class StructureMaps:
    """What the network sees.

    Attributes
    ----------
    shares : ndarray, shape (9, h, w), float32, 0 to 1
        In the order of `heartlab.simulate.recorders.CHANNELS`.
    scale : float
        Pixels of the maps for one of the picture.
    """

    shares: Floats
    scale: float

    def of(self, name: str) -> Floats:
        """Return one map by its name."""
        return np.asarray(self.shares[CHANNELS.index(name)])


def structure_graph(weights: Weights, height: int, width: int) -> bytes:
    """Return the network as an ONNX model for pictures of one size, both sides multiples of `STRIDE`."""
    size = (height // LAST_SHUFFLE, width // LAST_SHUFFLE)
    return network_graph("structure", STRUCTURE_LAYERS, weights, (1, 3, height, width), size)


def fitted(image: Image, most_pixels: int = PAGE_PIXELS) -> tuple[Image, float]:
    """Return a picture of at most so many pixels, and its scale."""
    scale = min(1.0, float(np.sqrt(most_pixels / (image.shape[0] * image.shape[1]))))
    if scale == 1.0:
        return image, 1.0
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def structure_runner(weights: Weights, engine: Engine, threads: int = 2) -> Callable[[Image], StructureMaps]:
    """Return a function that looks at pictures, shape (h, w, 3), uint8, RGB."""
    runs: dict[tuple[int, int], Run] = {}

    def look(image: Image) -> StructureMaps:
        small, scale = fitted(image)
        height, width = small.shape[:2]
        below, beside = -height % STRIDE, -width % STRIDE
        padded = np.pad(small, ((0, below), (0, beside), (0, 0)), mode="edge")
        shape = (padded.shape[0], padded.shape[1])
        if shape not in runs:
            runs.clear()
            runs[shape] = loaded_graph(structure_graph(weights, *shape), engine, threads)
        seen = (padded.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
        logits = shuffled(runs[shape](np.ascontiguousarray(seen)))[0, :, :height, :width]
        return StructureMaps(np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32), scale)

    return look


def loaded_graph(graph: bytes, engine: Engine, threads: int) -> Run:
    """Return a function from pictures, shape (1, 3, h, w), -1 to 1, to logits, shape (1, 36, h / 2, w / 2)."""
    if engine == "opencv":
        cv2.setNumThreads(threads)
        network = cv2.dnn.readNetFromONNX(np.frombuffer(graph, np.uint8))

        def forward(seen: Floats) -> Floats:
            network.setInput(seen)
            return np.asarray(network.forward(), np.float32)

        return forward
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return lambda seen: np.asarray(session.run(None, {"image": seen})[0], np.float32)
