"""The dialog "What will be removed": the page with the boxes of text that are blanked, and a switch for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from heartguard.sessions import HeldReading
from heartguard.ui.read.marked_page import LISTED, PICTURE_PX, box_title, marked
from heartguard.ui.shared.pictures import fit_width
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.removal import choice_of, found_text, set_choice
from heartguard.ui.shared.session import Chosen
from heartguard.values import Page, Reading

if TYPE_CHECKING:
    from heartguard.deidentify import Choice, PageText, TextBox

__all__ = ["show_removal"]

_PROBLEM = "removal-problem"
"""Whether the box that was asked for last is none."""

_HELP = "Names, dates and other print that is blanked on pages that leave the app."
_HEIGHT_PX = 420
"""Of the list of boxes: about a dozen, beside a picture of the same height."""


def show_removal(chosen: Chosen, held: HeldReading) -> None:
    """Offer the dialog; the text is looked for when it is opened."""
    if st.button("What will be removed", icon=":material/visibility_off:", help=_HELP, key="removal"):
        _dialog(chosen, held)


@st.dialog("What will be removed", width="large", on_dismiss="rerun")
@calm
def _dialog(chosen: Chosen, held: HeldReading) -> None:
    reading = held.get()
    if reading.upload.signals is not None:
        st.markdown("This sheet was drawn from signals. Nothing is printed on it that could be removed.")
        return
    with st.spinner("Looking for print and script …"):
        text = found_text(chosen, reading)
    st.markdown(
        "Blanked on the pages of the labelled set; traces, lead names, speed and gain stay. **Some print may be "
        "missed: look at the page.** Take the tick from what may stay, add a box over what was missed. Reports and "
        "history show traces alone, with your boxes blanked too."
    )
    picture, controls = st.columns([3, 2], gap="medium")
    with controls:
        _switches(chosen, held, reading.page, text)
        _add(chosen, held, reading.page)
    with picture:
        _picture(reading, text, choice_of(chosen))


def _picture(reading: Reading, text: PageText, choice: Choice) -> None:
    """Show the page with its boxes, or as it will be."""
    from heartguard.deidentify import blanked

    image = reading.page.image
    result = st.toggle("Show the page as it will be", key="removal-result")
    if result:
        st.image(fit_width(blanked(image, text, choice.of(text.boxes)), PICTURE_PX), "Without what is removed.")
        return
    shown = marked(reading.page, _ordered(text, choice), choice)
    st.image(shown, "Blue: removed. Grey: stays. Numbers at the edges are millimetres.")


def _ordered(text: PageText, choice: Choice) -> tuple[TextBox, ...]:
    """Return the doctor's boxes, then those that were found, the largest first."""

    def area(box: TextBox) -> float:
        return (box.x1 - box.x0) * (box.y1 - box.y0)

    return (*choice.added, *sorted(text.boxes, key=area, reverse=True))


def _switches(chosen: Chosen, held: HeldReading, page: Page, text: PageText) -> None:
    """Show a switch for each box."""
    choice = choice_of(chosen)
    boxes = _ordered(text, choice)
    if not boxes:
        st.markdown("No print and no script was found.")
        return
    count = len(choice.of(text.boxes))
    st.markdown(f"**{count} of {len(boxes)} boxes** are removed")
    own, others = boxes[:LISTED], boxes[LISTED:]
    with st.container(height=_HEIGHT_PX if len(boxes) > 12 else "content", border=False, gap="xsmall"):
        for number, box in enumerate(own, start=1):
            _switch(chosen, held, f"{number} · {box_title(box, page)}", (box,))
        if others:
            _switch(chosen, held, f"{len(others)} smaller ones, without numbers", others)


def _switch(chosen: Chosen, held: HeldReading, title: str, boxes: tuple[TextBox, ...]) -> None:
    first = boxes[0]
    places = "-".join(f"{side:.0f}" for side in (first.x0, first.y0, first.x1, first.y1))
    key = f"removal-{chosen.read_as}-{places}-{len(boxes)}"
    on = first not in choice_of(chosen).left
    st.checkbox(title, on, key=key, on_change=_switched, args=(chosen, held, boxes, not on))


def _switched(chosen: Chosen, held: HeldReading, boxes: tuple[TextBox, ...], on: bool) -> None:
    choice = choice_of(chosen)
    for box in boxes:
        choice = choice.switched(box, on=on)
    set_choice(chosen, held.get(), choice)


def _add(chosen: Chosen, held: HeldReading, page: Page) -> None:
    """Let a box be added by its place in millimetres."""
    width, height = (size / page.px_per_mm for size in (page.image.shape[1], page.image.shape[0]))
    with st.form(f"removal-add-{chosen.read_as}", enter_to_submit=False):
        st.markdown(f"Add a box, in mm; the page is {width:.0f} × {height:.0f} mm")
        first, second = st.columns(2, gap="small"), st.columns(2, gap="small")
        _millimetres(first[0], "From the left", width, 0.0)
        _millimetres(first[1], "From the top", height, 0.0)
        _millimetres(second[0], "Width", width, 40.0)
        _millimetres(second[1], "Height", height, 5.0)
        st.form_submit_button("Add box", icon=":material/add:", on_click=_added, args=(chosen, held))
        if st.session_state.pop(_PROBLEM, False):
            st.markdown(":orange[The box is empty or beside the page. Give it a width and a height.]")


def _millimetres(place: DeltaGenerator, name: str, most: float, start: float) -> None:
    """Ask for a length."""
    place.number_input(name, 0.0, most, min(start, most), 1.0, "%.0f", key=f"removal-{name}")


def _added(chosen: Chosen, held: HeldReading) -> None:
    from heartguard.deidentify import TextBox

    reading = held.get()
    page, (height, width) = reading.page, reading.page.image.shape[:2]
    names = ("From the left", "From the top", "Width", "Height")
    left, top, wide, high = (st.session_state[f"removal-{name}"] * page.px_per_mm for name in names)
    right, bottom = min(left + wide, float(width)), min(top + high, float(height))
    if right - left < 1 or bottom - top < 1:
        st.session_state[_PROBLEM] = True
        return
    set_choice(chosen, reading, choice_of(chosen).with_box(TextBox(left, top, right, bottom, "added")))
