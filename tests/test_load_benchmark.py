"""The benchmark of many sessions: what its client finds on a page, and how times are summed up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from heartguard.sessions import Chosen
from heartguard.ui.shared.frame import strip_html
from heartlab.benchmarks.load import _quantiles, _stages, _times
from heartlab.evaluate.app_client import AppClient, AppError, Strip
from heartlab.evaluate.load_sessions import Asked, Found, Progress, read_in_session
from heartlab.simulate.encoded import png
from tests import browser
from tests.handmade import make_reading


def element(kind: str, **fields: Any) -> Any:
    return SimpleNamespace(WhichOneof=lambda _: kind, **{kind: SimpleNamespace(**fields)})


def a_client() -> AppClient:
    """Return a client that is connected to nothing."""
    client = AppClient.__new__(AppClient)
    client._widgets, client.texts, client.strip = {}, [], None
    return client


def test_the_client_finds_name_and_rate_of_the_strip_that_the_app_shows() -> None:
    reading = make_reading()
    rate = reading.measurements.heart_rate_bpm
    assert rate is not None
    chosen, client = Chosen("a & b.png", b"", "upload"), a_client()
    client._element(element("html", body=strip_html(chosen, None)))
    assert client.strip is None  # of a page that is not read yet
    client._element(element("html", body=strip_html(chosen, reading)))
    assert client.strip == Strip("a & b.png", round(rate))
    other = replace(reading, measurements=replace(reading.measurements, heart_rate_bpm=131.4))
    client._element(element("html", body=strip_html(chosen, other)))
    assert client.strip.rate_bpm == 131


def test_the_client_knows_widgets_by_their_keys() -> None:
    client = a_client()
    client._element(element("button", id="$$ID-0123abcd-lead shap-ef-start"))
    client._element(element("file_uploader", id="$$ID-0123abcd-upload-3"))
    client._element(element("markdown", body="**Waiting**"))
    assert client._widgets == {
        "lead shap-ef-start": "$$ID-0123abcd-lead shap-ef-start",
        "upload-3": "$$ID-0123abcd-upload-3",
    }
    assert client.texts == ["**Waiting**"]


class Answering:
    """A client of an app that answers with what the page before was, in the place of the second one."""

    opened: ClassVar[list[str]] = []

    def __init__(self, address: str, wait_s: float) -> None:
        self.asked: list[str] = []
        self.strip: Strip | None = None
        self.texts = ["The bars add up to the difference."]
        self.opened.append(address)

    def upload(self, name: str, data: bytes) -> None:
        if name == "error":
            raise AppError("The app shows an error")
        self.asked.append(name)
        self.strip = Strip(self.asked[max(len(self.asked) - 2, 0)], 60)

    def wait(self, found: Any) -> Any:
        if self.asked[-1] == "never":
            raise TimeoutError
        return found()

    def forget(self) -> None:
        pass

    open = click = lambda self, name: None
    close = forget


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Found]:
    """Return what a session finds that reads pages by their names."""
    monkeypatch.setattr("heartlab.evaluate.load_sessions.AppClient", Answering)
    monkeypatch.setattr(Answering, "opened", [])

    def read(names: str) -> Found:
        pages = [Asked(name, b"", 60) for name in names.split()]
        return read_in_session("", pages, Progress(len(pages) + 1, print))

    return read


def test_answers_of_another_page_and_those_that_do_not_come_are_counted(
    answered: Callable[[str], Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = answered("a b never")
    assert (len(found.answers_s), found.failed, found.wrong) == (2, 2, 1)  # no explanation of what did not come
    monkeypatch.setattr("heartlab.evaluate.load_sessions.WRONG_BPM", -1)
    assert answered("a").wrong == 1  # the right name with a rate of another page


def test_a_session_begins_anew_after_a_failure_and_ends_after_two(answered: Callable[[str], Found]) -> None:
    found = answered("a error b")
    assert (len(found.answers_s), found.failed, found.wrong) == (2, 1, 0)
    assert len(Answering.opened) == 2
    Answering.opened.clear()
    found = answered("never error a b")
    assert (len(found.answers_s), found.failed) == (0, 5)  # four pages and the explanation
    assert len(Answering.opened) == 2


def test_progress_says_at_once_what_failed_and_at_last_that_all_is_done() -> None:
    said: list[str] = []
    progress = Progress(3, said.append)
    progress.did("a.png")
    assert said == []
    progress.did("b.png", TimeoutError("The app did not answer for 600 s"))
    assert said == ["b.png failed: TimeoutError: The app did not answer for 600 s", "2 of 3 after 0 s"]
    progress.did("c.png")
    assert said[2:] == ["3 of 3 after 0 s"]


def test_an_error_in_place_of_the_page_is_no_silence() -> None:
    with pytest.raises(AppError, match="RuntimeError mutated"):
        a_client()._element(element("exception", type="RuntimeError", message="mutated"))


def test_a_client_waits_no_longer_than_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    client = a_client()
    client._wait_s, client._polls = 0.05, {}
    monkeypatch.setattr(client, "_listen", lambda seconds: time.sleep(0.01))
    with pytest.raises(TimeoutError, match=r"did not answer for 0 s"):
        client.wait(lambda: None)


def test_five_sessions_at_once_are_all_answered_each_its_own(tmp_path: Path) -> None:
    def page(session: int, number: int) -> Asked:
        rate = 50 + 20 * session + 10 * number
        picture = np.full((300, 400, 3), 255, np.uint8)
        picture[rate] = 0
        return Asked(f"rate-{rate}-HB-0.93.png", png(picture), rate)

    own = [[page(session, number) for number in range(2)] for session in range(5)]
    script, log = browser.ROOT / "streamlit_app.py", tmp_path / "log.txt"
    with browser.serve(script, log, "tests.hand_made_app") as address, ThreadPoolExecutor(len(own)) as pool:
        clients = list(pool.map(lambda pages: _answers(address, pages), own))
    assert clients == [[Strip(page.name, page.rate_bpm) for page in pages] for pages in own]


def _answers(address: str, pages: Sequence[Asked]) -> list[Strip]:
    client, found = AppClient(address, 60.0), []
    for page in pages:
        if found:
            client.forget()
        client.upload(page.name, page.data)
        found.append(client.wait(lambda: client.strip))
    client.close()
    return found


def test_times_are_summed_up_by_stage() -> None:
    rows = [{"what": "reading", "waiting": n, "page": 10 * n} for n in range(1, 22)]
    found = list(_stages(pd.DataFrame([*rows, {"what": "explanation", "total": 7.0}])))
    assert found[0] == {"what": "reading: waiting", "p50": 11, "p95": 20, "unit": "ms"}
    assert [row["what"] for row in found] == ["reading: waiting", "reading: page", "explanation: total"]
    assert _quantiles([1.0]) == {"p50": 1, "p95": 1}


def test_a_server_that_came_to_nothing_has_no_times(tmp_path: Path) -> None:
    assert list(_stages(_times(tmp_path / "none"))) == []
