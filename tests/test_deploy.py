"""What can be checked of the Dockerfile and the server's settings without building an image."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

from heartguard.launch import PORT, streamlit_arguments

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HEALTH = "/_stcore/health"


def copied() -> list[str]:
    """Return the paths that the Dockerfile copies from the repository."""
    return [path for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE) for path in line.split()[:-1]]


def test_all_that_is_copied_exists_and_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert set(copied()) == let_in
    assert [path for path in copied() if not (ROOT / path).exists()] == []


def test_all_that_the_wheel_needs_is_copied() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = [path.strip("/").split("/*")[0] for path in wheel["include"]] + list(wheel["force-include"])
    missing = [path for path in needed if not any(path == at or path.startswith(at + "/") for at in copied())]
    assert missing == []


def test_extras_exist() -> None:
    extras = re.search(r"'\.\[(.+)\]'", DOCKERFILE)
    assert extras is not None
    assert set(extras[1].split(",")) <= set(PROJECT["project"]["optional-dependencies"])


def test_port_is_the_same_everywhere() -> None:
    assert re.findall(r"(?:EXPOSE |127\.0\.0\.1:|--port\", \")(\d+)", DOCKERFILE) == [str(PORT)] * 3
    deploy = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert f"app_port: {PORT}" in deploy
    assert f"http://127.0.0.1:{PORT};" in deploy


def test_health_is_asked_where_the_app_answers() -> None:
    assert HEALTH in DOCKERFILE
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", *streamlit_arguments("127.0.0.1", port), "--server.headless=true"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as app:
        try:
            assert _answer(f"http://127.0.0.1:{port}{HEALTH}") == "ok"
        finally:
            app.kill()


def _answer(address: str, patience_s: float = 60) -> str:
    """Return what stands at an address as soon as somebody listens there."""
    end = time.monotonic() + patience_s
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def test_runs_without_root() -> None:
    lines = DOCKERFILE.splitlines()
    assert lines.index("USER heartguard") < next(n for n, line in enumerate(lines) if line.startswith("CMD"))
    assert not [line for line in lines[lines.index("USER heartguard") + 1 :] if line.startswith(("USER", "RUN"))]


def test_protection_against_other_sites_is_on() -> None:
    server = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["server"]
    assert server["enableXsrfProtection"] is True
    assert server["enableCORS"] is True
