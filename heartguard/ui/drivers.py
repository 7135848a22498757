"""What drove the answer: maps that passed their tests, the leads behind them, lead SHAP, and what-ifs."""

from __future__ import annotations

import streamlit as st

from heartguard.arrays import Floats
from heartguard.ui import session
from heartguard.ui.charts import lead_bars, lead_bars_text
from heartguard.ui.evidence_view import VIEWS, drawing_of, evidence_sentence_of, full_colour, heats_of, show_heat
from heartguard.ui.frame import dark_theme
from heartguard.ui.pixel_view import show_pixels
from heartguard.ui.problems import calm
from heartguard.ui.shap_view import show_shap
from heartguard.ui.trials_view import show_trials
from heartguard.ui.what_if import show_what_if
from heartguard.ui.words import percent
from heartguard.values import Reading
from heartguard.vocabulary import class_name

__all__ = ["show_drivers"]

_NOBODY = "No other class"
_CAVEAT = (
    "**Orange** speaks for the class{against}. The map shows where VGG16 looked, no finer than about "
    "{seconds:.1f} s. It cannot say why, it does not mark a lesion or a culprit vessel, and a plausible map does not "
    "make the answer right."
)
_WHOSE = (
    "This explains VGG16, the image model. It alone says **{own}** ({share}); the signal model, which has a part in "
    "the joint answer, has no map."
)
_UNTESTED = (
    "No map is offered: in the tests of the explanations (benchmarks/results/explain.csv) none beats chance, or they "
    "have not been run."
)


@st.fragment
@calm
def show_drivers(reading: Reading) -> None:
    """Show the evidence for any class, where the doctor looks; the controls redraw this section only."""
    from heartguard.explain import validated_maps

    offered, label = validated_maps(), _class(reading)
    _whose(reading)
    if offered:
        heat = _maps(reading, label, offered)
        left, right = st.columns(2)
        with left, st.container(border=True, height="stretch"):
            _shares(reading, label, heat)
    else:
        st.info(_UNTESTED, icon=":material/block:")
        right = st.container()
    with right, st.container(border=True, height="stretch"):
        show_shap(reading, label)
    with st.container(border=True):
        show_what_if(reading, label)
    with st.expander("For experts: SHAP by pixel", icon=":material/grain:"):
        show_pixels(reading, label)


def _class(reading: Reading) -> str:
    answer = reading.prediction.label
    label = st.segmented_control(
        "Evidence for",
        list(reading.prediction.probabilities),
        default=answer,
        required=True,
        format_func=class_name,
        key=f"driver-class-{session.round_number()}",
    )
    return label or answer


def _whose(reading: Reading) -> None:
    """Say which of both models is explained, and loudly where it alone would have answered otherwise."""
    network = reading.prediction.cnn_probabilities
    if not network:
        return
    own = max(network, key=lambda name: network[name])
    text = _WHOSE.format(own=class_name(own), share=percent(network[own]))
    if own == reading.prediction.label:
        st.caption(text)
    else:
        st.warning(text, icon=":material/call_split:")


def _maps(reading: Reading, label: str, offered: tuple[str, ...]) -> Floats:
    """Show the map of the class, beside that of another one if wanted, and what it says in words; return the map."""
    from heartguard.explain import MAP_METHODS

    with st.container(horizontal=True, gap="small"):
        view = st.segmented_control(
            "Where", VIEWS, default=VIEWS[0], required=True, key="heat-view", label_visibility="collapsed"
        )
        with st.popover("Compare and adjust", icon=":material/tune:"):
            others = [_NOBODY, *(name for name in reading.prediction.probabilities if name != label)]
            other = st.selectbox("Beside it, the evidence for", others, format_func=class_name, key=f"beside-{label}")
            method = st.selectbox("Map", offered, format_func=lambda name: MAP_METHODS[name].title, key="heat-method")
            opacity = st.slider("Strength of the colour", 10, 100, 70, 10, format="%d %%", key="heat-opacity")
    shown = [label] if other == _NOBODY else [label, other]
    heats = heats_of(reading, method, shown)
    limit = full_colour(reading, method, heats)
    for place, name in zip(st.columns(len(shown)), shown, strict=True):
        with place:
            st.markdown(f"**{evidence_sentence_of(reading, method, name, heats[name])}**")
            show_heat(reading, name, heats[name], view or VIEWS[0], opacity / 100, limit)
    chosen = MAP_METHODS[method]
    against = ", **blue** against it" if chosen.signed else "; this map does not show what speaks against it"
    st.caption(_CAVEAT.format(against=against, seconds=chosen.seconds_wide))
    show_trials(method, reading.prediction.model)
    return heats[label]


def _shares(reading: Reading, label: str, heat: Floats) -> None:
    from heartguard.explain import map_evidence

    shares = map_evidence(heat, drawing_of(reading)).shares()
    st.markdown(
        "**Where the evidence for the class lies**",
        help="What the map holds for the class on each lead, less what it holds against it, as a share of all leads "
        "that speak for it. A cell of the map is wider than the gap of two rows, so some falls on the neighbours.",
    )
    if not any(shares.values()):
        st.caption(f"Nothing in the map speaks for {class_name(label)}.")
        return
    chart = lead_bars(shares, "share of the evidence for the class", ".0%", dark_theme())
    st.altair_chart(chart, width="stretch", alt=lead_bars_text(shares, label))
