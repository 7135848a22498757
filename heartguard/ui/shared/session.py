"""What one tab remembers: the ECGs that it opened and their last readings, in memory and nowhere else.

Every ECG has an address of its own, ``?ecg=`` and a random word that only this session knows; a browser elsewhere that
opens it sees nothing of it. A reload begins a new session: the tab then shows its token, kept in its session storage
alone, and takes up what it had (`TabStore`), unless that is too long ago.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import streamlit as st

from heartguard.errors import HeartGuardError
from heartguard.patient import UNKNOWN_PATIENT, Patient
from heartguard.ui.shared.reading_cache import MAX_BYTES, Key, ReadingCache
from heartguard.ui.shared.view import FIRST, View
from heartguard.values import NO_CORRECTIONS, Corrections, Reading

__all__ = [
    "MAX_ECGS",
    "Chosen",
    "Tab",
    "TabStore",
    "address",
    "choose",
    "correct",
    "current",
    "current_tab",
    "forget",
    "move_marks",
    "set_patient",
    "take_up",
    "turn_to",
]

MAX_ECGS = 6
"""ECGs that stand side by side: a row of the first screen. What falls out is gone; its file must be given again."""

MAX_TABS = 12
"""Tabs whose ECGs are kept for a reload, whoever they belong to: with `MAX_BYTES` of all of them together."""

FORGOTTEN_S = 30 * 60
"""A tab that nobody has looked at for so long is forgotten: a doctor comes back from a ward round of half an hour."""

QUERY = "ecg"
"""The part of the address that names the ECG that is open."""

Origin = Literal["upload", "camera", "sample"]


@dataclass(frozen=True)
class Chosen:
    """A file that the session has opened.

    Attributes
    ----------
    data : bytes
        The file as given.
    view : View
        What of it is read.
    note : str
        A sentence shown beside the result, such as what a sample simulates.
    corrections : Corrections
        What the doctor has set by hand for this page.
    more : tuple of (str, bytes)
        Names and contents of further files, read together with it as one ECG.
    patient : Patient
        Age and sex, as far as the doctor gave them.
    """

    name: str
    data: bytes
    origin: Origin
    view: View = FIRST
    note: str = ""
    corrections: Corrections = NO_CORRECTIONS
    more: tuple[tuple[str, bytes], ...] = ()
    patient: Patient = UNKNOWN_PATIENT

    @property
    def page(self) -> int:
        """Page number, from 0."""
        return self.view.page

    @cached_property
    def digest(self) -> str:
        """Sha256 of the bytes, of all files."""
        content = hashlib.sha256(self.data)
        for _, data in self.more:
            content.update(hashlib.sha256(data).digest())
        return content.hexdigest()

    @property
    def nbytes(self) -> int:
        """Bytes of all files."""
        return len(self.data) + sum(len(data) for _, data in self.more)

    @property
    def key(self) -> Key:
        """Key of its reading."""
        return self.digest, self.view, self.corrections


@dataclass
class Tab:
    """What belongs to one tab of a browser.

    Attributes
    ----------
    token : str
        Known to this tab alone.
    ecgs : mapping of str to Chosen
        By the word of their address, the newest last.
    readings : ReadingCache
    found : dict
        What HeartGuard found by itself on a page, by digest and page: it stays beside what is set by hand after the
        reading is gone.
    problem : (Key, HeartGuardError) or None
        Why the last page that could not be read could not.
    rounds : int
        Counts the files chosen; part of widgets' keys, so that a new round starts with empty widgets.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    ecgs: OrderedDict[str, Chosen] = field(default_factory=OrderedDict)
    readings: ReadingCache = field(default_factory=ReadingCache)
    found: dict[tuple[str, View], dict[str, object]] = field(default_factory=dict)
    problem: tuple[Key, HeartGuardError] | None = None
    rounds: int = 0

    def known(self, key: Key) -> Reading | HeartGuardError | None:
        """Return what is known of a page: its reading, or why it cannot be read."""
        failed = self.problem[1] if self.problem is not None and self.problem[0] == key else None
        return self.readings.get(key) or failed

    def open(self, source: Chosen) -> str:
        """Keep a file and return the word of its address; one that is open already keeps its word."""
        for word, chosen in self.ecgs.items():
            if chosen.digest == source.digest:
                return word
        word = secrets.token_urlsafe(6)
        self.ecgs[word] = source
        while len(self.ecgs) > MAX_ECGS:
            self.ecgs.popitem(last=False)
        digests = {chosen.digest for chosen in self.ecgs.values()}
        self.found = {key: found for key, found in self.found.items() if key[0] in digests}
        self.rounds += 1
        return word

    @property
    def nbytes(self) -> int:
        """Bytes that are held."""
        return self.readings.nbytes + sum(chosen.nbytes for chosen in self.ecgs.values())


class TabStore:
    """Tabs that may be reloaded, by their tokens: bounded in number and bytes, and forgotten after a while.

    Parameters
    ----------
    clock : callable, optional
        Returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tabs: OrderedDict[str, tuple[float, Tab]] = OrderedDict()

    def keep(self, tab: Tab) -> None:
        """Keep a tab that is looked at now, and let go of those that are too old or too many."""
        self._tabs[tab.token] = (self._clock(), tab)
        self._tabs.move_to_end(tab.token)
        while len(self._tabs) > 1 and self._oldest_must_go():
            self._tabs.popitem(last=False)

    def get(self, token: str) -> Tab | None:
        """Return the tab of a token; None where there is none, or none any more."""
        seen, tab = self._tabs.get(token, (0.0, None))
        return tab if tab is not None and self._clock() - seen < FORGOTTEN_S else None

    def _oldest_must_go(self) -> bool:
        seen = next(iter(self._tabs.values()))[0]
        total = sum(tab.nbytes for _, tab in self._tabs.values())
        return len(self._tabs) > MAX_TABS or total > MAX_BYTES or self._clock() - seen >= FORGOTTEN_S

    def __len__(self) -> int:
        return len(self._tabs)


@st.cache_resource(show_spinner=False)
def _store() -> TabStore:
    return TabStore()


def current_tab() -> Tab:
    """Return the tab of this session."""
    tab: Tab = st.session_state.setdefault("tab", Tab())
    if tab.ecgs:
        _store().keep(tab)
    return tab


def take_up(token: str) -> bool:
    """Take up what a tab had before it was reloaded; False where that is unknown or too long ago."""
    tab = _store().get(token)
    if tab is not None:
        st.session_state["tab"] = tab
    return tab is not None


def address() -> dict[str, str]:
    """Return the query of links that keep the open ECG."""
    word = st.query_params.get(QUERY)
    return {QUERY: word} if word else {}


def current() -> Chosen | None:
    """Return the ECG that the address names, or None."""
    return current_tab().ecgs.get(st.query_params.get(QUERY, ""))


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
        current_tab().ecgs[word] = change(source)


def forget() -> None:
    """Go to the first screen; the ECG stays open beside it."""
    st.query_params.pop(QUERY, None)
    current_tab().rounds += 1
