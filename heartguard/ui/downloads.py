"""Files to keep: signals as CSV, the reading as JSON."""

from __future__ import annotations

import json
import re
from pathlib import PurePath

import streamlit as st

from heartguard.ui.problems import calm
from heartguard.ui.session import Chosen
from heartguard.values import Reading
from heartguard.vocabulary import DISCLAIMER

__all__ = ["show_downloads"]


@calm
def show_downloads(chosen: Chosen, reading: Reading) -> None:
    """Offer the signals and the reading; nothing is written on the server."""
    from heartguard.report import to_csv, to_json

    stem = re.sub(r"[^\w-]+", "-", PurePath(chosen.name).stem).strip("-").lower() or "ecg"
    st.markdown("Files are made in memory and go straight to your computer. Treat them as patient data.")
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.markdown("**Signals (CSV)**")
        st.caption("Twelve leads in millivolts, 500 samples a second over 10 s; empty where the page shows nothing.")
        st.download_button(
            "Download signals",
            to_csv(reading.ecg),
            f"{stem}-signals.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="download-csv",
        )
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Reading (JSON)**")
        st.caption(
            "Answer, probabilities, measurements with reasons, page geometry, quality, warnings, model identity."
        )
        st.download_button(
            "Download reading",
            json.dumps(to_json(reading), indent=2, ensure_ascii=False),
            f"{stem}-reading.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            key="download-json",
        )
    st.caption(f":material/info: {DISCLAIMER}")
