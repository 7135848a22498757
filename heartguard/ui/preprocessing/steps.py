"""The steps from upload to drawing, with what was found at each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from heartguard.arrays import Image
from heartguard.ui.shared.pictures import encode_jpeg, enlarge, fit_width
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import Chosen
from heartguard.ui.shared.words import escape_markdown, sentence_list
from heartguard.ui.viewer.ecg import show_ecg
from heartguard.values import Reading

__all__ = ["BY_HAND", "Step", "reading_steps", "show_steps"]

_WIDTH = 900
"""Pixels of a picture: sharp in a third of the page, and on a screen with two pixels for one."""

_ENLARGE = 3
_DRAWING_PX = 440
"""Width of the drawing's card, a third of the page as the cards above."""

BY_HAND = "by-hand"
"""Anchor of what can be set by hand, on the same page."""

_SOURCES = {
    "grid": "read from the grid of the paper",
    "pulse": "read from the calibration pulse, because no grid was found",
    "layout": "assumed from the layout, because neither grid nor calibration pulse was found",
}


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the reading: a picture, what was found, and what of it can be set by hand."""

    title: str
    found: str
    image: Image
    alt: str
    by_hand: str = ""


def reading_steps(reading: Reading) -> tuple[Step, ...]:
    """Return the steps of a reading that are pictures of their own, in their order; the traces are in the viewer."""
    upload, page, drawing = reading.upload, reading.page, reading.drawing
    height, width = upload.image.shape[:2]
    uploaded = f"{upload.kind.upper()}, {width} × {height} pixels."
    scaled = "Set corners, speed or gain by hand"
    steps = (
        Step("1 · Upload", uploaded, upload.image, "The page as uploaded", "Turn or mirror it by hand"),
        Step("2 · Straight page", _geometry(reading), page.image, "The straightened page", scaled),
        Step("3 · Ink", "Grid, print and separators removed as far as found.", _ink(page.ink), "The trace ink alone"),
    )
    if drawing is None or reading.prediction.withheld:
        return steps
    seen = "2.5 s of each lead and one strip of 10 s, always drawn alike. VGG16 sees only this."
    return (*steps, Step("5 · Drawn again", seen, enlarge(drawing.image, _ENLARGE), "The drawing that VGG16 sees"))


@calm
def show_steps(chosen: Chosen, reading: Reading) -> None:
    """Show the steps as cards and the traces in the viewer, then notes and timings."""
    steps = reading_steps(reading)
    with st.grid(3, min_column_width=320, gap="small", border=True) as grid:
        for step in steps[:3]:
            with grid.cell():
                _show_step(step)
    with st.container(horizontal=True, gap="small"):
        with st.container(border=True, width="stretch"):
            st.markdown("**4 · Traces**")
            show_ecg(chosen, reading, place="steps")
            layout, strip = reading.page.layout.name.replace("x", "×"), reading.ecg.rhythm_lead or "none"
            found = f"{len(reading.ecg.segments)} traces followed. Arrangement {layout}, rhythm strip: {strip}."
            st.caption(f"{found} {_link('Set arrangement or names of the leads by hand')}")
        for step in steps[3:]:
            with st.container(border=True, width=_DRAWING_PX):
                _show_step(step)
    notes = sentence_list(escape_markdown(w.text) for w in reading.warnings if w.severity == "note")
    if notes:
        st.markdown(f"**Notes**\n\n{notes}")
    st.caption(_timings(reading))


def _show_step(step: Step) -> None:
    st.markdown(f"**{step.title}**")
    st.image(encode_jpeg(fit_width(step.image, _WIDTH)), width="stretch", alt=step.alt)
    st.caption(f"{step.found} {_link(step.by_hand)}")


def _link(label: str) -> str:
    """Return a link to what can be set by hand, further down on the page; empty without a label."""
    return f"[{label}](#{BY_HAND})" if label else ""


def _geometry(reading: Reading) -> str:
    page = reading.page
    turned = f"Turned back by {abs(page.tilt_deg):.1f}°. " if abs(page.tilt_deg) >= 0.05 else "It was straight. "
    speed = f"{page.speed_mm_per_s:g} mm/s, {page.gain_mm_per_mv:g} mm/mV."
    return f"{turned}{page.px_per_mm:.2f} pixels per mm, {_SOURCES[page.scale_source]}. {speed}"


def _ink(ink: np.ndarray) -> Image:
    return np.asarray(np.rint(255 * (1 - np.clip(ink, 0, 1))), dtype=np.uint8)


def _timings(reading: Reading) -> str:
    spent = dict(reading.timings_ms)
    total = spent.pop("total", sum(spent.values()))
    parts = ", ".join(f"{stage} {milliseconds / 1000:.1f} s" for stage, milliseconds in spent.items())
    return f"Read in {total / 1000:.1f} s ({parts}) by model {reading.prediction.model}."
