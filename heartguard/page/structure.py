"""The structure network: what every pixel of a picture of a page shows, whatever the page and the camera."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from heartguard.arrays import Image
from heartguard.layers import LAST_SHUFFLE, Layer
from heartguard.litert import interpreter_class
from heartguard.weights import NetworkSpec, named, read_checked, read_spec

__all__ = [
    "PLANES",
    "STRIDE",
    "STRUCTURE_LAYERS",
    "StructureMaps",
    "StructureNetwork",
    "load_structure_network",
    "strips_of",
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
        scale = min(1.0, float(np.sqrt(MOST_PIXELS / (image.shape[0] * image.shape[1]))))
        if scale < 1:
            image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = image.shape[:2]
        padded = np.pad(image, ((0, -height % STRIDE), (0, -width % STRIDE), (0, 0)), mode="edge")
        upright = padded.shape[0] >= padded.shape[1]
        shares = np.empty((len(PLANES), *padded.shape[:2]), np.uint8)
        longer = max(padded.shape[:2])
        # A look needs memory for a strip, so they take turns, and what each needs is given back with its interpreter.
        with self._running:
            look = _Look(self._content)
            for strip in strips_of(longer, -(-padded.shape[0] * padded.shape[1] // _STRIP_PIXELS)):
                seen, kept = slice(strip.start, strip.stop), slice(strip.first, strip.last)
                part = look.at(padded[seen] if upright else padded[:, seen])
                inner = slice(strip.first - strip.start, strip.last - strip.start)
                if upright:
                    shares[:, kept] = part[:, inner]
                else:
                    shares[:, :, kept] = part[:, :, inner]
        return StructureMaps(np.ascontiguousarray(shares[:, :height, :width]), scale)


class _Look:
    """An interpreter of the network, for the strips of one picture."""

    def __init__(self, content: bytes) -> None:
        self._interpreter: Any = interpreter_class()(model_content=content, num_threads=_THREADS)
        self._given = self._interpreter.get_input_details()[0]["index"]
        self._answer = self._interpreter.get_output_details()[0]["index"]
        self._shape: tuple[int, ...] = ()

    def at(self, picture: Image) -> Image:
        """Return the shares of one strip, shape (9, h, w)."""
        if picture.shape != self._shape:
            self._shape = picture.shape
            self._interpreter.resize_tensor_input(self._given, (1, *picture.shape))
            self._interpreter.allocate_tensors()
        self._interpreter.set_tensor(self._given, (picture / np.float32(127.5) - np.float32(1))[None])
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self._answer)[0].transpose(2, 0, 1), np.uint8)


class Strip(NamedTuple):
    """A part of the longer side that is looked at, and the part of it that is kept, pixels."""

    start: int
    stop: int
    first: int
    last: int


def strips_of(length: int, count: int) -> list[Strip]:
    """Return strips of one width that cover a side and overlap by two halos at least.

    Parameters
    ----------
    length : int
        A multiple of `STRIDE`.
    count : int

    Examples
    --------
    >>> strips_of(1440, 2)
    [Strip(start=0, stop=832, first=0, last=720), Strip(start=608, stop=1440, first=720, last=1440)]
    """
    cells = length // STRIDE
    width = min(cells, -(-(length + 2 * _HALO * (count - 1)) // (STRIDE * count)))
    starts = [round(k * (cells - width) / max(1, count - 1)) for k in range(count)]
    edges = [STRIDE * (left + width + right) // 2 for left, right in pairwise(starts)]
    return [
        Strip(STRIDE * start, STRIDE * (start + width), first, last)
        for start, first, last in zip(starts, [0, *edges], [*edges, length], strict=True)
    ]


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
