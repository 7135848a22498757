"""How many files one session and all together may give within a minute, and how many readings they may begin."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from heartguard.once import once

__all__ = ["RateLimit", "RateLimits", "Wait", "limits_of", "shared_rate_limits"]

_WINDOW_S = 60.0
"""A minute, as a person counts."""

_LOG = logging.getLogger(__name__)


class Wait(NamedTuple):
    """Why something has to wait.

    Attributes
    ----------
    seconds : float
        Until there is room for it.
    most : int
        How many are allowed within a minute.
    of_all : bool
        Whether all sessions together have used them up, else this one alone.
    """

    seconds: float
    most: int
    of_all: bool


class RateLimit:
    """Counts what the sessions did within the last minute. Safe to share between threads.

    Parameters
    ----------
    session, server : int
        How many one session and all sessions may do within a minute.
    clock : callable, optional
        Returns seconds.

    Examples
    --------
    >>> limit = RateLimit(session=1, server=10)
    >>> limit.take("a") is None, limit.take("b") is None, limit.take("a").most
    (True, True, 1)
    """

    def __init__(self, session: int, server: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._session, self._server, self._clock = session, server, clock
        self._done: deque[tuple[float, str]] = deque()
        self._counting = threading.Lock()

    def take(self, session: str, count: int = 1) -> Wait | None:
        """Count something that a session does now, unless it is too much.

        Parameters
        ----------
        session : str
        count : int
            More than a limit, such as many files at once, are as many as the limit: nobody waits for ever.

        Returns
        -------
        Wait or None
            What it waits for; it is not counted then.
        """
        with self._counting:
            wait = self._wait(session, count)
            if wait is None:
                self._done.extend([(self._clock(), session)] * min(count, self._server))
            return wait

    def look(self, session: str, count: int = 1) -> Wait | None:
        """Return what something that a session wants to do would wait for, without counting it."""
        with self._counting:
            return self._wait(session, count)

    def _wait(self, session: str, count: int) -> Wait | None:
        now = self._clock()
        while self._done and self._done[0][0] <= now - _WINDOW_S:
            self._done.popleft()
        own = [at for at, whose in self._done if whose == session]
        waits = (
            _until_free(own, self._session, count, now),
            _until_free([at for at, _ in self._done], self._server, count, now),
        )
        wait = Wait(max(waits), self._server, True) if waits[1] > waits[0] else Wait(waits[0], self._session, False)
        return wait if wait.seconds > 0 else None


def _until_free(times: list[float], most: int, count: int, now: float) -> float:
    """Return the seconds until enough of what was done, the oldest first, is a minute ago; 0 where there is room."""
    too_many = min(len(times) + min(count, most) - most, len(times))
    return times[too_many - 1] + _WINDOW_S - now if too_many > 0 else 0.0


@dataclass(frozen=True)
class RateLimits:
    """The limits of a server.

    Attributes
    ----------
    readings : RateLimit
        Of readings that are begun.
    files : RateLimit
        Of files that are given.
    """

    readings: RateLimit
    files: RateLimit


_DEFAULTS = {
    "HEARTGUARD_SESSION_READINGS": 120,
    "HEARTGUARD_SERVER_READINGS": 240,
    "HEARTGUARD_SESSION_FILES": 400,
    "HEARTGUARD_SERVER_FILES": 2000,
}
"""A minute, by their names in the environment, none of which somebody who works meets: two readings at a time of one
second each, where one takes 2.7 s (load.csv), and two full work lists given as single files; the server's for two
such sessions that read, and five that give."""


def limits_of(environment: Mapping[str, str] | None = None) -> RateLimits:
    """Return the limits that the operator's environment says; what is no number above 0 counts as not said.

    Parameters
    ----------
    environment : mapping of str to str, optional
        By default that of the process.

    Examples
    --------
    >>> limits_of({"HEARTGUARD_SESSION_FILES": "1"}).files.look("a", 5) is None
    True
    """
    found = os.environ if environment is None else environment
    said = {name: _number(name, found.get(name, "").strip()) for name in _DEFAULTS}
    readings = RateLimit(said["HEARTGUARD_SESSION_READINGS"], said["HEARTGUARD_SERVER_READINGS"])
    return RateLimits(readings, RateLimit(said["HEARTGUARD_SESSION_FILES"], said["HEARTGUARD_SERVER_FILES"]))


def _number(name: str, text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    if text:
        _LOG.warning("%s is no number above 0, so %d counts", name, _DEFAULTS[name])
    return _DEFAULTS[name]


@once
def shared_rate_limits() -> RateLimits:
    """Return the limits of this process, for all sessions."""
    return limits_of()
