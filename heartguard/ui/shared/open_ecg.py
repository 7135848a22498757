"""The ECG that is open, on the pages that show it from another side."""

from __future__ import annotations

import streamlit as st

from heartguard.ui.shared import session
from heartguard.ui.shared.frame import header
from heartguard.ui.shared.session import Chosen
from heartguard.values import Reading

__all__ = ["open_reading"]


def open_reading(title: str) -> tuple[Chosen | None, Reading | Exception | None]:
    """Show the header of a page, and say where its ECG is to be had if none is read.

    Returns
    -------
    chosen : Chosen or None
    found : Reading, Exception or None
    """
    chosen = session.current()
    found = None if chosen is None else session.current_tab().known(chosen.key)
    header(title, chosen, found)
    if not isinstance(found, Reading):
        word = "No ECG is open." if chosen is None else "This ECG is not read yet."
        st.markdown(f"{word} This page shows how an ECG was read.")
        st.page_link("pages/read.py", label="Read an ECG", icon=":material/ecg_heart:", query_params=session.address())
    return chosen, found
