"""Where words are on a straight page: what the structure network calls a lead name or print, in lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from heartguard.arrays import Image
from heartguard.page.print.cuts import Box
from heartguard.page.straight import PX_PER_MM, StraightPage

__all__ = ["MOST_WORDS", "Candidate", "find_words"]

MOST_WORDS = 120
"""That are read on a page: lead names first, and print by how near to the rows it is."""

_COARSER = 2
"""Words are looked for on maps made so many times smaller: 4 px/mm show letters of 1.2 mm."""

_SEEN, _SURELY_SEEN = 48, 110
"""Shares, of 255, from which on a pixel counts as a letter's, and that one pixel of a word must have: where a trace
crosses a name, the network is sure of neither."""

_CROSSED_MM = 1.0
"""Breaks of a name across and down, where a trace crosses it; lines of print are nearer to each other."""

_HEIGHTS_MM = (1.0, 7.0)
"""Of words: letters are 1.2 to 6 mm high, and the network draws them a little larger."""

_LEAST_WIDTH_MM = 0.4
"""Of a word: an upright stroke is one."""

_BOLDER_MM = 0.15
"""By which the network draws letters larger on every side."""

_SPACE = 0.8
"""Widest space within a line, in heights of its letters: two spaces of most fonts."""

_ALIKE = 0.55
"""Two words are on one line where they share so much of the height of the lower one."""

_LONGEST = 26.0
"""Width of a line in heights: 40 letters and more, as header lines have; values of speed and gain are shorter."""


_TALLER = 1.4
"""A line so many times as high as most of its parts runs askew or has other print over it, and is read in stretches
that are lower: the network was taught on words cut out from the top of their letters to their foot."""


class Candidate(NamedTuple):
    """Where a word is, and what share of it rather is a lead name than other print."""

    box: Box
    name: float


def find_words(page: StraightPage) -> tuple[Candidate, ...]:
    """Return where words and short lines are, those first that rather are lead names, at most `MOST_WORDS`."""
    name, print_ = (_coarse(page.shares[plane]) for plane in ("name", "print"))
    lines = _lines(_components(name, print_))
    low, high = (mm * PX_PER_MM for mm in _HEIGHTS_MM)
    fitting = [line for line in lines if low <= line.box.y1 - line.box.y0 + 2 * _BOLDER_MM * PX_PER_MM <= high]
    top, bottom = (page.rows[0], page.rows[-1]) if page.rows else (0.0, float(page.image.shape[0]))

    def rank(line: Candidate) -> tuple[bool, float]:
        middle = (line.box.y0 + line.box.y1) / 2
        return line.name < 0.5, max(top - middle, middle - bottom, 0.0)

    return tuple(sorted(fitting, key=rank)[:MOST_WORDS])


def _coarse(plane: Image) -> Image:
    height, width = (size // _COARSER for size in plane.shape)
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _components(name: Image, print_: Image) -> list[Candidate]:
    """Return the connected parts with the share of each that is lead name, left to right."""
    reach = round(_CROSSED_MM * PX_PER_MM / _COARSER)
    names = cv2.morphologyEx((name > _SEEN).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    solid = names | (print_ > _SEEN).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    sure = np.unique(labels[np.maximum(name, print_) > _SURELY_SEEN])
    named = np.bincount(labels[(name > _SEEN) & (name >= print_)], minlength=count)
    seen = np.bincount(labels[(name > _SEEN) | (print_ > _SEEN)], minlength=count)
    inset = _BOLDER_MM * PX_PER_MM
    found = []
    for number in sure[sure > 0].tolist():
        x, y, width, height = (float(_COARSER * value) for value in stats[number, :4])
        if height < 2 * inset + 2 or width < _LEAST_WIDTH_MM * PX_PER_MM or height > _HEIGHTS_MM[1] * PX_PER_MM:
            continue
        box = Box(x + inset, y + inset, x + width - inset, y + height - inset)
        found.append(Candidate(box, named[number] / max(1, seen[number])))
    return sorted(found, key=lambda part: part.box.x0)


def _lines(parts: list[Candidate]) -> list[Candidate]:
    """Join parts that follow each other on one line, left to right."""
    lines: list[list[Candidate]] = []
    boxes: list[Box] = []
    for part in parts:
        before = [number for number, box in enumerate(boxes) if _follows(box, part.box)]
        if before:
            nearest = max(before, key=lambda number: boxes[number].x1)
            lines[nearest].append(part)
            boxes[nearest] = _around(boxes[nearest], part.box)
        else:
            lines.append([part])
            boxes.append(part.box)
    return [stretch for line in lines for stretch in _stretches(line)]


def _stretches(parts: list[Candidate]) -> Iterator[Candidate]:
    """Yield a line as one, or in stretches where it is too high for its letters."""
    most = _TALLER * float(np.median([part.box.y1 - part.box.y0 for part in parts]))
    stretch = parts[0]
    for part in parts[1:]:
        longer = _joined(stretch, part)
        if longer.box.y1 - longer.box.y0 > most:
            yield stretch
            longer = part
        stretch = longer
    yield stretch


def _follows(line: Box, part: Box) -> bool:
    heights = (line.y1 - line.y0, part.y1 - part.y0)
    shared = min(line.y1, part.y1) - max(line.y0, part.y0)
    # A full stop or a dash is lower than the letters before it.
    if shared < _ALIKE * min(heights) or (max(heights) > 2.2 * min(heights) and shared < 0.9 * min(heights)):
        return False
    tall = max(heights)
    return part.x0 - line.x1 < _SPACE * tall and part.x1 - line.x0 < _LONGEST * tall


def _joined(line: Candidate, part: Candidate) -> Candidate:
    a, b = line.box, part.box
    widths = (a.x1 - a.x0, b.x1 - b.x0)
    name = float(np.average([line.name, part.name], weights=np.maximum(widths, 1.0)))
    return Candidate(_around(a, b), name)


def _around(a: Box, b: Box) -> Box:
    return Box(min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1))
