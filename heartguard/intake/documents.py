"""Pages of a PDF through PDFium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from heartguard.errors import DamagedFileError, ProtectedFileError
from heartguard.intake.limits import (
    MAX_PIXELS,
    PDF_PX_PER_MM,
    WORKING_PIXELS,
    check_page_number,
    check_pages,
    check_size,
)
from heartguard.intake.pixels import Decoded

_MM_PER_POINT = 25.4 / 72
_ASKS_FOR_PASSWORD = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
_WHOLE_PAGE = 0.8


def open_pdf(data: bytes, page: int) -> Decoded:
    """Draw one page at about `PDF_PX_PER_MM`, at most `WORKING_PIXELS`.

    Must run inside `heartguard.intake.guard.decoding`.

    Examples
    --------
    >>> from heartguard.samples import list_samples
    >>> pdf = next(sample.path for sample in list_samples() if sample.path.suffix == ".pdf")
    >>> decoded = open_pdf(pdf.read_bytes(), page=0)
    >>> decoded.image.dtype.name, decoded.pages
    ('uint8', 1)
    """
    with _document(data) as document:
        pages = _checked_count(document)
        check_page_number(page, pages)
        leaf = document[page]
        scale = _scale(leaf)
        check_size(*(round(side * scale) for side in leaf.get_size()))
        bitmap = leaf.render(scale=scale, rev_byteorder=True)
        return Decoded(np.array(bitmap.to_pil().convert("RGB")), pages)


def count_pdf_pages(data: bytes) -> int:
    """Count the pages of a PDF.

    Examples
    --------
    >>> from io import BytesIO
    >>> import pypdfium2
    >>> document, file = pypdfium2.PdfDocument.new(), BytesIO()
    >>> for _ in range(3):
    ...     _ = document.new_page(width=842, height=595)
    >>> document.save(file)
    >>> count_pdf_pages(file.getvalue())
    3
    """
    with _document(data) as document:
        return _checked_count(document)


@contextmanager
def _document(data: bytes) -> Iterator[Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _ASKS_FOR_PASSWORD:
            raise ProtectedFileError(
                "The PDF asks for a password. Open it with its password, print it to a new PDF, and open that."
            ) from error
        raise
    try:
        yield document
    finally:
        document.close()


def _checked_count(document: Any) -> int:
    pages = len(document)
    if pages == 0:
        raise DamagedFileError("The PDF has no pages. It may be incomplete: fetch it again.")
    check_pages(pages)
    return pages


def _scale(leaf: Any) -> float:
    """Pixels per point: `PDF_PX_PER_MM`, but never more than a scan that fills the page has itself."""
    width, height = leaf.get_size()
    if not (width > 0 and height > 0 and np.isfinite(width * height)):
        raise DamagedFileError("The page of the PDF has no size. Print it to a new PDF and open that.")
    scale = PDF_PX_PER_MM * _MM_PER_POINT
    for picture_scale in _scans(leaf, width, height):
        scale = min(scale, picture_scale)
    return float(min(scale, np.sqrt(WORKING_PIXELS / (width * height))))


def _scans(leaf: Any, width: float, height: float) -> Iterator[float]:
    """Check the pixels of every picture on the page, and yield the pixels per point of those that fill it."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    for item in leaf.get_objects(filter=(FPDF_PAGEOBJ_IMAGE,)):
        columns, rows = item.get_px_size()
        if columns * rows > MAX_PIXELS:
            check_size(columns, rows)
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) >= _WHOLE_PAGE * width * height:
            yield max(max(columns, rows) / max(width, height), 1e-6)
