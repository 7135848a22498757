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

_ALIKE = 0.15
"""Share by which the height of a name that was cut out rightly is another one than that of most."""

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
    names = [line[0] for line in lines if _is_sure(line)]
    if len(names) < _FEWEST_SURE:
        return lines
    height = float(np.median([name.y1 - name.y0 for name in names]))
    unread = [
        number
        for number, (candidate, line) in enumerate(zip(found, lines, strict=True))
        if candidate.name > 0.5 and not (_is_sure(line) and abs(_height(candidate.box) / height - 1) < _ALIKE)
    ]
    boxes = [(number, box) for number in unread[:_MOST_AGAIN] for box in _of_height(found[number].box, height)]
    seen = [candidate.box for candidate in found if candidate.name > 0.5]
    places = _missing(names, seen, height)[:_MOST_BLIND]
    blind = [
        (len(lines) + number, Box(x, y - height / 2, x + width * height, y + height / 2))
        for number, (x, y) in enumerate(places)
        for width in _WIDTHS
    ]
    best: dict[int, Word] = {}
    for word in _likeliest(image, network, boxes + blind, len(lines)):
        known = word.line < len(lines)
        if word.probability > (_SURE if known else _BLIND_SURE) and (known or word.text != "i"):
            best[word.line] = max(word, best.get(word.line, word), key=lambda one: one.probability)
    kept = [[best[number]] if number in best else line for number, line in enumerate(lines)]
    return kept + [[word] for number, word in sorted(best.items()) if number >= len(lines)]


def _likeliest(image: Image, network: PrintNetwork, boxes: list[tuple[int, Box]], known: int) -> Iterator[Word]:
    """Yield the boxes that are a lead name each, by the numbers of their lines, of which so many were seen before."""
    shares = network.shares([cut_out(image, box) for _, box in boxes])
    for (number, box), seen in zip(boxes, shares, strict=True):
        line = list(words_of(box, seen, number, float(number < known)))
        if is_name(line):
            yield line[0]


def _of_height(box: Box, height: float) -> Iterator[Box]:
    """Yield boxes of a height about another one, as wide and wider: the part that was seen may be any."""
    spare = height - (box.y1 - box.y0)
    for share in (0.5,) if abs(spare) < _ALIKE * height else (0.0, 0.5, 1.0):
        y0 = box.y0 - share * spare
        yield Box(box.x0, y0, box.x1, y0 + height)
        yield Box(box.x0 - 0.2 * height, y0, box.x1 + 0.6 * height, y0 + height)


def _is_sure(line: list[Word]) -> bool:
    return is_name(line) and line[0].probability > _SURE


def _height(box: Box) -> float:
    return box.y1 - box.y0


def _missing(names: list[Word], seen: list[Box], height: float) -> list[tuple[float, float]]:
    """Return where columns and lines of names cross and nothing was seen: left end and middle height, page pixels."""
    left, middle = np.array([(name.x0, (name.y0 + name.y1) / 2) for name in names]).T
    columns, rows = _repeated(left, height), _repeated(middle, height)
    x0, y = np.array([(box.x0, (box.y0 + box.y1) / 2) for box in seen]).reshape(-1, 2).T
    return [
        (column, row)
        for row in rows
        for column in columns
        if not ((np.abs(x0 - column) < 2 * height) & (np.abs(y - row) < 2 * height)).any()
    ]


def _repeated(places: Doubles, height: float) -> list[float]:
    """Return places that two names or more share, each once."""
    found: list[float] = []
    for place in np.sort(places):
        near = places[np.abs(places - place) < _ALIGNED * height]
        if len(near) > 1 and (not found or place - found[-1] > 2 * height):
            found.append(float(np.median(near)))
    return found
