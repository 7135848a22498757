"""Bar charts: data in, `altair.Chart` out. Colours of text and axes come from the app's theme."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from heartguard.leads import LEADS
from heartguard.ui.shared.words import percent
from heartguard.vocabulary import class_name

__all__ = [
    "AGAINST",
    "FOR",
    "change_bars",
    "change_text",
    "lead_bars",
    "lead_bars_text",
    "player_name",
    "probability_bars",
    "probability_text",
    "waterfall",
    "waterfall_text",
]

FOR, AGAINST = "#d55e00", "#0072b2"
_ACCENT = {False: "#0b6570", True: "#4fb9c5"}
_PLAYER_NAMES = {"rhythm": "Strip"}
_TEXT = {False: "#16232b", True: "#e7eef1"}
_REST = {False: "#b9c6cb", True: "#46565f"}


def probability_bars(
    probabilities: Mapping[str, float], label: str, threshold: float, dark: bool = False
) -> alt.LayerChart:
    """Draw the calibrated probabilities of all classes, greatest first, and the threshold of "Not sure" across them.

    Parameters
    ----------
    probabilities : mapping of str to float
    label : str
        The class that gets the accent colour.
    threshold : float
        From which a class is named.
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
    labels = alt.Axis(
        labelLimit=180, labelFontSize=13, labelColor=_TEXT[dark], labelOverlap=False, ticks=False, domain=False
    )
    base = alt.Chart(table).encode(
        y=alt.Y("Class:N", sort=order, title=None, axis=labels),
        x=alt.X("Probability:Q", scale=alt.Scale(domain=[0, 1.2]), title=None, axis=None),
        tooltip=[alt.Tooltip("Class:N"), alt.Tooltip("Text:N", title="Probability")],
    )
    colour = alt.condition("datum.Answer", alt.value(_ACCENT[dark]), alt.value(_REST[dark]))
    bars = base.mark_bar(cornerRadiusEnd=3, height={"band": 0.6}).encode(color=colour)
    numbers = base.mark_text(align="left", dx=6, fontSize=13, fontWeight=600).encode(
        text="Text:N", color=alt.value(_TEXT[dark])
    )
    limit = pd.DataFrame({"Threshold": [threshold], "Text": [f"named from {percent(threshold)}"]})
    mark = alt.Chart(limit).encode(x=alt.X("Threshold:Q", title=None, axis=None))
    rule = mark.mark_rule(strokeDash=[4, 3], strokeWidth=1.5, color=_TEXT[dark]).encode(
        y=alt.value(0), y2=alt.value("height")
    )
    word = mark.mark_text(align="right", baseline="bottom", dx=-4, fontSize=11, color=_TEXT[dark]).encode(
        text="Text:N", y=alt.value("height")
    )
    return alt.layer(bars, rule, numbers, word).properties(height=23 * len(table) + 6)


def player_name(player: str) -> str:
    """Return the name of a player on the screen."""
    return _PLAYER_NAMES.get(player, player)


def probability_text(probabilities: Mapping[str, float], threshold: float) -> str:
    """Say in one sentence what `probability_bars` shows."""
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    parts = ", ".join(f"{class_name(name)} {percent(value)}" for name, value in ranked)
    return f"Probabilities: {parts}; a class is named from {percent(threshold)}."


def lead_bars(values: Mapping[str, float], title: str, dark: bool = False) -> alt.Chart:
    """Draw one signed value for each lead, in the order of the leads; evidence for to the right, against to the left.

    Parameters
    ----------
    values : mapping of str to float
        Lead to its share or SHAP value.
    title : str
        Title of the x axis.
    dark : bool
        True for the dark theme.
    """
    leads = [lead for lead in LEADS if lead in values] + [lead for lead in values if lead not in LEADS]
    names = [player_name(lead) for lead in leads]
    table = pd.DataFrame({"Lead": names, "Value": [float(values[lead]) for lead in leads]})
    return (
        alt.Chart(table)
        .mark_bar(cornerRadiusEnd=2, height={"band": 0.7})
        .encode(
            y=alt.Y(
                "Lead:N", sort=names, title=None, axis=alt.Axis(labelFontSize=13, labelColor=_TEXT[dark], ticks=False)
            ),
            x=alt.X("Value:Q", title=title, axis=alt.Axis(format=".0%", tickCount=6)),
            color=alt.condition("datum.Value >= 0", alt.value(FOR), alt.value(AGAINST)),
            tooltip=[alt.Tooltip("Lead:N"), alt.Tooltip("Value:Q", format=".1%", title=title)],
        )
        .properties(height=26 * len(table) + 40)
    )


