"""The structure network: what every pixel of a picture of a page shows, whatever the page and the camera."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.litert import interpreter_class
from heartguard.page.strips import PLANES, Run, seen_in_strips
from heartguard.page.white_balance import white_balanced
from heartguard.weights import NetworkSpec, named, read_checked, read_spec

__all__ = [
    "MOST_PIXELS",
    "PLANES",
    "StructureMaps",
    "StructureNetwork",
    "fitted",
    "load_structure_network",
    "structure_run",
]

MOST_PIXELS = 1_500_000
"""A larger picture is made smaller first: an A4 sheet at 5 px/mm, within the 3 to 8.5 px/mm of the lessons."""

_STRIP_PIXELS = 200_000
"""That are looked at together: all at once, a page would take more than a gigabyte."""

_HALO = 96
"""Pixels beside what is kept of a strip that are looked at too: beyond, nothing changes what is seen by 2 %."""

_THREADS = 2
"""Of one look; more do not help on the two cores of a free host."""


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
    """The trained network, run by LiteRT in strips across the picture, so that memory stays small.

    Parameters
    ----------
    content : bytes
        A LiteRT model. It takes a picture of shape (1, h, w, 3), float32, -1 to 1, of any size whose sides are
        multiples of `STRIDE`, and gives shares of 255, shape (1, h, w, 9), uint8.
    identity : str
        Name and the start of the weights' digest.
    """

    def __init__(self, content: bytes, identity: str = "") -> None:
        self.identity = identity
        self._content = content
        self._running = threading.Lock()

    def maps(self, image: Image) -> StructureMaps:
        """Look at a picture, shape (h, w, 3), uint8, RGB."""
        small, scale = fitted(image)
        small = white_balanced(small)
        count = -(-small.shape[0] * small.shape[1] // _STRIP_PIXELS)
        # A look needs memory for a strip, so they take turns, and what each needs is given back with its interpreter.
        with self._running:
            shares = seen_in_strips(small, structure_run(self._content), count, _HALO)
        return StructureMaps(np.ascontiguousarray(shares), scale)


def fitted(image: Image, most_pixels: int = MOST_PIXELS) -> tuple[Image, float]:
    """Return a picture of at most so many pixels, and its scale."""
    scale = min(1.0, float(np.sqrt(most_pixels / (image.shape[0] * image.shape[1]))))
    if scale == 1.0:
        return image, scale
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8), scale


def structure_run(content: bytes, threads: int = _THREADS) -> Run:
    """Return the network of a LiteRT file as a function of pictures; it keeps the size of its last one."""
    interpreter: Any = interpreter_class()(model_content=content, num_threads=threads)
    given, answer = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    shape: tuple[int, ...] = ()

    def run(seen: Floats) -> Image:
        nonlocal shape
        if seen.shape != shape:
            shape = seen.shape
            interpreter.resize_tensor_input(given, (1, *shape))
            interpreter.allocate_tensors()
        interpreter.set_tensor(given, seen[None])
        interpreter.invoke()
        return np.asarray(interpreter.get_tensor(answer)[0], np.uint8)

    return run


def load_structure_network(folder: Path) -> StructureNetwork:
    """Load the network of a models folder.

    Raises
    ------
    ModelError
        If ``structure.json`` or its weights are missing or altered.
    """
    spec = read_spec(folder / "structure.json", NetworkSpec)
    content = read_checked(folder / spec.weights_file, spec.sha256)
    return StructureNetwork(content, named("structure", spec.sha256))
