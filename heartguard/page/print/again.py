"""A second look at names that a trace crosses: where and how high they are, the names that were read tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from heartguard.arrays import Doubles, Image
from heartguard.page.print.candidates import Candidate
from heartguard.page.print.cuts import Box, cut_out
from heartguard.page.print.lines import is_name, words_of
from heartguard.page.print.network import PrintNetwork
from heartguard.page.print.words import Word

__all__ = ["read_again"]

_SURE, _FEWEST_SURE = 0.7, 3
"""Probability from which on a name is surely read, and how many of them tell the height of all."""

_BLIND_SURE = 0.9
"""The same where no letter was seen, and an upright stroke of a trace may be taken for a name."""

_MOST_AGAIN, _MOST_BLIND = 16, 12
"""Names that are read once more, and places that are: a page has 12 to 16 names, most of which a trace leaves free."""

_ALIGNED = 0.5
"""Names begin in one column, or are on one line, if they do within so much of their height."""

_WIDTHS = (1.2, 2.2)
"""Of names, in heights of their capitals: of V1 or II, and of aVR."""


def read_again(
    image: Image, network: PrintNetwork, found: Sequence[Candidate], lines: list[list[Word]]
) -> list[list[Word]]:
    """Return the lines of a page with the names that were read at a second look; those that were not found come last.

    All names of a page have one height, and most begin in a few columns and are on a few lines.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
        The straight page.
    network : PrintNetwork
    found : sequence of Candidate
    lines : list of list of Word
        What was read of each candidate.
    """
    names = [line[0] for line in lines if is_name(line) and line[0].probability > _SURE]
    if len(names) < _FEWEST_SURE:
        return lines
    height = float(np.median([name.y1 - name.y0 for name in names]))
    unread = [
        number
        for number, (candidate, line) in enumerate(zip(found, lines, strict=True))
        if candidate.name > 0.5 and not (is_name(line) and line[0].probability > _SURE)
    ]
    boxes = [(number, box) for number in unread[:_MOST_AGAIN] for box in _of_height(found[number].box, height)]
    places = _missing(names, height)[:_MOST_BLIND]
    blind = [
        (len(lines) + number, Box(x, y - height / 2, x + width * height, y + height / 2))
        for number, (x, y) in enumerate(places)
        for width in _WIDTHS
    ]
    best: dict[int, Word] = {}
    for word in _likeliest(image, network, boxes + blind):
        seen = word.line < len(lines)
        if word.probability > (_SURE if seen else _BLIND_SURE) and (seen or word.text != "i"):
            best[word.line] = max(word, best.get(word.line, word), key=lambda one: one.probability)
    kept = [[best[number]] if number in best else line for number, line in enumerate(lines)]
    return kept + [[word] for number, word in sorted(best.items()) if number >= len(lines)]


def _likeliest(image: Image, network: PrintNetwork, boxes: list[tuple[int, Box]]) -> Iterator[Word]:
    """Yield the boxes that are a lead name each, by the numbers of their lines."""
    shares = network.shares([cut_out(image, box) for _, box in boxes])
    for (number, box), seen in zip(boxes, shares, strict=True):
        line = list(words_of(box, seen, number))
        if is_name(line):
            yield line[0]


def _of_height(box: Box, height: float) -> Iterator[Box]:
    """Yield boxes of a height about another one, as wide and wider: the part that was seen may be any."""
    spare = height - (box.y1 - box.y0)
    for share in (0.5,) if abs(spare) < 0.15 * height else (0.0, 0.5, 1.0):
        y0 = box.y0 - share * spare
        yield Box(box.x0, y0, box.x1, y0 + height)
        yield Box(box.x0 - 0.2 * height, y0, box.x1 + 0.6 * height, y0 + height)


def _missing(names: list[Word], height: float) -> list[tuple[float, float]]:
    """Return where columns and lines of names cross without one: left end and middle height, page pixels."""
    left, middle = np.array([(name.x0, (name.y0 + name.y1) / 2) for name in names]).T
    columns, rows = _repeated(left, height), _repeated(middle, height)
    return [
        (x, y)
        for y in rows
        for x in columns
        if not ((np.abs(left - x) < 2 * height) & (np.abs(middle - y) < 2 * height)).any()
    ]


def _repeated(places: Doubles, height: float) -> list[float]:
    """Return places that two names or more share, each once."""
    found: list[float] = []
    for place in np.sort(places):
        near = places[np.abs(places - place) < _ALIGNED * height]
        if len(near) > 1 and (not found or place - found[-1] > 2 * height):
            found.append(float(np.median(near)))
    return found
