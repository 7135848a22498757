"""HEIC photos of phones through libheif."""

from __future__ import annotations

from heartguard.intake.limits import check_page_number, check_size
from heartguard.intake.pixels import Decoded, rgb8


def open_heic(data: bytes, page: int) -> Decoded:
    """Decode the main picture of a HEIC file; libheif turns it upright itself, so its EXIF is not asked.

    Must run inside `heartguard.intake.guard.decoding`.
    """
    import pi_heif

    check_page_number(page, 1)
    photo = pi_heif.open_heif(data)
    check_size(*photo.size)
    return rgb8(photo.to_pillow())
