"""What every page of the app shares: title, logo, width and theme."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from heartguard.resources import shipped
from heartguard.ui.memory import keep_arrays_out_of_pools

__all__ = ["MAX_WIDTH_PX", "dark_theme", "set_up", "sheet"]

MAX_WIDTH_PX = 1240


def set_up() -> None:
    """Set title, icon, width, logo and how memory is kept; to be called once, first, by the entry point."""
    keep_arrays_out_of_pools()
    st.set_page_config(page_title="HeartGuard", page_icon=str(shipped("assets", "icon.png")), layout="wide")
    st.logo(str(shipped("assets", "logo-dark.svg" if dark_theme() else "logo-light.svg")), size="large")


def dark_theme() -> bool:
    """Say whether the browser shows the dark theme."""
    return st.context.theme.type == "dark"


def sheet() -> DeltaGenerator:
    """Return the centred container that holds a page, so that lines stay readable on wide screens."""
    outer = st.container(horizontal_alignment="center")
    return outer.container(width=MAX_WIDTH_PX)
