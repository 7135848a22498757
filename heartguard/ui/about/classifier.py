"""The part of the page "How it works and how good it is" that shows measured figures and the model card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from heartguard.ui.about.figures import (
    SUBSETS,
    class_table,
    confusion_chart,
    confusion_text,
    control_table,
    group_chart,
    group_ways,
    headline_table,
    load_classifier,
    reliability_chart,
    result_tables,
    risk_coverage_chart,
    set_table,
)
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.words import percent

__all__ = ["show_classifier", "show_model_card", "show_tables"]

_TITLES = {
    "digitise": "Traced signals against the truth, simulated pages of real records",
    "findings": "Supporting findings on PTB-XL patients kept out of training, drawn as pages and read back",
    "measure-ludb": "Beats and intervals against cardiologists' marks (LUDB)",
    "cloud-check": "Start, time and memory on a server that has only what requirements.txt names",
    "agreement": "How far independent models agree, and whether they err alike",
    "learning-curve": "Figures by the share of the header ids that were learned from",
    "missed": "Pages that all independent models miss, beside those that all get right",
    "recipes": "Recipes of VGG16, one lever at a time, on the same folds",
    "scans": "Scans, photos and screenshots of many makers, looked at one by one",
    "second-layout": "Telling 6×2 from 3×4 by the measured waves",
    "second-opinion": "What the signal model adds to VGG16, on the same draws",
    "rates": "Heart rate against the rate that the recorder printed",
    "rates-misses-originals": "Heart rate: every original page that disagrees with its print",
    "rates-misses-pages": "Heart rate: every page that disagrees with its print",
    "speed": "Time and memory of one reading",
    "unlike": "Inputs unlike the training data: how well they stand out, and how many are refused before",
}
_UNITS = {"percent": "%", "db": "dB", "ms": "ms", "per_min": "1/min", "mv": "mV"}
_SHORT = 12
"""Tables of at most so many rows stand open."""


@st.fragment
@calm
def show_classifier() -> None:
    """Show how good the classifier is, for the pages that one chooses."""
    found = load_classifier()
    if found is None:
        st.info("This model has not been evaluated yet. Run `heartlab evaluate`.", icon=":material/info:")
        return
    st.markdown(
        "Five-fold cross-validation by header id: every page is judged by a model that saw neither it nor another page "
        "with its id. In brackets: 95 % intervals. **Believe the 3×4 figures**: on all pages the print layout differs "
        "between the classes, which makes the task easier than medicine does."
    )
    st.table(headline_table(found), hide_index=True, border="horizontal", alt="Headline figures of the classifier")
    part = st.segmented_control(
        "Pages", list(SUBSETS), default="3x4", required=True, format_func=SUBSETS.__getitem__, key="figures-of"
    )
    _details(found, found[part or "3x4"])
    _parts(found[part or "3x4"])
    if found.get("controls"):
        st.subheader("Controls: what can be reached without seeing a heart", anchor=False)
        st.table(control_table(found["controls"]), hide_index=True, border="horizontal", alt="Control experiments")


def _details(found: Mapping[str, Any], part: Mapping[str, Any]) -> None:
    st.table(class_table(part), hide_index=True, border="horizontal", alt="Recall and precision of each class")
    left, right = st.columns([3, 2])
    with left, st.container(border=True, height="stretch"):
        st.markdown("**Confusion matrix**", help="Numbers are pages; colour is the share of the true class.")
        chart = confusion_chart(part, found["classes"])
        st.altair_chart(chart, width="stretch", alt=confusion_text(part, found["classes"]))
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Calibration**", help="On the dashes, a probability of 80 % is right 80 times in 100.")
        st.altair_chart(reliability_chart(part), width="stretch", alt="Share right against probability given")
    if "risk_coverage" in part and "sets" in part:
        _doubt(part)


def _parts(part: Mapping[str, Any]) -> None:
    ways = group_ways(part)
    if not ways:
        return
    with st.container(border=True):
        st.markdown(
            "**Parts of these pages**",
            help="Lines are 95 % intervals. Macro-F1 is over the classes that occur in a part and falls with each rare "
            "one that does, so compare it with the width of its line in mind.",
        )
        names = {"accuracy": "Accuracy", "macro_f1": "Macro-F1"}
        figure = st.segmented_control(
            "Figure", list(names), default="accuracy", required=True, format_func=names.__getitem__, key="parts-of"
        )
        chosen = figure or "accuracy"
        words = ", ".join(f"{row['part']} {row[chosen]['value']:.2f}" for rows in ways.values() for row in rows)
        st.altair_chart(
            group_chart(ways, chosen), width="stretch", alt=f"{names[chosen]} by part of the pages: {words}"
        )


def _doubt(part: Mapping[str, Any]) -> None:
    left, right = st.columns([3, 2])
    with left, st.container(border=True, height="stretch"):
        st.markdown(
            "**Answering only when sure**",
            help="The fewer pages it answers, the surest first, the more of its answers are right. The dashes are what "
            "the threshold of “Not sure” aims at.",
        )
        st.altair_chart(risk_coverage_chart(part), width="stretch", alt="Share right against share answered")
    with right, st.container(border=True, height="stretch"):
        st.markdown(
            "**Classes that cannot be ruled out**",
            help=f"The list should hold the true class on {part['sets']['level']:.0%} of the pages of each class.",
        )
        st.table(set_table(part), hide_index=True, border="horizontal", alt="Coverage of the lists of possible classes")


@calm
def show_tables() -> None:
    """Show the other measured tables that are there."""
    tables = result_tables()
    if not tables:
        st.caption("No other measurements are installed here.")
    for name, table in tables.items():
        title = _TITLES.get(name, name.replace("-", " ").replace("_", " ").capitalize())
        with st.expander(title, icon=":material/table:", expanded=len(table) <= _SHORT):
            readable = table.rename(columns=_heading)
            st.dataframe(readable, hide_index=True, width="stretch", alt=f"Measured table {name}")
            st.caption(f"From benchmarks/results/{name}.csv")


def _heading(column: str) -> str:
    """Turn the name of a column into words: ``snr_mean_db`` becomes "SNR mean (dB)"."""
    for ending, unit in _UNITS.items():
        if column.endswith(f"_{ending}"):
            return f"{_sentence(column.removesuffix(f'_{ending}'))} ({unit})"
    return _sentence(column)


def _sentence(name: str) -> str:
    words = name.replace("_", " ").replace("snr", "SNR").replace("hr ", "rate ")
    return words[:1].upper() + words[1:]


@calm
def show_model_card() -> None:
    """Show the facts that the model carries."""
    from heartguard.classify import load_spec, models_folder

    spec = load_spec(models_folder() / "vgg16.json")
    height, width = spec.input_size
    facts = {
        "Model": spec.identity,
        "Date": spec.date,
        "Classes": ", ".join(spec.classes),
        "Input": f"{width} × {height} pixels, drawing version {spec.drawing_version}",
        "Temperature": f"{spec.temperature:.3f}",
        "Says “Not sure” under": percent(spec.abstention_threshold),
        **{key.replace("_", " ").capitalize(): _plain(value) for key, value in spec.training_data.items()},
    }
    st.markdown("\n".join(f"- **{name}:** {value}" for name, value in facts.items()))
    with st.expander("Training recipe", icon=":material/settings:"):
        st.json(dict(spec.recipe), expanded=True)


def _plain(value: object) -> str:
    """Write a fact of the spec in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_plain(item)} {name}" for name, item in value.items())
    return str(value)
