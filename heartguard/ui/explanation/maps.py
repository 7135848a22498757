"""The maps of a reading for the viewer: all classes in one payload, so that switching the class asks nobody."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import streamlit as st

from heartguard.arrays import Floats
from heartguard.ui.shared.pictures import AGAINST_COLOUR, FOR_COLOUR
from heartguard.ui.shared.running import load_models
from heartguard.ui.shared.session import Chosen
from heartguard.values import Drawing, Reading
from heartguard.vocabulary import class_name

if TYPE_CHECKING:
    from heartguard.explain import MapMaker

__all__ = [
    "FULL_COLOUR",
    "ClassMaps",
    "answer_shares",
    "drawing_of",
    "evidence_shares",
    "make_maps",
    "map_maker",
    "tint",
]

FULL_COLOUR = 0.98
"""Quantile of the evidence that gets the full colour: one extreme cell must not pale the others."""

_STRENGTH = 0.7
"""Opacity of the full colour: the trace under it keeps a contrast of 4.5:1 (`tests/test_ui_pictures.py`)."""

_SHRINK = 4
"""A map is smooth over 0.1 s, 20 pixels of a page: a quarter of its size holds all of it."""

_WEBP_QUALITY = 70
"""Of maps: 5 to 15 kB each."""


@dataclass(frozen=True, eq=False)
class ClassMaps:
    """The maps of all classes by one method.

    Attributes
    ----------
    sentences : mapping of str to str
    shares : mapping of str to mapping of str to float
        Class to each lead's share of the evidence for it; a strip is ``"rhythm"``.
    payload : mapping
        For the viewer: ``maps``, ``bands``, ``shares``.
    """

    sentences: Mapping[str, str]
    shares: Mapping[str, Mapping[str, float]]
    payload: Mapping[str, Any]


@st.cache_resource(show_spinner=False)
def map_maker() -> MapMaker:
    """Return what makes the maps of the model, once for all sessions; it keeps nothing of a drawing."""
    from heartguard.explain import MapMaker

    return MapMaker(load_models().vgg16)


def drawing_of(reading: Reading) -> Drawing:
    """Return the drawing of a reading; ValueError where none was kept."""
    if reading.drawing is None:
        raise ValueError("the prediction keeps no drawing")
    return reading.drawing


def answer_shares(reading: Reading) -> dict[str, str]:
    """Say of each lead how much of the evidence for the answer it holds, by the exact map, if that may be shown."""
    name = class_name(reading.prediction.label)
    return {
        lead: f"It holds {share:.0%} of VGG16's evidence for {name}."
        for lead, share in evidence_shares(reading).items()
    }


def evidence_shares(reading: Reading) -> dict[str, float]:
    """Return the share of VGG16's evidence for the answer by lead group; empty where the exact map may not be shown."""
    from heartguard.explain import map_evidence, validated_maps

    if "cam" not in validated_maps() or reading.prediction.abstained or reading.prediction.withheld:
        return {}
    heat = map_maker().heat_map("cam", reading.prediction, reading.prediction.label)
    return dict(map_evidence(heat, drawing_of(reading)).shares())


def make_maps(chosen: Chosen, reading: Reading, method: str, *, uploaded: bool = False) -> ClassMaps:
    """Return the maps of all classes; the session keeps the last ones.

    Parameters
    ----------
    chosen : Chosen
        What was read.
    reading : Reading
    method : str
        One of `heartguard.explain.MAP_METHODS`.
    uploaded : bool
        Whether they are wanted over the picture as uploaded too.
    """
    key = (chosen.read_as, method, uploaded)
    kept: tuple[Any, ClassMaps] | None = st.session_state.get("maps")
    if kept is None or kept[0] != key:
        kept = (key, _make(reading, method, uploaded))
        st.session_state["maps"] = kept
    return kept[1]


def _make(reading: Reading, method: str, uploaded: bool) -> ClassMaps:
    from heartguard.explain import MAP_METHODS, evidence_sentence, map_evidence

    maker, drawing, chosen = map_maker(), drawing_of(reading), MAP_METHODS[method]
    record = maker.record(drawing.image) if chosen.layer else None
    heats = {
        label: maker.heat_map(method, reading.prediction, label, None if record is None else lambda: record)
        for label in reading.prediction.probabilities
    }
    limit = float(np.quantile(np.abs(np.stack(list(heats.values()))), FULL_COLOUR))
    measured = reading.measurements if chosen.tells_waves else None
    found = {label: map_evidence(heat, drawing, measured) for label, heat in heats.items()}
    sentences = {
        label: evidence_sentence(evidence, class_name(label), signed=chosen.signed) for label, evidence in found.items()
    }
    shares = {label: evidence.shares() for label, evidence in found.items()}
    rounded = {label: {lead: round(share, 3) for lead, share in row.items()} for label, row in shares.items()}
    payload = {
        "maps": _pictures(reading, heats, limit, uploaded),
        "bands": _bands(heats, drawing, limit),
        "shares": rounded,
    }
    return ClassMaps(sentences, shares, payload)


def _pictures(reading: Reading, heats: Mapping[str, Floats], limit: float, uploaded: bool) -> dict[str, str]:
    """Return each map as a picture to lie over the page, and over the upload, by ``class/view``."""
    from heartguard.explain import map_on_page, map_on_upload

    pictures = {}
    for label, heat in heats.items():
        over_page = map_on_page(heat, reading.page, reading.ecg, drawing_of(reading))
        pictures[f"{label}/page"] = tint(over_page, limit)
        if uploaded:
            pictures[f"{label}/uploaded"] = tint(map_on_upload(over_page, reading.page), limit)
    return pictures


def tint(heat: Floats, limit: float) -> str:
    """Return a map as the address of a small picture: vermilion for the class, blue against it, else transparent.

    Parameters
    ----------
    heat : ndarray, shape (h, w), float32
    limit : float
        The evidence that gets the full colour.
    """
    height, width = (max(side // _SHRINK, 1) for side in heat.shape)
    small = cv2.resize(np.nan_to_num(heat), (width, height), interpolation=cv2.INTER_AREA)
    strength = np.clip(np.abs(small) / limit if limit > 0 else 0 * small, 0, 1) * _STRENGTH
    colour = np.where(small[..., None] >= 0, FOR_COLOUR, AGAINST_COLOUR)[..., ::-1]
    picture = np.dstack([colour, np.rint(255 * strength)]).astype(np.uint8)
    coded = cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, _WEBP_QUALITY])[1]
    return "data:image/webp;base64," + base64.b64encode(coded.tobytes()).decode()


def _bands(heats: Mapping[str, Floats], drawing: Drawing, limit: float) -> dict[str, list[list[Any]]]:
    """Return each class's map over time: lead, from, to, strength from -1 to 1."""
    from heartguard.explain import time_bands

    if drawing.ecg is None or limit <= 0:
        return {}
    return {
        label: [
            [band.lead, band.start_s, band.end_s, round(float(np.clip(band.value / limit, -1, 1)) * _STRENGTH, 2)]
            for band in time_bands(heat, drawing)
        ]
        for label, heat in heats.items()
    }
