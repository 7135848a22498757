"""The page Explanation: where VGG16 found evidence, what each lead adds, and what would change the answer."""

from __future__ import annotations

from typing import Any

import streamlit as st

from heartguard.ui.explanation.maps import ClassMaps, make_maps
from heartguard.ui.explanation.shap import show_lead_shap, show_pixel_shap
from heartguard.ui.explanation.what_if import show_what_if
from heartguard.ui.shared import session
from heartguard.ui.shared.charts import lead_bars, show_chart
from heartguard.ui.shared.fragments import fragment
from heartguard.ui.shared.frame import PAGES, open_reading, part_of, sheet
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import Chosen
from heartguard.ui.viewer.ecg import asked, show_ecg
from heartguard.values import Reading
from heartguard.vocabulary import class_name, percent

__all__ = ["show"]

_PLACE = "explanation"
_COLUMN_PX = 400

_CAVEAT = (
    "**Orange** speaks for the class{against}. The map shows where VGG16 looked, no finer than about "
    "{seconds:.1f} s. It cannot say why, it does not mark a lesion or a culprit vessel, and a plausible map does not "
    "make the answer right."
)
_WHOSE = (
    "This explains VGG16, the image model. It alone says **{own}** ({share}); the signal model, which has a part in "
    "the joint answer, has no map."
)
_UNTESTED = "No map is offered: in the tests of the explanations none beats chance, or they have not been run."


def show() -> None:
    """Show the page."""
    with sheet():
        chosen, found = open_reading("Explanation")
        if chosen is None or not isinstance(found, Reading):
            return
        if found.prediction.withheld:
            _nothing_to_explain(found)
            return
        _explain(chosen, found)


def _nothing_to_explain(reading: Reading) -> None:
    """Say why there is no map, and where the ECG and the names of its leads are."""
    st.info(f"There is no class to explain. {reading.prediction.withheld}", icon=":material/block:")
    links = {"pages/read.py": "Back to the ECG", "pages/preprocessing.py": "Set the names of the leads by hand"}
    for script, label in links.items():
        st.page_link(script, label=label, icon=PAGES[script][1], query_params=session.address())


@fragment
@calm
def _explain(chosen: Chosen, reading: Reading) -> None:
    """Show the evidence for any class; what belongs to a class bears its name, so that the viewer can clear it."""
    from heartguard.explain import validated_maps

    label = asked(chosen, _PLACE).get("label") or reading.prediction.label
    offered = validated_maps()
    with st.container(horizontal=True, gap="medium", key=part_of(chosen)):
        with st.container(width="stretch", gap="small", key="ecg"):
            maps = _viewer(chosen, reading, offered)
        with st.container(width=_COLUMN_PX, key=f"evidence-{label}-beside", gap="small"):
            _beside(chosen, reading, label, maps)
    below = st.container(key=f"{part_of(chosen)}-below")
    with below.container(key=f"evidence-{label}-below", gap="small"):
        with st.container(border=True):
            show_what_if(chosen, reading, label)
        with st.expander("For experts: SHAP by pixel", icon=":material/grain:"):
            show_pixel_shap(chosen, reading, label)
    st.page_link(
        "pages/about.py",
        label="How these explanations were tested",
        icon=":material/fact_check:",
        query_params=session.address(),
    )


def _viewer(chosen: Chosen, reading: Reading, offered: tuple[str, ...]) -> ClassMaps | None:
    """Show the ECG with the maps of all classes over it; return them, None where none may be shown.

    The payload is the same for every class, so that switching it sends nothing; the viewer begins with the answer.
    """
    evidence: dict[str, Any] = {"label": reading.prediction.label, "maps": {}, "bands": {}, "shares": {}}
    evidence["classes"] = [[name, class_name(name)] for name in reading.prediction.probabilities]
    maps = None
    if offered:
        method = st.session_state.get("map-method") or offered[0]
        maps = make_maps(chosen, reading, method, uploaded=asked(chosen, _PLACE).get("wants") == "uploaded")
        evidence |= maps.payload
    layers = ["map", "traces", "names"]
    show_ecg(chosen, reading, {"evidence": evidence, "layers": layers}, place=_PLACE)
    return maps


def _beside(chosen: Chosen, reading: Reading, label: str, maps: ClassMaps | None) -> None:
    st.header(f"Evidence for {class_name(label)}", anchor=False)
    _whose(reading)
    if maps is None:
        st.info(_UNTESTED, icon=":material/block:")
    else:
        st.markdown(f"**{maps.sentences[label]}**")
        _shares(maps, label)
        _method()
    with st.container(border=True):
        show_lead_shap(chosen, reading, label)


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


def _shares(maps: ClassMaps, label: str) -> None:
    shares = maps.shares[label]
    if any(shares.values()):
        show_chart(*lead_bars(shares, "share of the evidence for the class", label))


def _method() -> None:
    """Let the doctor choose the map, and say what it can and cannot tell."""
    from heartguard.explain import MAP_METHODS, validated_maps

    with st.popover("About this map", icon=":material/info:", type="tertiary"):
        method = st.selectbox(
            "Map", validated_maps(), format_func=lambda name: MAP_METHODS[name].title, key="map-method"
        )
        chosen = MAP_METHODS[method]
        against = ", **blue** against it" if chosen.signed else "; this map does not show what speaks against it"
        st.markdown(_CAVEAT.format(against=against, seconds=chosen.seconds_wide))
