"""The structure network as an ONNX model, for the engines that it is compared on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np

from heartguard.arrays import Floats
from heartguard.layers import LAST_SHUFFLE, network_graph
from heartguard.weights import Weights
from heartlab.train.structure.network import STRUCTURE_LAYERS

__all__ = ["Engine", "loaded_graph", "structure_graph"]

Engine = Literal["opencv", "onnxruntime"]

Run = Callable[[Floats], Floats]


def structure_graph(weights: Weights, height: int, width: int) -> bytes:
    """Return the network as an ONNX model for pictures of one size, both sides multiples of `STRIDE`."""
    size = (height // LAST_SHUFFLE, width // LAST_SHUFFLE)
    return network_graph("structure", STRUCTURE_LAYERS, weights, (1, 3, height, width), size)


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
