"""How far the reading of the open ECG is, on whichever page waits for it."""

from __future__ import annotations

import streamlit as st

from heartguard.ui.shared import session

__all__ = ["show_reading_progress"]


def show_reading_progress() -> None:
    """Begin the reading if need be, and show how far it is; while others come first, that is looked at less often."""
    from heartguard.ui.shared.job_view import POLL_S, WAITING_POLL_S, place_in_line
    from heartguard.ui.shared.running import outcome, reading_job
    from heartguard.ui.shared.too_many import show_wait

    chosen = session.current()
    found = None if chosen is None else outcome(chosen)
    job = None if chosen is None else reading_job(chosen)
    if chosen is not None and found is None and job is None:
        show_wait("readings")
        return
    waits = job is not None and bool(place_in_line(job))  # one that is about to begin would draw the page twice
    st.fragment(_show_progress, run_every=WAITING_POLL_S if waits else POLL_S)(waits)


def _show_progress(waits: bool) -> None:
    """Show the stages of the reading and the time that is left; draws the page anew once it has begun or ended."""
    from heartguard.ui.shared.job_view import place_in_line
    from heartguard.ui.shared.running import outcome, progress_of, reading_job, stop_reading

    chosen = session.current()
    job = None if chosen is None else reading_job(chosen)
    if chosen is None or job is None:
        st.rerun()
    if job.look() == "stopped":
        st.markdown("**Stopped.** Nothing was read from this page.")
        st.button("Read it", icon=":material/play_arrow:", on_click=stop_reading, kwargs={"again": True})
        return
    if job.state in ("done", "failed"):
        outcome(chosen)
        st.rerun()
    if waits and job.state != "waiting":
        st.rerun()
    progress = progress_of(job)
    stages = [f":material/check: {name}" for name in progress.done]
    stages.append(f":material/arrow_right: **{progress.stage or place_in_line(job) or 'Beginning'}**")
    st.markdown("**Reading the page**\n\n" + "  \n".join(stages))
    if progress.seconds_left is not None:
        st.caption(f"About {max(round(progress.seconds_left), 1)} s left")
    st.button("Stop", icon=":material/stop_circle:", key="stop", on_click=stop_reading)
