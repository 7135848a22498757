"""Where words are on a straight page: what the structure network calls a lead name or print, in lines."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from heartguard.arrays import Image, Mask
from heartguard.page.print.cuts import Box
from heartguard.page.straight import PX_PER_MM, StraightPage
from heartguard.page.strips import HALF

__all__ = ["MOST_WORDS", "find_words"]

MOST_WORDS = 120
"""That are read on a page: lead names first, and print by how near to the rows it is."""

_HEIGHTS_MM = (1.0, 7.0)
"""Of words: letters are 1.2 to 6 mm high, and the network draws them a little larger."""

_LEAST_WIDTH_MM = 0.4
"""Of a word: an upright stroke is one."""

_BOLDER_MM = 0.15
"""By which the network draws letters larger on every side."""

_SPACE = 0.8
"""Widest space within a line, in heights of its letters: two spaces of most fonts."""

_ALIKE = 0.55
"""Two words are on one line where they share so much of the height of the taller one."""

_LONGEST = 26.0
"""Width of a line in heights: 40 letters and more, as header lines have; values of speed and gain are shorter."""


class _Found(NamedTuple):
    box: Box
    name: float


def find_words(page: StraightPage) -> tuple[Box, ...]:
    """Return where words and short lines are, those first that rather are lead names, at most `MOST_WORDS`."""
    name, print_ = page.shares["name"], page.shares["print"]
    solid = (np.maximum(name, print_) > HALF).astype(np.uint8)
    lines = _lines(_components(solid.astype(bool), name))
    low, high = (mm * PX_PER_MM for mm in _HEIGHTS_MM)
    fitting = [line for line in lines if low <= line.box.y1 - line.box.y0 + 2 * _BOLDER_MM * PX_PER_MM <= high]
    top, bottom = (page.rows[0], page.rows[-1]) if page.rows else (0.0, float(solid.shape[0]))

    def rank(line: _Found) -> tuple[bool, float]:
        middle = (line.box.y0 + line.box.y1) / 2
        return line.name < 0.5, max(top - middle, middle - bottom, 0.0)

    return tuple(line.box for line in sorted(fitting, key=rank)[:MOST_WORDS])


def _components(solid: Mask, name: Image) -> list[_Found]:
    """Return the connected parts with the share of each that is lead name, left to right."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8), connectivity=8)
    named = np.bincount(labels[name > HALF], minlength=count)
    inset = _BOLDER_MM * PX_PER_MM
    found = []
    for number in range(1, count):
        x, y, width, height, area = (float(value) for value in stats[number])
        if height < 2 * inset + 2 or width < _LEAST_WIDTH_MM * PX_PER_MM or height > _HEIGHTS_MM[1] * PX_PER_MM:
            continue
        box = Box(x + inset, y + inset, x + width - inset, y + height - inset)
        found.append(_Found(box, named[number] / area))
    return sorted(found, key=lambda part: part.box.x0)


def _lines(parts: list[_Found]) -> list[_Found]:
    """Join parts that follow each other on one line, left to right."""
    lines: list[_Found] = []
    for part in parts:
        before = [number for number, line in enumerate(lines) if _follows(line.box, part.box)]
        if before:
            nearest = max(before, key=lambda number: lines[number].box.x1)
            lines[nearest] = _joined(lines[nearest], part)
        else:
            lines.append(part)
    return lines


def _follows(line: Box, part: Box) -> bool:
    heights = (line.y1 - line.y0, part.y1 - part.y0)
    shared = min(line.y1, part.y1) - max(line.y0, part.y0)
    # A full stop or a dash is lower than the letters before it.
    if shared < _ALIKE * min(heights) or max(heights) > 2.2 * min(heights) and shared < 0.9 * min(heights):
        return False
    tall = max(heights)
    return part.x0 - line.x1 < _SPACE * tall and part.x1 - line.x0 < _LONGEST * tall


def _joined(line: _Found, part: _Found) -> _Found:
    a, b = line.box, part.box
    box = Box(min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1))
    widths = (a.x1 - a.x0, b.x1 - b.x0)
    return _Found(box, float(np.average([line.name, part.name], weights=np.maximum(widths, 1.0))))
