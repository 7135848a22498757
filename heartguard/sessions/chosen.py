"""A file that a session has opened, and what of it is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from heartguard.patient import UNKNOWN_PATIENT, Patient
from heartguard.sessions.reading_cache import Key
from heartguard.sessions.view import FIRST, View
from heartguard.values import NO_CORRECTIONS, Corrections

__all__ = ["Chosen", "Place"]

Origin = Literal["upload", "camera", "sample"]
Place = tuple[str, View]


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
    def word(self) -> str:
        """Names what of which files is looked at in a word, however it is read."""
        return f"{self.digest[:16]}-{self.view}"

    @property
    def read_as(self) -> str:
        """Names what is read of it in a word, the same wherever marks of waves are moved afterwards."""
        corrections = replace(self.corrections, marks=())
        return f"{self.word}-{abs(hash(corrections)):x}"

    @property
    def nbytes(self) -> int:
        """Bytes of all files."""
        return len(self.data) + sum(len(data) for _, data in self.more)

    def of_page(self, page: int) -> Chosen:
        """Return another page of the same files, whose bytes are not looked at again."""
        return self._seen(View(page))

    def of_part(self, part: int) -> Chosen:
        """Return another ECG of the same page."""
        return self._seen(self.view._replace(part=part))

    def _seen(self, view: View) -> Chosen:
        other = replace(self, view=view, corrections=NO_CORRECTIONS)
        other.__dict__["digest"] = self.digest  # a document of 200 pages is hashed once
        return other

    @property
    def place(self) -> Place:
        """What of which files is looked at, however it is read: a review belongs to it."""
        return self.digest, self.view

    @property
    def key(self) -> Key:
        """Key of its reading."""
        return self.digest, self.view, self.corrections
