"""Setting by hand what was not found or found wrongly: turn, corners, arrangement of the leads, paper speed, gain."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from heartguard.arrays import Image
from heartguard.errors import HeartGuardError
from heartguard.leads import GAINS_MM_PER_MV, ORDERS, SHAPES, SPEEDS_MM_PER_S, Layout
from heartguard.page import order_corners
from heartguard.ui.shared import session
from heartguard.ui.shared.pictures import encode_jpeg, fit_width
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import Chosen
from heartguard.values import Corrections, Page, Upload

__all__ = ["corner_chart", "show_corrections"]

_WIDTH = 900
_SIDE = 400
_GRID = 80
_CORNERS = 4
_TURNS = {0: "As it is", 1: "90° clockwise", 2: "180°", 3: "90° anticlockwise"}
_FIND = "Find it"
_LAYOUT_NAMES = {
    "3x4": "3×4, no strip",
    "3x4+1": "3×4 and one rhythm strip",
    "3x4+2": "3×4 and two rhythm strips",
    "3x4+3": "3×4 and three rhythm strips",
    "6x2": "6×2, no strip",
    "6x2+1": "6×2 and one rhythm strip",
    "12x1": "12×1, one lead below the other",
    "2x6": "2×6, limb leads above chest leads",
}
_ORDER_NAMES = {"standard": "I, II, III, aVR, aVL, aVF", "Cabrera": "Cabrera: aVL, I, -aVR, II, aVF, III"}
_MARK = "#CC006C"


@st.fragment
@calm
def show_corrections(chosen: Chosen, upload: Upload, found: Page | None = None) -> None:
    """Show what can be set by hand, with the page as it would be cut out, and a button that reads it again.

    Parameters
    ----------
    chosen : Chosen
    upload : Upload
        The page as it was opened.
    found : Page, optional
        What HeartGuard made of it; its guesses are named beside the choices.
    """
    given = chosen.corrections
    key = f"correct-{chosen.digest[:12]}-{chosen.page}"
    left, right = st.columns([3, 2], gap="medium")
    with right:
        turn = st.selectbox(
            "Turn the picture", list(_TURNS), given.quarter_turns, format_func=_TURNS.__getitem__, key=f"{key}-turn"
        )
        layout, order = _choose_layout(given, None if found is None else found.layout, key)
        speed, gain = _choose_scale(given, found, key)
    turned = np.ascontiguousarray(np.rot90(upload.image, -turn))
    with left:
        corners = _pick_corners(turned, f"{key}-{turn}", given.corners if turn == given.quarter_turns else None)
    wanted = Corrections(turn, corners, layout, order, speed, gain)
    with right:
        _preview(upload, wanted)
        if st.button(
            "Read again with these",
            type="primary",
            icon=":material/refresh:",
            disabled=wanted == given,
            key=f"{key}-go",
        ):
            session.correct(wanted)
            st.rerun()
        if given != Corrections() and st.button("Let HeartGuard find everything", key=f"{key}-undo"):
            session.correct(Corrections())
            st.rerun()


def _choose_layout(given: Corrections, found: Layout | None, key: str) -> tuple[str | None, str | None]:
    """Offer the arrangements and the orders of the limb leads."""
    shape, order = (None, None) if found is None else (found.shape, found.order)
    names = _LAYOUT_NAMES.__getitem__
    layout = _choice("Arrangement of the leads", SHAPES, given.layout, shape, names, f"{key}-layout")
    names = _ORDER_NAMES.__getitem__
    return layout, _choice("Limb leads", tuple(ORDERS), given.lead_order, order, names, f"{key}-order")


def _choose_scale(given: Corrections, found: Page | None, key: str) -> tuple[float | None, float | None]:
    """Offer paper speeds and gains, side by side."""
    speed, gain = (None, None) if found is None else (found.paper_speed_mm_per_s, found.gain_mm_per_mv)
    left, right = st.columns(2)
    with left:
        speeds = (SPEEDS_MM_PER_S, given.speed_mm_per_s, speed, lambda value: f"{value:g} mm/s")
        chosen_speed = _choice("Paper speed", *speeds, f"{key}-speed")
    with right:
        gains = (GAINS_MM_PER_MV, given.gain_mm_per_mv, gain, lambda value: f"{value:g} mm/mV")
        return chosen_speed, _choice("Gain", *gains, f"{key}-gain")


def _choice(label: str, options: tuple[Any, ...], given: Any, found: Any, name: Callable[[Any], str], key: str) -> Any:
    """Offer the options below `_FIND`, which names what was found; return None for that."""
    choices = (_FIND, *options)
    by_itself = _FIND if found is None else f"{_FIND} (found: {name(found)})"
    chosen = st.selectbox(
        label,
        choices,
        0 if given is None else choices.index(given),
        format_func=lambda value: by_itself if value == _FIND else name(value),
        key=key,
    )
    return None if chosen == _FIND else chosen


def _pick_corners(
    image: Image, key: str, given: tuple[tuple[float, float], ...] | None
) -> tuple[tuple[float, float], ...] | None:
    """Let the doctor click the four corners of the paper; return them in pixels once there are four."""
    places: list[tuple[float, float]] = st.session_state.setdefault(f"{key}-places", _relative(image, given))
    st.markdown(
        "**Corners of the paper** · click the four corners, in any order; needed only if the page is cut wrongly."
    )
    chart = corner_chart(image, places)
    event: Any = st.altair_chart(chart, width="stretch", on_select="rerun", key=f"{key}-chart-{len(places)}")
    picked = event["selection"].get("corner", [])
    if picked and len(places) < _CORNERS:
        places.append((float(picked[0]["x"]), float(picked[0]["y"])))
        st.rerun(scope="fragment")
    if places and st.button(f"Clear the {len(places)} marked", icon=":material/close:", key=f"{key}-clear"):
        places.clear()
        st.rerun(scope="fragment")
    if len(places) < _CORNERS:
        return None
    height, width = image.shape[:2]
    return tuple((x * (width - 1), y * (height - 1)) for x, y in places)


def _relative(image: Image, corners: tuple[tuple[float, float], ...] | None) -> list[tuple[float, float]]:
    height, width = image.shape[:2]
    return [(x / (width - 1), y / (height - 1)) for x, y in corners or ()]


def corner_chart(image: Image, places: list[tuple[float, float]]) -> alt.LayerChart:
    """Return the picture with the places marked so far, and a fine net of invisible points to click on.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8
    places : list of (x, y)
        From 0 to 1 across and down.
    """
    small = fit_width(image, _WIDTH)
    url = "data:image/jpeg;base64," + base64.b64encode(encode_jpeg(small, 80)).decode()
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[1, 0], nice=False), axis=None)
    picture = (
        alt.Chart(pd.DataFrame([{"url": url, "x": 0.5, "y": 0.5}]))
        .mark_image(width=alt.expr("width"), height=alt.expr("height"), aspect=False)
        .encode(url="url:N", x=x, y=y)
    )
    ticks = np.linspace(0, 1, _GRID + 1)
    net = pd.DataFrame({"x": np.tile(ticks, ticks.size), "y": np.repeat(ticks, ticks.size)})
    corner = alt.selection_point(name="corner", fields=["x", "y"], nearest=True, toggle=False, empty=False)
    points = (
        alt.Chart(net)
        .mark_point(opacity=0.001, filled=True)
        .encode(x=x, y=y, tooltip=alt.value(None))
        .add_params(corner)
    )
    marked = pd.DataFrame([{"x": x_, "y": y_, "n": n} for n, (x_, y_) in enumerate(places, 1)], columns=["x", "y", "n"])
    rings = alt.Chart(marked).mark_point(size=260, strokeWidth=3, color=_MARK).encode(x=x, y=y)
    numbers = (
        alt.Chart(marked)
        .mark_text(fontSize=13, fontWeight="bold", color=_MARK, dx=14, dy=-12)
        .encode(x=x, y=y, text="n:Q")
    )
    outline = alt.Chart(_outline(places)).mark_line(strokeWidth=2, strokeDash=[6, 4], color=_MARK)
    height = max(120, round(_SIDE * 1.5 * image.shape[0] / image.shape[1]))
    described = f"The page with {len(places)} of 4 corners marked; click to mark a corner"
    edges = outline.encode(x=x, y=y, order="n:Q")
    return alt.layer(picture, edges, rings, numbers, points).properties(height=height, description=described)


def _outline(places: list[tuple[float, float]]) -> pd.DataFrame:
    """Return the edge through the places marked so far, closed once there are four: columns x, y, n."""
    if len(places) < _CORNERS:
        edge = np.array(places, float).reshape(-1, 2)
    else:
        ordered = order_corners(np.array(places))
        edge = np.vstack([ordered, ordered[:1]])
    return pd.DataFrame({"x": edge[:, 0], "y": edge[:, 1], "n": np.arange(len(edge))})


def _preview(upload: Upload, wanted: Corrections) -> None:
    """Show at once how the page would be cut out."""
    from heartguard.page import apply_corrections

    try:
        cut = apply_corrections(upload, wanted)[0].image
    except HeartGuardError as error:
        st.warning(str(error), icon=":material/report:")
        return
    st.image(encode_jpeg(fit_width(cut, _SIDE)), caption="As it would be read", alt="The page cut out as set by hand")
