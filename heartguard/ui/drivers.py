"""What drove the answer: class-activation map and lead shares at once, SHAP of the leads on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from heartguard.leads import PAGE_SECONDS
from heartguard.ui import session
from heartguard.ui.charts import lead_bars, lead_bars_text
from heartguard.ui.frame import dark_theme
from heartguard.ui.overlays import blend_heat, encode_jpeg, enlarge, fit_width, mute
from heartguard.ui.page_view import PAGE_WIDTH
from heartguard.ui.problems import calm
from heartguard.ui.running import load_model
from heartguard.ui.words import class_name, percent
from heartguard.values import Reading

if TYPE_CHECKING:
    from heartguard.explain import Shapley

__all__ = ["show_drivers"]

_DRAWING, _PAGE = "On the drawing the network saw", "On your page"
_ENLARGE = 4
_FULL_COLOUR = 0.98
"""Quantile of the evidence of all classes that gets the full colour: one extreme cell must not pale the others."""
_CAVEAT = (
    "**Orange** speaks for the class, **blue** against it; the same scale for all four classes. The map shows where "
    "the network looked, no finer than about {seconds:.1f} s. It cannot say why, it does not mark a lesion or a "
    "culprit vessel, and a plausible map does not make the answer right."
)


@st.fragment
@calm
def show_drivers(reading: Reading) -> None:
    """Show the heat map of any class and the leads behind it; the controls redraw this section only."""
    prediction = reading.prediction
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        label = st.segmented_control(
            "Evidence for",
            list(prediction.probabilities),
            default=prediction.label,
            required=True,
            format_func=class_name,
            key=f"driver-class-{session.round_number()}",
        )
        opacity = st.slider("Strength of the colour", 10, 100, 70, 10, format="%d %%", key="heat-opacity", width=240)
    view = st.segmented_control(
        "Where", [_PAGE, _DRAWING], default=_PAGE, required=True, key="heat-view", label_visibility="collapsed"
    )
    picture, alt = _picture(reading, label or prediction.label, view == _PAGE, opacity / 100)
    st.image(picture, width="stretch", alt=alt)
    st.caption(_CAVEAT.format(seconds=PAGE_SECONDS / prediction.class_maps.shape[2]))
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        _shares(reading, label or prediction.label)
    with right, st.container(border=True, height="stretch"):
        _shap(reading, label or prediction.label)


def _picture(reading: Reading, label: str, on_page: bool, opacity: float) -> tuple[bytes, str]:
    """Return the tinted picture and what it shows; all classes share one scale, so that they can be compared."""
    from heartguard.explain import class_map, map_on_page

    name, limit = class_name(label), float(np.quantile(np.abs(reading.prediction.class_maps), _FULL_COLOUR))
    heat, drawing = class_map(reading.prediction, label), reading.drawing
    if drawing is None:
        raise ValueError("the prediction keeps no drawing")
    if on_page:
        over_page = map_on_page(heat, reading.page, reading.ecg, drawing)
        picture = fit_width(blend_heat(mute(reading.page.image), over_page, opacity, limit), PAGE_WIDTH)
        return encode_jpeg(picture), f"Your page, its traces tinted by the evidence for and against {name}"
    large = blend_heat(enlarge(drawing.image, _ENLARGE), enlarge(heat, _ENLARGE), opacity, limit)
    return encode_jpeg(large, 92), f"The canonical drawing tinted by the evidence for and against {name}"


def _shares(reading: Reading, label: str) -> None:
    from heartguard.explain import lead_shares

    shares = lead_shares(reading.prediction, label)
    st.markdown(
        "**Where the evidence for the class lies**",
        help="The part of the orange in the map that lies on each lead. Exact, but a patch is wider than the gap of "
        "two rows, so some of a lead's evidence falls on its neighbours.",
    )
    if not any(shares.values()):
        st.caption(f"Nothing in the map speaks for {class_name(label)}.")
        return
    chart = lead_bars(shares, "share of the evidence for the class", ".0%", dark_theme())
    st.altair_chart(chart, width="stretch", alt=lead_bars_text(shares, label))


def _shap(reading: Reading, label: str) -> None:
    st.markdown(
        "**What each lead adds to the probability (SHAP)**",
        help="Shapley values with the leads as players: leads are left out in many combinations, and the "
        "network is asked each time. Slower than the map, but it measures what the network does without a lead.",
    )
    key = f"shap-{reading.upload.sha256}-{reading.prediction.model}-{label}"
    if key not in st.session_state:
        if not st.button("Compute SHAP by lead", icon=":material/calculate:", key=f"shap-start-{label}"):
            st.caption("Asks the network more than a hundred times: about half a minute.")
            return
        st.session_state[key] = _compute_shap(reading, label)
        st.rerun(scope="fragment")
    found: Shapley = st.session_state[key]
    chart = lead_bars(found.values, "change of the probability", "+.0%", dark_theme())
    st.altair_chart(chart, width="stretch", alt=lead_bars_text(found.values, label))
    st.caption(
        f"With no trace at all the network gives {class_name(label)} {percent(found.base)}, with all leads "
        f"{percent(found.prediction)}. The bars add up to the difference."
    )


def _compute_shap(reading: Reading, label: str) -> Shapley:
    from heartguard.explain import lead_shap

    bar = st.progress(0.0, text="Leaving leads out")

    def on_progress(done: int, total: int) -> None:
        bar.progress(min(done / max(total, 1), 1.0), text=f"Leaving leads out: drawing {done} of {total}")

    try:
        return lead_shap(reading.ecg, load_model(), label, batch=4, on_progress=on_progress)
    finally:
        bar.empty()
