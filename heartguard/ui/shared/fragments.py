"""Fragments that Streamlit may run again without keeping a whole reading in memory for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

from heartguard.sessions import HeldReading, ReadingGoneError
from heartguard.ui.shared.session import current_tab
from heartguard.values import Reading

__all__ = ["fragment"]


def fragment(show: Callable[..., None]) -> Callable[..., None]:
    """Decorate a part of a page that runs again by itself.

    As `streamlit.fragment`, which keeps the arguments for as long as the page is shown: of a reading this keeps where
    to find it. If it is gone, the page is drawn anew, and reads it again.
    """

    @st.fragment
    @wraps(show)
    def run_again(*args: Any) -> None:
        try:
            found = [arg.get() if isinstance(arg, HeldReading) else arg for arg in args]
        except ReadingGoneError:
            st.rerun()
        show(*found)

    @wraps(show)
    def run(*args: Any) -> None:
        hold = current_tab().readings.hold
        run_again(*(hold(arg) if isinstance(arg, Reading) else arg for arg in args))

    return run
