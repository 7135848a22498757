"""A fresh environment and a server in it: what `wheel_check.py` and `cloud_check.py` share."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["ROOT", "Environment", "answer_of", "free_port", "megabytes", "memory_mb", "serving"]

ROOT = Path(__file__).resolve().parents[1]

MB = 1e6

START_S = 120
"""A cold start on a busy machine with two cores takes a third of this."""

STOP_S = 20
"""Streamlit ends its sessions in less than a second."""


class Environment:
    """An empty virtual environment, and commands run in it that see nothing of the repository.

    Parameters
    ----------
    folder : Path
        Where it is made.
    work : Path
        Working directory of its commands.
    """

    def __init__(self, folder: Path, work: Path) -> None:
        venv.create(folder, with_pip=True)
        self.folder = folder
        self.work = work

    def program(self, name: str) -> str:
        """Return the path of a program of the environment."""
        return str(self.folder / ("Scripts" if os.name == "nt" else "bin") / name)

    def install(self, *arguments: str) -> float:
        """Install by pip and return the seconds that it took."""
        start = time.monotonic()
        self.run("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments)
        return time.monotonic() - start

    def run(self, name: str, *arguments: str) -> str:
        """Run a program of the environment and return what it printed.

        Raises
        ------
        subprocess.CalledProcessError
            If it failed.
        """
        command = [self.program(name), *arguments]
        return subprocess.run(
            command, cwd=self.work, env=_clean(), check=True, stdout=subprocess.PIPE, text=True
        ).stdout.strip()

    @property
    def size_mb(self) -> float:
        """Megabytes of all its files."""
        return megabytes(path for path in self.folder.rglob("*") if not path.is_symlink())


def megabytes(paths: Iterator[Path]) -> float:
    """Return the size of files in units of a million bytes."""
    return sum(path.stat().st_size for path in paths if path.is_file()) / MB


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as trial:
        return int(trial.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str], port: int, work: Path, settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; it is entered once the server says that it is well.

    Raises
    ------
    RuntimeError
        If the server ended, or did not answer in time.
    """
    server = subprocess.Popen(command, cwd=work, env=_clean() | dict(settings or {}))
    try:
        _wait(server, port)
        yield server
    finally:
        server.terminate()
        server.wait(STOP_S)


def answer_of(port: int, path: str = "/") -> str:
    """Return what a server on this computer answers, as text."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


def memory_mb(process: int) -> tuple[float, float]:
    """Return the resident memory of a process now and at its peak, in megabytes; on Linux."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("VmRSS:", "VmHWM:"))}
    return kib["VmRSS"] * 1024 / MB, kib["VmHWM"] * 1024 / MB


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"The server ended with status {server.returncode}.")
        try:
            if answer_of(port, "/_stcore/health") == "ok":
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer within {START_S} s.")


def _clean() -> dict[str, str]:
    """Return this process's environment without what could lead to the repository or to settings of its user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "STREAMLIT_"))}
    kept.pop("VIRTUAL_ENV", None)
    return kept | {"STREAMLIT_SERVER_HEADLESS": "true"}
