"""Upload → Page: look, turn upright, straighten, scale, separate the ink, and name the places of the leads."""

from __future__ import annotations

from dataclasses import replace

from heartguard.errors import NotAnEcgError, PageError
from heartguard.leads import PAPER_SPEED_MM_PER_S
from heartguard.page.corrections import apply_corrections, by_hand_warnings
from heartguard.page.inspect_page import find_marks
from heartguard.page.look import Look
from heartguard.page.make import Found, make_page
from heartguard.page.models import PageModels
from heartguard.page.naming import name_by_hand
from heartguard.page.parts import parts_of
from heartguard.page.printed_page import PrintedOnPage
from heartguard.page.speed import read_speed
from heartguard.page.straight import PX_PER_MM, StraightPage
from heartguard.page.turn import AS_IT_IS, Turn, homography
from heartguard.values import NO_CORRECTIONS, Corrections, Page, Upload
from heartguard.warning import Warning, note

__all__ = ["PX_PER_MM", "find_page", "find_pages"]


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
    look = Look(given.image, models.structure.maps(given.image), models)
    if not corrections.turned:
        look = look.on_its_feet()
    flips = {AS_IT_IS: 0.0} if corrections.turned else look.flips()
    pages, turn = _best(given, look, flips, corrections)
    before = homography(turn, given.image.shape[:2]) @ by_hand
    said = (*by_hand_warnings(corrections), *_on_turn(turn))
    named = [name_by_hand(page, corrections.leads) for page in pages]
    return tuple(
        replace(page, upload=upload, to_page=page.to_page @ before, warnings=(*said, *page.warnings)) for page in named
    )


def _best(
    upload: Upload, look: Look, flips: dict[Turn, float], corrections: Corrections
) -> tuple[tuple[Page, ...], Turn]:
    """Return the pages under the flip that their leads fit best, and its whole turn; most have but one flip.

    Mirrored or upside down, leads fit each other under wrong names or not at all.
    """
    found: list[tuple[float, tuple[Page, ...], Turn]] = []
    refusals: list[PageError] = []
    for flip, odds in flips.items():
        flipped = look.flipped(flip)
        try:
            pages = _pages(replace(upload, image=flipped.image), flipped, corrections)
        except PageError as error:
            refusals.append(error)
            continue
        score = min(page.evidence["layout_score"] for page in pages)
        found.append((score + odds, pages, flipped.turn))
    if not found:
        raise refusals[0]
    _, pages, turn = max(found, key=lambda one: one[0])
    return pages, turn


def _pages(upload: Upload, look: Look, corrections: Corrections) -> tuple[Page, ...]:
    straight = look.straight
    if straight is None:
        raise NotAnEcgError(
            "No ECG was found in this picture: neither a grid nor rows of traces are to be seen. "
            "Open a page that shows a 12-lead ECG, all of it and not too small."
        )
    found = find_marks(straight)
    printed = PrintedOnPage.of(look.words, found.rows, PX_PER_MM)
    speed = corrections.speed_mm_per_s or printed.speed_mm_per_s or PAPER_SPEED_MM_PER_S
    parts = tuple(
        _page(upload, find_marks(part), part, replace(printed, names=names), corrections)
        for part, names in parts_of(straight, found, printed.names, PX_PER_MM * speed)
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
