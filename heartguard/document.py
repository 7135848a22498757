"""The pages of one ECG: those of a document that belong to a page, and those that somebody asks to be read together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from heartguard.errors import CorrectionError, HeartGuardError, NotAnEcgError
from heartguard.intake import Source, file_name, kind_of, page_count, read_source
from heartguard.page_search import MOST_PAGES
from heartguard.panel_names import leads_by_hand, panel_names
from heartguard.together import belong_together, join
from heartguard.traced import TracedEcg
from heartguard.values import Corrections
from heartguard.vector import page_words, same_recording

__all__ = ["Sheet", "Trace", "continued", "document_pages", "joined"]

_DOCUMENTS = ("pdf", "tiff")
"""Kinds of files whose pages are pages; those of a file of signals are ten seconds of it."""


class Sheet(NamedTuple):
    """A page of a file."""

    source: Source
    name: str | None
    page: int = 0


Trace = Callable[[Sheet, Corrections], tuple[TracedEcg, ...]]
"""What traces the ECGs of a page with what was set by hand."""


def document_pages(source: Source) -> int:
    """Return how many pages a document has; 1 for a picture and for a file of signals.

    Raises
    ------
    heartguard.errors.IntakeError
    """
    return page_count(source) if kind_of(read_source(source)) in _DOCUMENTS else 1


def continued(sheet: Sheet, found: TracedEcg, trace: Trace, corrections: Corrections) -> TracedEcg:
    """Return an ECG with the leads of those pages of its document that say so themselves.

    They are those next to it, as long as each shows other leads at the same speed (see
    `heartguard.together.belong_together`) under a header that is the same where there is text.

    Parameters
    ----------
    sheet : Sheet
    found : TracedEcg
        On that page.
    trace : callable
    corrections : Corrections
        Set by hand, for the page itself.
    """
    pages = document_pages(sheet.source) if found.parts == 1 and not found.page.layout.complete else 1
    members = {sheet.page: found}
    for step in (1, -1):
        page = sheet.page + step
        while 0 <= page < pages and len(members) < MOST_PAGES:
            other = _member(sheet._replace(page=page), members, trace, corrections)
            if other is None:
                break
            members[page] = other
            page += step
    if len(members) == 1:
        return found
    ordered = [sheet._replace(page=page) for page in sorted(members)]
    return _named(ordered, [members[one.page] for one in ordered], trace, corrections, asked=False)


def _member(sheet: Sheet, members: dict[int, TracedEcg], trace: Trace, corrections: Corrections) -> TracedEcg | None:
    """Return the ECG of a page if it belongs to those that were found."""
    words = page_words(sheet.source, sheet.page)
    if not all(same_recording(page_words(sheet.source, page), words) for page in members):
        return None
    try:
        others = trace(sheet, _for_any_page(corrections))
    except HeartGuardError:  # Of another page than the one that is asked for: it is no part of the ECG.
        return None
    belongs = len(others) == 1 and belong_together(list(members.values()), others[0])
    return others[0] if belongs else None


def _for_any_page(corrections: Corrections) -> Corrections:
    """Return what was set by hand and is the same on all pages of a recorder."""
    return Corrections(speed_mm_per_s=corrections.speed_mm_per_s, gain_mm_per_mv=corrections.gain_mm_per_mv)


def joined(sources: Sequence[tuple[Source, str | None]], trace: Trace, corrections: Corrections) -> TracedEcg:
    """Return the one ECG that files show together, as somebody asks for.

    Parameters
    ----------
    sources : sequence of (bytes, Path or str; str or None)
        Files with the names to show. Of a document all pages that show an ECG.
    trace : callable
    corrections : Corrections
        Speed, gain and lead names set by hand; what else was set is that of one page.

    Raises
    ------
    heartguard.errors.HeartGuardError
        If a file cannot be read, if a page shows several ECGs, or if there are more pages than are read together.
    """
    if corrections != replace(_for_any_page(corrections), leads=corrections.leads):
        raise CorrectionError(
            "Of pages that are read together, paper speed, gain and lead names can be set by hand. Turn, corners and "
            "arrangement are those of one page: read it by itself."
        )
    sheets, found = [], []
    for source, name in sources:
        pages = document_pages(source)
        for page in range(pages):
            sheet = Sheet(source, name, page)
            try:
                ecgs = trace(sheet, _for_any_page(corrections))
            except NotAnEcgError:
                if pages == 1:
                    raise
                continue  # a cover
            sheets.append(sheet)
            found.append(_only(ecgs, sheet))
            if len(found) > MOST_PAGES:
                raise CorrectionError(f"At most {MOST_PAGES} pages can be read as one ECG. Give fewer.")
    if not found:
        raise NotAnEcgError("None of the pages shows an ECG. Give those that do.")
    return found[0] if len(found) == 1 else _named(sheets, found, trace, corrections, asked=True)


def _only(ecgs: tuple[TracedEcg, ...], sheet: Sheet) -> TracedEcg:
    if len(ecgs) > 1:
        name = file_name(sheet.source, sheet.name)
        raise CorrectionError(
            f"Page {sheet.page + 1} of {name} shows {len(ecgs)} ECGs, one below the other, which are not mixed. "
            "Read it by itself."
        )
    return ecgs[0]


def _named(
    sheets: Sequence[Sheet], found: Sequence[TracedEcg], trace: Trace, corrections: Corrections, *, asked: bool
) -> TracedEcg:
    """Return the joined ECG, with the leads that were named by hand as they are called on it."""
    whole = join(found, asked=asked)
    if not corrections.leads:
        return whole
    by_hand = iter(leads_by_hand(whole.page.panels, corrections.leads))
    traced = []
    for sheet, one in zip(sheets, found, strict=True):
        own = tuple((name, lead) for name, lead in zip(panel_names(one.page.panels), by_hand, strict=False) if lead)
        traced.append(_only(trace(sheet, replace(_for_any_page(corrections), leads=own)), sheet) if own else one)
    return join(traced, asked=asked)
