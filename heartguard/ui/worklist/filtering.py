"""The filters of the work list."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from heartguard.sessions import Entry
from heartguard.ui.worklist.order import NOT_REVIEWED, Filters, class_text

__all__ = ["show_filters"]

_RATES = ("slow", "normal", "fast", "not measured")
_QUALITIES = ("poor", "fair", "good")
_REVIEWS = (NOT_REVIEWED, "Accepted", "Overruled")


def show_filters(entries: Sequence[Entry]) -> Filters:
    """Show the filters, those that are used most at once and the others behind a button; return them."""
    read = [entry.summary for entry in entries if entry.summary is not None]
    texts = {code: text for summary in read for code, text in zip(summary.statements, summary.texts, strict=True)}
    classes = list(dict.fromkeys(class_text(entry) for entry in entries))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="worklist-filters"):
        review = st.pills("Review", _REVIEWS, selection_mode="multi", key="filter-review", label_visibility="collapsed")
        with st.popover("More filters", icon=":material/filter_list:"):
            chosen = st.multiselect("Answer", _with_kept("filter-class", classes), key="filter-class")
            codes = _with_kept("filter-statement", sorted(texts, key=lambda code: texts[code]))
            statement = st.multiselect(
                "Statement", codes, format_func=lambda code: texts.get(code, code), key="filter-statement"
            )
            low, high = st.slider("Confidence, %", 0, 100, (0, 100), step=5, key="filter-confidence")
            rate = st.pills("Rate", _RATES, selection_mode="multi", key="filter-rate")
            quality = st.pills("Quality", _QUALITIES, selection_mode="multi", key="filter-quality")
    return Filters(
        frozenset(chosen),
        frozenset(statement),
        frozenset(rate or ()),
        frozenset(quality or ()),
        frozenset(review or ()),
        (low / 100, high / 100),
    )


def _with_kept(key: str, options: list[str]) -> list[str]:
    """Return options with those that are chosen already, which an ECG read again may no longer have."""
    return list(dict.fromkeys([*options, *st.session_state.get(key, [])]))
