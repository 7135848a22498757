"""The panel in which a doctor overrules: class, statements, measurements, a note and initials."""

from __future__ import annotations

from typing import Any

import streamlit as st

from heartguard.report import review_text
from heartguard.review import Review, judged_statements, program_answer, reviewed, still_holds
from heartguard.ui.read.cards import FORMULAS, measurement_cards
from heartguard.ui.review.saving import close_panel, is_open, keep, withdraw
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import Chosen, current_tab
from heartguard.ui.shared.words import escape_markdown
from heartguard.values import Reading
from heartguard.vocabulary import class_name, percent, with_minus

__all__ = ["show_panel", "show_review"]

_NO_CLASS = ""
"""The choice of a doctor who names none of the classes."""

_NOT_SET = ("least_rate_bpm", "greatest_rate_bpm")
"""Follow from single beats: a doctor would move the beats, not these."""

_FORMULA = {field: name for name, field in FORMULAS.items()}

_MOST_NOTE, _MOST_INITIALS = 1000, 8


@calm
def show_review(chosen: Chosen, reading: Reading) -> None:
    """Show what the doctor said, apart from the program's answer; nothing without a review."""
    review = current_tab().reviews.get(chosen.place)
    if review is None or is_open(chosen):
        return
    texts = {one.code: with_minus(one.text) for one in judged_statements(reading, chosen.patient)}
    first, *others = review_text(review, texts, "en")
    with st.container(border=True, gap="xsmall", key="review"):
        st.markdown(f":material/stethoscope: **{escape_markdown(first)}**")
        st.caption("  \n".join(escape_markdown(line) for line in others))
        if not still_holds(review, reading):
            st.caption(":orange[:material/history: **The program answers otherwise now. Look at your review again.**]")


@calm
def show_panel(chosen: Chosen, reading: Reading) -> None:
    """Show the panel of an ECG where it is open."""
    if not is_open(chosen):
        return
    before = current_tab().reviews.get(chosen.place)
    key = f"{chosen.digest[:16]}-{chosen.view}"
    with st.container(border=True, gap="xsmall", key="review-panel"):
        st.markdown(f"**Your review** · {_program(reading)}", help=f"Model {program_answer(reading.prediction).model}.")
        with st.form(f"review-{key}", border=False, enter_to_submit=False):
            found = _fields(chosen, reading, before, key)
            with st.container(horizontal=True, gap="xsmall"):
                saved = st.form_submit_button("Save", icon=":material/check:", type="primary", shortcut="Mod+Enter")
                left = st.form_submit_button("Cancel")
                gone = before is not None and st.form_submit_button("Withdraw", icon=":material/undo:")
        if saved:
            keep(chosen, reading, reviewed(reading, patient=chosen.patient, **found))
        elif gone:
            withdraw(chosen)
        elif left:
            close_panel()
        if saved or gone or left:
            st.rerun()


def _program(reading: Reading) -> str:
    """Say what is reviewed."""
    answer = program_answer(reading.prediction)
    if answer.label is None:
        return "the program names no class"
    return f"the program says {class_name(answer.label)}, {percent(answer.probability or 0)}"


def _fields(chosen: Chosen, reading: Reading, before: Review | None, key: str) -> dict[str, Any]:
    """Show the fields; return what they hold, by the parameters of `heartguard.review.reviewed`."""
    classes = [*reading.prediction.probabilities, _NO_CLASS]
    shown = before.label if before is not None else program_answer(reading.prediction).label
    label = st.pills(
        "Your class",
        classes,
        default=shown or _NO_CLASS,
        required=True,
        format_func=lambda name: class_name(name) if name else "No class",
        key=f"review-class-{key}",
    )
    wrong = _wrong_statements(chosen, reading, before, key)
    measured = _measured(reading, before, key)
    note = st.text_area(
        "Note", before.note if before else "", max_chars=_MOST_NOTE, height=68, key=f"review-note-{key}"
    )
    initials = st.text_input(
        "Initials",
        before.initials if before else current_tab().initials,
        max_chars=_MOST_INITIALS,
        key=f"review-initials-{key}",
    )
    return {"label": label or None, "wrong": wrong, "measured": measured, "note": note, "initials": initials}


def _wrong_statements(chosen: Chosen, reading: Reading, before: Review | None, key: str) -> set[str]:
    """Let each statement be called wrong; return the codes of those that are."""
    known = {one.code for one in before.overruled_statements} if before is not None else set()
    said = judged_statements(reading, chosen.patient)
    if said:
        st.markdown("Statements: take the tick from those that are wrong.")
    return {
        one.code
        for one in said
        if not st.checkbox(escape_markdown(with_minus(one.text)), one.code not in known, key=f"review-{one.code}-{key}")
    }


def _measured(reading: Reading, before: Review | None, key: str) -> dict[str, float]:
    """Let any measurement be corrected; return those that were."""
    known = {one.field: one.set for one in before.measurements} if before is not None else {}
    cards = [card for card in measurement_cards(reading.measurements) if card.field not in _NOT_SET]
    found = {}
    with st.expander("Correct a measurement", expanded=bool(known)):
        st.caption("Only where yours differs. Empty: as read.")
        columns = st.columns(2, gap="small")
        for number, card in enumerate(cards):
            name = f"{card.label} {_FORMULA[card.field]}" if card.field in _FORMULA else card.label
            with columns[number % 2]:
                value = st.number_input(
                    name,
                    value=known.get(card.field),
                    step=0.01 if card.field.endswith("_mv") else 1.0,
                    format="%.2f" if card.field.endswith("_mv") else "%.0f",
                    placeholder="not measured" if card.value == "–" else f"read: {card.value}",
                    key=f"review-{card.field}-{key}",
                )
            if value is not None:
                found[card.field] = value
    return found
