"""The page Preprocessing."""

from __future__ import annotations

import streamlit as st

from heartguard.ui.preprocessing.correct import show_corrections
from heartguard.ui.preprocessing.steps import BY_HAND, show_steps
from heartguard.ui.shared.frame import open_reading, part_of, sheet
from heartguard.values import Reading

__all__ = ["show"]


def show() -> None:
    """Show every step of the reading, and below what can be set by hand."""
    with sheet():
        chosen, found = open_reading("Preprocessing")
        if chosen is None or not isinstance(found, Reading):
            return
        with st.container(key=part_of(chosen)):
            show_steps(chosen, found)
            st.header("Set by hand", anchor=BY_HAND)
            show_corrections(chosen, found.upload, found)
