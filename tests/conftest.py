"""Fixtures that several test modules use."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from tests import browser


@pytest.fixture(scope="session")
def app_url(tmp_path_factory) -> Iterator[str]:
    """Address of the app, started once for all browser tests."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with browser.serve(browser.ROOT / "streamlit_app.py", tmp_path_factory.mktemp("app") / "log.txt") as url:
        yield url


@pytest.fixture
def open_page() -> Iterator[Callable]:
    """Give a function that opens an address in a fresh Chromium: ``open_page(url, arguments, **context) -> Page``."""
    with contextlib.ExitStack() as stack:

        def open_one(url: str, arguments: tuple[str, ...] = (), **context):
            page = stack.enter_context(browser.chromium(arguments)).new_context(**context).new_page()
            page.goto(url)
            return page

        yield open_one
