"""The two buttons beside the strip of the open ECG, with their keys."""

from __future__ import annotations

import streamlit as st

from heartguard.ui.review.saving import accept_as_shown, open_panel
from heartguard.ui.shared import session
from heartguard.ui.shared.session import Chosen, current_tab
from heartguard.values import Reading

__all__ = ["show_review_bar"]

_ACCEPTED = "Agree with the class, every statement and every measurement as they are shown."
_OVERRULED = "Name another class, call a statement wrong or correct a measurement."


def show_review_bar(chosen: Chosen, reading: Reading) -> None:
    """Offer to accept or to overrule what is shown of a reading."""
    review = current_tab().reviews.get(chosen.place)
    held = current_tab().readings.hold(reading)
    st.button(
        "Accept",
        icon=":material/check:",
        shortcut="A",
        help=_ACCEPTED,
        key="accept",
        disabled=review is not None,  # one key must not undo what was written
        on_click=accept_as_shown,
        args=(chosen, held),
    )
    if st.button(
        "Change review" if review else "Overrule",
        icon=":material/edit:",
        shortcut="O",
        help=_OVERRULED,
        key="overrule",
    ):
        open_panel(chosen)
        st.switch_page("pages/read.py", query_params=session.address())
