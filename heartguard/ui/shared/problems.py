"""Errors as calm boxes: what is wrong, what to do, and the page stays usable."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

import streamlit as st

from heartguard.errors import (
    CorrectionError,
    HeartGuardError,
    IntakeError,
    LayoutError,
    ModelError,
    PageError,
    TraceError,
)
from heartguard.sessions import log_surprise
from heartguard.ui.shared.session import current_tab

if TYPE_CHECKING:
    from heartguard.intake import Origin

__all__ = ["advice", "calm", "headline", "show_problem", "show_surprise"]

_Given = ParamSpec("_Given")

_HEADLINES: tuple[tuple[type[HeartGuardError], str], ...] = (
    (IntakeError, "This file cannot be opened"),
    (PageError, "This page could not be read"),
    (TraceError, "The traces on this page could not be followed"),
    (ModelError, "The model is not in order"),
)

_PAGE_ADVICE: dict[Origin, tuple[str, ...]] = {
    "camera": (
        "Lay the page flat and photograph it from straight above, in even light, without flash.",
        "Let the whole page fill the picture, edges included.",
        "Or scan it, or save it as a PDF from the recorder: that reads best.",
    ),
    "document": (
        "Choose another page of the document where this one does not show the whole 12-lead ECG.",
        "Where the ECG is only a part of the page, save that part as a picture and open that.",
    ),
    "picture": (
        "Open the whole page of the ECG, edges included, upright and sharp.",
        "A PDF from the recorder, or a scan at 300 dpi, reads best.",
    ),
}
"""What fits a photo is of no use to somebody who opened a document."""

_REASON_ADVICE: dict[type[HeartGuardError], str] = {
    LayoutError: "Set the arrangement of the leads by hand below, or the corners if a part of the page is cut off.",
    CorrectionError: "Move the four corners to those of the paper below, or let HeartGuard find everything.",
}
"""What helps against one reason, before anything else."""


def headline(error: HeartGuardError) -> str:
    """Return a short title for an error."""
    for kind, text in _HEADLINES:
        if isinstance(error, kind):
            return text
    return "This page could not be read"


def advice(error: HeartGuardError, origin: Origin = "picture") -> tuple[str, ...]:
    """Return what the doctor can do beyond what the error's own sentence says, by where the file comes from."""
    for reason, tip in _REASON_ADVICE.items():
        if isinstance(error, reason):
            return (tip, *_PAGE_ADVICE[origin][-1:])
    if isinstance(error, PageError | TraceError):
        return _PAGE_ADVICE[origin]
    if isinstance(error, ModelError):
        return ("Tell the person who installed HeartGuard: the files in its models folder need to be restored.",)
    return ()


def show_problem(error: HeartGuardError, origin: Origin = "picture") -> None:
    """Show a named problem of the input with what to do."""
    tips = "".join(f"\n- {tip}" for tip in advice(error, origin))
    st.warning(f"**{headline(error)}.** {error}\n{tips}", icon=":material/report:")
    st.caption("Nothing was read from it, so there is no result. The file was not stored.")


def show_surprise() -> None:
    """Show that something failed that nobody foresaw, with a way on."""
    st.warning(
        "**Something unexpected happened while reading this page.** The fault lies with HeartGuard, not with you. "
        "Your file is still here: try again, or choose another one.",
        icon=":material/report:",
    )
    st.button("Try again", icon=":material/refresh:", on_click=_try_again)


def _try_again() -> None:
    current_tab().problem = None


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
