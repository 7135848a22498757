"""PDFs that carry other files: a portfolio is those files; in any other PDF they follow its own pages."""

from __future__ import annotations

from collections.abc import Iterator
from ctypes import c_ulong
from io import BytesIO
from typing import Any, NamedTuple

from heartguard.errors import HeartGuardError, UnsupportedTypeError
from heartguard.intake.detect import kind_of
from heartguard.intake.documents import pdf_document
from heartguard.intake.formats import count, decode
from heartguard.intake.guard import decoding
from heartguard.intake.limits import MAX_BYTES, MAX_PAGES, check_page_number, check_pages
from heartguard.intake.pixels import Decoded
from heartguard.vocabulary import printable
from heartguard.warning import Warning, note

_PORTFOLIO = b"/Collection"
"""Key of the catalogue of a PDF portfolio (ISO 32000-1, 12.3.5)."""


class _Part(NamedTuple):
    """A file whose pages are pages of the document; without a name it is the document itself."""

    name: str
    data: bytes
    kind: str
    pages: int


def open_portfolio(data: bytes, page: int) -> Decoded:
    """Decode one page of a PDF, or of a file that it carries.

    Must run inside `heartguard.intake.guard.decoding`.
    """
    parts = _parts(data)
    pages = sum(part.pages for part in parts)
    check_page_number(page, pages)
    for part in parts:
        if page < part.pages:
            break
        page -= part.pages
    with decoding(part.kind):
        decoded = decode(part.data, part.kind, page)
    return decoded._replace(pages=pages, warnings=(*_origin(part), *decoded.warnings))


def own_page(data: bytes, page: int) -> int | None:
    """Return the number of a page that is a page of the PDF itself; None where it is of a file that the PDF carries."""
    first = _parts(data)[0]
    return page if not first.name and page < first.pages else None


def count_portfolio_pages(data: bytes) -> int:
    """Count the pages of a PDF and of the files that it carries."""
    return sum(part.pages for part in _parts(data))


def _origin(part: _Part) -> tuple[Warning, ...]:
    if not part.name:
        return ()
    return (note("file.embedded", f"The page is one of the file {part.name}, which the PDF carries."),)


def _parts(data: bytes) -> list[_Part]:
    with pdf_document(data) as document:
        number = min(document.count_attachments(), MAX_PAGES)
        embedded = list(_readable(document.get_attachment(place) for place in range(number)))
        is_portfolio = number > 0 and _is_portfolio(document)
    if is_portfolio and not embedded:
        raise UnsupportedTypeError(
            "The PDF is a portfolio, a folder of other files, and none of them is a page that HeartGuard reads. Open "
            "it in Adobe Reader, save the file with the ECG, and open that."
        )
    own = [] if is_portfolio else [_Part("", data, "pdf", count(data, "pdf"))]
    check_pages(sum(part.pages for part in own + embedded))
    return own + embedded


def _readable(attachments: Iterator[Any]) -> Iterator[_Part]:
    """Yield the pictures and documents among the files that a PDF carries; a portfolio in a portfolio is a document."""
    for attachment in attachments:
        try:
            if _size(attachment) > MAX_BYTES:
                continue
            data = bytes(attachment.get_data())
            kind = kind_of(data)
            with decoding(kind):
                pages = count(data, kind)
        except (HeartGuardError, RuntimeError):  # of another type, or damaged: the others may be sound
            continue
        yield _Part(printable(attachment.get_name()) or "without a name", data, kind, pages)


def _size(attachment: Any) -> int:
    """Return the bytes of an attachment; pypdfium2 tells only together with the content, twice more of it in memory."""
    from pypdfium2.raw import FPDFAttachment_GetFile

    size = c_ulong()
    FPDFAttachment_GetFile(attachment.raw, None, 0, size)
    return size.value


def _is_portfolio(document: Any) -> bool:
    """Return whether the catalogue has the key of a portfolio; PDFium does not expose it, but saves it as text."""
    plain = BytesIO()
    document.save(plain)
    return _PORTFOLIO in plain.getvalue()
