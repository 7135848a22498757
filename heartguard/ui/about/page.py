"""The page About: how HeartGuard works and how good it is, on one screen; every table is one click away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import pandas as pd
import streamlit as st

from heartguard.answers import LOOKED_FOR, NOT_LOOKED_FOR
from heartguard.ui.about.explanations import show_explanations
from heartguard.ui.about.figures import (
    RESULTS_FOLDER,
    class_table,
    confusion_chart,
    headline_table,
    leaderboard_chart,
    load_classifier,
    reliability_chart,
    result_tables,
    selective_chart,
)
from heartguard.ui.about.kept import may_see_history, show_history
from heartguard.ui.about.tables import show_model_card, show_table, title_of
from heartguard.ui.about.text import CREDITS, INTRODUCTION, LIMITS, WHAT_IT_IS_NOT
from heartguard.ui.shared import session
from heartguard.ui.shared.charts import show_chart
from heartguard.ui.shared.frame import header, sheet
from heartguard.ui.shared.keeping import kept_text
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.words import sentence_list
from heartguard.vocabulary import CLASS_MEANING, CLASS_NAMES, DISCLAIMER

__all__ = ["show"]


def show() -> None:
    """Show the page."""
    with sheet():
        chosen = session.current()
        found = None if chosen is None else session.current_tab().known(chosen.key)
        header("How it works and how good it is", chosen, found)
        with st.container(horizontal=True, gap="medium"):
            with st.container(width=520, gap="small"):
                st.markdown(INTRODUCTION)
                st.caption(f":material/lock: {kept_text()}")
                st.info(f"**{DISCLAIMER}**\n\n{sentence_list(WHAT_IT_IS_NOT)}", icon=":material/info:")
            with st.container(width="stretch", gap="small"):
                _figures()
        _more()


@calm
def _figures() -> None:
    """Show the figures of the model card."""
    found = load_classifier()
    if found is None:
        st.info("This model has not been evaluated yet. Run `heartlab evaluate`.", icon=":material/info:")
        return
    st.markdown(
        "Five-fold cross-validation by header id; in brackets 95 % intervals. **Believe the 3×4 figures**: on all "
        "pages the print layout differs between the classes, which makes the task easier than medicine does."
    )
    st.table(headline_table(found), hide_index=True, border="horizontal", alt="Headline figures of the classifier")
    part = found["3x4"]
    left, right = st.columns([3, 2])
    with left:
        show_chart(*confusion_chart(part, found["classes"]))
    with right:
        show_chart(*reliability_chart(part))


@st.fragment
@calm
def _more() -> None:
    """Show one of the tables and lists, when it is asked for."""
    parts = _parts()
    name = st.selectbox(
        "Open a table or a list", list(parts), index=None, placeholder="Limits, model card, tables …", key="about-part"
    )
    if name is not None:
        parts[name]()


def _parts() -> dict[str, Callable[[], None]]:
    found = load_classifier()
    parts: dict[str, Callable[[], None]] = {
        "Limits": lambda: _list(LIMITS),
        "The four classes": lambda: _list(f"**{name}.** {CLASS_MEANING[key]}" for key, name in CLASS_NAMES.items()),
    }
    parts["What is looked for, and what is not"] = _subjects
    if found is not None:
        part = found["3x4"]
        parts["Recall and precision of each class, 3×4 pages"] = lambda: _table(class_table(part))
        parts["How often right, if fewer pages get a class"] = lambda: show_chart(*selective_chart(part))
    parts["Other models on the same folds, and what leakage is worth"] = _leaderboard
    parts["How the explanations were tested"] = show_explanations
    parts |= {title_of(name): partial(show_table, name, table) for name, table in result_tables().items()}
    parts["Model card"] = show_model_card
    parts["Data and licences"] = _data
    if may_see_history():
        parts["History: who did what, deleting a patient"] = show_history
    return parts


def _subjects() -> None:
    table = pd.DataFrame([(subject.name, subject.by) for subject in LOOKED_FOR], columns=["Looked for", "By"])
    st.table(table, hide_index=True, border="horizontal", alt="What is looked for, and by whom")
    st.markdown(f"Not looked for: {', '.join(NOT_LOOKED_FOR)}. Where nothing is said of it, it is not ruled out.")


def _list(sentences: Iterable[str]) -> None:
    st.markdown(sentence_list(sentences))


@calm
def _leaderboard() -> None:
    table = pd.read_csv(RESULTS_FOLDER / "leaderboard.csv")
    show_chart(*leaderboard_chart(table))
    st.caption("From benchmarks/results/leaderboard.csv; what each model is stands in docs/leaderboard.md.")


def _table(table: pd.DataFrame) -> None:
    st.table(table, hide_index=True, border="horizontal", alt="Recall and precision of each class")


def _data() -> None:
    st.markdown(
        "The models were trained and measured on these public collections. None of their pages, photos or signals are "
        "part of HeartGuard; the sample ECGs are HeartGuard's own simulations. HeartGuard itself stands under the MIT "
        "licence."
    )
    table = pd.DataFrame(CREDITS, columns=["Collection", "Credit", "Licence"])
    st.table(table, hide_index=True, border="horizontal", alt="Data collections, their credits and licences")
