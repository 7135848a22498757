"""Reading a chosen file in the background, while the page of the doctor is on the screen."""

from __future__ import annotations

import csv
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from heartguard.errors import HeartGuardError
from heartguard.memory import give_back
from heartguard.resources import shipped
from heartguard.sessions import Job, Room, Tab, log_surprise, shared_queue, shared_rate_limits
from heartguard.ui.shared.keeping import keep_reading
from heartguard.ui.shared.session import Chosen, current, current_tab, room
from heartguard.ui.shared.times import note_times
from heartguard.values import NO_CORRECTIONS, Reading
from heartguard.vocabulary import STAGES

if TYPE_CHECKING:
    from heartguard.models import Models

__all__ = [
    "Progress",
    "expected_seconds",
    "finished",
    "load_models",
    "outcome",
    "progress_of",
    "read_chosen",
    "reading_job",
    "stop_reading",
]

_SLOT = "reading"
_LOADING = "Loading the models"
_spent_ms: dict[str, float] = {}
"""Milliseconds of each stage of the last reading of this process: what the next one will take, about.

Never changed, but replaced, as other sessions go through it meanwhile."""


class Progress(NamedTuple):
    """How far a reading is: what is being done, in words, what is done already, and the seconds left, if known."""

    stage: str
    done: tuple[str, ...]
    seconds_left: float | None


def load_models() -> Models:
    """Return the models, loaded once for all sessions; they hold no patient data."""
    from heartguard.models import shared_models

    return shared_models()


def outcome(chosen: Chosen, *, begin: bool = True) -> Reading | Exception | None:
    """Return the reading of a file, or why there is none; None while it is read.

    Parameters
    ----------
    chosen : Chosen
    begin : bool
        Whether reading begins if it has not and the limit of readings allows it; else None is returned too.
    """
    tab = current_tab()
    known = tab.known(chosen.key)
    if known is not None:
        return known
    job = reading_job(chosen)
    if job is None and not begin:
        return None
    job = job or _start(chosen)
    if job is None:
        return None
    state = job.look()
    if state == "done" and job.result is not None:
        reading = finished(tab, chosen, job.result)
        tab.readings.put(chosen.key, reading)
        if tab.work is not None:
            tab.work.note(chosen, reading)
        st.session_state.pop(_SLOT, None)
        return reading
    if state != "failed" or job.error is None:
        return None
    if not isinstance(job.error, HeartGuardError):
        log_surprise(job.error)
    tab.problem = (chosen.key, job.error.with_traceback(None))
    st.session_state.pop(_SLOT, None)
    return job.error


def reading_job(chosen: Chosen) -> Job[Reading] | None:
    """Return the session's job, if it reads this file."""
    job: Job[Reading] | None = st.session_state.get(_SLOT)
    if job is not None and job.key == str(chosen.key):
        return job
    work = current_tab().work
    listed = () if work is None else (entry.job for entry in work.entries if entry.busy)
    return next((one for one in listed if one is not None and one.key == str(chosen.key)), None)


def stop_reading(again: bool = False) -> None:
    """Stop the session's reading; with `again`, let the next look begin it anew."""
    job: Job[Reading] | None = st.session_state.get(_SLOT)
    chosen = current()
    job = job or (None if chosen is None else reading_job(chosen))
    if job is not None:
        job.stop()
    if again:
        st.session_state.pop(_SLOT, None)


def progress_of(job: Job[Reading]) -> Progress:
    """Return how far a reading is."""
    if not job.notes:
        return Progress("", (), None)
    expected = {_LOADING: 0.0} | {STAGES[stage]: ms / 1000 for stage, ms in _expected_ms().items() if stage in STAGES}
    names = [name for name, _ in job.notes]
    into = time.monotonic() - job.notes[-1][1]
    rest = max(expected.get(names[-1], 0.0) - into, 0.0)
    later = sum(seconds for name, seconds in expected.items() if name not in names)
    return Progress(names[-1], tuple(names[:-1]), rest + later)


def finished(tab: Tab, chosen: Chosen, reading: Reading) -> Reading:
    """Return a new reading with what was found of its page without what is set by hand, which the tab keeps."""
    if chosen.corrections == NO_CORRECTIONS:
        from heartguard.page import found_settings

        tab.found[chosen.digest, chosen.view] = found_settings(reading.page)
    _learn(reading.timings_ms)
    whole = replace(reading, found={**tab.found.get((chosen.digest, chosen.view), {}), **reading.found})
    keep_reading(tab, chosen, whole)
    return whole


def read_chosen(job: Job[Any], chosen: Chosen, tabs: Room) -> Reading:
    """Read what was chosen, within a job, which is told of each stage.

    Parameters
    ----------
    job : Job
    chosen : Chosen
    tabs : Room
        Makes room before.

    Raises
    ------
    heartguard.errors.HeartGuardError
    heartguard.sessions.StoppedError
    """
    from heartguard import read_ecg, read_together

    tabs.rest()

    def on_stage(stage: str) -> None:
        give_back()  # What the stage before is done with.
        job.note(STAGES[stage])

    job.note(_LOADING)
    models = load_models()
    (page, part, scope), corrections = chosen.view, chosen.corrections
    if scope == "together":
        names, files = zip((chosen.name, chosen.data), *chosen.more, strict=True)
        reading = read_together(files, names=names, corrections=corrections, models=models, on_stage=on_stage)
    else:
        reading = read_ecg(
            chosen.data,
            name=chosen.name,
            page=page,
            part=part,
            alone=scope == "alone",
            corrections=corrections,
            models=models,
            on_stage=on_stage,
        )
    note_times("reading", job.waited_s, reading.timings_ms)
    return reading


def _start(chosen: Chosen) -> Job[Reading] | None:
    """Begin to read a file; None where too many readings were begun within a minute."""
    stop_reading()
    tab, tabs = current_tab(), room()
    if shared_rate_limits().readings.take(tab.session) is not None:
        return None
    job: Job[Reading] = Job(str(chosen.key), lambda job: read_chosen(job, chosen, tabs))
    st.session_state[_SLOT] = job
    tab.ask(job)
    if tab.work is not None:
        tab.work.taken(chosen, job)
    shared_queue().submit(job)
    return job


def _learn(spent_ms: Mapping[str, float]) -> None:
    """Expect of the next reading what this one took."""
    global _spent_ms
    _spent_ms = {**_spent_ms, **spent_ms}


def expected_seconds() -> float:
    """Return about how long a reading takes; 0 where nobody knows."""
    return sum(ms for stage, ms in _expected_ms().items() if stage in STAGES) / 1000


def _expected_ms() -> Mapping[str, float]:
    """Return milliseconds of each stage: of the reading before, or of the table of ``heartlab bench speed``."""
    return _spent_ms or _measured_ms()


@st.cache_data(show_spinner=False)
def _measured_ms() -> dict[str, float]:
    table = shipped("benchmarks", "results", "speed.csv")
    if not table.is_file():
        return {}
    with table.open(newline="", encoding="utf-8") as file:
        rows = {row["what"].removeprefix("warm: "): row["value"] for row in csv.DictReader(file)}
    return {stage: float(rows[stage]) for stage in STAGES if stage in rows}
