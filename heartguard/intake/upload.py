"""The two doors of intake: open one page, count the pages."""

from __future__ import annotations

from heartguard.intake.companions import with_companions
from heartguard.intake.detect import kind_of
from heartguard.intake.formats import count, decode
from heartguard.intake.guard import decoding
from heartguard.intake.pixels import fit
from heartguard.intake.portfolio import count_portfolio_pages, open_portfolio
from heartguard.intake.source import Source, digest, file_name, read_source
from heartguard.values import Upload


def open_upload(source: Source, *, name: str | None = None, page: int = 0) -> Upload:
    """Open one page of a file as an upright RGB picture; signals of a file come with a sheet that shows them.

    Parameters
    ----------
    source : bytes, Path or str
        The content itself, or the path of a file. PNG, JPEG, HEIC, WebP, TIFF, BMP, JPEG 2000, PPM, PDF, or DICOM with
        one frame, a PDF or ECG waveforms in it; a WFDB record by its header or signals, or both in a ZIP; the XML of
        recorders. What counts is the content, not the name.
    name : str, optional
        Name to show; by default that of the path.
    page : int, default 0
        Page of a PDF or TIFF, or 10 s of a recording, from 0.

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
    data = with_companions(source, read_source(source), name)
    kind = kind_of(data)
    with decoding(kind):
        decoded = open_portfolio(data, page) if kind == "pdf" else decode(data, kind, page)
        image, scaled = fit(decoded.image)
    return Upload(
        name=file_name(source, name),
        sha256=digest(data, page),
        kind=kind,
        image=image,
        page=page,
        pages=decoded.pages,
        warnings=decoded.warnings + scaled,
        signals=decoded.signals,
    )


def page_count(source: Source) -> int:
    """Count the pages of a file without decoding pictures: of PDF, TIFF and signals (10 s each), else 1.

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
    data = with_companions(source, read_source(source))
    kind = kind_of(data)
    with decoding(kind):
        return count_portfolio_pages(data) if kind == "pdf" else count(data, kind)
