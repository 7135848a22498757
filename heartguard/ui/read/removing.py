"""The dialog "What will be removed": the page with the boxes of text that are blanked, and a switch for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from heartguard.arrays import Image
from heartguard.sessions import HeldReading
from heartguard.ui.shared.pictures import fit_width
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.removal import choice_of, found_text, set_choice
from heartguard.ui.shared.session import Chosen
from heartguard.values import Page, Reading

if TYPE_CHECKING:
    from heartguard.deidentify import Choice, PageText, TextBox

__all__ = ["box_title", "marked", "show_removal"]

_PICTURE_PX = 1400
"""Width of the picture, so that print of 2 mm is legible when it is made larger."""

_LISTED = 24
"""Boxes that have a switch of their own, the largest; the others, mostly spots, share one."""

_GONE, _STAYS = (0, 92, 214), (130, 130, 130)
"""Colours of boxes that are blanked and of those that stay."""

_KINDS = {"print": "Print", "overlay": "Script or stamp", "added": "Yours"}
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
        st.image(fit_width(blanked(image, text, choice.of(text.boxes)), _PICTURE_PX), "Without what is removed.")
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
    own, others = boxes[:_LISTED], boxes[_LISTED:]
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
    shown = fit_width(page.image, _PICTURE_PX).copy()
    scale = shown.shape[1] / page.image.shape[1]
    for number, box in enumerate(boxes, start=1):
        colour = _STAYS if box in choice.left else _GONE
        x0, y0, x1, y1 = (round(side * scale) for side in (box.x0, box.y0, box.x1, box.y1))
        if box not in choice.left:  # a tint, so that what is removed is seen at once and still legible
            part = shown[y0:y1, x0:x1]
            part[:] = cv2.addWeighted(part, 0.75, part * 0 + colour, 0.25, 0, dtype=cv2.CV_8U)
        cv2.rectangle(shown, (x0, y0), (x1, y1), colour, 2)
        if number <= _LISTED:
            cv2.putText(shown, str(number), (x0 + 2, max(14, y0 - 3)), cv2.FONT_HERSHEY_SIMPLEX, 0.55, colour, 2)
    for mm in range(50, int(shown.shape[1] / scale / page.px_per_mm), 50):
        at = round(mm * page.px_per_mm * scale)
        cv2.line(shown, (at, 0), (at, 8), (0, 0, 0), 2)
        cv2.putText(shown, str(mm), (at + 4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1)
    for mm in range(50, int(shown.shape[0] / scale / page.px_per_mm), 50):
        at = round(mm * page.px_per_mm * scale)
        cv2.line(shown, (0, at), (8, at), (0, 0, 0), 2)
        cv2.putText(shown, str(mm), (10, at + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1)
    return shown
