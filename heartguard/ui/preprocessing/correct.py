"""Setting by hand what was not found or found wrongly: turn, corners, arrangement of the leads, paper speed, gain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from heartguard.arrays import Image
from heartguard.errors import HeartGuardError
from heartguard.leads import GAINS_MM_PER_MV, ORDERS, SHAPES, SPEEDS_MM_PER_S, Layout
from heartguard.ui.shared import session
from heartguard.ui.shared.pictures import encode_jpeg, fit_width
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import Chosen
from heartguard.ui.viewer import mount_corners, send_picture
from heartguard.values import Corrections, Page, Upload

__all__ = ["LAYOUT_NAMES", "show_corrections"]

_SIDE = 400
"""Width of the preview: half of its column on a common screen."""

_TURNS = {0: "As it is", 1: "90° clockwise", 2: "180°", 3: "90° anticlockwise"}
_FIND = "Find it"
LAYOUT_NAMES = {
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
            _read_again(wanted)
        if given != Corrections() and st.button("Let HeartGuard find everything", key=f"{key}-undo"):
            _read_again(Corrections())


def _read_again(corrections: Corrections) -> None:
    """Go to the page Read, which reads the ECG anew."""
    session.correct(corrections)
    st.switch_page("pages/read.py", query_params=session.address())


def _choose_layout(given: Corrections, found: Layout | None, key: str) -> tuple[str | None, str | None]:
    """Offer the arrangements and the orders of the limb leads."""
    shape, order = (None, None) if found is None else (found.shape, found.order)
    layout = _choice("Arrangement of the leads", SHAPES, given.layout, shape, _layout_name, f"{key}-layout")
    return layout, _choice("Limb leads", tuple(ORDERS), given.lead_order, order, _order_name, f"{key}-order")


def _order_name(order: str) -> str:
    return _ORDER_NAMES.get(order, "as printed" if order == "printed" else "not known")


def _layout_name(shape: str) -> str:
    """Return an arrangement in words; one that was read, and is none of `SHAPES`, as it is."""
    return LAYOUT_NAMES.get(shape, shape)


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
    """Let the doctor move the four corners of the paper; return them in pixels once they are elsewhere."""
    height, width = image.shape[:2]
    whole = ((0.0, 0.0), (width - 1.0, 0.0), (width - 1.0, height - 1.0), (0.0, height - 1.0))
    st.markdown("**Corners of the paper** · drag them or use the arrow keys, if the page is cut wrongly.")
    send_picture(key, lambda: image)
    moved = mount_corners(key, (width, height), given or whole, key=f"{key}-corners")
    corners = given if moved is None else tuple((float(x), float(y)) for x, y in moved)
    return None if corners == whole else corners


def _preview(upload: Upload, wanted: Corrections) -> None:
    """Show at once how the page would be cut out, or why it cannot be."""
    from heartguard.page import apply_corrections

    try:
        cut = apply_corrections(upload, wanted)[0].image
    except HeartGuardError as error:
        st.warning(str(error), icon=":material/report:")
        return
    st.image(encode_jpeg(fit_width(cut, _SIDE)), caption="As it would be read", alt="The page cut out as set by hand")
