"""The markers of a JPEG (ITU-T T.81, annex B): where the picture ends, and in how many scans it is packed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Image
from heartguard.errors import FileTooLargeError
from heartguard.intake.limits import MAX_JPEG_SCANS

END_OF_IMAGE = b"\xff\xd9"
"""The marker EOI."""

_SOI, _EOI, _SOS, _TEM = 0xD8, 0xD9, 0xDA, 0x01
"""Markers without a length (SOI, EOI, TEM), and the start of a scan (ITU-T T.81, table B.1)."""

_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
"""Fill bytes and a marker; FF 00 and the restart markers D0 to D7 belong to the coded data."""

_LAST_COEFFICIENT = 63  # of the 64 of a block

_UNDECODED = 128
"""libjpeg leaves blocks for which the data ran out at the middle of the range."""

_SMALLEST_BLOCK = 4
"""A block has 8 pixels a side, 4 where the picture is decoded at half its size, less only where it is tiny."""


@dataclass(frozen=True)
class JpegMarkers:
    """The properties of one JPEG picture by its markers.

    Attributes
    ----------
    scans : int
        Passes over the picture: 1 unless it is progressive or keeps its colours apart.
    full : bool
        Whether the scans that have begun bring every coefficient of every colour at full precision.
    end : int or None
        Where the end marker begins; None where it is missing.
    """

    scans: int
    full: bool
    end: int | None


def read_markers(data: bytes) -> JpegMarkers:
    """Follow the markers of the first picture in `data`; data after its end (a film, a depth map) is not read.

    Raises
    ------
    FileTooLargeError
        The picture is packed in more than `MAX_JPEG_SCANS` scans.
    """
    at, scans = 0, 0
    reached: dict[int, int] = {}
    while found := _MARKER.search(data, at):
        marker, at = found.group(1)[0], found.end()
        if marker == _EOI:
            return JpegMarkers(scans, _is_full(reached), found.start())
        if marker in (_SOI, _TEM):
            continue
        segment = data[at + 2 : at + max(2, int.from_bytes(data[at : at + 2], "big"))]
        at += 2 + len(segment)
        if marker == _SOS:
            scans += 1
            _note_scan(segment, reached)
        if scans > MAX_JPEG_SCANS:
            raise FileTooLargeError(
                "The JPEG picture is packed in too many layers to be opened safely. Open it in a viewer and save it "
                "again."
            )
    return JpegMarkers(scans, _is_full(reached), None)


def _note_scan(header: bytes, reached: dict[int, int]) -> None:
    """Note for each colour of a scan the last coefficient that it brings at full precision, by the scan's header."""
    if len(header) < 6:
        return
    last, missing_bits = header[-2], header[-1] & 0x0F
    for colour in header[1:-3:2]:
        reached[colour] = max(reached.get(colour, 0), 0 if missing_bits else last)


def _is_full(reached: dict[int, int]) -> bool:
    return bool(reached) and min(reached.values()) >= _LAST_COEFFICIENT


def is_complete(markers: JpegMarkers, image: Image) -> bool:
    """Whether a picture without end marker was decoded to its last block.

    Parameters
    ----------
    markers : JpegMarkers
    image : ndarray, shape (H, W, 3), uint8
        As libjpeg decoded it, in the orientation in which it is stored.
    """
    corner = image[-_SMALLEST_BLOCK:, -_SMALLEST_BLOCK:]
    return markers.full and bool(np.any(corner != _UNDECODED))
