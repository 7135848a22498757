"""SHAP by pixel, for experts: on demand, over the drawing that the network saw, with what it cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from heartguard.ui.explanation.maps import FULL_COLOUR, drawing_of
from heartguard.ui.shared.job_view import kept_result, show_progress, start_job
from heartguard.ui.shared.jobs import Job
from heartguard.ui.shared.pictures import blend_heat, encode_jpeg, enlarge
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.running import load_models
from heartguard.ui.shared.words import NEEDS_SHAP, percent
from heartguard.values import Reading
from heartguard.vocabulary import class_name

if TYPE_CHECKING:
    from heartguard.explain import PixelShap

__all__ = ["show_pixels"]

_ENLARGE = 4
_STRENGTH = 0.9
_UNTESTED = "Not offered: it has not passed its tests with this model (benchmarks/results/explain.csv)."
_CAVEAT = (
    "**Orange** ink raises the probability of the class, **blue** lowers it. From {base} on white paper to {end}; all "
    "ink together adds {total:+.1f} points. A stretch in one colour was not taken apart: {asked} drawings are spent "
    "where the probability moves most. Ink that turns white in mid-beat is a drawing that VGG16 never met in "
    "training, so trust the lead more than the single wave."
)


@st.fragment
@calm
def show_pixels(reading: Reading, label: str) -> None:
    """Offer SHAP by pixel for a class, show its progress, or its result."""
    from heartguard.explain import PIXEL_SHAP, is_validated, shap_installed

    if not is_validated(PIXEL_SHAP):
        st.caption(_UNTESTED)
        return
    if not shap_installed():
        st.caption(NEEDS_SHAP)
        return
    key = f"pixels-{reading.upload.sha256}-{reading.prediction.model}-{label}"
    found: PixelShap | None = kept_result(key)
    if found is not None:
        _result(reading, label, found)
        return
    if show_progress(key):
        return
    st.button(
        "Compute SHAP by pixel",
        icon=":material/calculate:",
        key=f"pixels-start-{label}",
        on_click=_start,
        args=(reading, label, key),
    )
    st.caption("Asks VGG16 two hundred times: about half a minute. It can be stopped.")


def _start(reading: Reading, label: str, key: str) -> None:
    from heartguard.explain import pixel_shap

    engine, drawing = load_models().vgg16, drawing_of(reading)  # loaded here: a thread of the queue has no session

    def work(job: Job[PixelShap]) -> PixelShap:
        return pixel_shap(drawing, engine, label, on_progress=job.report, cancelled=job.stopping)

    start_job(key, work)


def _result(reading: Reading, label: str, found: PixelShap) -> None:
    ink = np.abs(found.heat[found.heat != 0])
    limit = float(np.quantile(ink, FULL_COLOUR)) if ink.size else 1.0
    drawing = drawing_of(reading)
    picture = blend_heat(enlarge(drawing.image, _ENLARGE), enlarge(found.heat, _ENLARGE), _STRENGTH, limit)
    alt = f"The canonical drawing, its ink tinted by what it adds to the probability of {class_name(label)}"
    st.image(encode_jpeg(picture, 92), width="stretch", alt=alt)
    st.caption(
        _CAVEAT.format(
            base=percent(found.base), end=percent(found.prediction), total=100 * found.total, asked=found.evaluations
        )
    )
