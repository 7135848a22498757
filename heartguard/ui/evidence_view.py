"""One map of one class on the screen: over the page, the photo, the drawing, or the signals, with its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from heartguard.arrays import Floats, Image
from heartguard.ui.charts import AGAINST, FOR
from heartguard.ui.frame import dark_theme
from heartguard.ui.overlays import blend_heat, encode_jpeg, enlarge, fit_width, mute
from heartguard.ui.page_view import PAGE_WIDTH
from heartguard.ui.running import load_models
from heartguard.ui.signal_charts import evidence_chart
from heartguard.values import Drawing, Reading
from heartguard.vocabulary import class_name

if TYPE_CHECKING:
    from heartguard.explain import ActivationRecord, MapMaker

__all__ = ["VIEWS", "evidence_sentence_of", "full_colour", "heats_of", "map_maker", "show_heat"]

ON_PAGE, ON_UPLOAD, ON_DRAWING, IN_TIME = "Your page", "Your photo", "Network's drawing", "In time"
VIEWS = (ON_PAGE, ON_UPLOAD, ON_DRAWING, IN_TIME)

_ENLARGE = 4
_FULL_COLOUR = 0.98
"""Quantile of the evidence that gets the full colour: one extreme cell must not pale the others."""


@st.cache_resource(show_spinner=False)
def map_maker() -> MapMaker:
    """Return what makes the maps of the model, once for all sessions; it keeps nothing of a drawing."""
    from heartguard.explain import MapMaker

    return MapMaker(load_models().vgg16)


def _activations(reading: Reading) -> ActivationRecord:
    """Return the activations of a reading's drawing; the session keeps the last ones."""
    key = f"{reading.upload.sha256}-{reading.prediction.model}"
    kept: tuple[str, ActivationRecord] | None = st.session_state.get("activations")
    if kept is None or kept[0] != key:
        kept = (key, map_maker().record(drawing_of(reading).image))
        st.session_state["activations"] = kept
    return kept[1]


def drawing_of(reading: Reading) -> Drawing:
    """Return the drawing of a reading; ValueError where none was kept."""
    if reading.drawing is None:
        raise ValueError("the prediction keeps no drawing")
    return reading.drawing


def heats_of(reading: Reading, method: str, labels: Sequence[str]) -> dict[str, Floats]:
    """Return the maps of some classes by one method, each of the drawing's size."""
    maker, prediction = map_maker(), reading.prediction
    return {label: maker.heat_map(method, prediction, label, lambda: _activations(reading)) for label in labels}


def full_colour(reading: Reading, method: str, heats: dict[str, Floats]) -> float:
    """Return the evidence that gets the full colour: the same for all classes that can be compared.

    The exact map has all classes at hand; of another map, the class shown and the answer share a scale.
    """
    if method == "cam":
        return float(np.quantile(np.abs(reading.prediction.class_maps - map_maker().baseline_maps()), _FULL_COLOUR))
    rest = heats_of(reading, method, [reading.prediction.label])
    return float(max(np.quantile(np.abs(heat), _FULL_COLOUR) for heat in {**rest, **heats}.values()))


def evidence_sentence_of(reading: Reading, method: str, label: str, heat: Floats) -> str:
    """Say where the evidence of a map lies; waves are named only by a map that is fine enough."""
    from heartguard.explain import MAP_METHODS, evidence_sentence, map_evidence

    chosen = MAP_METHODS[method]
    measured = reading.measurements if chosen.tells_waves else None
    evidence = map_evidence(heat, drawing_of(reading), measured)
    return evidence_sentence(evidence, class_name(label), signed=chosen.signed)


def show_heat(reading: Reading, label: str, heat: Floats, view: str, opacity: float, limit: float) -> None:
    """Show one map in one of `VIEWS`."""
    if view == IN_TIME:
        _in_time(reading, label, heat, opacity, limit)
        return
    alt = f"{_PLACES[view]}, tinted by the evidence on {class_name(label)}"
    st.image(encode_jpeg(_picture(reading, heat, view, opacity, limit), 90), width="stretch", alt=alt)


_PLACES = {
    ON_PAGE: "Your straightened page",
    ON_UPLOAD: "Your picture as uploaded",
    ON_DRAWING: "The canonical drawing",
}


def _picture(reading: Reading, heat: Floats, view: str, opacity: float, limit: float) -> Image:
    from heartguard.explain import map_on_page, map_on_upload

    drawing = drawing_of(reading)
    if view == ON_DRAWING:
        return blend_heat(enlarge(drawing.image, _ENLARGE), enlarge(heat, _ENLARGE), opacity, limit)
    over_page = map_on_page(heat, reading.page, reading.ecg, drawing)
    if view == ON_PAGE:
        return fit_width(blend_heat(mute(reading.page.image), over_page, opacity, limit), PAGE_WIDTH)
    over_upload = map_on_upload(over_page, reading.page)
    return fit_width(blend_heat(mute(reading.upload.image), over_upload, opacity, limit), PAGE_WIDTH)


def _in_time(reading: Reading, label: str, heat: Floats, opacity: float, limit: float) -> None:
    from heartguard.explain import time_bands

    bands = time_bands(heat, drawing_of(reading))
    chart = evidence_chart(reading.ecg, bands, (FOR, AGAINST), opacity, limit, dark_theme())
    alt = f"The traced leads over time, on bands of the evidence for and against {class_name(label)}"
    st.altair_chart(chart, width="stretch", alt=alt)
