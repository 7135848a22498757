"""Files to keep: signals as CSV, the reading as JSON."""

from __future__ import annotations

import json
import re
from pathlib import PurePath

import streamlit as st

from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import Chosen
from heartguard.values import Reading

__all__ = ["show_downloads"]


@calm
def show_downloads(chosen: Chosen, reading: Reading) -> None:
    """Offer the signals and the reading; nothing is written on the server."""
    from heartguard.report import to_csv, to_json

    stem = re.sub(r"[^\w-]+", "-", PurePath(chosen.name).stem).strip("-").lower() or "ecg"
    with st.popover("Download", icon=":material/download:"):
        st.markdown("Files are made in memory and go straight to your computer. Treat them as patient data.")
        st.download_button(
            "Signals (CSV): every lead in mV, 500 samples a second",
            lambda: to_csv(reading.ecg),
            f"{stem}-signals.csv",
            "text/csv",
            on_click="ignore",
            key="download-csv",
        )
        st.download_button(
            "Reading (JSON): answer, measurements, scale, warnings, models",
            lambda: json.dumps(to_json(reading), indent=2, ensure_ascii=False),
            f"{stem}-reading.json",
            "application/json",
            on_click="ignore",
            key="download-json",
        )
