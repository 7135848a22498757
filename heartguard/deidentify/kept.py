"""Words that stay on a page: lead names, paper speed and gain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from heartguard.page.print import PrintNetwork, Word, names_on, read_print
from heartguard.page.print.candidates import Candidate, find_words
from heartguard.page.print.cuts import Box
from heartguard.page.straight import PX_PER_MM, StraightPage
from heartguard.printed import gains_printed, lead_named, speed_printed

__all__ = ["kept_words", "scale_boxes"]

_RATHER = 0.5
"""Share or probability from which on a word is rather a lead name than other print."""

_FROM_ROWS_MM = 25.0
"""Names are printed so near to a row at most: the pitch of the rows of a page of three rows is 25 to 40 mm."""

_LONGEST_NAME = 4.0
"""Width of a lead name in heights of its letters: `Lead III` has 8 letters of half their height."""

_WORDS_OF_A_SCALE = 4
"""As ``Speed : 25 mm/s`` has."""


def kept_words(page: StraightPage, network: PrintNetwork) -> tuple[Box, ...]:
    """Return where the words are that stay, page pixels.

    Parameters
    ----------
    page : StraightPage
    network : PrintNetwork
    """
    words = read_print(page, network)
    named = [Box(*word[1:5]) for word in _read_as_names(words)]
    unread = [found.box for found in find_words(page) if _looks_like_name(found, page.rows)]
    return (*named, *unread, *scale_boxes(words))


def scale_boxes(words: Iterable[Word]) -> Iterator[Box]:
    """Yield where words state a paper speed or a gain, without what else their lines say.

    Examples
    --------
    >>> texts = ("name", "25", "mm/s", "40hz")
    >>> list(scale_boxes([Word(text, 9 * k, 0, 9 * k + 8, 9, 0.9) for k, text in enumerate(texts)]))
    [Box(x0=9, y0=0, x1=26, y1=9)]
    """
    for _, group in groupby(sorted(words, key=lambda word: (word.line, word.x0)), lambda word: word.line):
        line = list(group)
        for first, last in _shortest(line):
            said = line[first : last + 1]
            tops, bottoms = [word.y0 for word in said], [word.y1 for word in said]
            yield Box(said[0].x0, min(tops), said[-1].x1, max(bottoms))


def _shortest(line: Sequence[Word]) -> list[tuple[int, int]]:
    """Return the first and the last words of the shortest stretches of a line that state a scale."""
    found: list[tuple[int, int]] = []
    for length in range(1, min(len(line), _WORDS_OF_A_SCALE) + 1):
        for first in range(len(line) - length + 1):
            last = first + length - 1
            apart = all(last < a or first > b for a, b in found)
            if apart and _states_scale(" ".join(word.text for word in line[first : last + 1])):
                found.append((first, last))
    return found


def _states_scale(text: str) -> bool:
    return speed_printed(text) is not None or gains_printed(text) is not None


def _read_as_names(words: Sequence[Word]) -> list[Word]:
    """Return the words that were read as names of leads, alone on their lines."""
    names = {(name.x, name.y) for name in names_on(words)}
    alone = [word for word in words if ((word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2) in names]
    return [word for word in alone if lead_named(word.text) is not None]


def _looks_like_name(found: Candidate, rows: Sequence[float]) -> bool:
    """Tell whether the structure network sees a lead name, of a name's size and beside the rows, that was not read."""
    box = found.box
    middle, height = (box.y0 + box.y1) / 2, max(1.0, box.y1 - box.y0)
    near = any(abs(middle - row) < _FROM_ROWS_MM * PX_PER_MM for row in rows)
    return found.name > _RATHER and near and box.x1 - box.x0 < _LONGEST_NAME * height
