"""Paper speed and gain, one click away where HeartGuard had to assume them or they were set by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from heartguard.leads import GAINS_MM_PER_MV, SPEEDS_MM_PER_S
from heartguard.ui.shared import session
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import Chosen
from heartguard.values import Reading

__all__ = ["scale_is_assumed", "show_scale"]


def scale_is_assumed(reading: Reading) -> bool:
    """Return whether the page does not show its scale, or shows one that is doubtful."""
    doubtful = any(
        w.family == "scale" and w.severity != "note" and w.code != "scale.amplitudes" for w in reading.warnings
    )
    return doubtful or reading.page.scale_source == "layout"


@calm
def show_scale(chosen: Chosen, reading: Reading) -> None:
    """Offer paper speed and gain; nothing where the page shows both."""
    given = chosen.corrections
    if not (scale_is_assumed(reading) or given.speed_mm_per_s or given.gain_mm_per_mv):
        return
    page = reading.page
    with st.container(horizontal=True, gap="small"):
        _offer("Paper speed, mm/s", SPEEDS_MM_PER_S, page.paper_speed_mm_per_s, chosen, "speed_mm_per_s")
        _offer("Gain, mm/mV", GAINS_MM_PER_MV, page.gain_mm_per_mv, chosen, "gain_mm_per_mv")


def _offer(label: str, values: tuple[float, ...], shown: float, chosen: Chosen, field: str) -> None:
    key = f"{field}-{chosen.digest[:12]}-{chosen.view}-{shown:g}"
    st.segmented_control(
        label,
        values,
        default=shown,
        required=True,
        format_func="{:g}".format,
        key=key,
        on_change=_set,
        args=(chosen, field, key),
    )


def _set(chosen: Chosen, field: str, key: str) -> None:
    value: Any = st.session_state[key]
    session.correct(replace(chosen.corrections, **{field: value}))
