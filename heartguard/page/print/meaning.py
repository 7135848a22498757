"""What words say of leads, paper speed and gain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

import numpy as np

from heartguard.page.print.words import PrintedName, PrintedScale, PrintedValue, Word
from heartguard.printed import gains_printed, lead_named, speed_printed, speeds_printed

__all__ = ["agreed_values", "leads_in_text", "names_on", "values_by_line", "values_on"]

_BETWEEN = 6.0
"""Widest space between two words of a line of values, in heights of its letters."""

_RATHER = 0.5
"""A value that is more probable than not contradicts another one."""


_LEAD_WORDS = ("lead", "ableitung", "derivation", "dérivation")
"""Before the name of a lead in a sentence."""

_ONE = {"1": "i", "l": "i", "|": "i", "!": "i"}
"""What the single stroke of lead I is read as; after the word for a lead it is that name."""


def names_on(words: Iterable[Word]) -> tuple[PrintedName, ...]:
    """Return the lead names among words: alone on their lines, more probable than not, and one at a place.

    Examples
    --------
    >>> names_on([Word("avr", 10, 20, 30, 40, 0.9), Word("in", 0, 0, 9, 9, 0.9, 1), Word("v1", 10, 0, 19, 9, 0.9, 1)])
    (PrintedName(lead='aVR', x=20.0, y=30.0, probability=0.9),)
    """
    alone: list[Word] = []
    for _, group in groupby(sorted(words, key=lambda word: word.line), lambda word: word.line):
        word, *others = group
        if lead_named(word.text) is not None and word.probability > _RATHER and not others:
            alone.append(word)
    # Parts of one name that a trace crosses may each have been completed to the whole: it is there once.
    best = [word for word in alone if not any(_covered(word, other) for other in alone)]
    return tuple(
        PrintedName(lead, (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2, word.probability)
        for word in best
        if (lead := lead_named(word.text)) is not None
    )


def leads_in_text(words: Iterable[Word]) -> tuple[str, ...]:
    """Return the leads that lines of text name after the word for a lead, as headers of watches do.

    Examples
    --------
    >>> line = [Word("25", 0, 0, 9, 9, 0.9), Word("lead", 20, 0, 40, 9, 0.9), Word("1,", 45, 0, 48, 9, 0.4)]
    >>> leads_in_text(line), leads_in_text(line[:2])
    (('I',), ())
    """
    lines = groupby(sorted(words, key=lambda word: (word.line, word.x0)), lambda word: word.line)
    pairs = [pair for _, line in lines for pair in pairwise(line)]
    after = [(first.text, _numeral(second.text)) for first, second in pairs if first.text in _LEAD_WORDS]
    read = [(first, _ONE.get(second, second)) for first, second in after]
    named = (lead_named(f"{first} {second}") for first, second in read)
    return tuple(dict.fromkeys(lead for lead in named if lead is not None))


def _numeral(text: str) -> str:
    """Return a word without the points after it, or its numeral where the next number was read without a space.

    Examples
    --------
    >>> _numeral("i,"), _numeral("i0.05-150"), _numeral("v21")
    ('i', 'i', 'v21')
    """
    return re.sub(r"^(i{1,3})\d.*$", r"\1", text.rstrip(",.:;"))


def _covered(word: Word, other: Word) -> bool:
    """Tell whether another word is at the same place and surer, or as sure and read before."""
    height = max(word.y1 - word.y0, other.y1 - other.y0)
    across = min(word.x1, other.x1) - max(word.x0, other.x0)
    near = across > 0 and abs(word.y0 + word.y1 - other.y0 - other.y1) < height
    return near and (-other.probability, other.line) < (-word.probability, word.line)


def values_on(words: Iterable[Word]) -> PrintedScale:
    """Return the paper speed and the gains that lines of words state.

    Examples
    --------
    >>> line = [Word("50", 0, 0, 20, 9, 0.9), Word("mm/s", 25, 0, 60, 9, 0.8), Word("20mm/mv", 70, 0, 130, 9, 0.7)]
    >>> [value and value.value for value in values_on(line)]
    [50.0, 20.0, 20.0, None]
    """
    return agreed_values([said for _, said in values_by_line(words)])


def values_by_line(words: Iterable[Word]) -> list[tuple[float, PrintedScale]]:
    """Return the height of each line of words that states a value, page pixels, and what it states."""
    lines = [(float(np.mean([(word.y0 + word.y1) / 2 for word in line])), _stated(line)) for line in _lines(words)]
    return [(y, said) for y, said in lines if any(value is not None for value in said)]


def agreed_values(stated: Sequence[PrintedScale]) -> PrintedScale:
    """Return what several lines state together; None for a value of which two are rather read and differ."""
    kinds = range(len(PrintedScale._fields))
    return PrintedScale(*(_agreed([value for said in stated if (value := said[k]) is not None]) for k in kinds))


def _stated(line: Sequence[Word]) -> PrintedScale:
    """Return what one line states."""
    texts, sure = [word.text for word in line], [word.probability for word in line]
    gains = gains_printed(" ".join(texts))

    def read(speed: float | None) -> PrintedValue | None:
        said = [speed_printed(" ".join(texts[a:b])) == speed for a, b in _stretches(len(texts))]
        return None if speed is None else PrintedValue(speed, _least(said, sure))

    speed, of_strips = speeds_printed(" ".join(texts))
    found = PrintedScale(read(speed), None, None, read(of_strips))
    if gains is not None:
        said = [gains_printed(" ".join(texts[a:b])) == gains for a, b in _stretches(len(texts))]
        limb, chest = (PrintedValue(gain, _least(said, sure)) for gain in (gains.limb, gains.chest))
        found = found._replace(limb_gain=limb, chest_gain=chest)
    return found


def _lines(words: Iterable[Word]) -> list[list[Word]]:
    """Return words of one height that follow each other, left to right, however wide the spaces within a line."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.x0):
        for line in lines:
            last = line[-1]
            height = max(word.y1 - word.y0, last.y1 - last.y0)
            shared = min(word.y1, last.y1) - max(word.y0, last.y0)
            if word.line == last.line or (shared > 0.5 * height and word.x0 - last.x1 < _BETWEEN * height):
                line.append(word)
                break
        else:
            lines.append([word])
    return lines


def _stretches(count: int) -> list[tuple[int, int]]:
    """Return the ends of all stretches of so many words."""
    return [(first, first + length) for length in range(1, count + 1) for first in range(count - length + 1)]


def _least(said: list[bool], sure: list[float]) -> float:
    """Return the probability of the surest of the shortest stretches that say a value."""
    lengths = _stretches(len(sure))
    saying = [ends for ends, says in zip(lengths, said, strict=True) if says]
    shortest = min(b - a for a, b in saying)
    return max(float(np.prod(sure[a:b])) for a, b in saying if b - a == shortest)


def _agreed(values: list[PrintedValue]) -> PrintedValue | None:
    """Return the surest value; None where there is none, or another one is rather sure too."""
    if not values:
        return None
    surest = max(values, key=lambda value: value.probability)
    others = [value for value in values if value.value != surest.value and value.probability > _RATHER]
    return None if others else surest
