"""PNG, JPEG, WebP, BMP, PPM and JPEG 2000 through Pillow, sizes checked on the header."""

from __future__ import annotations

from io import BytesIO

from PIL import Image as Pillow

from heartguard.errors import AnimatedImageError, DamagedFileError
from heartguard.intake.detect import KIND_NAMES
from heartguard.intake.jpeg import END_OF_IMAGE, is_complete, read_markers
from heartguard.intake.limits import MAX_JPEG_PIXELS, check_page_number, check_size, working_size
from heartguard.intake.pixels import Decoded, rgb8, upright
from heartguard.warning import note

_FORMATS = {
    "png": ("PNG",),
    "webp": ("WEBP",),
    "bmp": ("BMP",),
    "ppm": ("PPM",),
    "jp2": ("JPEG2000",),
}
"""Pillow's decoders of each type: no other one may open it."""

_NO_END = note("file.no_end_marker", "The JPEG picture has no end marker, but it is there to its last row.")
"""Note on a JPEG that is complete but for its end marker."""


def open_picture(data: bytes, kind: str, page: int) -> Decoded:
    """Decode a picture of one page.

    Must run inside `heartguard.intake.guard.decoding`.

    Examples
    --------
    >>> from heartguard.samples import list_samples
    >>> open_picture(list_samples()[0].path.read_bytes(), "png", page=0).pages
    1
    """
    check_page_number(page, 1)
    if kind == "webp":
        # Pillow's WebP decoder takes memory for the whole canvas when it opens the file.
        check_size(*_webp_size(data))
    with Pillow.open(BytesIO(data), formats=_FORMATS[kind]) as picture:
        if getattr(picture, "is_animated", False):
            raise AnimatedImageError(
                f"The {KIND_NAMES[kind]} is an animation. Save the one frame with the ECG as a picture and open that."
            )
        check_size(*picture.size)
        picture.load()
        return rgb8(upright(picture))


def open_jpeg(data: bytes, page: int) -> Decoded:
    """Decode a JPEG; a phone may have put a film, a depth map or a second size behind it, which are left alone.

    Must run inside `heartguard.intake.guard.decoding`.
    """
    check_page_number(page, 1)
    markers = read_markers(data)
    whole = data if markers.end is not None else data + END_OF_IMAGE
    with Pillow.open(BytesIO(whole), formats=("JPEG", "MPO")) as picture:
        check_size(*picture.size, MAX_JPEG_PIXELS)
        picture.draft("RGB", working_size(*picture.size))
        picture.load()
        if markers.end is not None:
            return rgb8(upright(picture))
        if not is_complete(markers, rgb8(picture).image):
            raise DamagedFileError("The JPEG picture breaks off before its end. Fetch the file again.")
        decoded = rgb8(upright(picture))
        return decoded._replace(warnings=(_NO_END, *decoded.warnings))


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height of the canvas (RFC 9649, sections 2.5-2.7)."""
    chunk = data[12:16]
    if chunk == b"VP8X" and len(data) >= 30:
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if chunk == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and len(data) >= 30:
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    raise DamagedFileError("The WebP picture is damaged: it states no size. Fetch the file again or save it as PNG.")
