"""What all sessions share, while several of them use it in the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import pytest

from heartguard.once import once
from heartguard.sessions import Chosen, Job, Room, Tab, TabStore, View, jobs, shared_queue
from heartguard.ui.shared import running
from heartguard.ui.shared.session import room

AT_ONCE = 4
"""Sessions."""

BLOCKED_S = 0.1
"""For so long another thread gets the chance to step in; where it is locked out it does so afterwards."""


def meanwhile(work: Callable[[], Any]) -> threading.Thread:
    """Let another thread work in the midst of what the caller does."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(BLOCKED_S)
    return thread


class Looked(Tab):
    """A tab in whose midst of being counted another session looks at its own."""

    store: TabStore | Room
    other: Tab
    thread: threading.Thread | None = None

    @property
    def nbytes(self) -> int:
        if self.thread is None:
            keep = self.store.keep if isinstance(self.store, TabStore) else self.store.used
            self.thread = meanwhile(lambda: keep(self.other))
        return 0


@pytest.mark.parametrize("store", [TabStore(), Room(10**6)])
def test_a_session_may_look_at_its_tab_while_those_of_all_are_counted(store: TabStore | Room) -> None:
    keep = store.keep if isinstance(store, TabStore) else store.used
    looked, newest = Looked(), Tab()
    looked.store, looked.other = store, Tab()
    keep(looked)
    keep(newest)
    assert looked.thread is not None
    looked.thread.join()
    if isinstance(store, TabStore):
        assert [store.get(tab.token) for tab in (looked, newest, looked.other)] == [looked, newest, looked.other]


def test_a_file_may_be_let_go_of_while_its_session_opens_another() -> None:
    tab, threads = Tab(), list[threading.Thread]()

    class Slow(Chosen):
        """A file while whose bytes are looked at another session asks for room."""

        @cached_property
        def digest(self) -> str:
            threads.append(meanwhile(tab.drop_file))
            return "slow"

    tab.ecgs["old"], tab.ecgs["older"] = Slow("a", b"a", "upload"), Chosen("b", b"b", "upload")
    word = tab.open(Chosen("c", b"c", "upload"))
    for thread in threads:
        thread.join()
    assert list(tab.ecgs) == ["older", word]


def test_a_reading_of_the_work_list_may_end_while_its_session_opens_a_file() -> None:
    tab, threads = Tab(), list[threading.Thread]()

    class Slow(str):
        """A digest while which is looked for a reading of the work list ends."""

        def __hash__(self) -> int:
            if not threads and tab.found:
                threads.append(meanwhile(lambda: tab.found.update({("listed", View()): {}})))
            return hash(str(self))

    tab.found[Slow("gone"), View()] = {}
    tab.open(Chosen("a", b"a", "upload"))
    threads[0].join()
    assert list(tab.found) == [("listed", View())]


def test_the_files_of_a_tab_are_shown_as_they_were_when_it_was_asked() -> None:
    tab = Tab()
    words = [tab.open(Chosen(name, name.encode(), "upload")) for name in "ab"]
    for word, chosen in tab.opened:
        tab.drop_file()
        assert chosen.name == "ab"[words.index(word)]
    assert tab.opened == []


def test_a_session_may_ask_for_work_while_it_is_left() -> None:
    tab = Tab()
    kept = [Job[int](str(number), lambda job: 1) for number in range(2000)]
    ended = threading.Event()

    def leave() -> None:
        while not ended.is_set():
            tab.leave()

    with ThreadPoolExecutor(1) as pool:
        leaving = pool.submit(leave)
        for job in kept:
            tab.ask(job)
        ended.set()
        leaving.result()
    assert len(tab.jobs) == len(kept)


def test_what_is_made_once_is_the_same_for_all_who_ask_at_once() -> None:
    made, together = list[object](), threading.Barrier(AT_ONCE)
    slowly = threading.Event()

    @once
    def thing() -> object:
        """Return it."""
        slowly.wait(BLOCKED_S)
        made.append(object())
        return made[-1]

    def ask(_: int) -> object:
        together.wait()
        return thing()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(ask, range(AT_ONCE)))
    assert len(made) == 1
    assert found == made * AT_ONCE
    thing.cache_clear()
    assert thing() is not found[0]


@pytest.mark.parametrize("shared", [shared_queue, room])
def test_a_server_has_one_line_and_one_room_however_many_come_at_once(shared: Any, monkeypatch: Any) -> None:
    shared.cache_clear()
    together, slowly = threading.Barrier(AT_ONCE), threading.Event()

    def limit() -> int:
        slowly.wait(BLOCKED_S)
        return 690_000_000

    monkeypatch.setattr(jobs, "memory_limit", limit)
    monkeypatch.setattr("heartguard.ui.shared.session.memory_limit", limit)

    def ask(_: int) -> object:
        together.wait()
        return shared()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert len(set(pool.map(ask, range(AT_ONCE)))) == 1
    shared.cache_clear()  # of the next test, with the memory of this machine


def test_times_may_be_learnt_while_another_session_shows_what_is_left(monkeypatch: Any) -> None:
    monkeypatch.setattr(running, "_spent_ms", {"page": 1000.0, "trace": 500.0})
    expected = iter(running._expected_ms().items())
    next(expected)
    running._learn({"page": 2000.0, "trace": 500.0, "measure": 100.0})
    assert next(expected) == ("trace", 500.0)
    assert running.expected_seconds() == 2.6
