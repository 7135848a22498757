"""Long work of one session on the screen: queued with that of all sessions, with progress, to be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from heartguard.ui.shared.jobs import Job, shared_queue
from heartguard.ui.shared.problems import log_surprise
from heartguard.ui.shared.reading_cache import HeldReading
from heartguard.ui.shared.session import current_tab
from heartguard.ui.shared.times import note_times
from heartguard.values import Reading

__all__ = ["long_result", "place_in_line"]

_POLL_S = 0.5
_SLOT = "job"


def place_in_line(job: Job[Any]) -> str:
    """Say how many come before a job that waits; empty for one that does not."""
    ahead = shared_queue().ahead(job) if job.state == "waiting" else 0
    return "" if not ahead else f"Waiting: {ahead} before you" if ahead > 1 else "Waiting: one before you"


def long_result(key: str, button: str, takes: str, work: Callable[[Job[Any], Reading], Any], reading: Reading) -> Any:
    """Offer long work with a button, show how far it is or that it failed; return its result once there is one.

    Parameters
    ----------
    key : str
        Names the result; the session keeps it.
    button, takes : str
        What is offered, and how long it takes.
    work : callable
        Runs in a thread of the queue, which has no session: what it needs but the reading is loaded before.
    reading : Reading
    """
    job: Job[Any] | None = st.session_state.get(_SLOT)
    if job is not None and job.key == key:
        state = job.look()
        if state == "done":
            st.session_state[key] = job.result
            del st.session_state[_SLOT]
        elif state in ("waiting", "running"):
            _watch()
            return None
        elif state == "failed":
            if isinstance(job.error, Exception):
                log_surprise(job.error)
            st.warning("This could not be computed. The rest of the reading is not affected.", icon=":material/report:")
    if key in st.session_state:
        return st.session_state[key]
    held = current_tab().readings.hold(reading)
    st.button(button, icon=":material/calculate:", key=f"{key}-start", on_click=_start, args=(key, work, held))
    st.caption(takes)
    return None


def _start(key: str, work: Callable[[Job[Any], Reading], Any], held: HeldReading) -> None:
    """Queue work; a session has one job at a time, so an earlier one is stopped."""
    earlier: Job[Any] | None = st.session_state.get(_SLOT)
    if earlier is not None:
        earlier.stop()
    reading = held.get()

    def run(job: Job[Any]) -> Any:
        began = time.perf_counter()
        found = work(job, reading)
        note_times("explanation", job.waited_s, {"total": 1000 * (time.perf_counter() - began)})
        return found

    job = Job(key, run)
    st.session_state[_SLOT] = job
    current_tab().jobs.add(job)
    shared_queue().submit(job)


@st.fragment(run_every=_POLL_S)
def _watch() -> None:
    """Show how far the session's job is; redraws itself until the job has ended."""
    job: Job[Any] | None = st.session_state.get(_SLOT)
    if job is None or job.look() not in ("waiting", "running"):
        st.rerun()
    done, total = job.progress
    text = f"Asking VGG16: drawing {done} of {total}" if total else "Preparing"
    st.progress(min(done / total, 1.0) if total else 0.0, text=place_in_line(job) or text)
    st.button("Stop", icon=":material/stop_circle:", key="job-stop", on_click=job.stop)
