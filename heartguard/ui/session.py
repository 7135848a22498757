"""What one browser session remembers: the chosen file and its last readings, in memory and nowhere else."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from heartguard.errors import HeartGuardError
from heartguard.values import NO_CORRECTIONS, Corrections, Reading

__all__ = [
    "MAX_READINGS",
    "Chosen",
    "Key",
    "ReadingCache",
    "choose",
    "correct",
    "current",
    "forget",
    "problem",
    "readings",
    "remember_problem",
    "round_number",
    "turn_to",
]

MAX_READINGS = 5
MAX_BYTES = 128 * 2**20
"""Two readings of a photo of 12 megapixels, with and without what was set by hand; a small server has 690 MB in all."""

Key = tuple[str, int, str, str, Corrections]
"""Digest of the file, page, model, drawing version, and what was set by hand."""

Origin = Literal["upload", "camera", "sample"]


@dataclass(frozen=True)
class Chosen:
    """The file that the session is looking at.

    Attributes
    ----------
    data : bytes
        The file as given.
    page : int
        Page number, from 0.
    note : str
        A sentence shown beside the result, such as what a sample simulates.
    corrections : Corrections
        What the doctor has set by hand for this page.
    """

    name: str
    data: bytes
    origin: Origin
    page: int = 0
    note: str = ""
    corrections: Corrections = NO_CORRECTIONS

    @property
    def digest(self) -> str:
        """Sha256 of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


class ReadingCache:
    """The last readings, bounded in number and in bytes; the oldest goes first."""

    def __init__(self, most: int = MAX_READINGS, most_bytes: int = MAX_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._items: OrderedDict[Key, Reading] = OrderedDict()

    def get(self, key: Key) -> Reading | None:
        """Return the reading of a key and mark it as used, or None."""
        if key in self._items:
            self._items.move_to_end(key)
        return self._items.get(key)

    def put(self, key: Key, reading: Reading) -> None:
        """Keep a reading and let go of the oldest ones beyond the bounds."""
        self._items[key] = reading
        self._items.move_to_end(key)
        while len(self._items) > 1 and (len(self._items) > self._most or self.nbytes > self._most_bytes):
            self._items.popitem(last=False)

    def keep_only(self, digest: str) -> None:
        """Let go of the readings of all files but one; there is no way back to the others."""
        self._items = OrderedDict((key, reading) for key, reading in self._items.items() if key[0] == digest)

    @property
    def nbytes(self) -> int:
        """Bytes of the pictures that are held."""
        return sum(_nbytes(reading) for reading in self._items.values())

    def __len__(self) -> int:
        return len(self._items)


def _nbytes(reading: Reading) -> int:
    page = reading.page
    return reading.upload.image.nbytes + page.image.nbytes + page.ink.nbytes + reading.ecg.signals.nbytes


def readings() -> ReadingCache:
    """Return the session's own cache of readings."""
    if "readings" not in st.session_state:
        st.session_state["readings"] = ReadingCache()
    cache: ReadingCache = st.session_state["readings"]
    return cache


def problem(key: Key) -> HeartGuardError | None:
    """Return why a page could not be read, if it is the last one that could not."""
    known: tuple[Key, HeartGuardError] | None = st.session_state.get("problem")
    return known[1] if known is not None and known[0] == key else None


def remember_problem(key: Key, error: HeartGuardError) -> None:
    """Remember why a page cannot be read, so that a rerun need not try again."""
    st.session_state["problem"] = (key, error.with_traceback(None))


def current() -> Chosen | None:
    """Return the file that the session is looking at, or None."""
    source: Chosen | None = st.session_state.get("source")
    return source


def choose(source: Chosen) -> None:
    """Look at a file from now on; the input widgets start afresh, and readings of other files are let go."""
    readings().keep_only(source.digest)
    st.session_state["source"] = source
    st.session_state["round"] = round_number() + 1


def turn_to(page: int) -> None:
    """Look at another page of the same file."""
    source = current()
    if source is not None:
        st.session_state["source"] = replace(source, page=page, corrections=NO_CORRECTIONS)


def correct(corrections: Corrections) -> None:
    """Read the page again with what was set by hand."""
    source = current()
    if source is not None:
        st.session_state["source"] = replace(source, corrections=corrections)


def forget() -> None:
    """Go back to the empty first screen."""
    st.session_state.pop("source", None)
    st.session_state["round"] = round_number() + 1


def round_number() -> int:
    """Count the files chosen so far; part of the widgets' keys, so that a new round starts with empty widgets."""
    return int(st.session_state.get("round", 0))
