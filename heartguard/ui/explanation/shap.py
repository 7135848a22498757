"""SHAP on demand: by lead as a waterfall, and for experts by pixel over the drawing that the network saw."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from heartguard.sessions import Job
from heartguard.ui.explanation.maps import FULL_COLOUR, drawing_of
from heartguard.ui.shared.charts import show_chart, waterfall
from heartguard.ui.shared.fragments import fragment
from heartguard.ui.shared.job_view import Work, long_result
from heartguard.ui.shared.pictures import blend_heat, encode_jpeg, enlarge
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.running import load_models
from heartguard.ui.shared.session import Chosen
from heartguard.ui.shared.words import NEEDS_SHAP
from heartguard.values import Reading
from heartguard.vocabulary import class_name, percent

if TYPE_CHECKING:
    from heartguard.explain import PixelShap, Shapley

__all__ = ["show_lead_shap", "show_pixel_shap"]

_ENLARGE = 4
_STRENGTH = 0.9
_UNTESTED = "Not offered: it has not passed its tests with this model (benchmarks/results/explain.csv)."
_CAVEAT = (
    "**Orange** ink raises the probability of the class, **blue** lowers it. From {base} on white paper to {end}; all "
    "ink together adds {total:+.1f} points. A stretch in one colour was not taken apart: {asked} drawings are spent "
    "where the probability moves most. Ink that turns white in mid-beat is a drawing that VGG16 never met in "
    "training, so trust the lead more than the single wave."
)


@fragment
@calm
def show_lead_shap(chosen: Chosen, reading: Reading, label: str) -> None:
    """Offer lead SHAP for a class, show its progress, or its result."""
    from heartguard.explain import LEAD_SHAP

    st.markdown(
        "**What each lead adds to the probability (SHAP)**",
        help="Shapley values with the leads as players: leads are left out of the drawing in many combinations, and "
        "VGG16 is asked each time. Slower than the map, but it measures what VGG16 does without a lead.",
    )
    engine, ecg = load_models().vgg16, replace(reading.ecg, page=None, raw_signals=None)

    def work(job: Job[None]) -> Shapley:
        from heartguard.explain import lead_shap

        return lead_shap(ecg, engine, label, batch=4, on_progress=job.report, cancelled=job.stopping)

    takes = "Asks VGG16 about fifty times: a few seconds, the first time some more."
    found = _offered(LEAD_SHAP, "Compute SHAP by lead", takes, _key(LEAD_SHAP, chosen, label), work)
    if found is None:
        return
    show_chart(*waterfall(found.values, found.base, found.prediction, label))
    st.caption(
        f"With no trace at all VGG16 gives {class_name(label)} {percent(found.base)}, with all leads "
        f"{percent(found.prediction)}. The bars add up to the difference."
    )


@fragment
@calm
def show_pixel_shap(chosen: Chosen, reading: Reading, label: str) -> None:
    """Offer SHAP by pixel for a class, show its progress, or its result."""
    from heartguard.explain import PIXEL_SHAP

    engine, drawing = load_models().vgg16, replace(drawing_of(reading), ecg=None)

    def work(job: Job[None]) -> PixelShap:
        from heartguard.explain import pixel_shap

        return pixel_shap(drawing, engine, label, on_progress=job.report, cancelled=job.stopping)

    takes = "Asks VGG16 two hundred times: about half a minute."
    found = _offered(PIXEL_SHAP, "Compute SHAP by pixel", takes, _key(PIXEL_SHAP, chosen, label), work)
    if found is None:
        return
    ink = np.abs(found.heat[found.heat != 0])
    limit = float(np.quantile(ink, FULL_COLOUR)) if ink.size else 1.0
    picture = blend_heat(enlarge(drawing.image, _ENLARGE), enlarge(found.heat, _ENLARGE), _STRENGTH, limit)
    alt = f"The drawing that VGG16 sees, its ink tinted by what it adds to the probability of {class_name(label)}"
    st.image(encode_jpeg(picture, 92), width="stretch", alt=alt)
    ends = {"base": percent(found.base), "end": percent(found.prediction)}
    st.caption(_CAVEAT.format(**ends, total=100 * found.total, asked=found.evaluations))


def _key(method: str, chosen: Chosen, label: str) -> str:
    """Name a result: of what was read of a file, and of a class."""
    return f"{method}-{chosen.read_as}-{label}"


def _offered(method: str, button: str, takes: str, key: str, work: Work) -> Any:
    """Offer a method that passed its tests; return its result once there is one."""
    from heartguard.explain import PIXEL_SHAP, is_validated, shap_installed

    if not is_validated(method):
        st.caption(_UNTESTED)
    elif method == PIXEL_SHAP and not shap_installed():
        st.caption(NEEDS_SHAP)
    else:
        return long_result(key, button, f"{takes} It can be stopped.", work)
    return None
