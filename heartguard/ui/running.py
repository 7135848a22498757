"""Reading a chosen file with its progress on the screen, once for each page, model and drawing version."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from heartguard.drawing import DRAWING_VERSION
from heartguard.errors import HeartGuardError
from heartguard.ui import session
from heartguard.ui.memory import give_back
from heartguard.ui.session import Chosen
from heartguard.values import Reading
from heartguard.vocabulary import STAGES

if TYPE_CHECKING:
    from heartguard.models import Models

__all__ = ["load_models", "read_with_progress", "remembered"]


@st.cache_resource(show_spinner=False)
def load_models() -> Models:
    """Load the models once for all sessions; they hold no patient data."""
    from heartguard.models import Models

    return Models.load()


def remembered(chosen: Chosen) -> Reading | HeartGuardError | None:
    """Return what the session already knows of a page: its reading, or why it cannot be read."""
    if "model" not in st.session_state:
        return None
    key = _key(chosen)
    return session.readings().get(key) or session.problem(key)


def read_with_progress(chosen: Chosen, place: DeltaGenerator) -> Reading:
    """Read a page, tell its progress in `place`, and remember the outcome for this session.

    Parameters
    ----------
    chosen : Chosen
    place : DeltaGenerator
        An empty placeholder.

    Raises
    ------
    heartguard.errors.HeartGuardError
        What `heartguard.read_ecg` raises.
    """
    with place.status("Loading the models …", expanded=True) as status:
        models = load_models()
        st.session_state["model"] = "+".join(models.ids.values())
        try:
            reading = _read(chosen, models, lambda text: status.update(label=text))
        except HeartGuardError as error:
            session.remember_problem(_key(chosen), error)
            raise
    session.readings().put(_key(chosen), reading)
    give_back()
    return reading


def _key(chosen: Chosen) -> session.Key:
    return chosen.digest, chosen.page, st.session_state["model"], DRAWING_VERSION, chosen.corrections


def _read(chosen: Chosen, models: Models, headline: Callable[[str], None]) -> Reading:
    from heartguard import read_ecg

    def on_stage(stage: str) -> None:
        give_back()  # What the stage before is done with.
        headline(f"{STAGES[stage]} …")
        st.markdown(f":material/arrow_right: {STAGES[stage]}")

    return read_ecg(
        chosen.data,
        name=chosen.name,
        page=chosen.page,
        corrections=chosen.corrections,
        models=models,
        on_stage=on_stage,
    )
