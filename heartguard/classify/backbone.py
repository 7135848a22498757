"""The thirteen convolutions of VGG16: from a drawing to the feature map, the input of the linear head.

`heartlab.networks.vgg16` defines them in Keras and ``heartlab convert`` writes the LiteRT file that is run here, in two
halves. The near half, blocks 1 and 2, is expensive (float32, many pixels) and has a receptive field of 6 pixels to
either side: for drawings that differ in one lead, only the surroundings of that lead are computed again. The far half
is cheap (8 bits), and its receptive field is the whole drawing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import pairwise
from pathlib import Path

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify.architecture import HEAD_INPUTS, LAYERS
from heartguard.litert import LiteRtFile

NEAR_STRIDE = 4
"""Drawing pixels per cell of the near half's output."""

NEAR_REACH_PX = 8
"""Receptive field of the near half to either side, 6 pixels, rounded up to its stride."""

_BAND_ROWS = 64
"""Rows of a drawing that the near half computes at once. All 160 would take 60 MB for good, a band takes 25 MB; three
bands overlap by a fifth, which costs a fifth of its time."""

_WHOLE_ROWS = 72
"""Up to so many rows are computed at once: those of a window around one lead (`heartguard.explain.incremental`)."""


class Backbone(ABC):
    """Computes the feature map of a drawing; safe to share between threads.

    Attributes
    ----------
    engine : str
        Name to show.
    """

    engine: str

    @abstractmethod
    def near(self, image: Image) -> Floats:
        """Return the output of blocks 1 and 2, for a drawing or a window of one.

        Parameters
        ----------
        image : ndarray, shape (h, w), uint8
            Sides are multiples of 4.

        Returns
        -------
        ndarray, shape (h / 4, w / 4, 128), float32
        """

    @abstractmethod
    def far(self, pooled: Floats) -> dict[str, Floats]:
        """Return the outputs of `LAYERS` and of ``pool4`` for an output of `near`, each (rows, columns, channels)."""

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
        outputs = self.far(self.near(image))
        levels = (outputs[name] for name in HEAD_INPUTS)
        return np.concatenate([level.reshape(-1, level.shape[-1]) for level in levels], axis=1)

    def activations(self, image: Image) -> dict[str, Floats]:
        """Return the activations of `LAYERS` on a drawing, each of shape (channels, rows, columns)."""
        outputs = self.far(self.near(image))
        return {layer: np.ascontiguousarray(outputs[layer].transpose(2, 0, 1)) for layer in LAYERS}


class LiteRtBackbone(Backbone):
    """The convolutions on LiteRT, from an int8 file or its content."""

    engine = "LiteRT int8"

    def __init__(self, content: bytes | Path) -> None:
        self._file = LiteRtFile(content)

    def near(self, image: Image) -> Floats:
        """Return the output of blocks 1 and 2; see `Backbone`."""
        bands = _bands(image.shape[0])
        parts = [self._near(image[first:last])[kept] for first, last, kept in bands]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _near(self, image: Image) -> Floats:
        pooled: Floats = self._file.run("near", image=image.astype(np.float32)[None, :, :, None])["pool2"][0]
        return pooled

    def far(self, pooled: Floats) -> dict[str, Floats]:
        """Return the outputs of the layers above; see `Backbone`."""
        return {name: values[0] for name, values in self._file.run("far", pooled=pooled[None]).items()}


def _bands(height: int) -> list[tuple[int, int, slice]]:
    """Return bands of one height that cover a drawing: first and last row, and which rows of its output are kept.

    Of two that overlap each keeps half of the rows of both, which are further from its edge than the near half reaches.

    Examples
    --------
    >>> _bands(160)
    [(0, 64, slice(0, 14, None)), (48, 112, slice(2, 14, None)), (96, 160, slice(2, 16, None))]
    >>> _bands(40)
    [(0, 40, slice(0, 10, None))]
    """
    if height <= _WHOLE_ROWS:
        return [(0, height, slice(0, height // NEAR_STRIDE))]
    band = _BAND_ROWS
    count = -(-(height - 2 * NEAR_REACH_PX) // (band - 2 * NEAR_REACH_PX))
    cells = (height - band) // NEAR_STRIDE
    starts = [NEAR_STRIDE * round(number * cells / (count - 1)) for number in range(count)]
    edges = [
        0,
        *((above + band + below) // (2 * NEAR_STRIDE) for above, below in pairwise(starts)),
        height // NEAR_STRIDE,
    ]
    return [
        (start, start + band, slice(first - start // NEAR_STRIDE, last - start // NEAR_STRIDE))
        for start, first, last in zip(starts, edges, edges[1:], strict=False)
    ]
