"""Setting by hand what was not found or found wrongly: turn, mirror, corners, arrangement, leads, paper speed, gain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from heartguard.errors import HeartGuardError
from heartguard.leads import GAINS_MM_PER_MV, ORDERS, ROWS, SHAPES, SPEEDS_MM_PER_S
from heartguard.ui.preprocessing.corners import pick_corners
from heartguard.ui.preprocessing.lead_names import choose_names, parts_of
from heartguard.ui.shared import session
from heartguard.ui.shared.fragments import fragment
from heartguard.ui.shared.pictures import encode_jpeg, fit_width
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import Chosen
from heartguard.values import Corrections, Reading, Upload

__all__ = ["LAYOUT_NAMES", "show_corrections"]

Found = Mapping[str, Any]
"""What was found of each field of `Corrections`."""

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
    ROWS: "each row a lead of its own",
}
_ORDER_NAMES = {"standard": "I, II, III, aVR, aVL, aVF", "Cabrera": "Cabrera: aVL, I, -aVR, II, aVF, III"}


@fragment
@calm
def show_corrections(chosen: Chosen, upload: Upload, reading: Reading | None = None) -> None:
    """Show what can be set by hand, with the page as it would be cut out, and a button that reads it again.

    Parameters
    ----------
    chosen : Chosen
    upload : Upload
        The page as it was opened.
    reading : Reading, optional
        What HeartGuard made of it; what it found is named beside the choices.
    """
    given = chosen.corrections
    found = {} if reading is None else reading.found
    key = f"correct-{chosen.digest[:12]}-{chosen.view}-{hash(given)}"
    left, right = st.columns([3, 2], gap="medium")
    with right:
        wanted = _choose_turn(given, found, f"{key}-turn")
        wanted = _choose_layout(wanted, found, key)
        wanted = _choose_scale(wanted, found, key)
    with left:
        wanted = pick_corners(upload, wanted, given, key)
        wanted = _choose_leads(reading, wanted, given, f"{key}-lead")
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


def _choose_turn(given: Corrections, found: Found, key: str) -> Corrections:
    """Offer which way up the picture is, and whether left and right are exchanged."""
    turns, mirror = found.get("quarter_turns"), bool(found.get("mirrored"))
    set_by_hand = given.quarter_turns % 4 if given.turned else None
    turn = _choice("Turn the picture", tuple(_TURNS), set_by_hand, turns, _TURNS.__getitem__, f"{key}-quarters")
    shown = mirror if given.mirrored is None else given.mirrored
    beside = " (found: it is)" if mirror else ""
    mirrored = st.toggle(f"Mirrored: exchange left and right{beside}", shown, key=f"{key}-mirror")
    if turn is None and mirrored == mirror:
        return replace(given, quarter_turns=0, mirrored=None)
    turn = turns or 0 if turn is None else turn
    return replace(given, quarter_turns=turn, mirrored=None if turn and not (mirrored or mirror) else mirrored)


def _choose_layout(given: Corrections, found: Found, key: str) -> Corrections:
    """Offer the arrangements and the orders of the limb leads."""
    shapes = (*SHAPES, ROWS)
    layout = _choice(
        "Arrangement of the leads", shapes, given.layout, found.get("layout"), _layout_name, f"{key}-layout"
    )
    order = _choice("Limb leads", tuple(ORDERS), given.lead_order, found.get("lead_order"), _order_name, f"{key}-order")
    return replace(given, layout=layout, lead_order=order)


def _layout_name(shape: str) -> str:
    return LAYOUT_NAMES.get(shape, shape.replace("x", "×"))


def _order_name(order: str) -> str:
    return _ORDER_NAMES.get(order, "as printed" if order == "printed" else "not known")


def _choose_scale(given: Corrections, found: Found, key: str) -> Corrections:
    """Offer paper speeds and gains, side by side."""
    left, right = st.columns(2)
    with left:
        speeds = (SPEEDS_MM_PER_S, given.speed_mm_per_s, found.get("speed_mm_per_s"), lambda value: f"{value:g} mm/s")
        speed = _choice("Paper speed", *speeds, f"{key}-speed")
    with right:
        gains = (GAINS_MM_PER_MV, given.gain_mm_per_mv, found.get("gain_mm_per_mv"), lambda value: f"{value:g} mm/mV")
        gain = _choice("Gain", *gains, f"{key}-gain")
    return replace(given, speed_mm_per_s=speed, gain_mm_per_mv=gain)


def _choose_leads(reading: Reading | None, wanted: Corrections, given: Corrections, key: str) -> Corrections:
    """Offer a name for every lead and strip, as long as the page is arranged as it was when they were found."""
    if reading is None or replace(wanted, leads=given.leads, **_scale(given)) != given:
        if given.leads:
            said = ", ".join(f"{lead} for {name}" for name, lead in given.leads)
            st.warning(
                f"The names set by hand ({said}) belong to the arrangement that was read, and are dropped with it. "
                "Name the leads again after reading.",
                icon=":material/report:",
            )
        elif reading is not None:
            st.caption("Leads are named by hand after reading with the new arrangement.")
        return replace(wanted, leads=())
    st.markdown("**Names of the leads** · each as it stands on the page.")
    return replace(wanted, leads=choose_names(parts_of(reading), dict(given.leads), key))


def _scale(given: Corrections) -> dict[str, Any]:
    """Return what may change without another arrangement."""
    return {"speed_mm_per_s": given.speed_mm_per_s, "gain_mm_per_mv": given.gain_mm_per_mv}


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


def _preview(upload: Upload, wanted: Corrections) -> None:
    """Show at once how the page would be cut out, or why it cannot be."""
    from heartguard.page import apply_corrections

    try:
        cut = apply_corrections(upload, wanted)[0].image
    except HeartGuardError as error:
        st.warning(str(error), icon=":material/report:")
        return
    st.image(encode_jpeg(fit_width(cut, _SIDE)), caption="As it would be read", alt="The page cut out as set by hand")
