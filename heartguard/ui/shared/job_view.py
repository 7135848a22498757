"""Long work of one session on the screen: queued with that of all sessions, with progress, to be stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from heartguard.ui.shared.jobs import Job, JobQueue
from heartguard.ui.shared.problems import log_surprise

__all__ = ["job_queue", "long_result"]

_POLL_S = 0.5
_SLOT = "job"


@st.cache_resource(show_spinner=False)
def job_queue() -> JobQueue:
    """Return the one line of all sessions; it holds a session's work only while that is waited for."""
    return JobQueue()


def long_result(key: str, button: str, takes: str, work: Callable[[Job[Any]], Any]) -> Any:
    """Offer long work with a button, show how far it is or that it failed; return its result once there is one.

    Parameters
    ----------
    key : str
        Names the result; the session keeps it.
    button, takes : str
        What is offered, and how long it takes.
    work : callable
        Runs in a thread of the queue, which has no session: what it needs is loaded before.
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
    st.button(button, icon=":material/calculate:", key=f"{key}-start", on_click=_start, args=(key, work))
    st.caption(takes)
    return None


def _start(key: str, work: Callable[[Job[Any]], Any]) -> None:
    """Queue work; a session has one job at a time, so an earlier one is stopped."""
    earlier: Job[Any] | None = st.session_state.get(_SLOT)
    if earlier is not None:
        earlier.stop()
    job = Job(key, work)
    st.session_state[_SLOT] = job
    job_queue().submit(job)


@st.fragment(run_every=_POLL_S)
def _watch() -> None:
    """Show how far the session's job is; redraws itself until the job has ended."""
    job: Job[Any] | None = st.session_state.get(_SLOT)
    if job is None or job.look() not in ("waiting", "running"):
        st.rerun()
    done, total = job.progress
    ahead = job_queue().ahead(job)
    text = f"Asking VGG16: drawing {done} of {total}" if total else "Preparing"
    if job.state == "waiting" and ahead:
        text = f"Waiting: {ahead} before you" if ahead > 1 else "Waiting: one before you"
    st.progress(min(done / total, 1.0) if total else 0.0, text=text)
    st.button("Stop", icon=":material/stop_circle:", key="job-stop", on_click=job.stop)
