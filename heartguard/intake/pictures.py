"""PNG, JPEG, WebP, TIFF and BMP through Pillow, sizes checked on the header."""

from __future__ import annotations

from io import BytesIO

from PIL import Image as Pillow

from heartguard.errors import AnimatedImageError, DamagedFileError, FileTooLargeError
from heartguard.intake.detect import KIND_NAMES
from heartguard.intake.limits import (
    MAX_JPEG_SCANS,
    MAX_PAGES,
    check_page_number,
    check_pages,
    check_size,
    working_size,
)
from heartguard.intake.pixels import Decoded, rgb8, upright

_FORMATS = {"png": ("PNG",), "jpeg": ("JPEG", "MPO"), "webp": ("WEBP",), "tiff": ("TIFF",), "bmp": ("BMP",)}
_START_OF_SCAN = b"\xff\xda"


def open_picture(data: bytes, kind: str, page: int) -> Decoded:
    """Decode one page of a picture; only TIFF has more than one.

    Must run inside `heartguard.intake.guard.decoding`.

    Examples
    --------
    >>> from heartguard.samples import list_samples
    >>> open_picture(list_samples()[0].path.read_bytes(), "png", page=0).pages
    1
    """
    _check_before_opening(data, kind)
    with Pillow.open(BytesIO(data), formats=_FORMATS[kind]) as picture:
        pages = _count(picture, kind)
        check_page_number(page, pages)
        if page:
            picture.seek(page)
        check_size(*picture.size)
        if kind == "jpeg":
            picture.draft("RGB", working_size(*picture.size))
        picture.load()
        return rgb8(upright(picture))._replace(pages=pages)


def count_pages(data: bytes, kind: str) -> int:
    """Count the pages of a picture without decoding one; 1 unless it is a TIFF.

    Examples
    --------
    >>> from io import BytesIO
    >>> file, page = BytesIO(), Pillow.new("L", (842, 595))
    >>> page.save(file, "TIFF", save_all=True, append_images=[page])
    >>> count_pages(file.getvalue(), "tiff")
    2
    """
    _check_before_opening(data, kind)
    with Pillow.open(BytesIO(data), formats=_FORMATS[kind]) as picture:
        return _count(picture, kind)


def _check_before_opening(data: bytes, kind: str) -> None:
    if kind == "webp":
        # Pillow's WebP decoder takes memory for the whole canvas when it opens the file.
        check_size(*_webp_size(data))
    if kind == "jpeg" and data.count(_START_OF_SCAN) > MAX_JPEG_SCANS:
        raise FileTooLargeError(
            "The JPEG picture is packed in too many layers to be opened safely. Open it in a viewer and save it again."
        )


def _count(picture: Pillow.Image, kind: str) -> int:
    if kind == "tiff":
        return _tiff_pages(picture)
    # A phone's JPEG may carry a depth map or a second size as a further frame (MPO); the first is the photo.
    if kind != "jpeg" and getattr(picture, "is_animated", False):
        raise AnimatedImageError(
            f"The {KIND_NAMES[kind]} is an animation. Save the one frame with the ECG as a picture and open that."
        )
    return 1


def _tiff_pages(picture: Pillow.Image) -> int:
    pages = 1
    while pages <= MAX_PAGES:
        try:
            picture.seek(pages)
        except EOFError:
            break
        pages += 1
    check_pages(pages)
    picture.seek(0)
    return pages


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
