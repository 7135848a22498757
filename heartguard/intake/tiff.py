"""TIFF through Pillow: its pages without the previews, white that is zero, and pixels that are not square."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

from PIL import Image as Pillow
from PIL import TiffImagePlugin as Tiff
from PIL import UnidentifiedImageError

from heartguard.intake.limits import (
    MAX_PAGES,
    MIN_LONG_SIDE,
    MIN_SHORT_SIDE,
    check_page_number,
    check_pages,
    check_size,
    stretch_of,
)
from heartguard.intake.pixels import Decoded, rgb8, square, upright
from heartguard.warning import note

_NEW_SUBFILE_TYPE, _ORIENTATION = 254, 274  # TIFF 6.0, section 8; Pillow names neither
_REDUCED, _MASK = 1, 4
"""Bits of NewSubfileType: a reduced copy, a transparency mask."""

_WHITE_IS_ZERO = 0
"""PhotometricInterpretation of bilevel and grey pictures whose 0 is white."""

_ON_ITS_SIDE = (5, 6, 7, 8)
"""Orientations that exchange width and height."""

_PREVIEW_SHARE = 1 / 3
"""Pages scanned together differ at most by 150 and 300 dpi; one with a third of the sides of another is its preview."""

_SAME_SHAPE = 0.05
"""A preview keeps the shape of its page to a pixel or two of its short side."""

_WHITE_IS_ZERO_BIG_ENDIAN = re.compile(rb"\x01\x06\x00\x03\x00\x00\x00\x01\x00\x00(?=\x00\x00)")
"""The entry PhotometricInterpretation = 0 in a big-endian directory."""

_PREVIEW = note("file.preview", "The TIFF begins with a small preview; the page itself was opened.")
"""Note on a page that was chosen instead of its preview."""


class _Frame(NamedTuple):
    number: int
    width: int
    height: int
    secondary: bool
    """Whether its tags mark it as a smaller copy or a mask of another frame."""

    def is_preview_of(self, other: _Frame) -> bool:
        if self.secondary or other.secondary:
            return self.secondary and not other.secondary
        small = max(self.width, self.height) < MIN_LONG_SIDE or min(self.width, self.height) < MIN_SHORT_SIDE
        share = max(self.width, self.height) / max(other.width, other.height)
        shape = self.width * other.height / max(1, self.height * other.width)
        return share <= _PREVIEW_SHARE and (small or abs(shape - 1) < _SAME_SHAPE)


def open_tiff(data: bytes, page: int) -> Decoded:
    """Decode one page of a TIFF; previews do not count as pages.

    Must run inside `heartguard.intake.guard.decoding`.
    """
    with _opened(data) as (picture, inverted):
        pages = _pages(picture)
        check_page_number(page, len(pages))
        picture.seek(pages[page].number)
        check_size(*picture.size)
        white_is_zero = inverted or picture.tag_v2.get(Tiff.PHOTOMETRIC_INTERPRETATION) == _WHITE_IS_ZERO
        stretch = _stretch(picture)
        picture.load()
        decoded = rgb8(upright(picture))
        deep = picture.mode not in ("1", "L")  # up to 8 bits Pillow turns white to 255 itself
    image, resampled = square(255 - decoded.image if white_is_zero and deep else decoded.image, stretch)
    skipped = (_PREVIEW,) if pages[0].number > 0 and page == 0 else ()
    return Decoded(image, len(pages), (*skipped, *decoded.warnings, *resampled))


def count_tiff_pages(data: bytes) -> int:
    """Count the pages of a TIFF without decoding one; previews do not count."""
    with _opened(data) as (picture, _):
        return len(_pages(picture))


@contextmanager
def _opened(data: bytes) -> Iterator[tuple[Tiff.TiffImageFile, bool]]:
    """Open a TIFF; return it and whether black had to be declared as zero, as for big-endian grey of over 8 bits."""
    try:
        picture, inverted = Pillow.open(BytesIO(data), formats=("TIFF",)), False
    except UnidentifiedImageError:
        told = _WHITE_IS_ZERO_BIG_ENDIAN.sub(b"\x01\x06\x00\x03\x00\x00\x00\x01\x00\x01", data)
        picture, inverted = Pillow.open(BytesIO(told), formats=("TIFF",)), True
    with picture:
        assert isinstance(picture, Tiff.TiffImageFile)
        yield picture, inverted


def _pages(picture: Tiff.TiffImageFile) -> list[_Frame]:
    """Return the pictures of the file that are pages."""
    frames: list[_Frame] = []
    while len(frames) <= MAX_PAGES:
        try:
            picture.seek(len(frames))
        except EOFError:
            break
        kind = picture.tag_v2.get(_NEW_SUBFILE_TYPE, 0)
        frames.append(_Frame(len(frames), *picture.size, bool(kind & (_REDUCED | _MASK))))
    check_pages(len(frames))
    largest = max(frames, key=lambda frame: (not frame.secondary, frame.width * frame.height))
    return [frame for frame in frames if not frame.is_preview_of(largest)]


def _stretch(picture: Tiff.TiffImageFile) -> float:
    """Return how many times a pixel is as high as it is wide, in the picture as it will be when upright."""
    across, down = (float(picture.tag_v2.get(tag, 0)) for tag in (Tiff.X_RESOLUTION, Tiff.Y_RESOLUTION))
    stretch = stretch_of(down, across)  # pixels per unit: the fewer, the longer
    return 1 / stretch if picture.tag_v2.get(_ORIENTATION) in _ON_ITS_SIDE else stretch
