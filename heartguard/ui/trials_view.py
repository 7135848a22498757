"""What the committed table says of one explanation, in words."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

__all__ = ["show_trials", "trial_facts", "trial_table"]

_NAMED = {
    "deletion by lead": "Taking its strongest leads out",
    "insertion by lead": "Putting its strongest leads in",
    "deletion by pixel": "Taking its strongest ink out",
    "insertion by pixel": "Putting its strongest ink in",
    "remove and debias": "Painting over (ROAD)",
}
_FACTS = {
    "pointing game": "Points at the leads of a simulated abnormality",
    "agreement with lead shap": "Agrees with lead SHAP (rank correlation)",
    "similarity after 1 px shift": "Stays alike when the drawing moves by one pixel",
    "similarity after 2 % gain": "Stays alike when the gain rises by 2 %",
    "similarity, shuffled down to head": "Stays alike when the last layer is shuffled (should fall)",
    "similarity, shuffled down to block1": "Stays alike when the whole network is shuffled (should fall)",
    "completeness error": "Missing from the sum",
}

Trials = Mapping[tuple[str, str], Mapping[str, str]]


def trial_table(method: str, trials: Trials) -> pd.DataFrame:
    """Return by how much a method is better than chance, and than an edge detector, in points of probability."""
    rows = []
    for test, name in _NAMED.items():
        found = [trials.get((method, f"{test} over {rival}")) for rival in ("random", "edge detector")]
        if found[0] is not None:
            random, edge = (_points(row) if row is not None else "" for row in found)
            rows.append({"Test": name, "Better than chance by": random, "Better than an edge detector by": edge})
    return pd.DataFrame(rows)


def trial_facts(method: str, trials: Trials) -> list[str]:
    """Return the other tests of a method as sentences with their intervals."""
    return [
        f"{name}: **{float(row['value']):.2f}** ({float(row['low']):.2f} to {float(row['high']):.2f}, "
        f"n = {float(row['pages']):.0f})"
        for test, name in _FACTS.items()
        if (row := trials.get((method, test))) is not None
    ]


def _points(row: Mapping[str, str]) -> str:
    value, low, high = (round(100 * float(row[key])) for key in ("value", "low", "high"))
    return f"{value} points ({low} to {high})"


def show_trials(method: str, model: str) -> None:
    """Show how a method did in its tests, folded away."""
    from heartguard.explain import validation_results

    trials = validation_results()
    with st.expander("How this was tested", icon=":material/fact_check:"):
        table = trial_table(method, trials)
        st.table(table, border="horizontal", hide_index=True, alt="This explanation against chance")
        st.markdown("\n".join(f"- {fact}" for fact in trial_facts(method, trials)))
        tested = next((row["model"] for (name, _), row in trials.items() if name == method), model)
        if tested != model:
            st.caption(f"Tested with the model {tested}; this answer is from {model}.")
        st.caption(
            "In brackets: 95 % intervals. An explanation is offered only where those against chance are above 0."
        )
