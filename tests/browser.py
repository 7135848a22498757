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


@contextlib.contextmanager
def chromium(arguments: Sequence[str] = ()) -> Iterator:
    """Start Chromium, or skip the test; yields Playwright's ``Browser``."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as driver:
        own = Path(driver.chromium.executable_path)
        path = next(filter(None, map(shutil.which, _CHROMIUMS)), None) or (str(own) if own.is_file() else None)
        if path is None:
            pytest.skip("no Chromium is installed")
        name = f"--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1"
        # Without a sandbox, since it cannot start for root in a container; only the app's own pages are opened.
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", name, *arguments])
        try:
            yield browser
        finally:
            browser.close()


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
