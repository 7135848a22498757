"""Which module opens which kind of file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from heartguard.intake.detect import SIGNAL_KINDS
from heartguard.intake.dicom import count_dicom_pages, open_dicom
from heartguard.intake.documents import count_pdf_pages, open_pdf
from heartguard.intake.heic import open_heic
from heartguard.intake.pictures import open_jpeg, open_picture
from heartguard.intake.pixels import Decoded
from heartguard.intake.recorded import count_recorded_pages, open_recorded
from heartguard.intake.tiff import count_tiff_pages, open_tiff


def _open_signals(kind: str, data: bytes, page: int) -> Decoded:
    return open_recorded(data, kind, page)


_OPEN: dict[str, Callable[[bytes, int], Decoded]] = {
    "pdf": open_pdf,
    "dicom": open_dicom,
    "tiff": open_tiff,
    "jpeg": open_jpeg,
    "heic": open_heic,
    **{kind: partial(_open_signals, kind) for kind in SIGNAL_KINDS},
}
"""Decoders of all types but the plain pictures."""

_COUNT: dict[str, Callable[[bytes], int]] = {
    "pdf": count_pdf_pages,
    "dicom": count_dicom_pages,
    "tiff": count_tiff_pages,
    **{kind: partial(count_recorded_pages, kind=kind) for kind in SIGNAL_KINDS},
}
"""Page counters of the types that can have several pages."""


def decode(data: bytes, kind: str, page: int) -> Decoded:
    """Decode one page of a file of a known kind.

    Must run inside `heartguard.intake.guard.decoding`.
    """
    opener = _OPEN.get(kind)
    return open_picture(data, kind, page) if opener is None else opener(data, page)


def count(data: bytes, kind: str) -> int:
    """Count the pages of a file of a known kind; 1 for a picture.

    Must run inside `heartguard.intake.guard.decoding`.
    """
    counter = _COUNT.get(kind)
    return 1 if counter is None else counter(data)
