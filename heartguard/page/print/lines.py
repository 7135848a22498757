"""From the shares of symbols along a line to its words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from heartguard.arrays import Floats
from heartguard.page.print.cuts import FRAME, Box, scale_of
from heartguard.page.print.decoding import Letter, likeliest_letters, probabilities
from heartguard.page.print.lexicon import likeliest_lead
from heartguard.page.print.symbols import SYMBOLS, decoded
from heartguard.page.print.words import Word
from heartguard.printed import lead_named

__all__ = ["is_name", "words_of"]

_SPACE = SYMBOLS.index(" ")

_LONGEST_NAME = 10
"""Letters of a name with its marks, as ``lead iii:``."""

_NO_NAME = 0.25
"""Weight of all that is no lead name where the structure network sees one: of the lessons, half are none."""

_CLEARLY_OTHER = 0.9
"""A text that is so probable and names no lead is not looked at once more."""


def words_of(box: Box, shares: Floats, line: int, name: float) -> Iterator[Word]:
    """Yield a name as one word, and other lines word by word.

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
    for spaced, group in groupby(letters, lambda letter: letter.number == _SPACE):
        if not spaced:
            part = list(group)
            x0, x1 = (middle + (FRAME * column - width / 2) / scale for column in (part[0].first, part[-1].last + 1))
            yield Word(
                decoded(letter.number for letter in part), x0, box.y0, x1, box.y1, _probability(shares, part), line
            )


def _probability(shares: Floats, part: list[Letter]) -> float:
    """Return the probability of a part of a line by the columns that show it."""
    columns = shares[part[0].first : part[-1].last + 1]
    [probability] = probabilities(columns, [[letter.number for letter in part]])
    return float(probability)


def is_name(line: list[Word]) -> bool:
    """Tell whether a line is a lead name."""
    return len(line) == 1 and lead_named(line[0].text) is not None
