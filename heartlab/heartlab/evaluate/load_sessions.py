"""Sessions of the app that read pages at the same time: what each is answered, and how far all of them are."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from heartlab.evaluate.app_client import WAIT_S, AppClient, AppError

__all__ = ["Asked", "Found", "Progress", "read_at_once", "read_in_session"]

WRONG_BPM = 5
"""A rate further from that of its page is that of another one."""

_GIVE_UP = 2
"""Failures one after the other after which a session ends: a doctor who reloaded once in vain goes away too."""

_BETWEEN_S = 10.0
"""Between two lines of progress."""

_LONGEST = 400
"""Characters of why something failed: what the page said stands in it."""


class Asked(NamedTuple):
    """A page with the rate that it shows."""

    name: str
    data: bytes
    rate_bpm: int


@dataclass
class Found:
    """What a session was answered.

    Attributes
    ----------
    answers_s : list of float
        Seconds from each upload to its answer.
    failed : int
        Pages and explanations without an answer, or with an error in its place.
    wrong : int
        Answers of another page.
    """

    answers_s: list[float] = field(default_factory=list)
    failed: int = 0
    wrong: int = 0


class Progress:
    """Says how far all sessions are, and at once what failed. Safe to share between threads.

    Parameters
    ----------
    total : int
        Pages and explanations of all sessions.
    say : callable
        Given each line.
    """

    def __init__(self, total: int, say: Callable[[str], None]) -> None:
        self._total, self._say, self._done = total, say, count(1)
        self._began = self._said = time.monotonic()
        self._saying = threading.Lock()

    def did(self, what: str, failure: Exception | None = None) -> None:
        """Count a page or an explanation, and say why if it failed."""
        with self._saying:
            done, now = next(self._done), time.monotonic()
            if failure is not None:
                self._say(f"{what} failed: {type(failure).__name__}: {failure}"[:_LONGEST])
            if failure is not None or done == self._total or now - self._said >= _BETWEEN_S:
                self._said = now
                self._say(f"{done} of {self._total} after {now - self._began:.0f} s")


def read_at_once(
    address: str, pages: Sequence[Asked], sessions: int, count: int, progress: Progress, wait_s: float = WAIT_S
) -> list[Found]:
    """Read pages in several sessions, the n-th beginning with the n-th page, and explain the last of each.

    Parameters
    ----------
    address : str
        Of the server.
    pages : sequence of Asked
    sessions, count : int
        Sessions, and pages that each of them reads.
    progress : Progress
    wait_s : float
        Longest wait for one answer.
    """
    with ThreadPoolExecutor(sessions) as pool:
        asked = [[pages[(first + step) % len(pages)] for step in range(count)] for first in range(sessions)]
        return list(pool.map(lambda own: read_in_session(address, own, progress, wait_s), asked))


def read_in_session(address: str, pages: Sequence[Asked], progress: Progress, wait_s: float = WAIT_S) -> Found:
    """Read pages one after the other in one session, then ask for SHAP by lead of the last.

    After a failure the session begins anew, as a doctor reloads; after two it ends, and what is left counts as failed.
    """
    found, client, in_vain = Found(), None, 0
    for name, page in [*((page.name, page) for page in pages), ("SHAP by lead", None)]:
        try:
            if in_vain >= _GIVE_UP:
                raise AppError("The session had ended.")
            client = client or AppClient(address, wait_s)
            if page is None:
                _explain(client)
            else:
                _read(client, page, found)
            progress.did(name)
            in_vain = 0
        except (AppError, OSError) as error:
            found.failed += 1
            in_vain += 1
            progress.did(name, error)
            _close(client)
            client = None
    _close(client)
    return found


def _read(client: AppClient, page: Asked, found: Found) -> None:
    if client.strip is not None:
        client.forget()
    began = time.monotonic()
    client.upload(page.name, page.data)
    strip = client.wait(lambda: client.strip)
    found.answers_s.append(time.monotonic() - began)
    found.wrong += strip.name != page.name or abs(strip.rate_bpm - page.rate_bpm) > WRONG_BPM


def _explain(client: AppClient) -> None:
    if client.strip is None:
        raise AppError("There is no reading to explain.")
    client.open("explanation")
    client.click("lead shap")
    client.wait(lambda: any("The bars add up" in text for text in client.texts))


def _close(client: AppClient | None) -> None:
    if client is not None:
        client.close()
