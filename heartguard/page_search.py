"""Find the page of a document that shows an ECG, if the requested one does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from heartguard.errors import CorrectionError, PageError
from heartguard.intake import Source, open_upload
from heartguard.page import PageModels, find_page
from heartguard.values import Upload

__all__ = ["find_ecg_page", "naming_the_ecg_page"]

MOST_PAGES = 8
"""Greatest number of pages that are searched: reports have the tracing on one of their first pages."""

MOST_SECONDS = 8.0
"""No further page is begun after this time: one takes 1 to 2 s, and the user waits for the message."""

_GOOD_QUALITY = 0.5
"""As `LOW_QUALITY` of `heartguard.warning_rules`: a page below it would get no answer either."""


@contextmanager
def naming_the_ecg_page(source: Source, upload: Upload, models: PageModels) -> Iterator[None]:
    """Add the number of a page that looks like an ECG to the error of another page of the document.

    Parameters
    ----------
    source : bytes, Path or str
        The whole file.
    upload : Upload
        The page of it that is being read inside.
    models : PageModels

    Raises
    ------
    PageError
        An error raised inside, of the same class, with a further sentence if the file has several pages.
    """
    try:
        yield
    except CorrectionError:
        raise
    except PageError as error:
        if upload.pages < 2:
            raise
        other = find_ecg_page(source, upload, models)
        hint = "choose the one with the ECG"
        if other is not None:
            hint = f"page {other + 1} looks like an ECG: choose that one"
        raise type(error)(f"{error} This is page {upload.page + 1} of {upload.pages}; {hint}.") from error


def find_ecg_page(source: Source, upload: Upload, models: PageModels) -> int | None:
    """Return the first other page, from 0, on which an ECG is found; None where a short search finds none."""
    began = time.monotonic()
    for page in [page for page in range(upload.pages) if page != upload.page][:MOST_PAGES]:
        if time.monotonic() - began > MOST_SECONDS:
            break
        if _looks_like_ecg(source, page, models):
            return page
    return None


def _looks_like_ecg(source: Source, page: int, models: PageModels) -> bool:
    try:
        return find_page(open_upload(source, page=page), models).quality >= _GOOD_QUALITY
    except Exception:  # Of another page: whatever it is, the refusal of this one must be heard.
        return False
