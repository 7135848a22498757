"""The page "Read an ECG": choose a file, read it by stages, show the reading or say calmly what went wrong."""

from __future__ import annotations

import streamlit as st

from heartguard.errors import HeartGuardError, PageError, TraceError
from heartguard.ui import session
from heartguard.ui.frame import sheet
from heartguard.ui.problems import calm, log_surprise, show_problem, show_surprise
from heartguard.ui.session import Chosen
from heartguard.ui.source import SAMPLE, choose_source, file_bar
from heartguard.values import Reading
from heartguard.vocabulary import DISCLAIMER

__all__ = ["show"]

_PROMISES = (
    (
        ":material/timeline:",
        "Traces you can check",
        "Every traced lead is drawn over your own page. Where a line leaves the ink, you see it.",
    ),
    (
        ":material/straighten:",
        "Measurements with reasons",
        "Rate, PR, QRS, QT, QTc and axis beside their normal ranges, and the reason where one cannot be measured.",
    ),
    (
        ":material/help:",
        "An answer that can say “Not sure”",
        "Normal, myocardial infarction, history of MI or abnormal heartbeat, with a calibrated probability and a map "
        "of what drove it.",
    ),
)


def show() -> None:
    """Show the page."""
    with sheet():
        chooser = st.empty()
        chosen = session.current()
        if chosen is None:
            with chooser.container():
                _welcome()
            return
        with st.container():
            file_bar(chosen)
        _outcome(chosen)


def _outcome(chosen: Chosen) -> None:
    """Show the reading of a file or what went wrong; a file that is new to the session is read first.

    The progress takes the very place of the result, so that nothing of an earlier page stays on the screen meanwhile.
    """
    from heartguard.ui.running import read_with_progress, remembered

    found: Reading | Exception | None = remembered(chosen)
    if found is not None:
        with st.container():
            _show(chosen, found)
        return
    place = st.empty()
    try:
        found = read_with_progress(chosen, place)
    except Exception as error:
        found = error
    with place.container():
        _show(chosen, found)


def _show(chosen: Chosen, found: Reading | Exception) -> None:
    if isinstance(found, Reading):
        from heartguard.ui.result import show_result

        show_result(chosen, found)
        return
    if isinstance(found, HeartGuardError):
        from heartguard.intake import origin_of

        show_problem(found, "camera" if chosen.origin == "camera" else origin_of(chosen.data))
        if isinstance(found, PageError | TraceError):
            _correct(chosen)
    else:
        log_surprise(found)
        show_surprise()
    _another()


@calm
def _correct(chosen: Chosen) -> None:
    """Offer to set by hand what was not found."""
    from heartguard.intake import open_upload
    from heartguard.ui.correct import show_corrections

    with st.expander("Set corners, arrangement, speed and gain by hand", icon=":material/tune:", expanded=True):
        show_corrections(chosen, open_upload(chosen.data, name=chosen.name, page=chosen.page))


def _welcome() -> None:
    st.title("Read an ECG", anchor=False)
    st.markdown(
        "Give a photo, scan, screenshot or PDF of a paper 12-lead ECG. Within seconds you see the traces found on it, "
        "the rate and intervals, the most probable of four classes, and what drove the answer."
    )
    choose_source()
    if st.session_state.get("way") != SAMPLE:
        _promises()


def _promises() -> None:
    """Say on the empty first screen what a reading holds."""
    with st.grid(3, min_column_width=260, gap="small", border=True) as grid:
        for icon, title, text in _PROMISES:
            with grid.cell(), st.container(gap="xsmall"):
                st.markdown(f"{icon} **{title}**")
                st.caption(text)
    st.caption(f":material/info: **{DISCLAIMER}**")


def _another() -> None:
    st.subheader("Try another file", anchor=False)
    choose_source()
