"""The two doors of intake: open one page, count the pages."""

from __future__ import annotations

from heartguard.intake.detect import kind_of
from heartguard.intake.dicom import count_dicom_pages, open_dicom
from heartguard.intake.documents import count_pdf_pages, open_pdf
from heartguard.intake.guard import decoding
from heartguard.intake.pictures import count_pages, open_picture
from heartguard.intake.pixels import Decoded, fit
from heartguard.intake.source import Source, digest, file_name, read_source
from heartguard.values import Upload


def open_upload(source: Source, *, name: str | None = None, page: int = 0) -> Upload:
    """Open one page of a file as an upright RGB picture.

    Parameters
    ----------
    source : bytes, Path or str
        The content itself, or the path of a file. PNG, JPEG, WebP, TIFF, BMP, PDF, or DICOM with one frame or a PDF
        in it; what counts is the content, not the name.
    name : str, optional
        Name to show; by default that of the path.
    page : int, default 0
        Page of a PDF or TIFF, from 0.

    Returns
    -------
    Upload
        At most `heartguard.intake.limits.WORKING_PIXELS` pixels.

    Raises
    ------
    heartguard.errors.IntakeError
        Always one of its subclasses, with a sentence on what is wrong and what to do.

    Examples
    --------
    >>> from heartguard.samples import list_samples
    >>> upload = open_upload(list_samples()[0].path)
    >>> upload.name, upload.kind, upload.image.shape[2], upload.pages
    ('normal-3x4.png', 'png', 3, 1)
    """
    data = read_source(source)
    kind = kind_of(data)
    with decoding(kind):
        decoded = _decode(data, kind, page)
        image, scaled = fit(decoded.image)
    return Upload(
        name=file_name(source, name),
        sha256=digest(data, page),
        kind=kind,
        image=image,
        page=page,
        pages=decoded.pages,
        warnings=decoded.warnings + scaled,
    )


def page_count(source: Source) -> int:
    """Count the pages of a file without decoding them: for PDF and TIFF, else 1.

    Raises
    ------
    heartguard.errors.IntakeError
        As `open_upload`.

    Examples
    --------
    >>> from heartguard.samples import list_samples
    >>> page_count(list_samples()[0].path)
    1
    """
    data = read_source(source)
    kind = kind_of(data)
    with decoding(kind):
        if kind == "pdf":
            return count_pdf_pages(data)
        return count_dicom_pages(data) if kind == "dicom" else count_pages(data, kind)


def _decode(data: bytes, kind: str, page: int) -> Decoded:
    if kind == "pdf":
        return open_pdf(data, page)
    return open_dicom(data, page) if kind == "dicom" else open_picture(data, kind, page)
