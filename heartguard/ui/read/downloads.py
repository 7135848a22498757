"""Files to keep: the reading in every format that this installation can write."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import PurePath

import streamlit as st

from heartguard.export import FORMATS, Format
from heartguard.report import LANGUAGES, Language, ReportOptions, page_picture
from heartguard.sessions import HeldReading
from heartguard.ui.explanation.maps import evidence_shares
from heartguard.ui.read.removing import show_removal
from heartguard.ui.review.labelled import show_labelled_set
from heartguard.ui.shared.keeping import note_export
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.removal import choice_of
from heartguard.ui.shared.session import Chosen, current_tab
from heartguard.values import Reading

__all__ = ["show_downloads"]

_LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "de": "Deutsch"}

_PREVIEW_PX = 260
"""The width of the popover on a phone."""


@calm
def show_downloads(chosen: Chosen, reading: Reading) -> None:
    """Offer the reading in each format; nothing is written on the server."""
    stem = re.sub(r"[^\w-]+", "-", PurePath(chosen.name).stem).strip("-").lower() or "ecg"
    held = current_tab().readings.hold(reading)  # Else Streamlit would keep the reading for its buttons.
    with st.container(horizontal=True, gap="small"):
        with st.popover("Download", icon=":material/download:"):
            _files(chosen, reading, held, stem)
        show_removal(chosen, held)  # beside it: a popover stays above a dialog that it opens


def _files(chosen: Chosen, reading: Reading, held: HeldReading, stem: str) -> None:
    st.markdown("Files are made in memory and go straight to your computer. Treat them as patient data.")
    options = _report_options(reading, chosen)
    for name, form in FORMATS.items():
        if form.available:
            noted = partial(note_export, current_tab(), chosen, name)
            # Made when it is asked for, without a rerun.
            make, file = partial(_written, form, held, stem, options, noted), f"{stem}{form.ending}"
            st.download_button(form.title, make, file, form.media_type, on_click="ignore", key=f"download-{name}")
    show_labelled_set()


def _report_options(reading: Reading, chosen: Chosen) -> ReportOptions:
    """Ask for the language of the reports, and whether print is blanked; show on demand what stays."""
    language = st.radio("Language of the reports", LANGUAGES, format_func=_LANGUAGE_NAMES.get, horizontal=True)
    from heartguard.deidentify import removes_text

    deidentify = st.toggle(
        "Blank all print on the page",
        value=removes_text(),
        help="Names and dates beside the traces are left out of the reports.",
    )
    hidden = tuple((box.x0, box.y0, box.x1, box.y1) for box in choice_of(chosen).hidden)
    if st.checkbox("Show what stays of the page"):
        picture = page_picture(reading, deidentify=deidentify, hidden=hidden)
        st.image(picture, "As PDF and HTML show it.", width=_PREVIEW_PX)
    review = current_tab().reviews.get(chosen.place)
    shares = evidence_shares(reading)
    return ReportOptions(language, chosen.patient, deidentify, hidden, lead_shares=shares, review=review)


def _written(form: Format, held: HeldReading, stem: str, options: ReportOptions, note: Callable[[], None]) -> bytes:
    data = form.write(held.get(), stem, options)
    note()
    return data
