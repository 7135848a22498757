"""The line network: where a line runs through its steep and shared parts, from small pictures of them.

What the ink alone leaves open, such as the height of a peak narrower than the pen, or which of two merged strokes is
whose, the network has learned from simulated pages. It answers for every point with a share of each row; the line is
the mean of the rows, weighted by the squares of the shares.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from heartguard.layers import LAST_SHUFFLE, Layer, network_graph, shuffled
from heartguard.trace.crops import CROP_COLUMNS, CROP_ROWS, Crop
from heartguard.values import Doubles, Floats
from heartguard.weights import Weights, models_folder, read_named

__all__ = ["LINE_LAYERS", "LineNetwork", "load_line_network", "stacked_rows"]

LINE_LAYERS = (
    Layer("full1", ("image",), 6, 16),
    Layer("full2", ("full1",), 16, 16),
    Layer("half1", ("full2",), 16, 32, stride=2),
    Layer("half2", ("half1",), 32, 32),
    Layer("quarter1", ("half2",), 32, 48, stride=2),
    Layer("quarter2", ("quarter1",), 48, 48),
    Layer("eighth1", ("quarter2",), 48, 64, stride=2),
    Layer("eighth2", ("eighth1",), 64, 64, dilation=2),
    Layer("eighth3", ("eighth2",), 64, 64, dilation=4),
    Layer("up1", ("eighth3",), 64, 48, kernel=1, active=False, grown=2),
    Layer("quarter3", ("up1", "quarter2"), 96, 48),
    Layer("up2", ("quarter3",), 48, 32, kernel=1, active=False, grown=2),
    Layer("half3", ("up2", "half2"), 64, 32),
    Layer("up3", ("half3",), 32, 16, kernel=1, active=False, grown=2),
    Layer("full3", ("up3", "full2"), 32, 24),
    Layer("out", ("full3",), 24, LAST_SHUFFLE**2, kernel=1, active=False),
)
"""It sees pairs of rows as channels, and answers with the shares of 2 rows by 2 points a pixel."""

_BATCH = 16
_POWER = 2.0
"""To which the shares are raised: they were taught wider than a line is, and their tails pull the mean off a tip."""
_SIZE = (CROP_ROWS // LAST_SHUFFLE, CROP_COLUMNS)


def stacked_rows(pictures: Any) -> Any:
    """Return crops with each channel's even and odd rows as channels, shape (n, 6, CROP_ROWS / 2, CROP_COLUMNS).

    Parameters
    ----------
    pictures : ndarray or torch.Tensor, shape (n, 3, CROP_ROWS, CROP_COLUMNS)
    """
    count, channels, height, width = pictures.shape
    pairs = pictures.reshape(count, channels, height // 2, 2, width).swapaxes(2, 3)
    return pairs.reshape(count, 2 * channels, height // 2, width)


class LineNetwork:
    """The trained network, run by OpenCV."""

    def __init__(self, weights: Weights) -> None:
        graph = network_graph("line", LINE_LAYERS, weights, (_BATCH, 6, *_SIZE), _SIZE)
        self._network: Any = cv2.dnn.readNetFromONNX(np.frombuffer(graph, np.uint8))
        self._running = threading.Lock()

    def rows(self, crops: Sequence[Crop]) -> Doubles:
        """Return the row of the line at each point of each crop, shape (n, 2 CROP_COLUMNS), from the crop's top."""
        found = []
        with self._running:
            for at in range(0, len(crops), _BATCH):
                pictures = np.stack([crop.picture for crop in crops[at : at + _BATCH]])
                padded = np.zeros((_BATCH, *pictures.shape[1:]), np.float32)
                padded[: len(pictures)] = pictures
                self._network.setInput(stacked_rows(padded))
                found.append(_mean_rows(shuffled(self._network.forward())[: len(pictures), 0]))
        return np.concatenate(found) if found else np.zeros((0, CROP_COLUMNS * LAST_SHUFFLE))


def _mean_rows(logits: Floats) -> Doubles:
    """Return the mean row by the powers of the shares, shape (n, points), of logits of shape (n, rows, points)."""
    shares = np.exp(_POWER * (logits - logits.max(axis=1, keepdims=True)))
    rows = np.arange(logits.shape[1], dtype=np.float32)
    return np.asarray(np.einsum("nrp,r->np", shares, rows) / shares.sum(axis=1), np.float64)


_LOADING = threading.Lock()


@lru_cache(maxsize=1)
def _load_once(folder: Path) -> LineNetwork | None:
    weights = read_named("line", folder)
    return None if weights is None else LineNetwork(weights)


def load_line_network() -> LineNetwork | None:
    """Return the shipped network, loaded once per process; None where none is shipped."""
    with _LOADING:
        return _load_once(models_folder())
