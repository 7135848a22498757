"""The line network: locates a line in its steep and shared parts, from crops of the ink around them.

The ink alone does not show the height of a peak narrower than the pen, nor which of two merged strokes belongs to which
lead. The network was trained on simulated pages to resolve both. Its output is a probability for each row at every
point; the line is the mean row, weighted by a power of the probabilities, its narrow peaks raised, and the standard
deviation of the row is the uncertainty (`spread`).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.layers import LAST_SHUFFLE, Layer, network_graph, shuffled
from heartguard.trace.crops import CROP_COLUMNS, CROP_ROWS, POINTS, Crop
from heartguard.trace.peaks import raise_peaks
from heartguard.weights import Weights, read_network

__all__ = ["LINE_LAYERS", "POWER", "LineNetwork", "load_line_network", "stacked_rows"]

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
"""Input: pairs of rows as channels. Output: the logits of 2 rows by 2 points per pixel."""

POWER = 2.0
"""Exponent of the probabilities in the mean: they are trained wider than a line, and their tails would bias peaks. With
3 the lowest tenth of the peaks on 350 simulated crops of any recorder comes out 3 % higher, but all lines 1 % worse."""

_BATCH = 8
"""Crops at once: the graph has a fixed batch, and a page has some tens. OpenCV keeps 2.4 MB for each, for good."""

_SIZE = (CROP_ROWS // LAST_SHUFFLE, CROP_COLUMNS)
"""Height and width of the network's input: rows are paired by `stacked_rows`."""

_UNSURE = 4.0
"""Rows: a crop with a greater spread, 1.3 mm, is also run mirrored both ways, and the logits are averaged. By hand."""


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
    """The trained network on OpenCV; safe to share between threads.

    Parameters
    ----------
    weights : dict of str to ndarray
        `{layer}/kernel`, shape (k, k, in, out), and `{layer}/bias` of every layer of `LINE_LAYERS`.
    identity : str
        Name and the start of the weights' digest.
    """

    def __init__(self, weights: Weights, identity: str = "") -> None:
        self.identity = identity
        graph = network_graph("line", LINE_LAYERS, weights, (_BATCH, 6, *_SIZE), _SIZE)
        self._network: Any = cv2.dnn.readNetFromONNX(np.frombuffer(graph, np.uint8))
        self._running = threading.Lock()

    def place(self, crops: Sequence[Crop]) -> tuple[Doubles, Doubles]:
        """Return the row of the line at each point of each crop, and its uncertainty.

        Parameters
        ----------
        crops : sequence of Crop

        Returns
        -------
        rows : ndarray, shape (n, 2 CROP_COLUMNS), float64
            From the crop's top.
        spread : ndarray, shape (n, 2 CROP_COLUMNS), float64
            Standard deviation of the row under the probabilities.
        """
        rows = np.zeros((len(crops), CROP_COLUMNS * POINTS))
        spread = np.zeros(rows.shape)
        unsure: list[tuple[int, Floats]] = []
        for at in range(0, len(crops), _BATCH):
            batch = crops[at : at + _BATCH]
            logits = self._logits(_pictures(batch))
            rows[at : at + _BATCH], spread[at : at + _BATCH] = _placed(logits)
            for k, crop in enumerate(batch, start=at):
                if (spread[k] > _UNSURE)[np.repeat(crop.wanted, POINTS)].any():
                    unsure.append((k, logits[k - at]))
        for at in range(0, len(unsure), _BATCH):
            numbers = [k for k, _ in unsure[at : at + _BATCH]]
            seen = [np.stack([first for _, first in unsure[at : at + _BATCH]])]
            pictures = _pictures([crops[k] for k in numbers])
            seen += [np.flip(self._logits(np.flip(pictures, axis)), axis) for axis in (-1, -2)]
            rows[numbers], spread[numbers] = _placed(np.mean(seen, axis=0))
        return rows, spread

    def _logits(self, pictures: Floats) -> Floats:
        """Return the logits of the rows, shape (n, CROP_ROWS, 2 CROP_COLUMNS), of up to a batch of pictures."""
        padded = np.zeros((_BATCH, *pictures.shape[1:]), np.float32)
        padded[: len(pictures)] = pictures
        with self._running:
            self._network.setInput(stacked_rows(padded))
            return np.asarray(shuffled(self._network.forward())[: len(pictures), 0], np.float32)


def _pictures(crops: Sequence[Crop]) -> Floats:
    return np.stack([crop.picture for crop in crops])


def _placed(logits: Floats) -> tuple[Doubles, Doubles]:
    """Return row and spread, each of shape (n, points), from logits of shape (n, rows, points)."""
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = probabilities / probabilities.sum(axis=1, keepdims=True)
    means = _moments(probabilities**POWER)[0]
    rows = np.stack([raise_peaks(line, share) for line, share in zip(means, shares, strict=True)])
    return rows, _moments(probabilities)[1]


def _moments(probabilities: Floats) -> tuple[Doubles, Doubles]:
    """Return mean and standard deviation of the row, shape (n, points), under weights of shape (n, rows, points)."""
    rows = np.arange(probabilities.shape[1], dtype=np.float32)
    total = probabilities.sum(axis=1)
    mean, square = (np.einsum("nrp,r->np", probabilities, rows**power).astype(np.float64) / total for power in (1, 2))
    return mean, np.sqrt(np.maximum(square - mean**2, 0))


def load_line_network(folder: Path) -> LineNetwork:
    """Load the network of a models folder.

    Raises
    ------
    ModelError
        If ``line.json`` or its weights are missing or altered.
    """
    return LineNetwork(*read_network(folder, "line"))
