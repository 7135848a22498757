"""How the explanations did in their tests, and what none of them can tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.words import sentence_list

__all__ = ["method_table", "show_explanations"]

_TESTS = {
    "deletion by lead over random": "Leads out",
    "insertion by lead over random": "Leads in",
    "deletion by pixel over random": "Ink out",
    "insertion by pixel over random": "Ink in",
    "pointing game": "Pointing game",
    "similarity, shuffled down to block1": "Network shuffled",
}
_CANNOT = (
    "It says where VGG16 looked, not why, and not where the disease is.",
    "A convincing map does not make the answer right: wrong answers have convincing maps too.",
    "Ink that is left out makes a drawing that VGG16 never met in training. All tests share this weakness.",
    "Where two leads show the same thing, VGG16 may use one of them, and the map names that one alone.",
)


@calm
def show_explanations() -> None:
    """Show every method against every test, and what no explanation can tell."""
    from heartguard.explain import is_validated, validation_results

    st.markdown(
        "The leads or the ink that an explanation names are taken out of the drawing, or alone put in, on pages that "
        "VGG16's last layer has not seen: by how many points the probability moves more than with leads or ink chosen "
        "at random, with 95 % intervals. The app offers a method only where they lie above 0. In the pointing game an "
        "abnormality is put into known leads; with the network shuffled, likeness to the true map should fall to 0."
    )
    table = method_table(validation_results(), is_validated)
    st.dataframe(table, hide_index=True, width="stretch", alt="Explanations and their tests")
    st.caption("Definitions: docs/explanations.md. All figures: benchmarks/results/explain.csv (`make bench-explain`).")
    st.markdown("**What no explanation here can tell**\n\n" + sentence_list(_CANNOT))


def method_table(trials: Mapping[tuple[str, str], Mapping[str, str]], offered: Callable[[str], bool]) -> pd.DataFrame:
    """Return one row a method: its main tests with their intervals, and whether the app offers it.

    Parameters
    ----------
    trials : mapping
        From `heartguard.explain.validation_results`.
    offered : callable
        From a method's name to whether the app offers it.
    """
    rows = []
    for name in dict.fromkeys(method for method, _ in trials):
        cells = {heading: _cell(trials.get((name, test)), test) for test, heading in _TESTS.items()}
        if any(cells.values()):
            rows.append({"Explanation": name, "Offered": "yes" if offered(name) else "no", **cells})
    return pd.DataFrame(rows)


def _cell(row: Mapping[str, str] | None, test: str) -> str:
    if row is None:
        return ""
    scale, digits = (100, 0) if test.endswith("over random") else (1, 2)
    value, low, high = (f"{scale * float(row[key]):.{digits}f}" for key in ("value", "low", "high"))
    return f"{value} ({low} to {high})"
