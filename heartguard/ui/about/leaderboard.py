"""The leaderboard: every model that ours is compared with, and what leakage is worth."""

from __future__ import annotations

from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

from heartguard.ui.about.figures import RESULTS_FOLDER
from heartguard.ui.shared.problems import calm

__all__ = ["leaderboard_chart", "load_leaderboard", "show_leaderboard"]

_PROTOCOLS = {"by fold": "Honest: folds by header id", "leaky protocol": "Leaky: copies on both sides"}
_COLOURS = ["#2a8f9b", "#c2803d"]


def load_leaderboard(folder: Path = RESULTS_FOLDER) -> pd.DataFrame | None:
    """Return the rows of ``heartlab leaderboard`` on the 3x4 pages; None where there are none."""
    path = folder / "leaderboard.csv"
    if not path.exists():
        return None
    table = pd.read_csv(path)
    table = table[table["pages"] == "3x4"]
    return table.assign(Protocol=table["protocol"].map(_PROTOCOLS)) if len(table) else None


def leaderboard_chart(table: pd.DataFrame) -> alt.LayerChart:
    """Draw the macro-F1 of every model as a dot with its 95 % interval, the honest and the leaky one on one line."""
    axis = alt.Axis(labelLimit=240, domain=False, ticks=False, labelFontSize=12)
    base = alt.Chart(table).encode(
        y=alt.Y("model:N", sort=list(dict.fromkeys(table["model"])), title=None, axis=axis),
        color=alt.Color(
            "Protocol:N",
            scale=alt.Scale(domain=list(_PROTOCOLS.values()), range=_COLOURS),
            legend=alt.Legend(title=None, orient="top", labelLimit=300, columns=1),
        ),
        tooltip=[
            alt.Tooltip("model:N", title="Model"),
            "Protocol:N",
            alt.Tooltip("macro_f1:Q", format=".3f", title="Macro-F1"),
            alt.Tooltip("macro_f1_low:Q", format=".3f", title="From"),
            alt.Tooltip("macro_f1_high:Q", format=".3f", title="To"),
            alt.Tooltip("macro_auroc:Q", format=".3f", title="Macro AUROC"),
            alt.Tooltip("mi_recall:Q", format=".2f", title="Recall of MI"),
        ],
    )
    scale = alt.Scale(domain=[int(10 * table["macro_f1_low"].min()) / 10, 1])
    bars = base.mark_rule(strokeWidth=2).encode(x=alt.X("macro_f1_low:Q", scale=scale), x2="macro_f1_high:Q")
    dots = base.mark_circle(size=80, opacity=1).encode(x=alt.X("macro_f1:Q", scale=scale, title="Macro-F1, 3×4 pages"))
    return alt.layer(bars, dots).properties(height=alt.Step(22))


@st.fragment
@calm
def show_leaderboard() -> None:
    """Show the leaderboard, if there is one."""
    table = load_leaderboard()
    if table is None:
        return
    st.subheader("Beside other models, and what leakage is worth", anchor=False)
    st.markdown(
        "All models answer the same folds. The published set holds copies of pages; with copies on both sides of the "
        "split every model seems near perfect. **Those figures are evidence of nothing but leakage.**"
    )
    honest = table[table["protocol"] == "by fold"]
    words = ", ".join(f"{row.model} {row.macro_f1:.2f}" for row in honest.itertuples())
    with st.container(border=True):
        st.altair_chart(leaderboard_chart(table), width="stretch", alt=f"Macro-F1 of every model by fold: {words}")
