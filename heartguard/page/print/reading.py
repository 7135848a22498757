"""Read the words of a straight page, and what they say of leads, paper speed and gain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import numpy as np

from heartguard.arrays import Floats
from heartguard.page.print.candidates import Candidate, find_words
from heartguard.page.print.cuts import FRAME, Box, cut_out, scale_of
from heartguard.page.print.decoding import Letter, likeliest_letters, probabilities
from heartguard.page.print.lexicon import likeliest_lead
from heartguard.page.print.network import PrintNetwork
from heartguard.page.print.symbols import SYMBOLS, decoded
from heartguard.page.print.words import PrintedName, PrintedScale, PrintedValue, Word
from heartguard.page.straight import StraightPage
from heartguard.printed import gains_printed, lead_named, speed_printed

__all__ = ["names_on", "read_print", "values_on"]

_SPACE = SYMBOLS.index(" ")

_LONGEST_NAME = 10
"""Letters of a name with its marks, as ``lead iii:``."""

_CLEARLY_OTHER = 0.9
"""A text that is so probable and names no lead is not looked at once more."""

_SURE, _FEWEST_SURE = 0.7, 3
"""Probability from which on a name is surely read, and how many of them tell the height of all."""

_MOST_ANEW = 16
"""Names that are read anew: a page has 12 to 16, most of which a trace leaves free."""

_BETWEEN = 6.0
"""Widest space between two words of a line of values, in heights of its letters."""


def read_print(page: StraightPage, network: PrintNetwork) -> tuple[Word, ...]:
    """Read the words of a page: lead names, and print near the rows.

    Parameters
    ----------
    page : StraightPage
    network : PrintNetwork

    Returns
    -------
    tuple of Word
        Those that rather are lead names first.
    """
    found = find_words(page)
    shares = network.shares([cut_out(page.image, candidate.box) for candidate in found])
    lines = [
        list(_words(candidate.box, seen, line))
        for line, (candidate, seen) in enumerate(zip(found, shares, strict=True))
    ]
    for line, word in _seen_in_part(page, network, found, lines).items():
        lines[line] = [word]
    return tuple(word for line in lines for word in line)


def _seen_in_part(
    page: StraightPage, network: PrintNetwork, found: tuple[Candidate, ...], lines: list[list[Word]]
) -> dict[int, Word]:
    """Read names anew that a trace crosses, by their lines: cut as high as the other names of the page, which all are.

    The structure network sees such a name in part, and what was cut out is a part of it.
    """
    names = [line[0] for line in lines if _is_name(line) and line[0].probability > _SURE]
    if len(names) < _FEWEST_SURE:
        return {}
    height = float(np.median([name.y1 - name.y0 for name in names]))
    unread = [
        number
        for number, (candidate, line) in enumerate(zip(found, lines, strict=True))
        if candidate.name > 0.5 and not (_is_name(line) and line[0].probability > _SURE)
    ][:_MOST_ANEW]
    boxes = [(number, box) for number in unread for box in _of_height(found[number].box, height)]
    best: dict[int, Word] = {
        number: line[0] for number, line in enumerate(lines) if number in unread and _is_name(line)
    }
    for (number, box), seen in zip(boxes, network.shares([cut_out(page.image, box) for _, box in boxes]), strict=True):
        word = next(_words(box, seen, number), None)
        if word is None or not _is_name([word]) or word.probability < _SURE:
            continue
        if number not in best or word.probability > best[number].probability:
            best[number] = word
    return best


def _is_name(line: list[Word]) -> bool:
    return len(line) == 1 and lead_named(line[0].text) is not None


def _of_height(box: Box, height: float) -> Iterator[Box]:
    """Yield boxes of a height about another one, as wide and wider: the part that was seen may be any."""
    spare = height - (box.y1 - box.y0)
    for share in (0.5,) if abs(spare) < 0.15 * height else (0.0, 0.5, 1.0):
        y0 = box.y0 - share * spare
        yield Box(box.x0, y0, box.x1, y0 + height)
        yield Box(box.x0 - 0.2 * height, y0, box.x1 + 0.6 * height, y0 + height)


def _words(box: Box, shares: Floats, line: int) -> Iterator[Word]:
    """Yield a name as one word, and other lines word by word."""
    letters = likeliest_letters(shares)
    if not letters:
        return
    text = decoded(letter.number for letter in letters)
    if len(text) <= _LONGEST_NAME:
        [probability] = probabilities(shares, [[letter.number for letter in letters]])
        if lead_named(text) is not None or probability < _CLEARLY_OTHER:
            lead = likeliest_lead(shares, text)
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


def names_on(words: Iterable[Word]) -> tuple[PrintedName, ...]:
    """Return the lead names among words: those that stand alone on their lines.

    Examples
    --------
    >>> names_on([Word("avr", 10, 20, 30, 40, 0.9, 0), Word("in", 0, 0, 9, 9, 0.9, 1), Word("v1", 10, 0, 19, 9, 0.9, 1)])
    (PrintedName(lead='aVR', x=20.0, y=30.0, probability=0.9),)
    """
    names = []
    for _, group in groupby(sorted(words, key=lambda word: word.line), lambda word: word.line):
        word, *others = group
        lead = lead_named(word.text)
        if lead is not None and not others:
            names.append(PrintedName(lead, (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2, word.probability))
    return tuple(names)


def values_on(words: Iterable[Word]) -> PrintedScale:
    """Return the paper speed and the gains that lines of words state.

    Examples
    --------
    >>> line = [Word("50", 0, 0, 20, 9, 0.9), Word("mm/s", 25, 0, 60, 9, 0.8), Word("20mm/mv", 70, 0, 130, 9, 0.7)]
    >>> [value and value.value for value in values_on(line)]
    [50.0, 20.0, 20.0]
    """
    speeds: list[PrintedValue] = []
    limb_gains: list[PrintedValue] = []
    chest_gains: list[PrintedValue] = []
    for line in _lines(words):
        texts, sure = [word.text for word in line], [word.probability for word in line]
        speed, gains = speed_printed(" ".join(texts)), gains_printed(" ".join(texts))
        if speed is not None:
            said = [speed_printed(" ".join(texts[a:b])) == speed for a, b in _stretches(len(texts))]
            speeds.append(PrintedValue(speed, _least(said, sure)))
        if gains is not None:
            said = [gains_printed(" ".join(texts[a:b])) == gains for a, b in _stretches(len(texts))]
            probability = _least(said, sure)
            limb_gains.append(PrintedValue(gains.limb, probability))
            chest_gains.append(PrintedValue(gains.chest, probability))
    return PrintedScale(_agreed(speeds), _agreed(limb_gains), _agreed(chest_gains))


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
    others = [value for value in values if value.value != surest.value and value.probability > 0.5]
    return None if others else surest
