"""The page with boxes over what will be removed, their numbers, and what each box is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from heartguard.arrays import Image
from heartguard.ui.shared.pictures import fit_width
from heartguard.values import Page

if TYPE_CHECKING:
    from heartguard.deidentify import Choice, TextBox

__all__ = ["LISTED", "PICTURE_PX", "box_title", "marked"]

PICTURE_PX = 1400
"""Width of the picture, so that print of 2 mm is legible when it is made larger."""

LISTED = 24
"""Boxes that have a number and a switch of their own, the largest; the others, mostly spots, share one."""

_GONE, _STAYS, _BLACK = (0, 92, 214), (130, 130, 130), (0, 0, 0)
"""Colours of boxes that are blanked, of those that stay, and of millimetres."""

_KINDS = {"print": "Print", "overlay": "Script or stamp", "added": "Yours"}

_RULER_MM = 50


def box_title(box: TextBox, page: Page) -> str:
    """Return what a box is called: its kind, its place on the page and its size.

    Parameters
    ----------
    box : TextBox
    page : Page
    """
    height, width = page.image.shape[:2]
    down = ("top", "middle", "bottom")[min(2, int(3 * (box.y0 + box.y1) / 2 / height))]
    across = ("left", "centre", "right")[min(2, int(3 * (box.x0 + box.x1) / 2 / width))]
    *_, wide, high = box.in_mm(page.px_per_mm)
    return f"{_KINDS[box.kind]}, {down} {across}, {wide:.0f} × {high:.0f} mm"


def marked(page: Page, boxes: tuple[TextBox, ...], choice: Choice) -> Image:
    """Return the page with boxes and their numbers, and millimetres along its edges.

    Parameters
    ----------
    page : Page
    boxes : tuple of TextBox
        In the order of their numbers.
    choice : Choice

    Returns
    -------
    ndarray, shape (h, w, 3), uint8, RGB
    """
    shown = fit_width(page.image, PICTURE_PX).copy()
    scale = shown.shape[1] / page.image.shape[1]
    for number, box in enumerate(boxes, start=1):
        colour = _STAYS if box in choice.left else _GONE
        x0, y0, x1, y1 = (round(side * scale) for side in (box.x0, box.y0, box.x1, box.y1))
        if box not in choice.left:  # a tint, so that what is removed is seen at once and still legible
            part = shown[y0:y1, x0:x1]
            part[:] = cv2.addWeighted(part, 0.75, part * 0 + colour, 0.25, 0, dtype=cv2.CV_8U)
        cv2.rectangle(shown, (x0, y0), (x1, y1), colour, 2)
        if number <= LISTED:
            cv2.putText(shown, str(number), (x0 + 2, max(14, y0 - 3)), cv2.FONT_HERSHEY_SIMPLEX, 0.55, colour, 2)
    _draw_ruler(shown, page.px_per_mm * scale)
    return shown


def _draw_ruler(shown: Image, px_per_mm: float) -> None:
    """Draw millimetres along the upper and the left edge."""
    height, width = shown.shape[:2]
    for across, size in ((True, width), (False, height)):
        for mm in range(_RULER_MM, int(size / px_per_mm), _RULER_MM):
            at = round(mm * px_per_mm)
            end, text = ((at, 8), (at + 4, 14)) if across else ((8, at), (10, at + 5))
            cv2.line(shown, (at, 0) if across else (0, at), end, _BLACK, 2)
            cv2.putText(shown, str(mm), text, cv2.FONT_HERSHEY_SIMPLEX, 0.5, _BLACK, 1)
