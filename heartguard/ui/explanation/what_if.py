"""What if: one lead or wave of the ECG made normal, and how far the probabilities move."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from heartguard.leads import LEADS
from heartguard.ui.shared.charts import change_bars, show_chart
from heartguard.ui.shared.fragments import fragment
from heartguard.ui.shared.pictures import encode_jpeg, enlarge
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.running import load_models
from heartguard.ui.shared.session import Chosen
from heartguard.values import Reading
from heartguard.vocabulary import class_name, percent

if TYPE_CHECKING:
    from heartguard.explain import Counterfactual

__all__ = ["show_what_if"]

_WHOLE = "Whole lead"
_ENLARGE = 3


@fragment
@calm
def show_what_if(chosen: Chosen, reading: Reading, label: str) -> None:
    """Let the doctor make one lead or wave normal, and show what the network answers then."""
    from heartguard.explain import known_waves

    st.markdown(
        "**What if one lead were normal?**",
        help="The trace of the lead, or one wave of each of its beats, is replaced by that of a simulated textbook "
        "heart at the same moments, and VGG16 is asked again. It tests VGG16, not the heart.",
    )
    if not reading.measurements.beats_s.size:
        st.caption("Not offered: no heart beats were found on this page, so there is nowhere to put normal ones.")
        return
    parts = [_WHOLE, *known_waves(reading.measurements)]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        lead = st.selectbox("Lead", LEADS, index=None, key="what-if-lead", placeholder="Choose a lead", width=180)
        part = st.segmented_control("Made normal", parts, default=_WHOLE, required=True, key="what-if-part")
    if lead is None:
        return
    found = _found(chosen, reading, lead, None if part == _WHOLE else part)
    left, right = st.columns(2, vertical_alignment="center")
    with left:
        show_chart(*change_bars(found.before, found.after))
    with right:
        changed = f"The drawing with lead {lead}{'' if part == _WHOLE else f', {part},'} made normal"
        st.image(encode_jpeg(enlarge(found.drawing.image, _ENLARGE), 92), width="stretch", alt=changed)
    moved = 100 * (found.after[label] - found.before[label])
    st.caption(
        f"{class_name(label)} goes from {percent(found.before[label])} to {percent(found.after[label])} "
        f"({moved:+.0f} points). Where the lead is also the rhythm strip, both change."
    )


def _found(chosen: Chosen, reading: Reading, lead: str, wave: str | None) -> Counterfactual:
    """Return the answer on one change; the session keeps the last one."""
    from heartguard.explain import counterfactual

    key = f"{chosen.read_as}-{reading.corrections.marks}-{lead}-{wave}"  # waves are where their marks are
    kept: tuple[str, Counterfactual] | None = st.session_state.get("what-if")
    if kept is None or kept[0] != key:
        found = counterfactual(reading.ecg, reading.measurements, load_models().vgg16, lead, wave)
        # The session keeps the picture; with its ECG it would keep the whole page.
        kept = (key, replace(found, drawing=replace(found.drawing, ecg=None)))
        st.session_state["what-if"] = kept
    return kept[1]
