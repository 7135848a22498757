"""Charts, each with the sentence that says what it shows; `show_chart` gives their words the colour of the theme."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd
import streamlit as st

from heartguard.leads import LEADS
from heartguard.vocabulary import class_name, percent

__all__ = [
    "ACCENT",
    "AGAINST",
    "FOR",
    "PROBABILITY",
    "Told",
    "change_bars",
    "lead_bars",
    "probability_bars",
    "show_chart",
    "waterfall",
]

FOR, AGAINST = "#d55e00", "#0072b2"
ACCENT, _REST = "#23909c", "#7f8e96"
"""The answer, and what is beside it: 3:1 and more on the paper of both themes."""

PROBABILITY = alt.Scale(domain=[0, 1])
_TEXT = "currentColor"
"""The colour of the text around a chart, which follows the theme without a word to the server: charts are SVG."""

_WITH_NUMBERS = 1.3
"""Probabilities end at 1; what is added holds the numbers beside the bars, "> 99 %" on a phone too."""

_ROW_PX, _AXIS_PX = 26, 40
_STRIP_NAME = {"rhythm": "Strip"}

Told = tuple[alt.Chart | alt.LayerChart, str]
"""A chart and the sentence that says what it shows."""


def show_chart(chart: alt.Chart | alt.LayerChart, text: str) -> None:
    """Show a chart over the whole width, its words in the colour of the theme, with a sentence that says what it shows.

    Streamlit draws axes paler than 4.5:1, leaves out rows that it thinks too close, and shifts the first and last.
    """
    words = {"labelColor": _TEXT, "titleColor": _TEXT, "labelFontSize": 13, "labelLimit": 220}
    styled = chart.configure_axis(**words, labelFlush=False).configure_axisY(labelOverlap=False)
    styled = styled.configure_text(color=_TEXT).configure_rule(color=_TEXT)
    styled = styled.properties(padding={"bottom": 4})  # Streamlit leaves 20 pixels below.
    st.altair_chart(styled, width="stretch", alt=text)


def probability_bars(probabilities: Mapping[str, float], label: str, threshold: float) -> Told:
    """Draw the calibrated probabilities of all classes, greatest first, and the threshold of "Not sure" across them.

    Parameters
    ----------
    probabilities : mapping of str to float
    label : str
        The class that gets the accent colour.
    threshold : float
        From which a class is named.
    """
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    names = [class_name(name) for name, _ in ranked]
    table = pd.DataFrame(
        {
            "Class": names,
            "Probability": [value for _, value in ranked],
            "Text": [percent(value) for _, value in ranked],
            "Answer": [name == label for name, _ in ranked],
            "Right": 1.0,  # Where the numbers stand: no bar and no threshold reaches them.
        }
    )
    base = alt.Chart(table).encode(
        y=alt.Y("Class:N", sort=names, title=None),
        x=alt.X("Probability:Q", scale=alt.Scale(domain=[0, _WITH_NUMBERS]), axis=None),
        tooltip=[alt.Tooltip("Class:N"), alt.Tooltip("Text:N", title="Probability")],
    )
    colour = alt.condition("datum.Answer", alt.value(ACCENT), alt.value(_REST))
    bars = base.mark_bar(cornerRadiusEnd=3, height={"band": 0.6}).encode(color=colour)
    numbers = base.mark_text(align="left", dx=6, fontSize=13, fontWeight=600).encode(
        x=alt.X("Right:Q", axis=None), text="Text:N"
    )
    limit = pd.DataFrame({"Threshold": [threshold], "Text": [f"named from {percent(threshold)}"]})
    mark = alt.Chart(limit).encode(x=alt.X("Threshold:Q", axis=None))
    rule = mark.mark_rule(strokeDash=[4, 3], strokeWidth=1.5).encode(y=alt.value(0), y2=alt.value("height"))
    word = mark.mark_text(align="right", baseline="bottom", dx=-4, fontSize=11).encode(
        text="Text:N", y=alt.value("height")
    )
    said = ", ".join(f"{class_name(name)} {percent(value)}" for name, value in ranked)
    text = f"Probabilities: {said}; a class is named from {percent(threshold)}."
    return alt.layer(bars, rule, numbers, word).properties(height=23 * len(table) + 6), text


def lead_bars(values: Mapping[str, float], title: str, label: str) -> Told:
    """Draw one signed value for each lead, in the order of the leads; evidence for to the right, against to the left.

    Parameters
    ----------
    values : mapping of str to float
        Lead to its share or SHAP value.
    title : str
        Title of the x axis.
    label : str
        The class whose values they are.
    """
    leads = [lead for lead in LEADS if lead in values] + [lead for lead in values if lead not in LEADS]
    names = [_STRIP_NAME.get(lead, lead) for lead in leads]
    table = pd.DataFrame({"Lead": names, "Value": [float(values[lead]) for lead in leads]})
    chart = alt.Chart(table).mark_bar(cornerRadiusEnd=2, height={"band": 0.7})
    bars = chart.encode(
        y=alt.Y("Lead:N", sort=names, title=None),
        x=alt.X("Value:Q", title=title, axis=alt.Axis(format=".0%", tickCount=6)),
        color=alt.condition("datum.Value >= 0", alt.value(FOR), alt.value(AGAINST)),
        tooltip=[alt.Tooltip("Lead:N"), alt.Tooltip("Value:Q", format=".1%", title=title)],
    )
    return bars.properties(height=_ROW_PX * len(table) + _AXIS_PX), _strongest(values, label)


def _strongest(values: Mapping[str, float], label: str) -> str:
    ranked = sorted(values.items(), key=lambda item: -abs(item[1]))[:3]
    parts = [f"{_STRIP_NAME.get(lead, lead)} ({'for' if value >= 0 else 'against'})" for lead, value in ranked]
    return f"Leads that weighed most on {class_name(label)}: {', '.join(parts)}."


def waterfall(values: Mapping[str, float], base: float, prediction: float, label: str) -> Told:
    """Draw how the leads carry the probability from that of no trace to that of the whole drawing, the strongest first.

    Parameters
    ----------
    values : mapping of str to float
        Player to its SHAP value.
    base, prediction : float
        Probability without any trace, and with all.
    label : str
        The class whose probability it is.
    """
    table = _waterfall_table(values, base, prediction)
    scale = alt.Scale(domain=[min(0.0, table["Low"].min()), max(1.0, table["High"].max())])
    chart = alt.Chart(table).encode(y=alt.Y("Lead:N", sort=table["Lead"].tolist(), title=None))
    kinds = alt.Scale(domain=["end", "for", "against"], range=[_REST, FOR, AGAINST])
    bars = chart.mark_bar(cornerRadius=2, height={"band": 0.7}).encode(
        x=alt.X("Low:Q", scale=scale, title="probability", axis=alt.Axis(format="%", tickCount=6)),
        x2="High:Q",
        color=alt.Color("Kind:N", scale=kinds, legend=None),
        tooltip=["Lead:N", alt.Tooltip("Text:N", title="Change")],
    )
    numbers = chart.mark_text(align="left", dx=5, fontSize=12).encode(x="High:Q", text="Text:N")
    text = f"From {percent(base)} without any trace to {percent(prediction)}. {_strongest(values, label)}"
    return alt.layer(bars, numbers).properties(height=_ROW_PX * len(table) + _AXIS_PX), text


def _waterfall_table(values: Mapping[str, float], base: float, prediction: float) -> pd.DataFrame:
    rows = [("No trace", 0.0, base, "end", percent(base))]
    at = base
    for name, value in sorted(values.items(), key=lambda item: -abs(item[1])):
        low, high = sorted((at, at + value))
        rows.append((_STRIP_NAME.get(name, name), low, high, "for" if value >= 0 else "against", f"{100 * value:+.1f}"))
        at += value
    rows.append(("All leads", 0.0, prediction, "end", percent(prediction)))
    return pd.DataFrame(rows, columns=["Lead", "Low", "High", "Kind", "Text"])


def change_bars(before: Mapping[str, float], after: Mapping[str, float]) -> Told:
    """Draw how far the probability of each class moves: a ring where it was, a dot where it is."""
    names = [class_name(label) for label in before]
    table = pd.DataFrame({"Class": names, "Before": list(before.values()), "After": list(after.values())})
    tips = ["Class:N", alt.Tooltip("Before:Q", format=".0%"), alt.Tooltip("After:Q", format=".0%")]
    base = alt.Chart(table).encode(y=alt.Y("Class:N", sort=names, title=None), tooltip=tips)
    title = "probability: ring before, dot after"
    from_to = base.mark_rule(strokeWidth=4, opacity=0.5, color=ACCENT).encode(
        x=alt.X("Before:Q", scale=PROBABILITY, title=title, axis=alt.Axis(format="%")), x2="After:Q"
    )
    ring = base.mark_point(size=130, strokeWidth=2, color=_REST).encode(x="Before:Q")
    dot = base.mark_point(size=130, filled=True, opacity=1, color=ACCENT).encode(x="After:Q")
    said = ", ".join(
        f"{class_name(label)} from {percent(before[label])} to {percent(after[label])}" for label in before
    )
    chart = alt.layer(from_to, ring, dot).properties(height=44 * len(table) + _AXIS_PX)
    return chart, f"Probabilities with the change: {said}."
