"""Lead SHAP on demand, as a waterfall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from heartguard.ui.shared.charts import waterfall, waterfall_text
from heartguard.ui.shared.frame import dark_theme
from heartguard.ui.shared.job_view import kept_result, show_progress, start_job
from heartguard.ui.shared.jobs import Job
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.running import load_models
from heartguard.ui.shared.words import NEEDS_SHAP, percent
from heartguard.values import Reading
from heartguard.vocabulary import class_name

if TYPE_CHECKING:
    from heartguard.explain import Shapley

__all__ = ["show_shap"]

_UNTESTED = "Not offered: it has not passed its tests with this model (benchmarks/results/explain.csv)."


@st.fragment
@calm
def show_shap(reading: Reading, label: str) -> None:
    """Offer lead SHAP for a class, show its progress, or its result."""
    from heartguard.explain import LEAD_SHAP, is_validated, shap_installed

    st.markdown(
        "**What each lead adds to the probability (SHAP)**",
        help="Shapley values with the leads as players: leads are left out of the drawing in many combinations, and "
        "VGG16 is asked each time. Slower than the map, but it measures what VGG16 does without a lead.",
    )
    if not is_validated(LEAD_SHAP):
        st.caption(_UNTESTED)
        return
    if not shap_installed():
        st.caption(NEEDS_SHAP)
        return
    found: Shapley | None = kept_result(_key(reading, label))
    if found is not None:
        _result(reading, label, found)
        return
    if show_progress(_key(reading, label)):
        return
    st.button(
        "Compute SHAP by lead",
        icon=":material/calculate:",
        key=f"shap-start-{label}",
        on_click=_start,
        args=(reading, label),
    )
    st.caption("Asks VGG16 about fifty times: a few seconds, the first time some more. It can be stopped.")


def _key(reading: Reading, label: str) -> str:
    return f"shap-{reading.upload.sha256}-{reading.prediction.model}-{label}"


def _start(reading: Reading, label: str) -> None:
    from heartguard.explain import lead_shap

    engine, ecg = load_models().vgg16, reading.ecg  # loaded here: a thread of the queue has no session

    def work(job: Job[Shapley]) -> Shapley:
        return lead_shap(ecg, engine, label, batch=4, on_progress=job.report, cancelled=job.stopping)

    start_job(_key(reading, label), work)


def _result(reading: Reading, label: str, found: Shapley) -> None:
    steps = waterfall(found.values, found.base, found.prediction, dark_theme())
    st.altair_chart(steps, width="stretch", alt=waterfall_text(found.values, found.base, found.prediction, label))
    st.caption(
        f"With no trace at all VGG16 gives {class_name(label)} {percent(found.base)}, with all leads "
        f"{percent(found.prediction)}. The bars add up to the difference."
    )
