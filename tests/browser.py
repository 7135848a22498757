"""A real browser for tests: the app on a free port of this machine, and Chromium to open it.

What is missing, Playwright or Chromium, skips the test with the reason.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSECURE_HOST = "heartguard.test"
"""A name that Chromium maps to 127.0.0.1: its pages count as plain HTTP, those of 127.0.0.1 as secure."""
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
_START_S = 60


@contextlib.contextmanager
def serve(script: Path, log: Path, module: str = "streamlit") -> Iterator[str]:
    """Run a Streamlit script from the root of the repository, by Streamlit or a module like it; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", module, "run", str(script), "--server.address=127.0.0.1"]
    options = [f"--server.port={port}", "--server.headless=true", f"--browser.serverAddress={INSECURE_HOST}"]
    with (
        log.open("wb") as output,
        subprocess.Popen([*command, *options], cwd=ROOT, stdout=output, stderr=output) as app,
    ):
        try:
            _wait_until_healthy(f"http://127.0.0.1:{port}", app, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            app.terminate()


class Browsers:
    """Chromiums that all tests share, one for each set of arguments, started when first asked for.

    Parameters
    ----------
    stack : contextlib.ExitStack
        Closes them.
    """

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self._driver: Any = None
        self._started: dict[tuple[str, ...], Any] = {}

    def get(self, arguments: Sequence[str] = ()) -> Any:
        """Return Playwright's ``Browser``, or skip the test."""
        playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
        self._driver = self._driver or self._stack.enter_context(playwright.sync_playwright())
        key = tuple(arguments)
        if key not in self._started:
            self._started[key] = _launch(self._driver, key)
            self._stack.callback(self._started[key].close)
        return self._started[key]


def _launch(driver: Any, arguments: tuple[str, ...]) -> Any:
    own = Path(driver.chromium.executable_path)
    path = next(filter(None, map(shutil.which, _CHROMIUMS)), None) or (str(own) if own.is_file() else None)
    if path is None:
        pytest.skip("no Chromium is installed")
    name = f"--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1"
    # Without a sandbox, since it cannot start for root in a container; only the app's own pages are opened.
    return driver.chromium.launch(executable_path=path, args=["--no-sandbox", name, *arguments])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(url: str, app: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and app.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
            return
        time.sleep(0.2)
    raise AssertionError(f"the app did not start:\n{log.read_text(errors='replace')}")
