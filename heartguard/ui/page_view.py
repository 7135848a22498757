"""The doctor's page with the traces that were found on it."""

from __future__ import annotations

import streamlit as st

from heartguard.ui.lead_quality import quality_badges
from heartguard.ui.overlays import draw_traces, draw_traces_on_upload, encode_jpeg, fit_width
from heartguard.ui.problems import calm
from heartguard.values import Reading

__all__ = ["PAGE_WIDTH", "show_page"]

PAGE_WIDTH = 1800
"""Width in pixels of the pages sent to the browser: sharp at full screen, light enough for a phone."""

_STRAIGHT, _UPLOADED = "Straightened", "As uploaded"


@st.fragment
@calm
def show_page(reading: Reading) -> None:
    """Show the traces on the straight page or on the upload; the controls redraw this section only."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        view = st.segmented_control(
            "Page",
            [_STRAIGHT, _UPLOADED],
            default=_STRAIGHT,
            required=True,
            key="page-view",
            label_visibility="collapsed",
        )
        shown = st.toggle("Show what was traced", value=True, key="page-traced")
        opacity = st.slider(
            "Opacity of the traces",
            10,
            100,
            90,
            10,
            format="%d %%",
            key="page-opacity",
            width=260,
            disabled=not shown,
        )
    _picture(reading, view == _STRAIGHT, opacity / 100 if shown else 0.0)
    st.markdown(f"**How well each lead was traced** \u2002 {quality_badges(reading.ecg)}")
    if shown:
        st.caption(
            "Each colour is one traced lead, drawn over your page in muted colours. Where a coloured line leaves the "
            "ink, the signal and everything computed from it are wrong there. Wrong names or columns? Set them under "
            "“Correct”."
        )


def _picture(reading: Reading, straight: bool, opacity: float) -> None:
    page, segments = reading.page, reading.ecg.segments
    if straight:
        picture = draw_traces(page.image, segments, page.px_per_mm, opacity)
    else:
        picture = draw_traces_on_upload(page, segments, opacity)
    what = "The straightened page" if straight else f"The page as uploaded, {reading.upload.kind} picture"
    traced = ", ".join(segment.panel.label for segment in segments)
    alt = f"{what} with the traces of {traced} drawn over it" if opacity else what
    st.image(encode_jpeg(fit_width(picture, PAGE_WIDTH)), width="stretch", alt=alt)
