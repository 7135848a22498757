"""Pages of a PDF through PDFium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from heartguard.errors import DamagedFileError, ProtectedFileError, UnsupportedTypeError
from heartguard.intake.limits import (
    MAX_PIXELS,
    MIN_STRETCH,
    PDF_LONG_SIDE,
    PDF_PX_PER_MM,
    WORKING_PIXELS,
    check_page_number,
    check_pages,
    check_size,
)
from heartguard.intake.pixels import Decoded

_MM_PER_POINT = 25.4 / 72
"""A point is 1/72 inch."""

_ASKS_FOR_PASSWORD = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

_WHOLE_PAGE = 0.8
"""A page of which pictures cover more than this is a scan; scanners leave a margin, and printers up to 10 % a side."""

_FEWEST_PATHS = 20
"""Twelve leads and their grid have more lines than this; a frame, a stamp or the boxes of a recognised text fewer."""

_LOGO = 0.05
"""A picture that covers less of the page is not used to choose the resolution at which the page is rendered."""


def open_pdf(data: bytes, page: int) -> Decoded:
    """Draw one page: a scan at its own pixels, others at about `PDF_PX_PER_MM`, all at most `WORKING_PIXELS`.

    Must run inside `heartguard.intake.guard.decoding`.

    Examples
    --------
    >>> from heartguard.samples import list_samples
    >>> pdf = next(sample.path for sample in list_samples() if sample.path.suffix == ".pdf")
    >>> decoded = open_pdf(pdf.read_bytes(), page=0)
    >>> decoded.image.dtype.name, decoded.pages
    ('uint8', 1)
    """
    with pdf_document(data) as document:
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
    with pdf_document(data) as document:
        return _checked_count(document)


@contextmanager
def pdf_document(data: bytes) -> Iterator[Any]:
    """Open a PDF as a `pypdfium2.PdfDocument` and close it at the end.

    Raises
    ------
    ProtectedFileError, UnsupportedTypeError
        It asks for a password, or its pages are only made by the program that fills it in.
    """
    import pypdfium2
    from pypdfium2.raw import FORMTYPE_XFA_FULL

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _ASKS_FOR_PASSWORD:
            raise ProtectedFileError(
                "The PDF asks for a password. Open it with its password, print it to a new PDF, and open that."
            ) from error
        raise
    try:
        if document.get_formtype() == FORMTYPE_XFA_FULL:
            raise UnsupportedTypeError(
                "The PDF is a dynamic form (XFA), whose pages only Adobe Reader makes. Open it there, print it to a "
                "new PDF, and open that."
            )
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
    """Return pixels per point. The stated size of a page is not reliable: that of a phone's scan may be 3 cm."""
    width, height = leaf.get_size()
    if not (width > 0 and height > 0 and np.isfinite(width * height)):
        raise DamagedFileError("The page of the PDF has no size. Print it to a new PDF and open that.")
    scale = max(PDF_PX_PER_MM * _MM_PER_POINT, PDF_LONG_SIDE / max(width, height))
    pictures = [picture for picture in _pictures(leaf) if picture.area >= _LOGO * width * height]
    if pictures:
        own = max(picture.px_per_point for picture in pictures)
        is_scan = sum(picture.area for picture in pictures) >= _WHOLE_PAGE * width * height
        scale = own if is_scan and not _has_drawing(leaf) else max(scale, own)
    return float(min(scale, np.sqrt(WORKING_PIXELS / (width * height))))


class _Picture(NamedTuple):
    area: float
    """In square points of the page."""
    px_per_point: float


def _pictures(leaf: Any) -> Iterator[_Picture]:
    """Check the pixels of every picture on the page, and yield how large and how fine each is."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    for item in leaf.get_objects(filter=(FPDF_PAGEOBJ_IMAGE,)):
        columns, rows = item.get_px_size()
        if columns * rows > MAX_PIXELS:
            check_size(columns, rows)
        matrix, form = item.get_matrix(), item.container
        while form is not None:
            matrix, form = matrix.multiply(form.get_matrix()), form.container
        across, down = np.hypot(matrix.a, matrix.b), np.hypot(matrix.c, matrix.d)
        if across > 0 and down > 0:
            area = abs(matrix.a * matrix.d - matrix.b * matrix.c)
            yield _Picture(float(area), _fineness((columns, rows), (across, down)))


def _fineness(pixels: tuple[int, int], points: tuple[float, float]) -> float:
    """Pixels per point along the longer side, so that its pixels fall on those of the page; of a fax the finer axis."""
    (columns, rows), (across, down) = pixels, points
    along = (columns / across, rows / down)
    if max(along) > MIN_STRETCH * min(along):
        return max(along)
    # PDFium rounds up: the last digit of a division must not cost a pixel.
    return (along[0] if columns >= rows else along[1]) * (1 - 1e-6)


def _has_drawing(leaf: Any) -> bool:
    """Whether the page has lines of its own beside its pictures, more than the frames that scanning programs add."""
    from pypdfium2.raw import FPDF_PAGEOBJ_PATH

    paths = islice(leaf.get_objects(filter=(FPDF_PAGEOBJ_PATH,)), _FEWEST_PATHS)
    return sum(1 for _ in paths) == _FEWEST_PATHS
