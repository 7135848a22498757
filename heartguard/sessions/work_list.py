"""The work list of a tab: files taken apart into ECGs, read one after the other in the line of all sessions."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from heartguard.errors import HeartGuardError
from heartguard.intake import GivenFile, unpacked
from heartguard.sessions.chosen import Chosen
from heartguard.sessions.jobs import Job, JobQueue, StoppedError
from heartguard.sessions.reading_cache import MAX_BYTES
from heartguard.sessions.surprises import log_surprise
from heartguard.sessions.work_entry import Entry
from heartguard.sessions.work_summary import Summary, summary_of
from heartguard.values import Reading

__all__ = ["MAX_ENTRIES", "WorkList"]

MAX_ENTRIES = 200
"""ECGs of a list: as the pages of a document; a shift has fewer."""

_IN_LINE = 2
"""Readings of a list that stand in the line at a time: as many as run at once, so that others are not kept waiting."""

_SURPRISE = "Something unexpected happened while it was read. The fault lies with HeartGuard: try it again."

Read = Callable[[Job[Any], Chosen], Reading]
"""Reads what was chosen, within a job, and keeps the reading in the tab."""


class WorkList:
    """ECGs in the order in which they were given. Safe to share between threads.

    Parameters
    ----------
    queue : JobQueue
    read : callable
    on_submit : callable, optional
        Told of every job.
    holds : callable, optional
        Says whether the tab still has the reading of what was chosen.
    may_begin : callable, optional
        Says whether one more reading may begin now, and counts it; else it is asked again later.
    """

    def __init__(
        self,
        queue: JobQueue,
        read: Read,
        on_submit: Callable[[Job[Any]], None] = lambda job: None,
        holds: Callable[[Chosen], bool] = lambda chosen: True,
        may_begin: Callable[[], bool] = lambda: True,
    ) -> None:
        self._queue, self._read, self._on_submit, self._holds = queue, read, on_submit, holds
        self._may_begin = may_begin
        self._fetched = ""
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._changing = threading.RLock()
        self.notes: list[str] = []
        self.order: list[str] = []
        """Words as they were last shown, for next and previous."""
        self.wanted = ""
        """Word of the ECG that is likely to be opened next."""

    @property
    def entries(self) -> list[Entry]:
        """All ECGs."""
        with self._changing:
            return list(self._entries.values())

    def get(self, word: str) -> Entry | None:
        """Return the ECG of an address."""
        return self._entries.get(word)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def nbytes(self) -> int:
        """Bytes of the files, each once."""
        return sum({entry.chosen.digest: entry.chosen.nbytes for entry in self.entries}.values())

    def add(self, files: Iterable[GivenFile], count_pages: Callable[[bytes], int]) -> None:
        """Take files, archives unpacked and documents by page; `notes` says what was left out and why."""
        for given in files:
            try:
                for file in unpacked(given):
                    self._take(Chosen(file.name, file.data, "upload"), count_pages)
            except HeartGuardError as error:
                self.notes.append(f"{given.name}: {error}")
        self.pump()

    def _take(self, chosen: Chosen, count_pages: Callable[[bytes], int]) -> None:
        if self.nbytes + chosen.nbytes > MAX_BYTES:
            self.notes.append(f"{chosen.name} was left out: the list holds {MAX_BYTES // 2**20} MB of files at most.")
            return
        try:
            pages = count_pages(chosen.data)
        except HeartGuardError:
            pages = 1  # reading it says why
        for page in range(pages):
            if len(self) >= MAX_ENTRIES:
                self.notes.append(f"{chosen.name} from page {page + 1} on: the list holds {MAX_ENTRIES} ECGs at most.")
                return
            self._insert(chosen.of_page(page), pages)

    def _insert(self, chosen: Chosen, pages: int, after: str = "") -> None:
        with self._changing:
            if any(entry.chosen.place == chosen.place for entry in self._entries.values()):
                return
            word = secrets.token_urlsafe(6)
            self._entries[word] = Entry(word, chosen, pages)
            words = list(self._entries)
            if after:
                for later in words[words.index(after) + 1 : -1]:
                    self._entries.move_to_end(later)

    def pump(self) -> None:
        """Put the next ECGs in the line, and show that somebody still waits for those that are there."""
        with self._changing:
            busy = [entry for entry in self._entries.values() if entry.busy]
            for entry in self._entries.values():
                if entry.busy and entry.job is not None:
                    entry.job.look()
                else:
                    entry.job = None  # and with it what it found
            waiting = [entry for entry in self._entries.values() if entry.state == "waiting" and not entry.busy]
            for entry in [*self._next_again(), *waiting][: max(_IN_LINE - len(busy), 0)]:
                self._submit(entry)

    def _next_again(self) -> list[Entry]:
        """Return the ECG that is opened next, where its reading was let go of; once, as there may be no room for it."""
        entry = self._entries.get(self.wanted)
        if entry is None or entry.summary is None or self._fetched == self.wanted or self._holds(entry.chosen):
            return []
        self._fetched = self.wanted
        return [entry]

    def taken(self, chosen: Chosen, job: Job[Any]) -> None:
        """Note that an ECG is read by a job of the session, since the doctor opened it."""
        with self._changing:
            for entry in self._entries.values():
                if entry.chosen.key == chosen.key:
                    entry.job, entry.stopped, entry.refused = job, False, ""

    def read_again(self, entry: Entry) -> None:
        """Read an ECG whose reading was let go of, or that failed."""
        with self._changing:
            if not entry.busy:
                entry.stopped, entry.refused = False, ""
                self._submit(entry)

    def _submit(self, entry: Entry) -> None:
        if not self._may_begin():
            return
        chosen = entry.chosen
        entry.job = Job(str(chosen.key), lambda job: self._work(job, entry, chosen))
        self._on_submit(entry.job)
        self._queue.submit(entry.job)

    def _work(self, job: Job[Any], entry: Entry, chosen: Chosen) -> None:
        try:
            reading = self._read(job, chosen)
        except StoppedError:
            raise
        except HeartGuardError as error:
            entry.refused = str(error)
            raise
        except Exception as error:
            log_surprise(error)
            entry.refused = _SURPRISE
            raise
        else:
            self.note(chosen, reading)
        finally:
            if not job.stopping():
                with self._changing:
                    entry.job = None
                    self.pump()

    def note(self, chosen: Chosen, reading: Reading) -> None:
        """Note what was read of an ECG, whoever had it read."""
        with self._changing:
            entry = next((one for one in self._entries.values() if one.chosen.key == chosen.key), None)
            if entry is None:
                return
            entry.summary, entry.refused, entry.stopped = summary_of(reading, chosen.patient), "", False
            self._merge(entry, entry.summary)
            for part in range(reading.parts - 1, 0, -1) if chosen.view.part == 0 else ():
                other = chosen.of_page(chosen.page)
                self._insert(other.of_part(part), entry.pages, entry.word)

    def _merge(self, entry: Entry, summary: Summary) -> None:
        """Take other pages of the same ECG off the list."""
        mine = entry.chosen
        for other in list(self._entries.values()):
            same = other is not entry and other.chosen.digest == mine.digest and other.chosen.page in summary.pages
            if same and other.chosen.page != mine.page and other.summary is None and not other.busy:
                del self._entries[other.word]

    def stop(self) -> None:
        """Stop everything that was not read yet."""
        with self._changing:
            for entry in self._entries.values():
                if entry.busy or entry.state == "waiting":
                    entry.stopped = True
                    if entry.job is not None:
                        entry.job.stop()

    def retry(self) -> None:
        """Try what was stopped or failed once more."""
        with self._changing:
            for entry in self._entries.values():
                if entry.state in ("refused", "stopped"):
                    entry.stopped, entry.refused = False, ""
        self.pump()

    def drop_oldest_file(self) -> bool:
        """Let go of the ECGs of the oldest file, and say so; False where there is none."""
        with self._changing:
            if not self._entries:
                return False
            first = next(iter(self._entries.values())).chosen
            gone = [entry for entry in self._entries.values() if entry.chosen.digest == first.digest]
            for entry in gone:
                if entry.job is not None:
                    entry.job.stop()
                del self._entries[entry.word]
            self.notes.append(f"{first.name} was let go of, to make room for others. Give its file again.")
            return True

    def clear(self) -> None:
        """Empty the list."""
        self.stop()
        with self._changing:
            self._entries.clear()
            self.notes.clear()

    def neighbours(self, word: str) -> tuple[str, str, int, int]:
        """Return the words before and after one as they were last shown, empty at the ends, its place and the count."""
        shown = [one for one in self.order if one in self._entries] or list(self._entries)
        if word not in shown:
            return "", "", 0, len(shown)
        place = shown.index(word)
        return _at(shown, place - 1), _at(shown, place + 1), place + 1, len(shown)


def _at(words: Sequence[str], place: int) -> str:
    return words[place] if 0 <= place < len(words) else ""
