"""Which page of a document shows an ECG, where the one that was asked for does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from heartguard.errors import CorrectionError, HeartGuardError, PageError
from heartguard.intake import Source, open_upload
from heartguard.page import find_flat
from heartguard.values import NO_CORRECTIONS, Upload

__all__ = ["find_ecg_page", "naming_the_ecg_page"]

MOST_PAGES = 8
"""How many pages are looked at: reports put the tracing on one of their first pages."""

MOST_SECONDS = 8.0
"""After this no further page is begun; one takes 1 to 2 s, and somebody is waiting for a refusal."""

_GOOD_QUALITY = 0.5
"""A page that is read worse than this would be refused, or read without an answer, as well."""


@contextmanager
def naming_the_ecg_page(source: Source, upload: Upload) -> Iterator[None]:
    """Let a refusal of one page of a document name another one that looks like an ECG.

    Parameters
    ----------
    source : bytes, Path or str
        The whole file.
    upload : Upload
        The page of it that is being read inside.

    Raises
    ------
    PageError
        What was raised inside, of the same class, with a further sentence where the file has several pages.
    """
    try:
        yield
    except CorrectionError:
        raise
    except PageError as error:
        if upload.pages < 2:
            raise
        other = find_ecg_page(source, upload)
        hint = "choose the one with the ECG"
        if other is not None:
            hint = f"page {other + 1} looks like an ECG: choose that one"
        raise type(error)(f"{error} This is page {upload.page + 1} of {upload.pages}; {hint}.") from error


def find_ecg_page(source: Source, upload: Upload) -> int | None:
    """Return the first other page, from 0, on which a flat ECG is found; None where a short search finds none."""
    began = time.monotonic()
    for page in [page for page in range(upload.pages) if page != upload.page][:MOST_PAGES]:
        if time.monotonic() - began > MOST_SECONDS:
            break
        if _looks_like_ecg(source, page):
            return page
    return None


def _looks_like_ecg(source: Source, page: int) -> bool:
    try:
        return find_flat(open_upload(source, page=page), NO_CORRECTIONS).quality >= _GOOD_QUALITY
    except HeartGuardError:
        return False
