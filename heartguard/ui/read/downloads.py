"""Files to keep: signals as CSV, the reading as JSON."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import PurePath

import streamlit as st

from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import Chosen, current_tab
from heartguard.values import Reading

__all__ = ["show_downloads"]


@calm
def show_downloads(chosen: Chosen, reading: Reading) -> None:
    """Offer the signals and the reading; nothing is written on the server."""
    from heartguard.report import to_csv

    stem = re.sub(r"[^\w-]+", "-", PurePath(chosen.name).stem).strip("-").lower() or "ecg"
    with st.popover("Download", icon=":material/download:"):
        st.markdown("Files are made in memory and go straight to your computer. Treat them as patient data.")
        held = current_tab().readings.hold(reading)  # Else Streamlit would keep the reading for its buttons.
        offer = partial(st.download_button, on_click="ignore")  # Made when it is asked for, without a rerun.
        name = "Signals (CSV): every lead in mV, 500 samples a second"
        offer(name, lambda: to_csv(held.get().ecg), f"{stem}-signals.csv", "text/csv", key="download-csv")
        name = "Reading (JSON): answer, measurements, scale, warnings, models"
        offer(name, lambda: _json(held.get()), f"{stem}-reading.json", "application/json", key="download-json")


def _json(reading: Reading) -> str:
    from heartguard.report import to_json

    return json.dumps(to_json(reading), indent=2, ensure_ascii=False)
