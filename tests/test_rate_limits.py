"""How much one session and all of them may give and read within a minute, and what is said where that is met."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import heartguard
from heartguard.sessions import Chosen, JobQueue, RateLimit, RateLimits, Wait, WorkList, limits_of
from heartguard.sessions.rate_limits import shared_rate_limits
from heartguard.ui.shared.too_many import wait_text
from heartlab.simulate.encoded import png
from tests.browser import ROOT
from tests.hand_made_app import read_by_hand
from tests.test_app import wait, words


def page_of(rate: int) -> bytes:
    """Return a picture unlike that of any other rate."""
    picture = np.full((300, 400, 3), 255, np.uint8)
    picture[rate] = 0
    return png(picture)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_waits_until_enough_of_what_it_did_is_a_minute_ago() -> None:
    clock = Clock()
    limit = RateLimit(session=3, server=100, clock=clock)
    assert [limit.take("a"), limit.take("b")] == [None, None]
    clock.now += 10
    assert limit.take("a", 2) is None
    assert limit.look("a") == limit.take("a") == Wait(50.0, 3, False)
    assert limit.take("a", 2) == Wait(60.0, 3, False)  # both of the second time
    assert limit.take("b", 2) is None
    clock.now += 50
    assert limit.take("a") is None
    assert limit.take("a") == Wait(10.0, 3, False)  # what was refused was not counted


def test_all_sessions_together_wait_too() -> None:
    clock = Clock()
    limit = RateLimit(session=3, server=4, clock=clock)
    for session in "abc":
        assert limit.take(session) is None
        clock.now += 5
    assert limit.take("d", 2) == Wait(45.0, 4, True)
    assert limit.take("d") is None


def test_more_at_once_than_is_allowed_is_taken_alone_and_not_never() -> None:
    clock = Clock()
    limit = RateLimit(session=5, server=8, clock=clock)
    assert limit.take("a", 50) is None
    assert limit.take("a", 50) == Wait(60.0, 5, False)
    clock.now += 60
    assert limit.take("a", 50) is None


def test_the_operator_says_the_limits_and_what_is_no_number_does_not_count(caplog: pytest.LogCaptureFixture) -> None:
    names = ("HEARTGUARD_SESSION_READINGS", "HEARTGUARD_SERVER_FILES")
    with caplog.at_level(logging.WARNING):
        limits = limits_of(dict(zip(names, ("1", "many"), strict=True)))
    assert caplog.messages == ["HEARTGUARD_SERVER_FILES is no number above 0, so 2000 counts"]
    assert limits.readings.take("a") is None
    assert limits.readings.look("a") is not None
    assert limits.files.take("a", 400) is None


def test_what_is_said_names_the_limit_and_when_it_goes_on() -> None:
    assert wait_text("files", Wait(11.2, 2000, True)) == (
        "All sessions together may give 2000 files a minute. The files stay here, and are taken in 12 s by themselves."
    )
    assert wait_text("readings", Wait(0.4, 5, False)).endswith("it goes on in 1 s by itself.")


def test_a_work_list_goes_on_once_it_may() -> None:
    allowed, begun = [True, False, False], list[str]()

    def read(job: Any, chosen: Chosen) -> Any:
        begun.append(chosen.name)
        raise heartguard.HeartGuardError("Not an ECG.")

    work = WorkList(JobQueue(0), read, may_begin=lambda: allowed.pop(0) if allowed else True)
    for name in "ab":
        work._insert(Chosen(name, name.encode(), "upload"), 1)
    work.pump()
    assert [entry.busy for entry in work.entries] == [True, False]
    assert [entry.state for entry in work.entries] == ["waiting", "waiting"]
    work.pump()
    assert [entry.busy for entry in work.entries] == [True, False]
    work.pump()
    assert [entry.busy for entry in work.entries] == [True, True]


def shows(app: AppTest, text: str) -> bool:
    return any(text in element.proto.body for element in app.get("html"))


@pytest.mark.parametrize(
    ("files", "readings", "said"),
    [
        (1, 9, "One session may give 1 file a minute. The files stay here"),
        (9, 1, "One session may begin 1 reading a minute. Nothing is lost"),
    ],
)
def test_what_is_over_a_limit_waits_in_the_app_and_is_read_by_itself(
    files: int, readings: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    limits = RateLimits(RateLimit(readings, 10, clock), RateLimit(files, 10, clock))
    for place in ("too_many", "running"):
        monkeypatch.setattr(f"heartguard.ui.shared.{place}.shared_rate_limits", lambda: limits)
    monkeypatch.setattr(heartguard, "read_ecg", read_by_hand)
    monkeypatch.setattr("heartguard.ui.explanation.maps.answer_shares", lambda reading: {})
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    app.file_uploader[0].upload("rate-52-HB-0.93.png", page_of(52)).run()
    wait(app, lambda app: shows(app, "52/min"))
    assert said not in words(app)
    app.button(key="another").click().run()
    app.file_uploader[0].upload("rate-64-HB-0.93.png", page_of(64)).run()
    app.run()
    assert said in words(app)
    assert not shows(app, "64/min")
    clock.now += 60
    app.run()
    wait(app, lambda app: shows(app, "64/min"))
    assert not app.exception


def test_limits_are_read_from_the_environment_once_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTGUARD_SESSION_FILES", "1")
    shared_rate_limits.cache_clear()
    limits = shared_rate_limits()
    assert limits.files.take("a") is None
    assert shared_rate_limits() is limits
    assert limits.files.look("a") is not None
    shared_rate_limits.cache_clear()
