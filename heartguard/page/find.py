"""Upload → Page: look, turn upright, straighten, scale, separate the ink, and name the places of the leads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from heartguard.arrays import Image
from heartguard.errors import NotAnEcgError, PageError
from heartguard.leads import PAPER_SPEED_MM_PER_S
from heartguard.page.corrections import apply_corrections, by_hand_warnings
from heartguard.page.inspect_page import find_marks
from heartguard.page.make import Found, make_page
from heartguard.page.models import PageModels
from heartguard.page.naming import name_by_hand
from heartguard.page.parts import parts_of
from heartguard.page.print import read_print
from heartguard.page.printed_page import PrintedOnPage
from heartguard.page.speed import read_speed
from heartguard.page.straight import PX_PER_MM, StraightPage, straighten
from heartguard.page.structure import StructureMaps, StructureNetwork
from heartguard.page.turn import AS_IT_IS, Turn, evidence_of_flips, evidence_of_side, homography, logit, turned
from heartguard.page.without_grid import straighten_by_marks
from heartguard.values import NO_CORRECTIONS, Corrections, Page, Upload
from heartguard.warning import Warning, note

__all__ = ["PX_PER_MM", "find_page", "find_pages"]

_SURELY = 4.0
"""Logarithm of the odds from which on a page is turned or mirrored: one page in fifty is, which are odds of -3.9. Where
odds are less but for a flip, the page is read both ways, and half of it is asked for beside the fit of the leads."""


def find_page(upload: Upload, models: PageModels, corrections: Corrections = NO_CORRECTIONS) -> Page:
    """Return the page of the first, mostly the only, ECG of an upload; see `find_pages`."""
    return find_pages(upload, models, corrections)[0]


def find_pages(upload: Upload, models: PageModels, corrections: Corrections = NO_CORRECTIONS) -> tuple[Page, ...]:
    """Straighten an upload and find its scale, ink, layout and leads.

    Parameters
    ----------
    upload : Upload
    models : PageModels
        The structure network, which tells what every pixel shows, and what weighs the evidence of a turn.
    corrections : Corrections
        What was set by hand; a page that was turned by hand is turned no more.

    Returns
    -------
    tuple of Page
        At `PX_PER_MM` pixels per millimetre along both axes: one for each ECG that the picture shows, from the top.

    Raises
    ------
    NotAnEcgError, LayoutError, CorrectionError
        When the picture cannot be understood; the message says what to do.
    """
    given, by_hand = apply_corrections(upload, corrections)
    look = _Look(given.image, models.structure.maps(given.image), models.structure)
    if not corrections.turned:
        look = look.on_its_feet(models)
    flips = {AS_IT_IS: 0.0} if corrections.turned else look.flips(models)
    pages, turn = _best(given, look, flips, models, corrections)
    before = homography(turn, given.image.shape[:2]) @ by_hand
    said = (*by_hand_warnings(corrections), *_on_turn(turn))
    named = [name_by_hand(page, corrections.leads) for page in pages]
    return tuple(
        replace(page, upload=upload, to_page=page.to_page @ before, warnings=(*said, *page.warnings)) for page in named
    )


@dataclass(eq=False)
class _Look:
    """A picture, what the network sees on it, and how it was turned."""

    image: Image
    maps: StructureMaps
    network: StructureNetwork
    turn: Turn = AS_IT_IS

    @cached_property
    def straight(self) -> StraightPage | None:
        """The page made straight as it is turned."""
        found = straighten(self.image, self.maps, self.network.maps)
        return found or straighten_by_marks(self.image, self.maps)

    def flipped(self, turn: Turn) -> _Look:
        """Return picture and maps turned."""
        if turn == AS_IT_IS:
            return self
        maps = replace(self.maps, shares=np.stack([turned(share, turn) for share in self.maps.shares]))
        return _Look(turned(self.image, turn), maps, self.network, self.turn.then(turn))

    def on_its_feet(self, models: PageModels) -> _Look:
        """Return the picture so that rows run along x."""
        shares = {plane: self.maps.of(plane) for plane in ("trace", "print", "name")}
        if self.straight is not None and self.straight.bend is not None:
            # Rows of a photo run askew, those of the page made of it do not.
            shares = {plane: _as_coarse_as_maps(self.straight.shares[plane]) for plane in shares}
        text = np.maximum(shares["print"], shares["name"])
        if logit(evidence_of_side(shares["trace"], text), models.turn.sideways) >= 0:
            return self
        # Upright, the network sees more than in the same picture on its side.
        image = turned(self.image, Turn(1))
        return _Look(image, self.network.maps(image), self.network, Turn(1))

    def flips(self, models: PageModels) -> dict[Turn, float]:
        """Return by which flips the page may be upright, and the logarithms of their odds against none."""
        if self.straight is None:
            return {AS_IT_IS: 0.0}
        across, down = evidence_of_flips(self.straight.shares, self.straight.rows, PX_PER_MM)
        return likely_flips(
            logit(across, models.turn.across), logit(down, models.turn.down), on_its_side=self.turn != AS_IT_IS
        )


def _as_coarse_as_maps(share: Image) -> Image:
    """Return a share of a straight page at half its scale, as maps of pictures mostly have it."""
    return np.asarray(cv2.resize(share, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def likely_flips(left: float, top: float, *, on_its_side: bool) -> dict[Turn, float]:
    """Return by which flips a page may be upright, and the logarithms of their odds against none.

    Parameters
    ----------
    left, top : float
        Logarithms of the odds that left is left, and top is top.
    on_its_side : bool
        Whether it was turned by a quarter, so that it is upside down as often as not.

    Examples
    --------
    >>> likely_flips(3.0, 2.0, on_its_side=False)
    {Turn(quarters=0, mirrored=False): 0.0}
    >>> likely_flips(-3.0, -2.0, on_its_side=False)
    {Turn(quarters=2, mirrored=False): 5.0}
    """
    if on_its_side:
        return {AS_IT_IS: 0.0, Turn(2): -left - top} if left + top < 0 else {AS_IT_IS: 0.0}
    odds = {Turn(2): -left - top, Turn(0, True): -left, Turn(2, True): -top}
    likeliest = max(odds, key=odds.__getitem__)
    if odds[likeliest] > _SURELY:
        return {likeliest: odds[likeliest]}
    # Nobody mirrors a page upside down: it takes sure evidence.
    hints = {turn: value - _SURELY / 2 for turn, value in odds.items() if value > 0 and turn != Turn(2, True)}
    return {AS_IT_IS: 0.0, **hints}


def _best(
    upload: Upload, look: _Look, flips: dict[Turn, float], models: PageModels, corrections: Corrections
) -> tuple[tuple[Page, ...], Turn]:
    """Return the pages under the flip that their leads fit best, and its whole turn; most have but one flip.

    Mirrored or upside down, leads fit each other under wrong names or not at all.
    """
    found: list[tuple[float, tuple[Page, ...], Turn]] = []
    refusals: list[PageError] = []
    for flip, odds in flips.items():
        flipped = look.flipped(flip)
        try:
            pages = _pages(replace(upload, image=flipped.image), flipped.straight, models, corrections)
        except PageError as error:
            refusals.append(error)
            continue
        score = min(page.evidence["layout_score"] for page in pages)
        found.append((score + odds, pages, flipped.turn))
    if not found:
        raise refusals[0]
    _, pages, turn = max(found, key=lambda one: one[0])
    return pages, turn


def _pages(
    upload: Upload, straight: StraightPage | None, models: PageModels, corrections: Corrections
) -> tuple[Page, ...]:
    if straight is None:
        raise NotAnEcgError(
            "No ECG was found in this picture: neither a grid nor rows of traces are to be seen. "
            "Open a page that shows a 12-lead ECG, all of it and not too small."
        )
    found = find_marks(straight)
    printed = PrintedOnPage.of(read_print(straight, models.print), found.rows, PX_PER_MM)
    parts = tuple(
        _page(upload, find_marks(part), part, replace(printed, names=names), corrections)
        for part, names in parts_of(straight, found, printed.names)
    )
    return parts or (_page(upload, found, straight, printed, corrections),)


def _page(
    upload: Upload, found: Found, straight: StraightPage, printed: PrintedOnPage, corrections: Corrections
) -> Page:
    speed = corrections.speed_mm_per_s
    if speed is None:
        on_grid = straight.scale.source == "grid"
        speed = read_speed(found.pulses, printed.speed_mm_per_s) if on_grid else PAPER_SPEED_MM_PER_S
    page = make_page(upload, found, straight, corrections, speed, printed)
    if straight.bend is None:
        return page
    text = "Read as a photo: folds and perspective were undone by following the grid of the paper."
    return replace(page, bend=straight.bend, warnings=(*page.warnings, note("page.photo", text)))


def _on_turn(turn: Turn) -> tuple[Warning, ...]:
    if turn == AS_IT_IS:
        return ()
    text = f"The picture was {turn.said} to bring the page upright. If that is wrong, turn it by hand."
    return (note("page.turned", text),)
