"""The architecture of the network: constants that every implementation of it here uses."""

from __future__ import annotations

from functools import cache

import numpy as np

from heartguard.arrays import Floats
from heartguard.drawing import DRAWING_HEIGHT, DRAWING_WIDTH, drawing_boxes
from heartguard.leads import LEAD_INDEX, LEADS

VGG16_BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Output channels of the 3x3 convolutions of each block; between two blocks is a 2x2 max pooling."""

CHANNEL_MEANS_BGR = (103.939, 116.779, 123.68)
"""ImageNet means, subtracted from blue, green and red by VGG16's preprocessing; nothing is scaled."""

MAP_STRIDE = 2 ** (len(VGG16_BLOCKS) - 1)
"""Drawing pixels per cell of a class map: the last pooling is left out, so that the map is twice as fine."""

HEAD_LEVELS = {"level4": 512, "level5": 512}
"""The inputs of the linear head and their channels: block 4 after its pooling, and block 5, on the same cells."""

HEAD_INPUTS = ("pool4", "block5_conv3")
"""The outputs of the network that these levels are."""

LAYERS = ("block3_conv3", *(f"block{b}_conv{k}" for b in (4, 5) for k in range(1, len(VGG16_BLOCKS[b - 1]) + 1)))
"""The layers whose activations are available to explanations, from the image to the head."""

ROI_COUNT = len(LEADS) + 1
"""Number of regions of interest (ROI), the segments of the drawing: the twelve leads, then the rhythm strip."""


@cache
def roi_pooling_weights(height: int = DRAWING_HEIGHT, width: int = DRAWING_WIDTH) -> Floats:
    """Return the weights of ROI average pooling: how much of each map cell belongs to each segment of the drawing.

    Parameters
    ----------
    height, width : int
        Size of the drawing, pixels; the boxes are scaled to it.

    Returns
    -------
    ndarray, shape (13, height / 16, width / 16), float32
        Each segment sums to 1: multiplying a map with it and summing is the mean over the segment.
    """
    rows, columns = height // MAP_STRIDE, width // MAP_STRIDE
    weights = np.zeros((ROI_COUNT, rows, columns), np.float32)
    for box in drawing_boxes():
        vertical = overlap(box.y0 / DRAWING_HEIGHT * rows, box.y1 / DRAWING_HEIGHT * rows, rows)
        horizontal = overlap(box.x0 / DRAWING_WIDTH * columns, box.x1 / DRAWING_WIDTH * columns, columns)
        place = ROI_COUNT - 1 if box.rhythm else LEAD_INDEX[box.lead]
        weights[place] = vertical[:, None] * horizontal / (vertical.sum() * horizontal.sum())
    return weights


def overlap(start: float, end: float, cells: int) -> Floats:
    """Return the fraction of each of `cells` unit cells that is between two positions."""
    edges = np.arange(cells)
    covered: Floats = np.clip(np.minimum(edges + 1, end) - np.maximum(edges, start), 0, 1).astype(np.float32)
    return covered
