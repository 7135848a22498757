"""An explanation that takes long on the screen: in the line of all sessions, with its progress, to be stopped."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from typing import Any

import streamlit as st

from heartguard.sessions import Job, Tab, log_surprise, shared_queue
from heartguard.ui.shared.session import current_tab
from heartguard.ui.shared.times import note_times

__all__ = ["POLL_S", "WAITING_POLL_S", "Work", "long_result", "place_in_line"]

POLL_S = 0.5
"""How often progress is looked at: it feels continuous, and takes little of the time of the work."""

WAITING_POLL_S = 2.0
"""How often the place in the line is looked at: twenty who wait would take the time of the work before them."""

Work = Callable[[Job[None]], object]
"""Long work; it runs in a thread of the line, which has no session, and while it waits it keeps what it was given: so
it is given only what it needs, which is never a whole reading."""


def place_in_line(job: Job[Any]) -> str:
    """Say how many come before a job that waits; empty for one that does not."""
    ahead = shared_queue().ahead(job) if job.state == "waiting" else 0
    return "" if not ahead else f"Waiting: {ahead} before you" if ahead > 1 else "Waiting: one before you"


def long_result(key: str, button: str, takes: str, work: Work) -> Any:
    """Offer long work with a button, show how far it is or that it failed; return its result once there is one.

    Parameters
    ----------
    key : str
        Names the result, of this page and this class; the tab keeps it.
    button, takes : str
        What is offered, and how long it takes.
    work : callable
    """
    tab = current_tab()
    if key in tab.explained:
        return tab.explained[key]
    job = tab.explaining
    if job is not None and job.key == key:
        state = job.look()
        if state in ("waiting", "running"):
            _watch(state == "waiting")
            return None
        if state == "failed" and job.error is not None:
            log_surprise(job.error)
            st.warning("This could not be computed. The rest of the reading is not affected.", icon=":material/report:")
    st.button(button, icon=":material/calculate:", key=f"{key}-start", on_click=_start, args=(key, work))
    st.caption(takes)
    return None


def _start(key: str, work: Work) -> None:
    """Queue work unless it was asked for already; a tab has one job at a time, so another one is stopped."""
    tab, earlier = current_tab(), current_tab().explaining
    if key in tab.explained or (earlier is not None and earlier.key == key and earlier.state in ("waiting", "running")):
        return
    if earlier is not None:
        earlier.stop()
    tab.explaining = Job(key, _kept_by(tab, work), "explanation")
    tab.ask(tab.explaining)
    shared_queue().submit(tab.explaining)


def _kept_by(tab: Tab, work: Work) -> Callable[[Job[None]], None]:
    """Return work whose result its tab keeps, if that still is: also where another class is looked at meanwhile."""
    asked_by = weakref.ref(tab)

    def run(job: Job[None]) -> None:
        began = time.perf_counter()
        found = work(job)
        note_times("explanation", job.waited_s, {"total": 1000 * (time.perf_counter() - began)})
        tab = asked_by()
        if tab is not None:
            tab.keep_explained(job.key, found)

    return run


def _watch(waits: bool) -> None:
    """Show how far the tab's job is, by itself; while others come first, that is looked at less often."""
    st.fragment(_show_progress, run_every=WAITING_POLL_S if waits else POLL_S)(waits)


def _show_progress(waits: bool) -> None:
    """Draws the page anew once the job has begun or ended."""
    job = current_tab().explaining
    if job is None or job.look() not in ("waiting", "running") or (waits and job.state == "running"):
        st.rerun()
    done, total = job.progress
    text = f"Asking VGG16: drawing {done} of {total}" if total else "Preparing"
    st.progress(min(done / total, 1.0) if total else 0.0, text=place_in_line(job) or text)
    st.button("Stop", icon=":material/stop_circle:", key="job-stop", on_click=job.stop)
