"""Bar charts: data in, `altair.Chart` out. Colours of text and axes come from the app's theme."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from heartguard.leads import LEADS
from heartguard.ui.words import class_name, percent

__all__ = ["AGAINST", "FOR", "lead_bars", "lead_bars_text", "probability_bars", "probability_text"]

FOR, AGAINST = "#d55e00", "#0072b2"
_ACCENT = {False: "#0b6570", True: "#4fb9c5"}
_PLAYER_NAMES = {"rhythm": "Strip"}
_TEXT = {False: "#16232b", True: "#e7eef1"}
_REST = {False: "#b9c6cb", True: "#46565f"}


def probability_bars(probabilities: Mapping[str, float], label: str, dark: bool = False) -> alt.LayerChart:
    """Draw the calibrated probabilities of all classes, greatest first, with their numbers.

    Parameters
    ----------
    probabilities : mapping of str to float
    label : str
        The class that gets the accent colour.
    dark : bool
        True for the dark theme.
    """
    table = pd.DataFrame(
        {
            "Class": [class_name(name) for name in probabilities],
            "Probability": list(probabilities.values()),
            "Text": [percent(value) for value in probabilities.values()],
            "Answer": [name == label for name in probabilities],
        }
    )
    order = table.sort_values("Probability", ascending=False)["Class"].tolist()
    base = alt.Chart(table).encode(
        y=alt.Y(
            "Class:N",
            sort=order,
            title=None,
            axis=alt.Axis(labelLimit=220, labelFontSize=14, labelColor=_TEXT[dark], ticks=False),
        ),
        x=alt.X(
            "Probability:Q",
            scale=alt.Scale(domain=[0, 1.12]),
            title=None,
            axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1]),
        ),
        tooltip=[alt.Tooltip("Class:N"), alt.Tooltip("Text:N", title="Probability")],
    )
    colour = alt.condition("datum.Answer", alt.value(_ACCENT[dark]), alt.value(_REST[dark]))
    bars = base.mark_bar(cornerRadiusEnd=3, height={"band": 0.62}).encode(color=colour)
    numbers = base.mark_text(align="left", dx=6, fontSize=14, fontWeight=600).encode(
        text="Text:N", color=alt.value(_TEXT[dark])
    )
    return alt.layer(bars, numbers).properties(height=44 * len(table) + 24)


def probability_text(probabilities: Mapping[str, float]) -> str:
    """Say in one sentence what `probability_bars` shows."""
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    return "Probabilities: " + ", ".join(f"{class_name(name)} {percent(value)}" for name, value in ranked) + "."


def lead_bars(values: Mapping[str, float], title: str, number: str = "+.2f", dark: bool = False) -> alt.Chart:
    """Draw one signed value for each lead, in the order of the leads; evidence for to the right, against to the left.

    Parameters
    ----------
    values : mapping of str to float
        Lead to its share or SHAP value.
    title : str
        Title of the x axis.
    number : str
        Format of the values, in the language of d3.
    dark : bool
        True for the dark theme.
    """
    leads = [lead for lead in LEADS if lead in values] + [lead for lead in values if lead not in LEADS]
    names = [_PLAYER_NAMES.get(lead, lead) for lead in leads]
    table = pd.DataFrame({"Lead": names, "Value": [float(values[lead]) for lead in leads]})
    return (
        alt.Chart(table)
        .mark_bar(cornerRadiusEnd=2, height={"band": 0.7})
        .encode(
            y=alt.Y(
                "Lead:N", sort=names, title=None, axis=alt.Axis(labelFontSize=13, labelColor=_TEXT[dark], ticks=False)
            ),
            x=alt.X("Value:Q", title=title, axis=alt.Axis(format=number, tickCount=6)),
            color=alt.condition("datum.Value >= 0", alt.value(FOR), alt.value(AGAINST)),
            tooltip=[alt.Tooltip("Lead:N"), alt.Tooltip("Value:Q", format=number.replace(".0", ".1"), title=title)],
        )
        .properties(height=26 * len(table) + 40)
    )


def lead_bars_text(values: Mapping[str, float], label: str) -> str:
    """Say in one sentence which leads `lead_bars` shows as strongest."""
    ranked = sorted(values.items(), key=lambda item: -abs(item[1]))[:3]
    parts = [f"{_PLAYER_NAMES.get(lead, lead)} ({'for' if value >= 0 else 'against'})" for lead, value in ranked]
    return f"Leads that weighed most on {class_name(label)}: {', '.join(parts)}."
