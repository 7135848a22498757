"""Errors as calm boxes: what is wrong, what to do, and the page stays usable."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from heartguard.errors import HeartGuardError, IntakeError, ModelError, PageError, TraceError

__all__ = ["advice", "calm", "headline", "log_surprise", "show_problem", "show_surprise"]

_LOG = logging.getLogger(__name__)
_Given = ParamSpec("_Given")

_HEADLINES: tuple[tuple[type[HeartGuardError], str], ...] = (
    (IntakeError, "This file cannot be opened"),
    (PageError, "No ECG page could be read in this picture"),
    (TraceError, "The traces on this page could not be followed"),
    (ModelError, "The model is not in order"),
)

_PHOTO_ADVICE = (
    "Lay the page flat and photograph it from straight above, in even light, without flash.",
    "Let the whole page fill the picture, edges included.",
    "Or scan it, or save it as a PDF from the recorder: that reads best.",
)


def headline(error: HeartGuardError) -> str:
    """Return a short title for an error."""
    for kind, text in _HEADLINES:
        if isinstance(error, kind):
            return text
    return "This page could not be read"


def advice(error: HeartGuardError) -> tuple[str, ...]:
    """Return what the doctor can do beyond what the error's own sentence says."""
    if isinstance(error, PageError | TraceError):
        return _PHOTO_ADVICE
    if isinstance(error, ModelError):
        return ("Tell the person who installed HeartGuard: the files in its models folder need to be restored.",)
    return ()


def show_problem(error: HeartGuardError) -> None:
    """Show a named problem of the input with what to do."""
    tips = "".join(f"\n- {tip}" for tip in advice(error))
    st.warning(f"**{headline(error)}.** {error}\n{tips}", icon=":material/report:")
    st.caption("Nothing was read from it, so there is no result. The file was not stored.")


def show_surprise() -> None:
    """Show that something failed that nobody foresaw, with a way on."""
    st.warning(
        "**Something unexpected happened while reading this page.** The fault lies with HeartGuard, not with you. "
        "Your file is still here: try again, or choose another one.",
        icon=":material/report:",
    )
    st.button("Try again", icon=":material/refresh:")


def log_surprise(error: Exception) -> None:
    """Log where an unexpected error arose, and nothing of the file: messages may hold patient data."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"
    _LOG.error("unexpected %s at %s", type(error).__name__, place)


def calm(show: Callable[_Given, None]) -> Callable[_Given, None]:
    """Let a part of the page fail alone: a sentence stands in its place, and the rest of the reading stays."""

    @wraps(show)
    def guarded(*given: _Given.args, **named: _Given.kwargs) -> None:
        try:
            show(*given, **named)
        except HeartGuardError as error:
            st.warning(f"This part cannot be shown. {error}", icon=":material/report:")
        except Exception as error:
            log_surprise(error)
            st.warning(
                "This part cannot be shown, because something unexpected happened. The rest of the reading is not "
                "affected.",
                icon=":material/report:",
            )

    return guarded
