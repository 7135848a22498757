"""Files to keep: the reading in every format that this installation can write."""

from __future__ import annotations

import re
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

import streamlit as st

from heartguard.export import FORMATS, Format
from heartguard.patient import Patient
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.reading_cache import HeldReading
from heartguard.ui.shared.session import Chosen, current_tab
from heartguard.values import Reading

if TYPE_CHECKING:
    from heartguard.export import Format

__all__ = ["show_downloads"]


@calm
def show_downloads(chosen: Chosen, reading: Reading) -> None:
    """Offer the reading in each format; nothing is written on the server."""
    stem = re.sub(r"[^\w-]+", "-", PurePath(chosen.name).stem).strip("-").lower() or "ecg"
    with st.popover("Download", icon=":material/download:"):
        st.markdown("Files are made in memory and go straight to your computer. Treat them as patient data.")
        held = current_tab().readings.hold(reading)  # Else Streamlit would keep the reading for its buttons.
        for name, form in FORMATS.items():
            if form.available:
                # Made when it is asked for, without a rerun.
                make, file = partial(_written, form, held, stem, chosen.patient), f"{stem}{form.ending}"
                st.download_button(form.title, make, file, form.media_type, on_click="ignore", key=f"download-{name}")


def _written(form: Format, held: HeldReading, stem: str, patient: Patient) -> bytes:
    return form.write(held.get(), stem, patient)