def lead_bars_text(values: Mapping[str, float], label: str) -> str:
    """Say in one sentence which leads `lead_bars` shows as strongest."""
    ranked = sorted(values.items(), key=lambda item: -abs(item[1]))[:3]
    parts = [f"{player_name(lead)} ({'for' if value >= 0 else 'against'})" for lead, value in ranked]
    return f"Leads that weighed most on {class_name(label)}: {', '.join(parts)}."


def waterfall(values: Mapping[str, float], base: float, prediction: float, dark: bool = False) -> alt.LayerChart:
    """Draw how the leads carry the probability from that of no trace to that of the whole drawing, the strongest first.

    Parameters
    ----------
    values : mapping of str to float
        Player to its SHAP value.
    base, prediction : float
        Probability without any trace, and with all.
    dark : bool
        True for the dark theme.
    """
    table = _waterfall_table(values, base, prediction)
    names = table["Lead"].tolist()
    axis = alt.Axis(labelFontSize=13, labelColor=_TEXT[dark], ticks=False)
    scale = alt.Scale(domain=[min(0.0, table["Low"].min()), max(1.0, table["High"].max())])
    chart = alt.Chart(table).encode(y=alt.Y("Lead:N", sort=names, title=None, axis=axis))
    kinds = alt.Scale(domain=["end", "for", "against"], range=[_REST[dark], FOR, AGAINST])
    bars = chart.mark_bar(cornerRadius=2, height={"band": 0.7}).encode(
        x=alt.X("Low:Q", scale=scale, title="probability", axis=alt.Axis(format="%", tickCount=6)),
        x2="High:Q",
        color=alt.Color("Kind:N", scale=kinds, legend=None),
        tooltip=["Lead:N", alt.Tooltip("Text:N", title="Change")],
    )
    numbers = chart.mark_text(align="left", dx=5, fontSize=12).encode(
        x="High:Q", text="Text:N", color=alt.value(_TEXT[dark])
    )
    return alt.layer(bars, numbers).properties(height=26 * len(table) + 40)


def waterfall_text(values: Mapping[str, float], base: float, prediction: float, label: str) -> str:
    """Say in one sentence what `waterfall` shows."""
    return f"From {percent(base)} without any trace to {percent(prediction)}. {lead_bars_text(values, label)}"


def _waterfall_table(values: Mapping[str, float], base: float, prediction: float) -> pd.DataFrame:
    ranked = sorted(values.items(), key=lambda item: -abs(item[1]))
    rows = [{"Lead": "No trace", "Low": 0.0, "High": base, "Kind": "end", "Text": percent(base)}]
    at = base
    for name, value in ranked:
        low, high = sorted((at, at + value))
        kind, text = ("for" if value >= 0 else "against"), f"{100 * value:+.1f}"
        rows.append({"Lead": player_name(name), "Low": low, "High": high, "Kind": kind, "Text": text})
        at += value
    rows.append({"Lead": "All leads", "Low": 0.0, "High": prediction, "Kind": "end", "Text": percent(prediction)})
    return pd.DataFrame(rows)


def change_bars(before: Mapping[str, float], after: Mapping[str, float], dark: bool = False) -> alt.LayerChart:
    """Draw how far the probability of each class moves: a ring where it was, a dot where it is."""
    names = [class_name(label) for label in before]
    table = pd.DataFrame({"Class": names, "Before": list(before.values()), "After": list(after.values())})
    axis = alt.Axis(labelLimit=220, labelFontSize=13, labelColor=_TEXT[dark], ticks=False)
    tips = ["Class:N", alt.Tooltip("Before:Q", format=".0%"), alt.Tooltip("After:Q", format=".0%")]
    base = alt.Chart(table).encode(y=alt.Y("Class:N", sort=names, title=None, axis=axis), tooltip=tips)
    scale = alt.Scale(domain=[0, 1])
    from_to = base.mark_rule(strokeWidth=4, opacity=0.5, color=_ACCENT[dark]).encode(
        x=alt.X("Before:Q", scale=scale, title="probability: ring before, dot after", axis=alt.Axis(format="%")),
        x2="After:Q",
    )
    ring = base.mark_point(size=130, strokeWidth=2, color=_TEXT[dark]).encode(x="Before:Q")
    dot = base.mark_point(size=130, filled=True, opacity=1, color=_ACCENT[dark]).encode(x="After:Q")
    return alt.layer(from_to, ring, dot).properties(height=44 * len(table) + 40)


def change_text(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Say in one sentence what `change_bars` shows."""
    parts = [f"{class_name(label)} from {percent(before[label])} to {percent(after[label])}" for label in before]
    return f"Probabilities with the change: {', '.join(parts)}."
