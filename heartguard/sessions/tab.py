"""What one tab of a browser holds: the files that it opened, and their last readings."""

from __future__ import annotations

import secrets
import threading
import weakref
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from heartguard.sessions.chosen import Chosen, Place
from heartguard.sessions.jobs import Job
from heartguard.sessions.reading_cache import Key, ReadingCache
from heartguard.sessions.view import View
from heartguard.values import Reading

if TYPE_CHECKING:
    from heartguard.deidentify import Choice
    from heartguard.export import LabelledCase
    from heartguard.review import Review
    from heartguard.sessions.work_list import WorkList

__all__ = ["MAX_ECGS", "MAX_EXPLAINED", "Tab"]

MAX_ECGS = 6
"""ECGs that stand side by side: a row of the first screen. What falls out is gone; its file must be given again."""

MAX_EXPLAINED = 24
"""Results of explanations: of four classes of each ECG. One by lead is a kilobyte, one by pixel a quarter of a
megabyte, so they stay when readings are let go of."""


@dataclass(eq=False)
class Tab:
    """What belongs to one tab of a browser.

    Its session has it in a thread of its own, while those of others count what it holds, or let go of some of it.

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
    problem : (Key, Exception) or None
        Why the last page that could not be read could not, also where nobody foresaw it: else it would be read again,
        and for ever.
    rounds : int
        Counts the files chosen; part of widgets' keys, so that a new round starts with empty widgets.
    reviews : dict of Place to Review
        What the doctor said of each ECG.
    overruled : dict of Place to LabelledCase
        Those that the doctor overruled, ready to be written as a labelled set.
    choices : dict of Key to Choice
        What the doctor changed in what is removed of the page of a reading.
    owner : str
        E-mail address of the person who signed in; empty without a sign-in. Only this person may take it up again.
    initials : str
        Of the doctor, as last given; of the owner until then.
    kept, numbers : dict of Place to str
        Where a history is kept: the id of each reading in it, and the number of its patient.
    not_kept : set of Place
        Readings that could not be written to it.
    work : WorkList or None
        Many ECGs that are read one after the other; None until there are.
    session : str
        Mark of the session that looked at it last.
    jobs : set of Job
        What it waits for, as far as anybody keeps it.
    explaining : Job or None
        The last explanation that was asked for.
    explained : dict
        Results of explanations by their keys, the newest last: none is computed twice.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    ecgs: OrderedDict[str, Chosen] = field(default_factory=OrderedDict)
    readings: ReadingCache = field(default_factory=ReadingCache)
    found: dict[tuple[str, View], dict[str, object]] = field(default_factory=dict)
    problem: tuple[Key, Exception] | None = None
    rounds: int = 0
    reviews: dict[Place, Review] = field(default_factory=dict)
    overruled: dict[Place, LabelledCase] = field(default_factory=dict)
    choices: dict[Key, Choice] = field(default_factory=dict)
    owner: str = ""
    initials: str = ""
    kept: dict[Place, str] = field(default_factory=dict)
    numbers: dict[Place, str] = field(default_factory=dict)
    not_kept: set[Place] = field(default_factory=set)
    work: WorkList | None = None
    session: str = ""
    jobs: weakref.WeakSet[Job[Any]] = field(default_factory=weakref.WeakSet)
    explaining: Job[None] | None = None
    explained: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    _changing: threading.RLock = field(default_factory=threading.RLock, repr=False)
    """Held while the files or the jobs change; never while the work list is asked, which has a lock of its own."""

    def known(self, key: Key) -> Reading | Exception | None:
        """Return what is known of a page: its reading, or why it cannot be read."""
        failed = self.problem[1] if self.problem is not None and self.problem[0] == key else None
        return self.readings.get(key) or failed

    @property
    def who(self) -> str:
        """Who acts in it, for the audit trail: the owner, else the initials, which anybody can type."""
        return self.owner or self.initials

    @property
    def has_any(self) -> bool:
        """Whether the tab holds an ECG."""
        return bool(self.ecgs or self.work)

    @property
    def opened(self) -> list[tuple[str, Chosen]]:
        """The ECGs with the words of their addresses as they are now, the newest last."""
        with self._changing:
            return list(self.ecgs.items())

    def ask(self, job: Job[Any]) -> None:
        """Wait for a job from now on."""
        with self._changing:
            self.jobs.add(job)

    def leave(self) -> None:
        """Let go of the readings, as the session has ended, and tell the jobs that their browser has gone."""
        self.readings.clear()
        with self._changing:
            jobs = list(self.jobs)
        for job in jobs:
            job.leave()

    def find(self, word: str) -> Chosen | None:
        """Return the ECG of an address, opened alone or of the work list."""
        entry = None if self.work is None else self.work.get(word)
        return self.ecgs.get(word) or (None if entry is None else entry.chosen)

    def change(self, word: str, chosen: Chosen) -> None:
        """Look at the ECG of an address otherwise."""
        entry = None if self.work is None else self.work.get(word)
        if entry is not None:
            entry.chosen = chosen
        else:
            with self._changing:
                self.ecgs[word] = chosen

    def drop_file(self) -> bool:
        """Let go of the oldest file; False where there is none."""
        with self._changing:
            if self.ecgs:
                self.ecgs.popitem(last=False)
                return True
        return self.work is not None and self.work.drop_oldest_file()

    def open(self, source: Chosen) -> str:
        """Keep a file and return the word of its address; one that is open already keeps its word."""
        with self._changing:
            for word, chosen in self.ecgs.items():
                if chosen.digest == source.digest:
                    return word
            word = secrets.token_urlsafe(6)
            self.ecgs[word] = source
            while len(self.ecgs) > MAX_ECGS:
                self.ecgs.popitem(last=False)
            digests = {chosen.digest for chosen in self.ecgs.values()}
        for key in tuple(self.found):  # a reading of the work list may add to it meanwhile
            if key[0] not in digests:
                del self.found[key]
        self.rounds += 1
        return word

    def keep_explained(self, key: str, found: object) -> None:
        """Keep the result of an explanation, and let go of the oldest beyond `MAX_EXPLAINED`."""
        self.explained[key] = found
        while len(self.explained) > MAX_EXPLAINED:
            self.explained.popitem(last=False)

    @property
    def nbytes(self) -> int:
        """Bytes that are held."""
        pages = sum(len(case.picture) for case in tuple(self.overruled.values()))  # its session may add one meanwhile
        listed = 0 if self.work is None else self.work.nbytes
        return self.readings.nbytes + pages + listed + sum(chosen.nbytes for _, chosen in self.opened)
