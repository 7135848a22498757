"""The signals: all leads together, or one in detail."""

from __future__ import annotations

import numpy as np
import streamlit as st

from heartguard.leads import LEADS
from heartguard.ui.frame import dark_theme
from heartguard.ui.lead_quality import doubtful_leads
from heartguard.ui.problems import calm
from heartguard.ui.signal_charts import lead_chart, signals_text, stacked_chart
from heartguard.values import Ecg, Reading

__all__ = ["show_signals"]

_ALL = "All leads"


@st.fragment
@calm
def show_signals(reading: Reading) -> None:
    """Show the signals with their beats; the picker redraws this section only."""
    ecg, beats = reading.ecg, reading.measurements.beats_s
    choice = st.segmented_control(
        "Leads", [_ALL, *_present(ecg)], default=_ALL, required=True, key="signal-lead", label_visibility="collapsed"
    )
    alone = choice is not None and choice != _ALL
    doubtful = doubtful_leads(ecg)
    chart = lead_chart(ecg, choice, beats, dark_theme()) if alone else stacked_chart(ecg, beats, dark_theme(), doubtful)
    if alone and choice in doubtful:
        st.warning(f"{choice} was traced poorly. Compare it with the page.", icon=":material/rule:")
    st.altair_chart(chart, width="stretch", alt=signals_text(ecg, beats))
    squares = "Small squares 0.04 s × 0.1 mV, large ones 0.2 s × 0.5 mV." if alone else "Lines every 0.2 s and 0.5 mV."
    st.caption(
        f"{squares} Dashed lines: R peaks found. Gaps: seconds that the page does not show for that lead. "
        "Drag to move in time, scroll to zoom, double-click to go back."
        + (" Leads with a question mark were traced poorly." if doubtful and not alone else "")
    )


def _present(ecg: Ecg) -> list[str]:
    return [lead for lead in LEADS if np.isfinite(ecg.lead(lead)).any()]
