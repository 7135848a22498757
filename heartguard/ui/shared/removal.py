"""The text that is removed from the page of a reading, and what follows in the tab when the doctor changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heartguard.arrays import Image
from heartguard.ui.shared.keeping import keep_reading
from heartguard.ui.shared.session import Chosen, current_tab
from heartguard.values import Reading

if TYPE_CHECKING:
    from heartguard.deidentify import Choice, PageText
    from heartguard.export import LabelledCase
    from heartguard.review import Review

__all__ = ["choice_of", "found_text", "labelled", "set_choice", "without_text"]


def found_text(chosen: Chosen, reading: Reading) -> PageText:
    """Return the text of a page, found once a tab: it takes a second or two."""
    from heartguard.deidentify.finding import find_text
    from heartguard.models import shared_models

    tab, key = current_tab(), f"text-{chosen.read_as}"
    if key not in tab.explained:
        tab.keep_explained(key, find_text(reading.page, shared_models().page))
    found: PageText = tab.explained[key]
    return found


def choice_of(chosen: Chosen) -> Choice:
    """Return what the doctor changed in what is removed; nothing at first."""
    from heartguard.deidentify import Choice

    return current_tab().choices.get(chosen.key, Choice())


def set_choice(chosen: Chosen, reading: Reading, choice: Choice) -> None:
    """Keep what the doctor changed, and make what is kept of the page anew: its labelled case, and its history."""
    tab, before = current_tab(), choice_of(chosen)
    tab.choices[chosen.key] = choice
    if chosen.place in tab.overruled:
        tab.overruled[chosen.place] = labelled(chosen, reading, tab.reviews[chosen.place])
    if choice.hidden != before.hidden and chosen.place in tab.kept:
        keep_reading(tab, chosen, reading)


def without_text(chosen: Chosen, reading: Reading) -> Image:
    """Return the page as it may leave the app: without its text, unless the operator said that it stays."""
    from heartguard.deidentify import blanked, removes_text

    if reading.upload.signals is not None or not removes_text():
        return reading.page.image
    text = found_text(chosen, reading)
    return blanked(reading.page.image, text, choice_of(chosen).of(text.boxes))


def labelled(chosen: Chosen, reading: Reading, review: Review) -> LabelledCase:
    """Return a reviewed reading for the labelled set, its page without its text."""
    from heartguard.export import labelled_case

    return labelled_case(reading, review, without_text(chosen, reading))
