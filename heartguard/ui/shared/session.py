"""The tab of this session: the ECGs that it opened and their last readings, in memory and nowhere else.

Every ECG has an address of its own, ``?ecg=`` and a random word that only this session knows; a browser elsewhere that
opens it sees nothing of it. A reload begins a new session: the tab then shows its token, kept in its session storage
alone, and takes up what it had (`TabStore`), unless that is too long ago.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from heartguard.memory import memory_limit
from heartguard.once import once
from heartguard.patient import Patient
from heartguard.sessions import Chosen, Room, Tab, TabStore, View, room_bytes
from heartguard.values import NO_CORRECTIONS, Corrections, Reading

__all__ = [
    "Chosen",
    "Tab",
    "address",
    "belong_to",
    "choose",
    "correct",
    "current",
    "current_tab",
    "forget",
    "look_at",
    "move_marks",
    "room",
    "set_patient",
    "take_up",
    "turn_to",
]

QUERY = "ecg"
"""The part of the address that names the ECG that is open."""


@st.cache_resource(show_spinner=False)
def _store() -> TabStore:
    return TabStore()


@once
def room() -> Room:
    """Return what bounds the memory of all tabs of this process."""
    return Room(room_bytes(memory_limit()))


def _left(session: str) -> None:
    room().leave(session)


@st.cache_resource(scope="session", on_release=_left, show_spinner=False)
def _session() -> str:
    """Return a mark of this session; Streamlit lets go of it when the session ends."""
    return secrets.token_hex(8)


def current_tab() -> Tab:
    """Return the tab of this session."""
    tab: Tab = st.session_state.setdefault("tab", Tab())
    tab.session = _session()
    if tab.has_any:
        _store().keep(tab)
        room().used(tab)
    if tab.work is not None:
        tab.work.pump()
    return tab


def take_up(token: str) -> bool:
    """Take up what a tab had before it was reloaded; False where that is unknown, another's or too long ago."""
    tab = _store().get(token)
    if tab is None or tab.owner != current_tab().owner:
        return False
    st.session_state["tab"] = tab
    return True


def belong_to(owner: str, initials: str) -> None:
    """Give the tab to the person who signed in; what another had opened in it stays that one's."""
    tab = current_tab()
    if tab.owner not in ("", owner):
        st.session_state.pop("tab")
        st.query_params.clear()
        st.rerun()
    tab.owner, tab.initials = owner, tab.initials or initials


def address() -> dict[str, str]:
    """Return the query of links that keep the open ECG."""
    word = st.query_params.get(QUERY)
    return {QUERY: word} if word else {}


def current() -> Chosen | None:
    """Return the ECG that the address names, or None."""
    return current_tab().find(st.query_params.get(QUERY, ""))


def look_at(word: str) -> None:
    """Look at another ECG of the tab from now on, on the same page of the app."""
    st.query_params[QUERY] = word


def choose(source: Chosen) -> None:
    """Look at a file from now on."""
    st.query_params[QUERY] = current_tab().open(source)


def turn_to(view: View) -> None:
    """Look at another page of the same file, or at it otherwise."""
    _change(lambda source: replace(source, view=view, corrections=NO_CORRECTIONS))


def correct(corrections: Corrections) -> None:
    """Read the page again with what was set by hand; marks that were moved on the reading before are given up."""
    _change(lambda source: replace(source, corrections=replace(corrections, marks=())))


def move_marks(reading: Reading, marks: Mapping[str, float]) -> None:
    """Measure the open ECG by moved marks, which needs no new reading; none puts all back."""
    from heartguard.measure import with_marks

    source, changed = current(), with_marks(reading, marks)
    if source is not None:
        corrected = replace(source, corrections=changed.corrections)
        readings = current_tab().readings
        if source.corrections.marks:
            readings.drop(source.key)  # each move would else push out another ECG
        readings.put(corrected.key, changed)
        _change(lambda _: corrected)


def set_patient(patient: Patient) -> None:
    """Judge the open ECG by an age and a sex."""
    _change(lambda source: replace(source, patient=patient))


def _change(change: Callable[[Chosen], Chosen]) -> None:
    source, word = current(), st.query_params.get(QUERY, "")
    if source is not None:
        current_tab().change(word, change(source))


def forget() -> None:
    """Go to the first screen; the ECG stays open beside it."""
    st.query_params.pop(QUERY, None)
    current_tab().rounds += 1
