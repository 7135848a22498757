"""From a file to a Reading: of one ECG, of all ECGs of a file, and of pages read together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Unpack

from heartguard.document import Sheet, document_pages, joined
from heartguard.errors import HeartGuardError, IntakeError, NotAnEcgError, PageNumberError
from heartguard.intake import Source
from heartguard.page_search import MOST_PAGES
from heartguard.pipeline import Pipeline, ReadOptions
from heartguard.values import Reading

__all__ = ["ReadOptions", "Refused", "read_ecg", "read_ecgs", "read_together"]


class Refused(NamedTuple):
    """A page of a document that could not be read: its number, from 0, how many there are, and why."""

    page: int
    pages: int
    error: HeartGuardError


def read_ecg(
    source: Source,
    *,
    name: str | None = None,
    page: int = 0,
    part: int = 0,
    alone: bool = False,
    **options: Unpack[ReadOptions],
) -> Reading:
    """Read one ECG of a paper page, or ten seconds of a file of signals.

    Parameters
    ----------
    source : bytes, Path or str
        Content or path of a picture, a PDF, a DICOM file or a file of signals.
    name : str, optional
        Name to show; by default that of the path.
    page : int, default 0
        Page of a document, from 0.
    part : int, default 0
        Which of several ECGs on that page, from 0 at the top.
    alone : bool, default False
        Whether the page is read by itself also where it shows but some leads, and pages beside it the others.
    **options : ReadOptions
        ``corrections``, ``models`` and ``on_stage``: see `heartguard.pipeline.ReadOptions`.

    Returns
    -------
    Reading

    Raises
    ------
    heartguard.errors.HeartGuardError
        One of its subclasses, each with a sentence on what is wrong and what to do.

    Examples
    --------
    >>> from heartguard.samples import list_samples
    >>> reading = read_ecg(list_samples()[0].path)
    >>> reading.page.layout.name, reading.prediction.label, round(reading.measurements.heart_rate_bpm)
    ('3x4+1', 'Normal', 72)
    """
    pipeline = Pipeline(**options)
    found = pipeline.trace_page(Sheet(source, name, page), alone=alone)
    if not 0 <= part < len(found):
        raise PageNumberError(f"The page shows {len(found)} ECGs; there is no number {part + 1}.")
    return pipeline.finish(found[part])


def read_ecgs(
    source: Source,
    *,
    name: str | None = None,
    page: int | None = None,
    alone: bool = False,
    **options: Unpack[ReadOptions],
) -> Iterator[Reading | Refused]:
    """Read every ECG of a file: of each page of a document, and each of several on one page.

    Parameters
    ----------
    source, name, **options
        As of `read_ecg`.
    page : int, optional
        Only this page, from 0, by itself; by default the first `heartguard.page_search.MOST_PAGES` pages of a document,
        and the first ten seconds of a file of signals.
    alone : bool, default False
        Whether every page is an ECG by itself, also where it shows but some leads, and pages beside it the others.

    Yields
    ------
    Reading or Refused
        Pages without an ECG, such as covers, are passed over if any other has one.

    Raises
    ------
    heartguard.errors.HeartGuardError
        If no page shows an ECG, or the file cannot be opened.
    """
    pipeline = Pipeline(**options)
    pages = document_pages(source) if page is None else 1
    if pages > 1:
        yield from _read_document(source, name, pages, pipeline, alone=alone)
        return
    for found in pipeline.trace_page(Sheet(source, name, page or 0), alone=alone or page is not None):
        yield pipeline.finish(found)


def _read_document(
    source: Source, name: str | None, pages: int, pipeline: Pipeline, *, alone: bool
) -> Iterator[Reading | Refused]:
    passed: list[NotAnEcgError] = []
    known: set[int] = set()
    for number in range(min(pages, MOST_PAGES)):
        if number in known:
            continue
        pipeline.restart()
        try:
            ecgs = pipeline.trace_page(Sheet(source, name, number), alone=alone, search=False)
        except NotAnEcgError as error:
            passed.append(error)
            continue
        except IntakeError:
            raise
        except HeartGuardError as error:
            known.add(number)
            yield Refused(number, pages, error)
            continue
        for found in ecgs:
            known |= {read for _, read in found.sheets}
            yield pipeline.finish(found)
    if not known:
        raise NotAnEcgError(f"{passed[0]} The document has {pages} pages; no other that was looked at shows an ECG.")


def read_together(
    sources: Sequence[Source], *, names: Sequence[str | None] | None = None, **options: Unpack[ReadOptions]
) -> Reading:
    """Read several files, and all pages of documents, as one ECG.

    Parameters
    ----------
    sources : sequence of bytes, Path or str
    names : sequence of str or None, optional
        Names to show; by default those of the paths.
    **options : ReadOptions
        As of `read_ecg`, but of the corrections only paper speed and gain, for all pages, and lead names as they are
        on the joined page.

    Returns
    -------
    Reading
        With the seconds of the pages one after the other.

    Raises
    ------
    heartguard.errors.HeartGuardError
    """
    pipeline = Pipeline(**options)
    named = list(zip(sources, names or [None] * len(sources), strict=True))
    return pipeline.finish(joined(named, pipeline.trace, pipeline.corrections))
