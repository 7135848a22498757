"""A reading on the screen: the answer first, then the measurements, then everything behind it."""

from __future__ import annotations

import streamlit as st

from heartguard.ui.answer import show_answer
from heartguard.ui.cards import Card, measurement_cards
from heartguard.ui.correct import show_corrections
from heartguard.ui.downloads import show_downloads
from heartguard.ui.drivers import show_drivers
from heartguard.ui.page_view import show_page
from heartguard.ui.problems import calm
from heartguard.ui.session import Chosen
from heartguard.ui.signal_view import show_signals
from heartguard.ui.steps import show_steps
from heartguard.values import Measurements, Reading

__all__ = ["SECTIONS", "show_result"]

SECTIONS = {
    "page": ":material/timeline: Traces on your page",
    "drivers": ":material/local_fire_department: What drove the answer",
    "signals": ":material/ecg: Signals",
    "steps": ":material/account_tree: How it was read",
    "correct": ":material/tune: Correct",
    "downloads": ":material/download: Download",
}


def show_result(chosen: Chosen, reading: Reading) -> None:
    """Show a reading; only the open tab is drawn."""
    show_answer(reading)
    show_measurements(reading.measurements)
    tabs = st.tabs(list(SECTIONS.values()), key="section", on_change="rerun")
    shows = {
        "page": lambda: show_page(reading),
        "drivers": lambda: show_drivers(reading),
        "signals": lambda: show_signals(reading),
        "steps": lambda: show_steps(reading),
        "correct": lambda: show_corrections(chosen, reading.upload, reading.page),
        "downloads": lambda: show_downloads(chosen, reading),
    }
    for tab, section in zip(tabs, SECTIONS, strict=True):
        if tab.open:
            with tab:
                shows[section]()


@calm
def show_measurements(measurements: Measurements) -> None:
    """Show the measurements as cards, with what is normal under each."""
    st.subheader("Measurements", anchor=False)
    with st.grid(4, min_column_width=150, gap="small", border=True) as grid:
        for card in measurement_cards(measurements):
            with grid.cell(), st.container(gap="xxsmall"):
                _show_card(card)


def _show_card(card: Card) -> None:
    st.metric(card.label, card.value, delta=card.flag or None, delta_color="orange", delta_arrow="off", help=card.help)
    note = f"Not measurable. {card.reason}" if card.reason else card.note
    if note:
        st.caption(note)
