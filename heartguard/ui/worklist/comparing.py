"""Two ECGs side by side, with the differences of their measurements."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from heartguard.normal_ranges import Range, value_text
from heartguard.sessions import Entry, Summary, WorkList
from heartguard.ui.read.cards import FORMULAS, compared_ranges
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import current_tab
from heartguard.ui.shared.words import escape_markdown
from heartguard.ui.worklist.order import class_text
from heartguard.values import Reading
from heartguard.vocabulary import percent

__all__ = ["differences", "show_two"]

_TURN_DEG = 360


@calm
def show_two(work: WorkList, first: Entry, second: Entry) -> None:
    """Show two ECGs and what differs."""
    if first.summary is None or second.summary is None:
        st.caption("Both must be read before they can be compared.")
        return
    with st.container(key="two", gap="small"):
        st.subheader("Two ECGs side by side", anchor=False)
        for column, place, entry in zip(st.columns(2), ("left", "right"), (first, second), strict=True):
            with column:
                _one(work, entry, place)
        st.markdown("Differences in **bold** are larger than the errors of both measurements explain.")
        names = ("Measurement", f"1: {first.chosen.name}", f"2: {second.chosen.name}", "Difference")
        st.table(differences(first.summary, second.summary).set_axis(names, axis=1), hide_index=True)


def _one(work: WorkList, entry: Entry, place: str) -> None:
    summary = entry.summary
    sure = "" if summary is None or summary.confidence is None else f", {percent(summary.confidence)}"
    st.markdown(
        f"**{'1' if place == 'left' else '2'}: {escape_markdown(entry.chosen.name)}** · {class_text(entry)}{sure}"
    )
    reading = current_tab().known(entry.chosen.key)
    if isinstance(reading, Reading):
        from heartguard.ui.viewer.ecg import show_ecg

        show_ecg(entry.chosen, reading, place=place)
    else:
        work.read_again(entry)
        st.caption("Its reading was let go of to make room, and is read again.")


def differences(first: Summary, second: Summary) -> pd.DataFrame:
    """Return a row for each measurement of both: its name, both values, and how much the second differs.

    A difference is set in bold where it is larger than both uncertainties together, as independent errors add up.
    """
    rows = [_row(entry, first, second) for entry in compared_ranges()]
    return pd.DataFrame([row for row in rows if row is not None], columns=["name", "first", "second", "difference"])


def _row(entry: Range, first: Summary, second: Summary) -> tuple[str, str, str, str] | None:
    values = [summary.measurements.get(entry.field) for summary in (first, second)]
    if values == [None, None]:
        return None
    formula = {field: name for name, field in FORMULAS.items()}.get(entry.field, "")
    shown = ["–" if value is None else value_text(entry, value) for value in values]
    return f"{entry.label} {formula}".strip(), shown[0], shown[1], _difference(entry, values, first, second)


def _difference(entry: Range, values: list[float | None], first: Summary, second: Summary) -> str:
    before, after = values
    if before is None or after is None:
        return "–"
    difference = after - before
    if entry.unit == "°":
        difference = (difference + _TURN_DEG / 2) % _TURN_DEG - _TURN_DEG / 2
    if round(difference, entry.decimals) == 0:
        return "same"
    text = value_text(entry, difference)
    text = text if text.startswith("−") else f"+{text}"
    halves = [summary.uncertainty.get(entry.field) for summary in (first, second)]
    known = [half for half in halves if half is not None]
    return f"**{text}**" if len(known) == len(halves) and abs(difference) > math.hypot(*known) else text
