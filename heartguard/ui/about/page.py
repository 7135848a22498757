"""The page "How it works and how good it is"."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from heartguard.ui.about.classifier import show_classifier, show_model_card, show_tables
from heartguard.ui.about.explanations import show_explanations
from heartguard.ui.about.leaderboard import show_leaderboard
from heartguard.ui.about.text import (
    CREDITS,
    INTRODUCTION,
    LIMITS,
    STEPS,
    WHAT_IT_IS_NOT,
)
from heartguard.ui.shared import session
from heartguard.ui.shared.frame import header, sheet
from heartguard.ui.shared.words import sentence_list
from heartguard.vocabulary import CLASS_MEANING, CLASS_NAMES, DISCLAIMER

__all__ = ["show"]


def show() -> None:
    """Show the page."""
    with sheet():
        chosen = session.current()
        header("About", chosen, None if chosen is None else session.current_tab().known(chosen.key))
        st.markdown(INTRODUCTION)
        st.info(f"**{DISCLAIMER}**\n\n{sentence_list(WHAT_IT_IS_NOT)}", icon=":material/info:")
        _how_it_works()
        st.header("How good the answers are", anchor="figures")
        show_classifier()
        show_leaderboard()
        st.header("How the explanations were tested", anchor="explanations")
        show_explanations()
        st.header("How well pages are read", anchor="reading")
        show_tables()
        _limits()
        st.header("Model card", anchor="model")
        show_model_card()
        _data()


def _how_it_works() -> None:
    st.header("How it works", anchor="how")
    with st.grid(3, min_column_width=260, gap="small", border=True) as grid:
        for number, (icon, title, text) in enumerate(STEPS, start=1):
            with grid.cell(), st.container(gap="xsmall"):
                st.markdown(f"{icon} **{number} · {title}**")
                st.caption(text)
    st.subheader("The four classes", anchor=False)
    st.markdown(sentence_list(f"**{name}.** {CLASS_MEANING[label]}" for label, name in CLASS_NAMES.items()))


def _limits() -> None:
    st.header("Limits", anchor="limits")
    st.markdown(sentence_list(LIMITS))


def _data() -> None:
    st.header("Data and licences", anchor="data")
    st.markdown(
        "The models were trained and measured on these public collections. None of their pages, photos or signals are "
        "part of HeartGuard; the sample ECGs are HeartGuard's own simulations. HeartGuard itself stands under the MIT "
        "licence."
    )
    table = pd.DataFrame(CREDITS, columns=["Collection", "Credit", "Licence"])
    st.table(table, hide_index=True, border="horizontal", alt="Data collections, their credits and licences")
