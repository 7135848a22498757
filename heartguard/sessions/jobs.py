"""Long work of many sessions, in one line: who asks is queued, never refused, and sees only the own result."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any, Generic, Literal, TypeVar

from heartguard.memory import give_back, memory_limit
from heartguard.once import once

__all__ = ["GONE_S", "LOST_S", "Job", "JobQueue", "Kind", "State", "StoppedError", "shared_queue"]

Result = TypeVar("Result")
State = Literal["waiting", "running", "done", "stopped", "failed"]
Kind = Literal["reading", "explanation"]

LOST_S = 600.0
"""Work that nobody has looked at for so long is stopped; a busy server lets those who wait look but rarely."""

GONE_S = 60.0
"""The same where the browser has gone: a phone that slept comes back sooner."""

_TWO_FROM_BYTES = 10**9
"""With less memory one job at a time: the networks take 400 MB, and each reading some 150 to 250 more at its peak."""


class StoppedError(Exception):
    """Raised within work that should stop."""


class Job(Generic[Result]):
    """One piece of work; the object itself is the only way to its result.

    Attributes
    ----------
    key : str
        What it was asked for.
    kind : Kind
    state : State
    progress : tuple of int
        Steps done, and in all; (0, 0) before the first report.
    notes : list of (str, float)
        What was begun, and when, seconds of the monotonic clock.
    waited_s : float
        Seconds in the line, once `state` is ``"running"``.
    result : object or None
        Once `state` is ``"done"``.
    error : Exception or None
        Once `state` is ``"failed"``.
    """

    def __init__(self, key: str, work: Callable[[Job[Result]], Result], kind: Kind = "reading") -> None:
        self.key, self.kind = key, kind
        self.state: State = "waiting"
        self.progress = (0, 0)
        self.notes: list[tuple[str, float]] = []
        self.waited_s = 0.0
        self.result: Result | None = None
        self.error: Exception | None = None
        self._work = work
        self._stop = threading.Event()
        self._asked = self._seen = time.monotonic()
        self._patience_s = LOST_S

    def look(self) -> State:
        """Return the state, and show that somebody is still interested."""
        self._seen, self._patience_s = time.monotonic(), LOST_S
        return self.state

    def leave(self) -> None:
        """Tell that the browser of who asked has gone; the work goes on for a while, as it may come back."""
        self._seen, self._patience_s = time.monotonic(), GONE_S

    def report(self, done: int, total: int) -> None:
        """Tell how far the work is."""
        self.progress = (done, total)

    def note(self, begun: str) -> None:
        """Tell what is begun now; raises `StoppedError` where the work should stop."""
        if self.stopping():
            raise StoppedError
        self.notes.append((begun, time.monotonic()))

    def stop(self) -> None:
        """Ask the work to stop; a job that waits is never begun."""
        self._stop.set()

    def stopping(self) -> bool:
        """Tell the work whether it should stop: somebody asked, or nobody looks any more."""
        return self._stop.is_set() or time.monotonic() - self._seen > self._patience_s

    def run(self) -> None:
        """Do the work, here and now."""
        if self.stopping():
            self.state = "stopped"
            return
        self.state = "running"
        self.waited_s = time.monotonic() - self._asked
        try:
            self.result = self._work(self)
            self.state = "done"
        except Exception as error:
            self.error = error
            self.state = "stopped" if self.stopping() else "failed"


class JobQueue:
    """Readings and explanations take turns; of each kind, first come, first served.

    So an explanation waits for one reading, however many people upload files, and for one more with each explanation
    before it; and explanations cannot keep a reading from its turn.

    Parameters
    ----------
    workers : int
        Jobs at a time.
    """

    def __init__(self, workers: int = 1) -> None:
        self._waiting: dict[Kind, deque[Job[Any]]] = {"explanation": deque(), "reading": deque()}
        """By kind, the one first whose turn it is."""
        self._running = 0
        self._change = threading.Condition()
        for number in range(workers):
            threading.Thread(target=self._serve, daemon=True, name=f"heartguard-jobs-{number}").start()

    def submit(self, job: Job[Any]) -> None:
        """Put a job at the end of the line."""
        with self._change:
            self._waiting[job.kind].append(job)
            self._change.notify()

    def ahead(self, job: Job[Any]) -> int:
        """Return how many jobs come before a waiting one, the running ones included; 0 for any other."""
        with self._change:
            line = list(self._in_turn())
            return self._running + line.index(job) if job in line else 0

    def _in_turn(self) -> Iterator[Job[Any]]:
        """Yield all jobs that wait, in the order in which they will be done."""
        for of_turn in zip_longest(*self._waiting.values()):
            yield from (job for job in of_turn if job is not None)

    def _next(self) -> Job[Any]:
        """Take the first job out of the line; the other kind has the next turn."""
        job = next(self._in_turn())
        self._waiting[job.kind].remove(job)
        self._waiting[job.kind] = self._waiting.pop(job.kind)
        return job

    def _serve(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: any(self._waiting.values()))
                job = self._next()
                self._running += 1
            job.run()
            del job  # Else the line would hold the last patient's reading until the next one comes.
            give_back(collect=True)
            with self._change:
                self._running -= 1


@once
def shared_queue() -> JobQueue:
    """Return the one line of this process, for the readings and explanations of all sessions.

    Two at a time, or one where memory is short; it holds a session's work only while that is waited for.
    """
    limit = memory_limit()
    return JobQueue(1 if limit is not None and limit < _TWO_FROM_BYTES else 2)
