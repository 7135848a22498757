"""A headless Chromium on the app: open it and read the shipped samples, as a visitor does."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["ECG_SAMPLES", "chromium", "open_app", "read_sample", "shows", "visitor"]

ECG_SAMPLES = 7
"""The first seven samples are ECGs; the last one is there to be refused."""

WAIT_MS = 120_000
"""A first answer on two busy cores takes a tenth of this."""

LATE_MS = 10_000
"""Parts of a screen are loaded after its headings, within a second or two."""

_ANSWER = ".st-key-measurements .hg-row"
"""Stands beside every answer and nowhere else."""


def chromium() -> str | None:
    """Return the Chromium or Chrome to use: ``$CHROMIUM``, else one that is installed; None without one."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return os.environ.get("CHROMIUM") or next((found for name in names if (found := shutil.which(name))), None)


@contextmanager
def visitor(executable: str) -> Iterator[tuple[Page, list[str]]]:
    """Open a browser; yields its page, and a list of addresses beyond this computer that it asks."""
    from playwright.sync_api import sync_playwright

    outside: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        page = browser.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("request", lambda request: outside.append(request.url) if _is_outside(request.url) else None)
        yield page, outside
        browser.close()


def open_app(page: Page, port: int) -> None:
    """Open the app and wait for its first screen."""
    page.goto(f"http://127.0.0.1:{port}/")
    page.get_by_role("heading", name="Read a paper ECG").wait_for()
    page.get_by_text("Upload a file").first.wait_for()


def shows(page: Page, text: str) -> bool:
    """Tell whether a text is on the screen, or soon will be."""
    from playwright.sync_api import TimeoutError

    try:
        page.get_by_text(text).wait_for(timeout=LATE_MS)
    except TimeoutError:
        return False
    return True


def read_sample(page: Page, number: int) -> float:
    """Read a sample from the first screen, return the seconds to the answer, and go back to the first screen."""
    button = page.locator(f".st-key-sample-{number} button")
    button.wait_for()
    start = time.monotonic()
    button.click()
    page.locator(_ANSWER).first.wait_for()
    seconds = time.monotonic() - start
    page.get_by_role("button", name="Read another").click()
    page.locator(_ANSWER).first.wait_for(state="hidden")  # Else the next answer seems there at once.
    return seconds


def _is_outside(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
