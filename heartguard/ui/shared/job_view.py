"""Long work of one session on the screen: queued with that of all sessions, with progress, to be stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from heartguard.ui.shared.jobs import Job, JobQueue
from heartguard.ui.shared.problems import log_surprise

__all__ = ["job_queue", "kept_result", "show_progress", "start_job"]

_POLL_S = 0.5
_SLOT = "job"


@st.cache_resource(show_spinner=False)
def job_queue() -> JobQueue:
    """Return the one line of all sessions; it holds a session's work only while that is waited for."""
    return JobQueue()


def start_job(key: str, work: Callable[[Job[Any]], Any]) -> None:
    """Queue work; a session has one job at a time, so an earlier one is stopped."""
    earlier: Job[Any] | None = st.session_state.get(_SLOT)
    if earlier is not None:
        earlier.stop()
    job = Job(key, work)
    st.session_state[_SLOT] = job
    job_queue().submit(job)


def kept_result(key: str) -> Any:
    """Return a result of this session, taking it over from its job once that is done; None before."""
    job: Job[Any] | None = st.session_state.get(_SLOT)
    if job is not None and job.key == key and job.look() == "done":
        st.session_state[key] = job.result
        del st.session_state[_SLOT]
    return st.session_state.get(key)


def show_progress(key: str) -> bool:
    """Show how far the session's job of this key is, or that it failed.

    Returns
    -------
    bool
        Whether it is waited for; if not, it can be started (again).
    """
    job: Job[Any] | None = st.session_state.get(_SLOT)
    if job is None or job.key != key:
        return False
    if job.look() in ("waiting", "running"):
        _watch()
        return True
    if job.state == "failed":
        if isinstance(job.error, Exception):
            log_surprise(job.error)
        st.warning("This could not be computed. The rest of the reading is not affected.", icon=":material/report:")
    return False


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
