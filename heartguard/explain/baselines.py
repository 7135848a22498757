"""Rivals that an explanation must beat: chance, and an edge detector, which does not depend on the network."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Floats, Image

GRAIN_PX = 8
"""Size of a patch of the random map: single pixels would cut every trace into dots."""


def edge_map(image: Image) -> Floats:
    """Return the edge strength around each pixel: Sobel's magnitude, blurred to the resolution of a map.

    Parameters
    ----------
    image : ndarray, shape (h, w), uint8

    Returns
    -------
    ndarray, shape (h, w), float32
    """
    grey = image.astype(np.float32)
    slope = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    return np.asarray(cv2.GaussianBlur(slope, (0, 0), GRAIN_PX / 2), dtype=np.float32)


def random_map(image: Image, seed: int) -> Floats:
    """Return a map of random patches, shape (h, w), float32, 0 to 1."""
    height, width = image.shape
    cells = np.random.default_rng(seed).random((-(-height // GRAIN_PX), -(-width // GRAIN_PX)), dtype=np.float32)
    return np.asarray(np.kron(cells, np.ones((GRAIN_PX, GRAIN_PX), np.float32))[:height, :width])
