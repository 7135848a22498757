"""Straight page → boxes of text: all print and script that is no lead name and no paper speed or gain."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Image, Mask
from heartguard.deidentify.kept import kept_words
from heartguard.deidentify.values import PageText, TextBox
from heartguard.page import PX_PER_MM, PageModels
from heartguard.page.straight import Scale, StraightPage
from heartguard.page.structure import PLANES
from heartguard.values import Page

__all__ = ["find_text"]

_COARSER = 2
"""Text is looked for on maps made so many times smaller: 4 px/mm, as `heartguard.page.print` does."""

_SEEN, _SURELY_SEEN = 48, 110
"""Shares, of 255, from which on a pixel counts as a letter's, and that one pixel of a line must have: as those of
`heartguard.page.print`, where letters are told from paper."""

_LAID_OVER = 127
"""Share, of 255, from which on a pixel counts as laid over the page: fingers and shadows are seen faintly."""

_SPACE_MM, _SCRIPT_SPACE_MM = (2.5, 0.5), (4.0, 2.0)
"""Breaks across and down of a line of print, three spaces between letters of 2.5 mm and the dots of an i, and of
script, whose letters are about twice as large and not level."""

_LEAST_MM, _LEAST_SCRIPT_MM = 1.0, 3.0
"""Longer side of print and of script at least: smaller than its letters are spots, and bits of creases and traces."""

_RIM_MM = 0.5
"""Around a line: edges of letters that the network does not call a letter's, half the distance of two lines."""

_BESIDE_MM = 0.4
"""Around traces and pulses: the width of a pen."""

_BESIDE_WORD = 0.35
"""Around words that stay, in heights of their letters: the print network tells the ends of a word to a sixth of it,
and tails of letters are a quarter; the next word is about half a height away."""


def find_text(page: Page, models: PageModels) -> PageText:
    """Find the text of a straight page that may name the patient.

    All print and all that is laid over the page is such text, but lead names, paper speed and gain: what a line says
    is not asked, as a name in handwriting or in another script could not be read.

    Parameters
    ----------
    page : Page
    models : PageModels
        The structure network tells where letters are, the print network which of them name a lead or a scale.

    Returns
    -------
    PageText
        In pixels of `page.image`.
    """
    height, width = page.image.shape[:2]
    zoom = PX_PER_MM / page.px_per_mm
    image = page.image if zoom == 1.0 else _resized(page.image, (round(width * zoom), round(height * zoom)))
    straight = _seen(image, models)
    stays = _kept_areas(straight, models)
    boxes = _boxes(straight, stays)
    kept = stays | _drawn(straight)
    if zoom != 1.0:
        kept = _resized(kept.astype(np.uint8), (width, height)).astype(bool)
        boxes = [TextBox(b.x0 / zoom, b.y0 / zoom, b.x1 / zoom, b.y1 / zoom, b.kind) for b in boxes]
    return PageText.of(tuple(sorted(boxes, key=lambda box: (box.y0, box.x0))), kept)


def _seen(image: Image, models: PageModels) -> StraightPage:
    """Look at a straight page."""
    maps = models.structure.maps(image)
    size = (image.shape[1], image.shape[0])
    shares = {plane: _resized(maps.of(plane), size) for plane in PLANES}
    other = np.maximum(shares["print"], shares["name"])  # a trace under script is there, so both are seen
    shares["trace"] = np.where(shares["trace"] >= other, shares["trace"], 0).astype(np.uint8)
    return StraightPage(image, shares, np.eye(3), None, Scale(PX_PER_MM, PX_PER_MM, "grid"), 0.0)


def _kept_areas(page: StraightPage, models: PageModels) -> Mask:
    """Return where lead names, paper speed and gain are printed, shape (h, w)."""
    found = np.zeros(page.image.shape[:2], np.uint8)
    for box in kept_words(page, models.print):
        margin = _BESIDE_WORD * (box.y1 - box.y0)
        corners = np.rint([box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin]).astype(int).tolist()
        cv2.rectangle(found, tuple(corners[:2]), tuple(corners[2:]), 1, cv2.FILLED)
    return found.astype(bool)


def _drawn(page: StraightPage) -> Mask:
    """Return where traces and calibration pulses are, with a rim, shape (h, w)."""
    lines = (page.trace | (page.shares["pulse"] > _LAID_OVER)).astype(np.uint8)
    size = 2 * round(_BESIDE_MM * PX_PER_MM) + 1
    return np.asarray(cv2.dilate(lines, np.ones((size, size), np.uint8)), dtype=bool)


def _boxes(page: StraightPage, stays: Mask) -> list[TextBox]:
    """Return the boxes of lines of print, and of what is laid over the page."""
    letters = np.maximum(page.shares["print"], page.shares["name"])
    letters = np.where(stays, 0, letters).astype(np.uint8)
    over = np.where(stays, 0, page.shares["overlay"]).astype(np.uint8)
    over[page.trace] = 0
    print_ = [TextBox(*box, "print") for box in _lines(letters, _SEEN, _SPACE_MM, _LEAST_MM)]
    script = [TextBox(*box, "overlay") for box in _lines(over, _LAID_OVER, _SCRIPT_SPACE_MM, _LEAST_SCRIPT_MM)]
    return [*print_, *(box for box in script if not any(_within(box, other) for other in print_))]


def _lines(
    plane: Image, least: int, space_mm: tuple[float, float], least_mm: float
) -> list[tuple[float, float, float, float]]:
    """Return the bounds of lines of text on a map, with a rim, page pixels."""
    height, width = (max(1, size // _COARSER) for size in plane.shape)
    coarse = cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
    across, down = (max(1, round(mm * PX_PER_MM / _COARSER)) for mm in space_mm)
    seen = (coarse > least).astype(np.uint8)
    joined = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((down, across), np.uint8)) | seen
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    rim = _RIM_MM * PX_PER_MM
    bounds = []
    for number in np.unique(labels[(coarse > max(least, _SURELY_SEEN)) & (joined > 0)]).tolist():
        x, y, wide, high = (float(_COARSER * value) for value in stats[number, :4])
        if max(wide, high) < least_mm * PX_PER_MM:
            continue
        box = (max(0.0, x - rim), max(0.0, y - rim), x + wide + rim, y + high + rim)
        bounds.append((*box[:2], min(box[2], float(plane.shape[1])), min(box[3], float(plane.shape[0]))))
    return bounds


def _within(box: TextBox, other: TextBox) -> bool:
    return other.x0 <= box.x0 and other.y0 <= box.y0 and other.x1 >= box.x1 and other.y1 >= box.y1


def _resized(picture: Image, size: tuple[int, int]) -> Image:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)
