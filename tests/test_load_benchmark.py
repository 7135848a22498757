"""The benchmark of many sessions: what its client finds on a page, and how times are summed up."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from heartguard.sessions import Chosen
from heartguard.ui.shared.frame import strip_html
from heartlab.benchmarks.load import Asked, _quantiles, _session, _stages
from heartlab.evaluate.app_client import AppClient, Strip
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

    def __init__(self, address: str) -> None:
        self.asked: list[str] = []
        self.texts = ["The bars add up to the difference."]

    def upload(self, name: str, data: bytes) -> None:
        self.asked.append(name)
        self.strip = Strip(self.asked[max(len(self.asked) - 2, 0)], 60)

    def wait(self, found: Any, seconds: float = 1.0) -> Any:
        if self.asked[-1] == "never":
            raise TimeoutError
        return found()

    def forget(self) -> None:
        pass

    open = click = lambda self, name: None
    close = forget


def test_answers_of_another_page_and_those_that_do_not_come_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heartlab.benchmarks.load.AppClient", Answering)
    pages = [Asked("a", b"", 60), Asked("b", b"", 60), Asked("never", b"", 60)]
    found = _session("", pages, 0, 3)
    assert (len(found.answers_s), found.failed, found.wrong) == (2, 2, 1)  # no explanation of what did not come
    fast = _session("", [Asked("a", b"", 70)], 0, 1)
    assert fast.wrong == 1  # the right name with a rate of another page


def test_times_are_summed_up_by_stage() -> None:
    rows = [{"what": "reading", "waiting": n, "page": 10 * n} for n in range(1, 22)]
    found = list(_stages(pd.DataFrame([*rows, {"what": "explanation", "total": 7.0}])))
    assert found[0] == {"what": "reading: waiting", "p50": 11, "p95": 20, "unit": "ms"}
    assert [row["what"] for row in found] == ["reading: waiting", "reading: page", "explanation: total"]
    assert _quantiles([1.0]) == {"p50": 1, "p95": 1}
