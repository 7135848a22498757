"""Whether the text of two pages of a PDF is that of one recording."""

from __future__ import annotations

import re
from collections.abc import Collection

from heartguard.intake.source import Source
from heartguard.printed import lead_named
from heartguard.vector.read import contents_of

__all__ = ["page_words", "same_recording"]

_SHORTEST = 3
"""Letters of a word that counts: page numbers and units have fewer."""

_FEWEST = 4
"""Words from which on a page has a header: name, date, time and number of a patient."""

_SAME = 0.5
"""Share of the words of the page with fewer that the other one has too: the second page of a recorder repeats the
header of the first, which has measurements beside it."""

_OF_ONE = (
    re.compile(r"\d{1,2}:\d{2}(?::\d{2})?"),
    re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{2,4}"),
    re.compile(r"\d{5,}"),
)
"""Times of day, dates, and numbers as long as those of patients: pages of one recording have one in common."""


def page_words(source: Source, page: int) -> frozenset[str]:
    """Return the words of a page of a PDF in lower case, without lead names; none where it has no text.

    Parameters
    ----------
    source : bytes, Path or str
        The whole file.
    page : int
        From 0.
    """
    contents = contents_of(source, page)
    texts = () if contents is None else (word.text.lower() for word in contents.words if not word.repeats)
    return frozenset(text for text in texts if len(text) >= _SHORTEST and lead_named(text) is None)


def same_recording(one: Collection[str], other: Collection[str]) -> bool:
    """Return whether the words of two pages may be of one recording: most are on both, and times and numbers agree.

    Examples
    --------
    >>> header = {"anna", "beispiel", "204417", "05.02.2021", "08:44:00"}
    >>> same_recording(header, header | {"70/min"}), same_recording(header, header - {"08:44:00"} | {"09:10:00"})
    (True, False)
    >>> same_recording(header, set())
    True
    """
    if min(len(one), len(other)) < _FEWEST:
        return True
    for form in _OF_ONE:
        found = [{word for word in words if form.fullmatch(word)} for words in (one, other)]
        if all(found) and not found[0] & found[1]:
            return False
    common = set(one) & set(other)
    return len(common) >= _SAME * min(len(one), len(other))
