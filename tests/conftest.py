"""Fixtures that several test modules use."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import heartguard
from tests import browser, screens
from tests.sample_readings import remembering


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests in a browser last: they share Chromium and the app, which hold no memory before."""
    items.sort(key=lambda item: "browsers" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def browsers() -> Iterator[browser.Browsers]:
    """Give the Chromiums of all browser tests."""
    with contextlib.ExitStack() as stack:
        yield browser.Browsers(stack)


@pytest.fixture(scope="session")
def chrome(browsers) -> Any:
    """Give the Chromium that is started without further arguments."""
    return browsers.get()


@pytest.fixture(scope="session")
def app_url(browsers, tmp_path_factory) -> Iterator[str]:
    """Address of the app, started once for all browser tests."""
    browsers.get()
    with browser.serve(browser.ROOT / "streamlit_app.py", tmp_path_factory.mktemp("app") / "log.txt") as url:
        yield url


@pytest.fixture
def open_page(browsers) -> Iterator[Callable]:
    """Give a function that opens an address as a fresh visitor: ``open_page(url, arguments, **context) -> Page``."""
    with contextlib.ExitStack() as stack:

        def open_one(url: str, arguments: tuple[str, ...] = (), **context):
            page = screens.visitor(browsers.get(arguments), **context)
            stack.callback(page.context.close)
            page.goto(url)
            return page

        yield open_one


@pytest.fixture(scope="session")
def remembering_read() -> Callable:
    """Give `heartguard.read_ecg`, which reads a page once."""
    return remembering(heartguard.read_ecg)


@pytest.fixture
def read_once(remembering_read, monkeypatch) -> None:
    """Let the app give at once what it read in an earlier test."""
    monkeypatch.setattr(heartguard, "read_ecg", remembering_read)
