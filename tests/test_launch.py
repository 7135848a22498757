"""``heartguard app``: where it listens, what it asks of others, and that it starts by itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

import pytest

from heartguard import cli, launch
from heartguard.resources import shipped
from tests.browser import free_port

START_S = 120
AUDIT = """
import os, sys

def note(event, given):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        with open(os.environ["ASKED"], "a") as file:
            file.write(f"{event} {given[1:] if event == 'socket.connect' else given}\\n")

sys.addaudithook(note)
with open(os.environ["ASKED"], "a") as file:
    file.write("watching\\n")
"""
"""Notes every name that is looked up and every address that is connected to, by whatever module."""


def options(host: str, port: int) -> dict[str, str]:
    flags = launch.streamlit_arguments(host, port)[2:]
    return dict(flag.removeprefix("--").split("=", 1) for flag in flags)


def test_it_serves_this_computer_alone_unless_told_otherwise(monkeypatch):
    served: list[tuple[str, int]] = []
    monkeypatch.setattr(launch, "serve", lambda host, port: served.append((host, port)))
    assert cli.main(["app"]) == 0
    assert cli.main(["app", "--host", "0.0.0.0", "--port", "9000"]) == 0
    assert served == [("127.0.0.1", 8501), ("0.0.0.0", 9000)]


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "localhost"),
        ("::", "localhost"),
        ("::1", "[::1]"),
        ("ecg.lan", "ecg.lan"),
    ],
)
def test_streamlit_is_told_its_address_so_that_it_need_not_ask(host, shown):
    assert options(host, 8501)["server.address"] == host
    assert options(host, 8501)["browser.serverAddress"] == shown


def test_the_address_is_no_setting_of_the_app_in_a_container_or_in_the_cloud():
    settings = tomllib.loads(shipped(".streamlit", "config.toml").read_text(encoding="utf-8"))
    assert {"address", "port"}.isdisjoint(settings["server"])
    assert "serverAddress" not in settings["browser"]
    assert settings["server"]["showEmailPrompt"] is False
    assert settings["browser"]["gatherUsageStats"] is False


@pytest.mark.parametrize("host", ["", " "])
def test_no_host_is_not_taken_for_every_network(host, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["app", "--host", host])
    assert stopped.value.code == 2
    assert "--host: it is empty" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x"])
def test_a_port_that_is_none_is_not_understood(port, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["app", f"--port={port}"])
    assert stopped.value.code == 2
    assert "ports count from 1 to 65535" in capsys.readouterr().err


def test_a_port_in_use_is_said_in_a_sentence(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert cli.main(["app", f"--port={port}"]) == 1
    assert f"cannot be served at 127.0.0.1, port {port}" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="pseudo-terminals and /proc are Linux's")
def test_in_a_terminal_with_a_display_and_a_fresh_home_it_serves_without_a_key_and_asks_nobody(tmp_path):
    """The desktop of a newcomer: Streamlit would ask for an e-mail address, and a start without a display for an IP."""
    import pty

    (tmp_path / "sitecustomize.py").write_text(AUDIT, encoding="utf-8")
    (tmp_path / "xdg-open").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "xdg-open").chmod(0o755)
    home, asked, port = tmp_path / "home", tmp_path / "asked", free_port()
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")} | {
        "HOME": str(home),
        "DISPLAY": ":99",
        "ASKED": str(asked),
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parents[1])]),
    }
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "heartguard", "app", f"--port={port}"]
    server = subprocess.Popen(command, stdin=end, stdout=end, stderr=end, cwd=home, env=environment)
    try:
        assert health(port) == "ok"
        assert listening(port) == ["127.0.0.1"]
    finally:
        server.terminate()
        server.wait(20)
        os.close(terminal)
        os.close(end)
    lines = asked.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "watching"
    assert [line for line in lines[1:] if line != "watching" and "127.0.0.1" not in line] == []
    assert list(home.iterdir()) == []


def health(port: int) -> str:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    return "silent"


def listening(port: int) -> list[str]:
    """Return the addresses that are listened on at a port, from the tables of the kernel."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="utf-8").splitlines()[1:]]
    rows += [line.split() for line in Path("/proc/net/tcp6").read_text(encoding="utf-8").splitlines()[1:]]
    local = [row[1].split(":") for row in rows if row[3] == "0A"]
    return [socket.inet_ntoa(bytes.fromhex(host)[::-1]) for host, number in local if int(number, 16) == port]
