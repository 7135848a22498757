"""Boxes of a page filled with the colour of the paper around them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from heartguard.arrays import Image, Mask
from heartguard.deidentify.values import PageText, TextBox

__all__ = ["blanked", "blanked_pixels"]

_AROUND = 12
"""Pixels around a box that tell the colour of the paper: 1.5 mm at 8 px/mm, less than the space between two lines of
print and the traces."""

_LIGHTEST = 0.5
"""Share of those pixels, the lightest ones, whose median is the paper: letters and lines of the grid beside the box are
darker."""


def blanked_pixels(text: PageText, boxes: Iterable[TextBox] | None = None) -> Mask:
    """Return which pixels are blanked, shape (h, w).

    Parameters
    ----------
    text : PageText
    boxes : iterable of TextBox, optional
        By default those that were found. One that a person added is blanked wholly, others leave what is kept.
    """
    found: Mask = np.zeros(text.shape, dtype=bool)
    wholly = np.zeros_like(found)
    for box in text.boxes if boxes is None else boxes:
        (wholly if box.kind == "added" else found)[_slices(box, text.shape)] = True
    return found & ~text.kept | wholly


def blanked(image: Image, text: PageText, boxes: Iterable[TextBox] | None = None) -> Image:
    """Return a page with boxes blanked.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
        The straight page that the text was found on.
    text : PageText
    boxes : iterable of TextBox, optional
        By default those that were found.

    Raises
    ------
    ValueError
        If the text is of a page of another size.

    Examples
    --------
    >>> page = np.full((40, 40, 3), 250, np.uint8)
    >>> page[10:20, 10:20] = 0
    >>> text = PageText.of((TextBox(9, 9, 21, 21),), np.zeros((40, 40), bool))
    >>> int(blanked(page, text).min())
    250
    """
    if image.shape[:2] != text.shape:
        raise ValueError(f"The page has {image.shape[:2]} pixels, its text was found on {text.shape}.")
    chosen = text.boxes if boxes is None else tuple(boxes)
    gone, cleaned = blanked_pixels(text, chosen), image.copy()
    for box in chosen:
        inside = _slices(box, text.shape)
        cleaned[inside][gone[inside]] = _paper(image, gone, box)
    return cleaned


def _slices(box: TextBox, shape: tuple[int, int], margin: int = 0) -> tuple[slice, slice]:
    """Return the rows and the columns of a box, with a margin, within a page."""
    height, width = shape
    (y0, y1), (x0, x1) = (
        (min(size, max(0, int(np.floor(low)) - margin)), min(size, max(0, int(np.ceil(high)) + margin)))
        for low, high, size in ((box.y0, box.y1, height), (box.x0, box.x1, width))
    )
    return slice(y0, y1), slice(x0, x1)


def _paper(image: Image, gone: Mask, box: TextBox) -> Image:
    """Return the colour of the paper around a box, RGB; white where nothing is left around it."""
    around = _slices(box, (image.shape[0], image.shape[1]), _AROUND)
    seen = image[around][~gone[around]]
    if not seen.size:
        return np.full(3, 255, np.uint8)
    light = seen.sum(axis=1, dtype=np.int32)
    lightest = seen[light >= np.quantile(light, 1 - _LIGHTEST)]
    return np.asarray(np.median(lightest, axis=0), np.uint8)
