"""Running the ink network over a straight page: how much of each pixel is trace, and how much other ink."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from heartguard.arrays import Floats, Image, Mask
from heartguard.layers import LAST_SHUFFLE, network_graph, shuffled
from heartguard.page.ink_network import CHANNELS, INK_LAYERS, PRINT, STRIDE, TRACE
from heartguard.weights import Weights, read_network

__all__ = ["InkMaps", "InkNetwork", "close_gaps", "ink_graph", "load_ink_network"]

_STRIP = 640
_OVERLAP = 48
_GAP_PX = 5


@dataclass(frozen=True, eq=False)
class InkMaps:
    """What the network sees on a page, both of shape (h, w), float32, 0 to 1.

    Attributes
    ----------
    trace : ndarray
        How much of each pixel a trace covers.
    print : ndarray
        How much other ink covers: texts, calibration pulses, separators, script.
    """

    trace: Floats
    print: Floats


class InkNetwork:
    """The trained network, run by OpenCV in strips across the page, so that memory stays small.

    Parameters
    ----------
    weights : dict of str to ndarray
        As `ink_graph` takes them.
    identity : str
        Name and the start of the weights' digest.
    """

    def __init__(self, weights: Weights, identity: str = "") -> None:
        self.identity = identity
        self._weights = weights
        self._networks: dict[int, Any] = {}
        self._running = threading.Lock()

    def maps(self, image: Image, paper: Mask) -> InkMaps:
        """Look at an evenly lit page; nothing outside of `paper` is ink.

        Parameters
        ----------
        image : ndarray, shape (h, w, 3), uint8, RGB
            As `heartguard.page.photo.even_light` makes it, 8 pixels to the millimetre.
        paper : ndarray, shape (h, w), bool
        """
        height, width = image.shape[:2]
        padded_width = -(-width // STRIDE) * STRIDE
        out = np.zeros((CHANNELS, height, width), np.float32)
        with self._running:
            network = self._network(padded_width)
            for top, first, last in _strips(height):
                part = image[max(0, top) : top + _STRIP]
                missing = _STRIP - len(part)
                padded = np.pad(part, ((0, missing), (0, padded_width - width), (0, 0)), mode="edge")
                network.setInput(cv2.dnn.blobFromImage(padded, 1 / 127.5, mean=(127.5, 127.5, 127.5)))
                out[:, first:last] = _shares(network.forward())[:, first - top : last - top, :width]
        out[:, ~paper] = 0
        return InkMaps(out[TRACE], out[PRINT])

    def _network(self, width: int) -> Any:
        if width not in self._networks:
            self._networks.clear()
            graph = np.frombuffer(ink_graph(self._weights, _STRIP, width), np.uint8)
            self._networks[width] = cv2.dnn.readNetFromONNX(graph)
        return self._networks[width]


def close_gaps(ink: Floats) -> Floats:
    """Close gaps of half a millimetre in the steep strokes of a trace, where lines of the grid cross them."""
    return np.asarray(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((_GAP_PX, 1), np.uint8)), np.float32)


def _shares(logits: Floats) -> Floats:
    """Return shares of full size, shape (2, h, w), from the last layer's logits, shape (1, 8, h / 2, w / 2)."""
    shares = np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)
    return np.asarray(shuffled(shares)[0], np.float32)


def _strips(height: int) -> Iterator[tuple[int, int, int]]:
    """Yield the top row of each strip and the rows, first and after-last, that it answers for."""
    top = 0
    while True:
        first = top + (_OVERLAP if top else 0)
        if top + _STRIP >= height:
            yield top, first, height
            return
        yield top, first, top + _STRIP - _OVERLAP
        top += _STRIP - 2 * _OVERLAP


def ink_graph(weights: Weights, height: int, width: int) -> bytes:
    """Return the network as an ONNX model for pictures of one size.

    Parameters
    ----------
    weights : dict of str to ndarray
        `{layer}/kernel`, shape (k, k, in, out), and `{layer}/bias` of every layer of `INK_LAYERS`.
    height, width : int
        Multiples of `STRIDE`.

    Returns
    -------
    bytes
        Input `image`, shape (1, 3, height, width), RGB from -1 to 1; output `out`, logits of
        `LAST_SHUFFLE` by `LAST_SHUFFLE` pixels each, shape (1, 8, height / 2, width / 2).
    """
    size = (height // LAST_SHUFFLE, width // LAST_SHUFFLE)
    return network_graph("ink", INK_LAYERS, weights, (1, 3, height, width), size)


def load_ink_network(folder: Path) -> InkNetwork:
    """Load the network of a models folder.

    Raises
    ------
    ModelError
        If ``ink.json`` or its weights are missing or altered.
    """
    return InkNetwork(*read_network(folder, "ink"))
