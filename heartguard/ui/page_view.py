"""The doctor's page with the traces that were found on it."""

from __future__ import annotations

import streamlit as st

from heartguard.ui.overlays import draw_traces, encode_jpeg, fit_width
from heartguard.ui.problems import calm
from heartguard.values import Reading

__all__ = ["PAGE_WIDTH", "show_page"]

PAGE_WIDTH = 1800
"""Width in pixels of the pages sent to the browser: sharp at full screen, light enough for a phone."""

_STRAIGHT, _UPLOADED = "Straightened", "As uploaded"


@st.fragment
@calm
def show_page(reading: Reading) -> None:
    """Show the straight page with its traces, or the upload; the controls redraw this section only."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        view = st.segmented_control(
            "Page",
            [_STRAIGHT, _UPLOADED],
            default=_STRAIGHT,
            required=True,
            key="page-view",
            label_visibility="collapsed",
        )
        straight = view == _STRAIGHT
        shown = st.toggle("Show what was traced", value=True, key="page-traced", disabled=not straight)
        opacity = st.slider(
            "Opacity of the traces",
            10,
            100,
            90,
            10,
            format="%d %%",
            key="page-opacity",
            width=260,
            disabled=not (straight and shown),
        )
    if straight:
        _straight_page(reading, opacity / 100 if shown else 0.0)
    else:
        picture = encode_jpeg(fit_width(reading.upload.image, PAGE_WIDTH))
        st.image(picture, width="stretch", alt=f"The page as uploaded, {reading.upload.kind} picture")


def _straight_page(reading: Reading, opacity: float) -> None:
    page = reading.page
    picture = draw_traces(page.image, reading.ecg.segments, page.px_per_mm, opacity)
    traced = ", ".join(segment.panel.lead for segment in reading.ecg.segments)
    alt = f"The straightened page with the traces of {traced} drawn over it" if opacity else "The straightened page"
    st.image(encode_jpeg(fit_width(picture, PAGE_WIDTH)), width="stretch", alt=alt)
    if opacity:
        st.caption(
            "Each colour is one traced lead, drawn over your page in muted colours. Where a coloured line leaves the "
            "ink, the signal and everything computed from it are wrong there."
        )
