"""A review is kept in the tab, as readings are: it outlives a change of the page and a reload, and nothing else."""

from __future__ import annotations

import streamlit as st

from heartguard.review import Review, accept
from heartguard.sessions import HeldReading
from heartguard.ui.shared.keeping import keep_review
from heartguard.ui.shared.removal import labelled
from heartguard.ui.shared.session import Chosen, current_tab
from heartguard.values import Reading

__all__ = ["accept_as_shown", "close_panel", "is_open", "keep", "open_panel", "withdraw"]

_SLOT = "reviewing"
"""Names the ECG whose panel is open."""


def keep(chosen: Chosen, reading: Reading, review: Review) -> None:
    """Keep a review; of one that overrules anything also the page, for the labelled set."""
    tab = current_tab()
    tab.reviews[chosen.place] = review
    tab.initials = review.initials or tab.initials
    tab.overruled.pop(chosen.place, None)
    if review.overrules:
        tab.overruled[chosen.place] = labelled(chosen, reading, review)
    keep_review(tab, chosen, reading, review)
    close_panel()


def accept_as_shown(chosen: Chosen, held: HeldReading) -> None:
    """Keep that the doctor agrees with all that is shown."""
    reading = held.get()
    keep(chosen, reading, accept(reading, chosen.patient, initials=current_tab().initials))


def withdraw(chosen: Chosen) -> None:
    """Forget what the doctor said of an ECG."""
    tab = current_tab()
    tab.reviews.pop(chosen.place, None)
    tab.overruled.pop(chosen.place, None)
    close_panel()


def open_panel(chosen: Chosen) -> None:
    """Open the panel of an ECG."""
    st.session_state[_SLOT] = chosen.place


def close_panel() -> None:
    """Close the panel that is open."""
    st.session_state.pop(_SLOT, None)


def is_open(chosen: Chosen) -> bool:
    """Return whether the panel of an ECG is open."""
    return bool(st.session_state.get(_SLOT) == chosen.place)
