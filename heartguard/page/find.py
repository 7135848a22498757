"""Upload → Page: look, turn upright, straighten, scale, separate the ink, and name the places of the leads."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heartguard.arrays import Image
from heartguard.errors import NotAnEcgError
from heartguard.leads import PAPER_SPEED_MM_PER_S
from heartguard.page.corrections import apply_corrections, by_hand_warnings
from heartguard.page.inspect_page import find_marks
from heartguard.page.make import make_page
from heartguard.page.marks import find_rows, trace_mask
from heartguard.page.models import PageModels, TurnWeights
from heartguard.page.speed import read_speed
from heartguard.page.straight import PX_PER_MM, StraightPage, straighten
from heartguard.page.structure import StructureMaps
from heartguard.page.turn import AS_IT_IS, Turn, evidence_of_flips, evidence_of_side, homography, logit, turned
from heartguard.page.without_grid import straighten_by_marks
from heartguard.values import NO_CORRECTIONS, Corrections, Page, Upload
from heartguard.warning import Warning, note

__all__ = ["PX_PER_MM", "find_page"]

_SURELY = 4.0
"""Logarithm of the odds from which on a page is turned or mirrored: one page in fifty is, which are odds of -3.9."""


def find_page(upload: Upload, models: PageModels, corrections: Corrections = NO_CORRECTIONS) -> Page:
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
    Page
        At `PX_PER_MM` pixels per millimetre along both axes.

    Raises
    ------
    NotAnEcgError, LayoutError, CorrectionError
        When the picture cannot be understood; the message says what to do.
    """
    given, by_hand = apply_corrections(upload, corrections)
    maps = models.structure.maps(given.image)
    look = _Look(given.image, maps)
    straight = look.straight if corrections.turned else look.upright(models.turn)
    if straight is None:
        raise NotAnEcgError(
            "No ECG was found in this picture: neither a grid nor rows of traces are to be seen. "
            "Open a page that shows a 12-lead ECG, all of it and not too small."
        )
    page = _page(given, straight, corrections)
    to_page = page.to_page @ homography(look.turn, given.image.shape[:2]) @ by_hand
    warnings = (*by_hand_warnings(corrections), *_on_turn(look.turn), *page.warnings)
    return replace(page, upload=upload, to_page=to_page, warnings=warnings)


@dataclass(eq=False)
class _Look:
    """A picture and its maps, turned until they are upright."""

    image: Image
    maps: StructureMaps
    turn: Turn = AS_IT_IS

    @property
    def straight(self) -> StraightPage | None:
        """The page made straight as it is turned now."""
        return straighten(self.image, self.maps) or straighten_by_marks(self.image, self.maps)

    def apply(self, turn: Turn) -> None:
        """Turn picture and maps."""
        self.image, self.turn = turned(self.image, turn), self.turn.then(turn)
        self.maps = replace(self.maps, shares=np.stack([turned(share, turn) for share in self.maps.shares]))

    def upright(self, weights: TurnWeights) -> StraightPage | None:
        """Turn until rows run along x, and then by what lies at their left and above them."""
        text = np.maximum(self.maps.of("print"), self.maps.of("name"))
        if logit(evidence_of_side(self.maps.of("trace"), text), weights.sideways) < 0:
            self.apply(Turn(1))
        straight = self.straight
        if straight is None:
            return None
        rows = find_rows(trace_mask(straight.shares["trace"], PX_PER_MM), PX_PER_MM)
        across, down = evidence_of_flips(straight.shares, rows, PX_PER_MM)
        left, top = logit(across, weights.across), logit(down, weights.down)
        flip = _flip(left, top, self.turn != AS_IT_IS)
        if flip == AS_IT_IS:
            return straight
        self.apply(flip)
        return self.straight


def _flip(left: float, top: float, already_turned: bool) -> Turn:
    """Return the flip that the odds ask for; a page on its side is upside down as often as not, others seldom are."""
    if already_turned:
        return Turn(2) if left + top < 0 else AS_IT_IS
    odds = {Turn(2): -left - top, Turn(0, True): -left, Turn(2, True): -top}
    turn = max(odds, key=odds.__getitem__)
    return turn if odds[turn] > _SURELY else AS_IT_IS


def _page(upload: Upload, straight: StraightPage, corrections: Corrections) -> Page:
    found = find_marks(straight)
    speed = corrections.speed_mm_per_s
    if speed is None:
        speed = read_speed(found.pulses) if straight.scale.source == "grid" else PAPER_SPEED_MM_PER_S
    page = make_page(upload, found, straight, corrections, speed)
    if straight.bend is None:
        return page
    text = "Read as a photo: folds and perspective were undone by following the grid of the paper."
    return replace(page, bend=straight.bend, warnings=(*page.warnings, note("page.photo", text)))


def _on_turn(turn: Turn) -> tuple[Warning, ...]:
    if turn == AS_IT_IS:
        return ()
    text = f"The picture was {turn.said} to bring the page upright. If that is wrong, turn it by hand."
    return (note("page.turned", text),)
