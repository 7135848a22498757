"""Upload → Page: straighten, scale, separate the ink, and name the places of the leads.

A page that a rotation and a scale make straight is read as it is (`flat`); else the grid itself is followed
(`photographed`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from heartguard.errors import PageError
from heartguard.page.corrections import apply_corrections, by_hand_warnings
from heartguard.page.flat import find_flat
from heartguard.page.ink_maps import InkNetwork
from heartguard.page.make import PX_PER_MM
from heartguard.page.photo import shows_a_desk
from heartguard.page.photographed import find_photo
from heartguard.values import NO_CORRECTIONS, Corrections, Page, Upload

__all__ = ["PX_PER_MM", "find_page"]

_GOOD_QUALITY = 0.75
_CLEARLY_BETTER = 0.1
_SHEET_MM = 340.0
"""No sheet is longer: where a flat picture is, there is a desk around the sheet."""


def find_page(upload: Upload, network: InkNetwork | None, corrections: Corrections = NO_CORRECTIONS) -> Page:
    """Straighten an upload and find its scale, ink, layout and leads.

    Parameters
    ----------
    upload : Upload
    network : InkNetwork or None
        What takes the ink of photographed pages apart; without it such pages are read as flat ones.
    corrections : Corrections
        What was set by hand.

    Returns
    -------
    Page
        At `PX_PER_MM` pixels per millimetre along both axes.

    Raises
    ------
    NotAnEcgError, TooTiltedError, LayoutError, CorrectionError
        When the picture cannot be understood; the message says what to do.
    """
    given, by_hand = apply_corrections(upload, corrections)
    page = _find(given, network, corrections)
    if corrections == NO_CORRECTIONS:
        return page
    warnings = (*by_hand_warnings(corrections), *page.warnings)
    return replace(page, upload=upload, to_page=page.to_page @ by_hand, warnings=warnings)


def _find(upload: Upload, network: InkNetwork | None, corrections: Corrections) -> Page:
    """Read a page as a flat one, and as a photographed one where that fails or is poor; on a desk, the other way round.

    A flat reading of a photo knows nothing of its perspective, and may think well of itself: where its picture is
    larger than any sheet, a good photographed reading is taken instead.
    """
    on_desk = shows_a_desk(upload.image)
    photo = _photo_or_none(upload, network, corrections) if on_desk else None
    if photo is not None:
        return photo
    try:
        flat = find_flat(upload, corrections)
    except PageError:
        photo = None if on_desk else find_photo(upload, network, corrections)
        if photo is None:
            raise
        return photo
    too_large = _length_mm(upload, flat) > _SHEET_MM
    if on_desk or (flat.quality >= _GOOD_QUALITY and not too_large):
        return flat
    photo = _photo_or_none(upload, network, corrections)
    least = flat.quality + _CLEARLY_BETTER
    if too_large:
        least = min(least, _GOOD_QUALITY)
    return photo if photo is not None and photo.quality > least else flat


def _length_mm(upload: Upload, flat: Page) -> float:
    """Return how long the picture is by the scale of its flat reading."""
    px_per_px = float(np.sqrt(abs(np.linalg.det(flat.to_page[:2, :2]))))
    return float(max(upload.image.shape[:2])) * px_per_px / flat.px_per_mm


def _photo_or_none(upload: Upload, network: InkNetwork | None, corrections: Corrections) -> Page | None:
    try:
        return find_photo(upload, network, corrections)
    except PageError:
        return None
