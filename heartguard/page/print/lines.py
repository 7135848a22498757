"""From the shares of symbols along a line to its words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, groupby

from heartguard.arrays import Floats
from heartguard.page.print.cuts import FRAME, Box, scale_of
from heartguard.page.print.decoding import Letter, likeliest_letters, probabilities
from heartguard.page.print.lexicon import likeliest_lead, probability_of_value
from heartguard.page.print.symbols import SYMBOLS, decoded
from heartguard.page.print.words import Word
from heartguard.printed import lead_named, value_spans

__all__ = ["is_name", "words_of"]

_SPACE = SYMBOLS.index(" ")

_LONGEST_NAME = 10
"""Letters of a name with its marks, as ``lead iii:``."""

_NO_NAME = 0.25
"""Weight of all that is no lead name where the structure network sees one: of the lessons, half are none."""

_CLEARLY_OTHER = 0.9
"""A text that is so probable and names no lead is not looked at once more."""


def words_of(box: Box, shares: Floats, line: int, name: float) -> Iterator[Word]:
    """Yield a name as one word, a number with its unit as one, and other lines word by word.

    Parameters
    ----------
    box : Box
    shares : ndarray, shape (columns, symbols)
    line : int
        Its number.
    name : float
        Share of the word that the structure network calls a lead name.
    """
    letters = likeliest_letters(shares)
    text = decoded(letter.number for letter in letters)
    if len(text) <= _LONGEST_NAME:
        [probability] = probabilities(shares, [[letter.number for letter in letters]])
        if lead_named(text) is not None or probability < _CLEARLY_OTHER:
            lead = likeliest_lead(shares, text, _NO_NAME if name > 0.5 else 1.0)
            if lead is not None:
                yield Word(lead[0], *box, lead[1], line)
                return
    middle, scale, width = (box.x0 + box.x1) / 2, scale_of(box), FRAME * len(shares)
    for part, is_value in _parts(letters):
        said = decoded(letter.number for letter in part)
        columns = shares[part[0].first : part[-1].last + 1]
        if is_value:
            probability = probability_of_value(columns, said)
        else:
            [probability] = probabilities(columns, [[letter.number for letter in part]])
        x0, x1 = (middle + (FRAME * column - width / 2) / scale for column in (part[0].first, part[-1].last + 1))
        yield Word(said, x0, box.y0, x1, box.y1, float(probability), line)


def _parts(letters: list[Letter]) -> Iterator[tuple[list[Letter], bool]]:
    """Yield numbers with a unit of speed or gain and the words between them, and whether each is such a value."""
    begins = list(accumulate((len(SYMBOLS[letter.number]) for letter in letters), initial=0))
    after = 0
    for start, end in value_spans(decoded(letter.number for letter in letters)):
        first, last = (bisect_right(begins, at) - 1 for at in (start, end - 1))
        yield from ((word, False) for word in _words(letters[after:first]))
        yield letters[first : last + 1], True
        after = last + 1
    yield from ((word, False) for word in _words(letters[after:]))


def _words(letters: list[Letter]) -> Iterator[list[Letter]]:
    for spaced, group in groupby(letters, lambda letter: letter.number == _SPACE):
        if not spaced:
            yield list(group)


def is_name(line: list[Word]) -> bool:
    """Tell whether a line is a lead name."""
    return len(line) == 1 and lead_named(line[0].text) is not None
