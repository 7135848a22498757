"""The structure network: what every pixel of a picture of a page shows, whatever the page and the camera."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.layers import LAST_SHUFFLE, Layer, network_graph, shuffled
from heartguard.weights import Weights, read_network

__all__ = [
    "PLANES",
    "STRIDE",
    "STRUCTURE_LAYERS",
    "StructureMaps",
    "StructureNetwork",
    "load_structure_network",
    "structure_graph",
]

PLANES = ("trace", "minor", "major", "print", "pulse", "name", "separator", "paper", "overlay")
"""Traces; lines every 1 mm and every 5 mm of the grid; other print; calibration pulses; lead names; separators and
frames; the sheet; what is laid over it, such as script, stamps and fingers."""

STRIDE = 32
"""Height and width of a picture must be multiples of it."""

STRUCTURE_LAYERS = (
    Layer("half1", ("image",), 3, 24, kernel=5, stride=2),
    Layer("half2", ("half1",), 24, 24),
    Layer("quarter1", ("half2",), 24, 32, stride=2),
    Layer("quarter2", ("quarter1",), 32, 32),
    Layer("eighth1", ("quarter2",), 32, 48, stride=2),
    Layer("eighth2", ("eighth1",), 48, 48),
    Layer("sixteenth1", ("eighth2",), 48, 64, stride=2),
    Layer("sixteenth2", ("sixteenth1",), 64, 64),
    Layer("deep1", ("sixteenth2",), 64, 80, stride=2),
    Layer("deep2", ("deep1",), 80, 80),
    Layer("deep3", ("deep2",), 80, 80, dilation=2),
    Layer("up1", ("deep3",), 80, 64, kernel=1, active=False, grown=2),
    Layer("sixteenth3", ("up1", "sixteenth2"), 128, 64),
    Layer("up2", ("sixteenth3",), 64, 48, kernel=1, active=False, grown=2),
    Layer("eighth3", ("up2", "eighth2"), 96, 48),
    Layer("eighth4", ("eighth3",), 48, 48),
    Layer("up3", ("eighth4",), 48, 32, kernel=1, active=False, grown=2),
    Layer("quarter3", ("up3", "quarter2"), 64, 32),
    Layer("quarter4", ("quarter3",), 32, 32),
    Layer("up4", ("quarter4",), 32, 24, kernel=1, active=False, grown=2),
    Layer("half3", ("up4", "half2"), 48, 32),
    Layer("half4", ("half3",), 32, 32),
    Layer("out", ("half4",), 32, LAST_SHUFFLE**2 * len(PLANES), kernel=1, active=False),
)
"""A U-Net of five levels: what is trace and what is print shows only in a view of some centimetres."""

MOST_PIXELS = 1_500_000
"""A larger picture is made smaller first: an A4 sheet at 5 px/mm, within the 3 to 8.5 px/mm of the lessons."""

_STRIP = 512
"""Rows that are looked at together: all at once, a page would take more than a gigabyte."""

_OVERLAP = 96
"""Rows at the inner edges of a strip that the next one answers for."""


@dataclass(frozen=True, eq=False)
class StructureMaps:
    """What the network sees in a picture.

    Attributes
    ----------
    shares : ndarray, shape (9, h, w), uint8
        In the order of `PLANES`; 255 where a pixel surely shows that.
    scale : float
        Pixels of the maps for one of the picture.
    """

    shares: Image
    scale: float

    def of(self, plane: str) -> Image:
        """Return one map by its name, shape (h, w)."""
        return np.asarray(self.shares[PLANES.index(plane)])


class StructureNetwork:
    """The trained network, run by OpenCV in strips across the picture, so that memory stays small.

    Parameters
    ----------
    weights : dict of str to ndarray
        As `structure_graph` takes them.
    identity : str
        Name and the start of the weights' digest.
    """

    def __init__(self, weights: Weights, identity: str = "") -> None:
        self.identity = identity
        self._weights = weights
        self._networks: dict[tuple[int, int], Any] = {}
        self._running = threading.Lock()

    def maps(self, image: Image) -> StructureMaps:
        """Look at a picture, shape (h, w, 3), uint8, RGB."""
        scale = min(1.0, float(np.sqrt(MOST_PIXELS / (image.shape[0] * image.shape[1]))))
        if scale < 1:
            image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = image.shape[:2]
        rows = min(_STRIP, -(-height // STRIDE) * STRIDE)
        columns = -(-width // STRIDE) * STRIDE
        shares = np.zeros((len(PLANES), height, width), np.uint8)
        with self._running:
            network = self._network(rows, columns)
            for top, first, last in _strips(height, rows):
                part = image[top : top + rows]
                padded = cv2.copyMakeBorder(part, 0, rows - len(part), 0, columns - width, cv2.BORDER_REPLICATE)
                network.setInput(cv2.dnn.blobFromImage(padded, 1 / 127.5, mean=(127.5, 127.5, 127.5)))
                shares[:, first:last] = _shares(network.forward())[:, first - top : last - top, :width]
        return StructureMaps(shares, scale)

    def _network(self, rows: int, columns: int) -> Any:
        if (rows, columns) not in self._networks:
            self._networks.clear()
            graph = np.frombuffer(structure_graph(self._weights, rows, columns), np.uint8)
            self._networks[rows, columns] = cv2.dnn.readNetFromONNX(graph)
        return self._networks[rows, columns]


def _shares(logits: Floats) -> Image:
    """Return shares of full size, shape (9, h, w), from the last layer's logits, shape (1, 36, h / 2, w / 2)."""
    shares = 255 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return np.asarray(shuffled(np.asarray(shares + 0.5, np.float32))[0].astype(np.uint8))


def _strips(height: int, rows: int) -> Iterator[tuple[int, int, int]]:
    """Yield the top row of each strip and the rows, first and after-last, that it answers for."""
    top, first = 0, 0
    while top + rows < height:
        yield top, first, top + rows - _OVERLAP
        first = top + rows - _OVERLAP
        top = min(top + rows - 2 * _OVERLAP, max(0, height - rows))
    yield top, first, height


def structure_graph(weights: Weights, height: int, width: int) -> bytes:
    """Return the network as an ONNX model for pictures of one size, both sides multiples of `STRIDE`.

    Parameters
    ----------
    weights : dict of str to ndarray
        `{layer}/kernel`, shape (k, k, in, out), and `{layer}/bias` of every layer of `STRUCTURE_LAYERS`.
    height, width : int

    Returns
    -------
    bytes
        Input `image`, shape (1, 3, height, width), RGB from -1 to 1; output `out`, logits of `LAST_SHUFFLE` by
        `LAST_SHUFFLE` pixels each, shape (1, 36, height / 2, width / 2).
    """
    size = (height // LAST_SHUFFLE, width // LAST_SHUFFLE)
    return network_graph("structure", STRUCTURE_LAYERS, weights, (1, 3, height, width), size)


def load_structure_network(folder: Path) -> StructureNetwork:
    """Load the network of a models folder.

    Raises
    ------
    ModelError
        If ``structure.json`` or its weights are missing or altered.
    """
    return StructureNetwork(*read_network(folder, "structure"))
