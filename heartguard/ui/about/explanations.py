"""The part of the page "How it works and how good it is" that shows how the explanations did in their tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.words import sentence_list

__all__ = ["method_table", "show_explanations"]

Trials = Mapping[tuple[str, str], Mapping[str, str]]

_TESTS = {
    "deletion by lead over random": "Leads out",
    "insertion by lead over random": "Leads in",
    "deletion by pixel over random": "Ink out",
    "insertion by pixel over random": "Ink in",
    "remove and debias over random": "ROAD",
    "pointing game": "Pointing game",
    "similarity, shuffled down to block1": "Network shuffled",
}
_NAMES = {"lead shap": "SHAP by lead", "pixel shap": "SHAP by pixel", "edge detector": "Edge detector"}
_CANNOT = (
    "It says where VGG16 looked, not why, and not where the disease is.",
    "A convincing map does not make the answer right: wrong answers have convincing maps too.",
    "Waves are told apart only by the finer map, to about 0.2 s; the exact map names leads.",
    "Ink that is left out makes a drawing that VGG16 never met in training. All tests share this weakness.",
    "Where two leads show the same thing, VGG16 may use one of them, and the map names that one alone.",
)


@calm
def show_explanations() -> None:
    """Show every method against every test, and what no explanation can tell."""
    from heartguard.explain import is_validated, validation_results

    trials = validation_results()
    if not trials:
        st.info("The explanations have not been tested here. Run `make bench-explain`.", icon=":material/info:")
        return
    st.markdown(
        "Every explanation is tested on pages that VGG16's last layer has not seen: the leads or the ink that it "
        "names are taken out of the drawing, or alone put in, and the probability must move more than with leads or "
        "ink chosen at random. Figures are that difference in points of probability, with 95 % intervals; the app "
        "offers a method only where they lie above 0. In the pointing game, an abnormality is put into known leads of "
        "a simulated heart. With all weights of VGG16 shuffled, likeness to the true map should fall to about 0."
    )
    table = method_table(trials, is_validated)
    st.dataframe(table, hide_index=True, width="stretch", alt="Explanations and their tests")
    st.caption("Definitions: docs/explanations.md. All figures: benchmarks/results/explain.csv (`make bench-explain`).")
    st.markdown("**What no explanation here can tell**\n\n" + sentence_list(_CANNOT))


def method_table(trials: Trials, offered: Callable[[str], bool]) -> pd.DataFrame:
    """Return one row a method: its main tests with their intervals, and whether the app offers it.

    Parameters
    ----------
    trials : mapping
        From `heartguard.explain.validation_results`.
    offered : callable
        From a method's name to whether the app offers it.
    """
    from heartguard.explain import MAP_METHODS

    titles = {name: method.title for name, method in MAP_METHODS.items()} | _NAMES
    rows = []
    for name, title in titles.items():
        cells = {heading: _cell(trials.get((name, test)), test) for test, heading in _TESTS.items()}
        if any(cells.values()):
            rows.append({"Explanation": title, "Offered": "yes" if offered(name) else "no", **cells})
    return pd.DataFrame(rows)


def _cell(row: Mapping[str, str] | None, test: str) -> str:
    if row is None:
        return ""
    value, low, high = (float(row[key]) for key in ("value", "low", "high"))
    if test.endswith("over random"):
        return f"{round(100 * value)} ({round(100 * low)} to {round(100 * high)})"
    return f"{value:.2f} ({low:.2f} to {high:.2f})"
