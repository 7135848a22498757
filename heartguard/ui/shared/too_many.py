"""What is said where a limit of files or readings within a minute is met: when it goes on, by itself."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Literal

import streamlit as st

from heartguard.sessions import Wait, shared_rate_limits
from heartguard.ui.shared.session import current_tab

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = ["may_take", "show_wait", "wait_text"]

What = Literal["files", "readings"]

_POLL_S = 1.0
"""Seconds are counted down."""

_COUNTED = "counted-files"

_ALLOWED = {"files": "may give {most} file{s} a minute.", "readings": "may begin {most} reading{s} a minute."}
_GOES_ON = {
    "files": "The files stay here, and are taken in {seconds} s by themselves.",
    "readings": "Nothing is lost: it goes on in {seconds} s by itself.",
}


def wait_text(what: What, wait: Wait) -> str:
    """Say which limit was met, and when it goes on.

    Examples
    --------
    >>> wait_text("readings", Wait(12.2, 120, False))
    'One session may begin 120 readings a minute. Nothing is lost: it goes on in 13 s by itself.'
    """
    who = "All sessions together" if wait.of_all else "One session"
    allowed = _ALLOWED[what].format(most=wait.most, s="" if wait.most == 1 else "s")
    return f"{who} {allowed} {_GOES_ON[what].format(seconds=ceil(wait.seconds))}"


def may_take(files: Sequence[UploadedFile]) -> bool:
    """Return whether files of an uploader may be used now; else say when, and leave them in it until then.

    Files that wait in the uploader for a choice of the doctor are counted once.
    """
    known: set[str] = st.session_state.get(_COUNTED, set())
    new = [file.file_id for file in files if file.file_id not in known]
    if new and shared_rate_limits().files.take(current_tab().session, len(new)) is not None:
        show_wait("files", len(new))
        return False
    st.session_state[_COUNTED] = {file.file_id for file in files}
    return True


def show_wait(what: What, count: int = 1) -> None:
    """Say when it goes on, counted down; draws the page anew then."""
    st.fragment(_show_wait, run_every=_POLL_S)(what, count)


def _show_wait(what: What, count: int) -> None:
    limits = shared_rate_limits()
    wait = (limits.files if what == "files" else limits.readings).look(current_tab().session, count)
    if wait is None:
        st.rerun()
    st.info(wait_text(what, wait), icon=":material/hourglass_top:")
