"""The ECGs of the tab that the doctor overruled, as a labelled set to keep."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

import streamlit as st

from heartguard.ui.shared.session import current_tab

if TYPE_CHECKING:
    from heartguard.export import LabelledCase

__all__ = ["show_labelled_set"]

_PREVIEW_PX = 260
"""The width of the popover on a phone."""


def show_labelled_set() -> None:
    """Offer the overruled ECGs for training, and show on demand what each page still shows; nothing without any."""
    cases = dict(current_tab().overruled)
    if not cases:
        return
    count = f"{len(cases)} overruled ECG" + ("s" if len(cases) > 1 else "")
    st.markdown(
        f"**{count}**, for training: answers of program and doctor, and the pages, cut to their traces, {_on_print()}"
    )
    if st.checkbox("Show what stays of these pages"):
        for case in cases.values():
            st.image(BytesIO(case.picture), case.page_id, width=_PREVIEW_PX)
    st.download_button(
        "Overruled ECGs (ZIP: tables and pages)",
        partial(_written, tuple(cases.values())),  # made when it is asked for, outside of the session
        "heartguard-overruled.zip",
        "application/zip",
        icon=":material/school:",
        on_click="ignore",
        key="download-labelled",
    )


def _on_print() -> str:
    from heartguard.deidentify import removes_text

    if removes_text():
        return "without the print and script that were found. Some may be missed."
    return "with what is written between the traces."


def _written(cases: Sequence[LabelledCase]) -> bytes:
    from heartguard.export import labelled_set

    return labelled_set(cases)
