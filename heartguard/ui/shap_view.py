"""Lead SHAP on demand: queued, with progress, to be stopped; then a waterfall, and the waves of any lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from heartguard.drawing import PLAYERS
from heartguard.ui.charts import lead_bars, lead_bars_text, player_name, waterfall, waterfall_text
from heartguard.ui.frame import dark_theme
from heartguard.ui.jobs import Job, JobQueue
from heartguard.ui.problems import calm, log_surprise
from heartguard.ui.running import load_model
from heartguard.ui.words import class_name, percent
from heartguard.values import Reading

if TYPE_CHECKING:
    from heartguard.explain import Shapley

__all__ = ["job_queue", "show_shap"]

_POLL_S = 0.5
_ADDS = "change of the probability"


@st.cache_resource(show_spinner=False)
def job_queue() -> JobQueue:
    """Return the one line of all sessions; it holds a session's work only while that is waited for."""
    return JobQueue()


@calm
def show_shap(reading: Reading, label: str) -> None:
    """Offer lead SHAP for a class, show its progress, or its result."""
    st.markdown(
        "**What each lead adds to the probability (SHAP)**",
        help="Shapley values with the leads as players: leads are left out of the drawing in many combinations, and "
        "the network is asked each time. Slower than the map, but it measures what the network does without a lead.",
    )
    found: Shapley | None = _kept(_key(reading, label))
    if found is not None:
        _result(reading, label, found)
        return
    job: Job[Shapley] | None = st.session_state.get("shap-job")
    if job is not None and job.key == _key(reading, label) and job.look() in ("waiting", "running"):
        _watch()
        return
    if job is not None and job.key == _key(reading, label) and job.state == "failed":
        if isinstance(job.error, Exception):
            log_surprise(job.error)
        st.warning("SHAP could not be computed. The rest of the reading is not affected.", icon=":material/report:")
    st.button(
        "Compute SHAP by lead",
        icon=":material/calculate:",
        key=f"shap-start-{label}",
        on_click=_start,
        args=(reading, label),
    )
    st.caption("Asks the network about fifty times, a few seconds on an idle computer. It can be stopped.")


def _key(reading: Reading, label: str) -> str:
    return f"shap-{reading.upload.sha256}-{reading.prediction.model}-{label}"


def _kept(key: str) -> Shapley | None:
    """Return a result of this session, taking it over from its job once that is done."""
    job: Job[Shapley] | None = st.session_state.get("shap-job")
    if job is not None and job.key == key and job.look() == "done":
        st.session_state[key] = job.result
        del st.session_state["shap-job"]
    found: Shapley | None = st.session_state.get(key)
    return found


def _start(reading: Reading, label: str) -> None:
    """Queue the work; a session has one job at a time, so an earlier one is stopped."""
    from heartguard.explain import lead_shap

    earlier: Job[Shapley] | None = st.session_state.get("shap-job")
    if earlier is not None:
        earlier.stop()
    engine, ecg = load_model(), reading.ecg  # loaded here: a thread of the queue has no session

    def work(job: Job[Shapley]) -> Shapley:
        return lead_shap(ecg, engine, label, batch=4, on_progress=job.report, cancelled=job.stopping)

    job = Job(_key(reading, label), work)
    st.session_state["shap-job"] = job
    job_queue().submit(job)


@st.fragment(run_every=_POLL_S)
def _watch() -> None:
    """Show how far the session's job is; redraws itself until the job has ended."""
    job: Job[Shapley] | None = st.session_state.get("shap-job")
    if job is None or job.look() not in ("waiting", "running"):
        st.rerun()
    done, total = job.progress
    ahead = job_queue().ahead(job)
    text = f"Leaving leads out: drawing {done} of {total}" if total else "Leaving leads out"
    if job.state == "waiting" and ahead:
        text = f"Waiting: {ahead} before you" if ahead > 1 else "Waiting: one before you"
    st.progress(min(done / total, 1.0) if total else 0.0, text=text)
    st.button("Stop", icon=":material/stop_circle:", key="shap-stop", on_click=job.stop)


def _result(reading: Reading, label: str, found: Shapley) -> None:
    view = st.segmented_control(
        "View",
        ["Waterfall", "Bars"],
        default="Waterfall",
        required=True,
        key="shap-view",
        label_visibility="collapsed",
    )
    if view == "Bars":
        chart = lead_bars(found.values, _ADDS, "+.0%", dark_theme())
        st.altair_chart(chart, width="stretch", alt=lead_bars_text(found.values, label))
    else:
        steps = waterfall(found.values, found.base, found.prediction, dark_theme())
        st.altair_chart(steps, width="stretch", alt=waterfall_text(found.values, found.base, found.prediction, label))
    st.caption(
        f"With no trace at all the network gives {class_name(label)} {percent(found.base)}, with all leads "
        f"{percent(found.prediction)}. The bars add up to the difference (within {max(found.error, 1e-4):.0e})."
    )
    _waves(reading, label)


def _waves(reading: Reading, label: str) -> None:
    """Offer the waves of one lead: eight drawings at most."""
    from heartguard.explain import known_waves, wave_shap

    if not known_waves(reading.measurements):
        st.caption("The waves within a lead are not offered: their borders could not be measured on this page.")
        return
    lead = st.selectbox(
        "Which wave of one lead?", PLAYERS, index=None, format_func=player_name, key="shap-lead", placeholder="Lead"
    )
    if lead is None:
        return
    key = f"{_key(reading, label)}-{lead}"
    if key not in st.session_state:
        with st.spinner("Leaving waves out"):
            st.session_state[key] = wave_shap(reading.ecg, reading.measurements, load_model(), label, lead)
    found: Shapley = st.session_state[key]
    chart = lead_bars(found.values, f"{_ADDS}, all other leads unchanged", "+.1%", dark_theme())
    st.altair_chart(chart, width="stretch", alt=lead_bars_text(found.values, label))
