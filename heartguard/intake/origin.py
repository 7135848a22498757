"""The origin of a file, as far as its metadata tells: advice on a camera is of no use for a document."""

from __future__ import annotations

from io import BytesIO
from typing import Literal

from PIL import ExifTags
from PIL import Image as Pillow

from heartguard.errors import HeartGuardError
from heartguard.intake.detect import SIGNAL_KINDS, kind_of
from heartguard.intake.guard import decoding

Origin = Literal["camera", "document", "picture"]
"""``picture``: unknown; a scan, a screenshot, or a photo without its EXIF."""

_EXPOSURE = (ExifTags.Base.ExposureTime, ExifTags.Base.FNumber)
"""Scanners write their make and model too, but only a camera exposes."""


def origin_of(data: bytes) -> Origin:
    """Return where the content of a file comes from; never raises.

    Examples
    --------
    >>> origin_of(b"%PDF-1.7 ...")
    'document'
    """
    try:
        kind = kind_of(data)
        if kind in ("pdf", "dicom") or kind in SIGNAL_KINDS:
            return "document"
        # Phones write HEIC, and nothing else does.
        return "camera" if kind == "heic" or (kind == "jpeg" and _was_exposed(data)) else "picture"
    except HeartGuardError:
        return "picture"


def _was_exposed(data: bytes) -> bool:
    with decoding("jpeg"), Pillow.open(BytesIO(data), formats=("JPEG", "MPO")) as picture:
        details = picture.getexif().get_ifd(ExifTags.IFD.Exif)
        return any(tag in details for tag in _EXPOSURE)
