"""Many sessions at once: seconds by stage, answers in the wrong session, and memory of the server.

    heartlab bench load --sessions 1 5 20 --pages 10 --wait 600

Each session is a client of the real server that says what a browser says, without drawing (`AppClient`): it uploads
pages one after the other, two of ten of them photos, waits for each answer, and at last asks for SHAP by lead. Every
page has a heart rate of its own, so that an answer in the wrong session would be seen. A page without an answer within
``--wait`` seconds, or with an error in its place, counts as failed, and the session begins anew; after two failures in
a row it ends, and what it did not ask counts as failed too. The server is told that it has 690 MB, as on a free host.
Stages are timed in the server. Memory is the resident one with what is mapped from files, and without that, which is
what a container must keep. Linux only. Writes ``benchmarks/results/load.csv``.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heartlab.checkout import CHECKOUT
from heartlab.data.tables import merged, read_table, write_table
from heartlab.evaluate.app_client import WAIT_S
from heartlab.evaluate.load_sessions import Asked, Progress, read_at_once
from heartlab.metrics.memory import share_mb, status_mb
from heartlab.simulate.ecg import simulate_ecg
from heartlab.simulate.encoded import png
from heartlab.simulate.page import PRESETS, render_page
from heartlab.simulate.photo import PHOTO_KINDS, random_print, take_photo

LIMIT_MB = 690
"""Memory that Streamlit Community Cloud guarantees to an app."""

RATES_BPM = range(48, 148, 10)
"""Heart rates of ten pages, further apart than a rate is ever wrong by."""

PHOTOS = (3, 7)
"""Which of the ten pages are photos."""

START_S = 120.0
"""Until the server answers; a busy machine takes a quarter of it."""

ENDS_S = 20.0
"""Until the server has ended once it was told to, else it is killed."""

WATCH_S = 0.05
"""Between two looks at the memory: the largest arrays of a reading live for longer."""

QUIET = 10
"""Percentile of the memory that is seen, about that between two readings."""

SETTLED_S = 5.0
"""After the last session has gone, until what it held is given back."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 5, 20], help="at once (default: 1 5 20)")
    parser.add_argument("--pages", type=int, default=10, help="read by each session (default: 10)")
    parser.add_argument("--wait", type=float, default=WAIT_S, help="seconds for one answer at most (default: 600)")


def run(args: argparse.Namespace) -> None:
    """Measure each number of sessions on a server of its own, and write its rows."""
    pages = asked_pages()
    for sessions in args.sessions:
        rows = [
            {"sessions": sessions, "pages": args.pages, **row}
            for row in measure(sessions, args.pages, pages, args.wait)
        ]
        table = write_table(merged(rows, read_table("load"), ["sessions", "what"]), "load")
        print(table[table.sessions == sessions].to_string(index=False), flush=True)


def asked_pages(numbers: Sequence[int] = range(len(RATES_BPM))) -> list[Asked]:
    """Return some of ten simulated pages, two of them photos, each with another rate."""
    pages = []
    for number in numbers:
        rate = RATES_BPM[number]
        signals = simulate_ecg("normal", rate, seed=number).signals
        if number in PHOTOS:
            printed = render_page(signals, random_print(number, ("3x4+1",)), seed=number)
            photo = take_photo(printed, PHOTO_KINDS["photo"](number), seed=number)
            pages.append(Asked(f"photo at {rate}.jpg", photo.encoded, rate))
        else:
            page = render_page(signals, PRESETS["clean"], seed=number)
            pages.append(Asked(f"page at {rate}.png", png(page.image), rate))
    return pages


def measure(sessions: int, count: int, pages: Sequence[Asked], wait_s: float = WAIT_S) -> list[dict[str, Any]]:
    """Return what so many sessions take that read so many pages each, the n-th beginning with the n-th page."""
    _say(f"{sessions} sessions read {count} pages each")
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "times") as (server, address):
        at_rest, own = status_mb("VmRSS", server), _Watch(server)
        began = time.monotonic()
        progress = Progress(sessions * (count + 1), _say)
        found = read_at_once(address, pages, sessions, count, progress, wait_s)
        seconds = time.monotonic() - began
        own.stop()
        time.sleep(SETTLED_S)
        times = _times(Path(folder) / "times")
        memory = {"memory at rest": at_rest, **(_memory_of(server, own) if own.alive else {})}
    answers = [answer for one in found for answer in one.answers_s]
    failed, wrong = sum(one.failed for one in found), sum(one.wrong for one in found)
    rows = [
        {"what": "readings", "p50": len(answers), "unit": ""},
        {"what": "pages or explanations that failed", "p50": failed, "unit": ""},
        {"what": "answers of another page", "p50": wrong, "unit": ""},
        {"what": "readings a minute", "p50": 60 * len(answers) / seconds, "unit": ""},
        *([{"what": "upload to answer", **_quantiles(answers), "unit": "s"}] if answers else []),
        *_stages(times),
        *({"what": what, "p50": megabytes, "unit": "MB"} for what, megabytes in memory.items()),
    ]
    if own.alive:
        percent = 100 * growth(own.seen_mb)
        rows.append({"what": "growth of memory from the second fifth to the last", "p50": percent, "unit": "%"})
    return [{**row, "p50": round(row["p50"], 1), "p95": round(row.get("p95", row["p50"]), 1)} for row in rows]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _times(path: Path) -> pd.DataFrame:
    """Return the times that the server wrote, without a row where it came to nothing."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return pd.DataFrame(map(json.loads, lines)) if lines else pd.DataFrame({"what": []})


def _memory_of(server: int, own: _Watch) -> dict[str, float]:
    return {
        "memory when all have gone": status_mb("VmRSS", server),
        "memory when all have gone, its share of what is mapped from files": share_mb(server),
        "memory when all have gone, without what is mapped from files": status_mb("RssAnon", server),
        "memory at its peak": status_mb("VmHWM", server),
        "memory at its peak, without what is mapped from files": own.most_mb,
    }


class _Watch:
    """Watches the memory of a process that no file could give back: Linux keeps its peak with those of files alone."""

    def __init__(self, process: int) -> None:
        self._process, self._ended = process, threading.Event()
        self.seen_mb: list[float] = []
        self.alive = True
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @property
    def most_mb(self) -> float:
        """The greatest megabytes that were seen."""
        return max(self.seen_mb)

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            while not self._ended.wait(WATCH_S):
                self.seen_mb.append(status_mb("RssAnon", self._process))
        except (OSError, StopIteration):  # a process that has ended has no memory, and then no entry
            self.alive = False
            _say("The server has ended by itself.")


def growth(seen_mb: Sequence[float]) -> float:
    """Return by which share memory grows from the second fifth of a run to the last, between readings.

    In the first fifth the models are loaded. Between readings memory is least; of each fifth the lowest tenth counts.

    Examples
    --------
    >>> growth([100, 200, 250, 200, 300, 200, 300, 200, 310, 220])
    0.1
    """
    fifths = np.array_split(np.asarray(seen_mb), 5)
    early, late = (float(np.percentile(fifth, QUIET, method="lower")) for fifth in (fifths[1], fifths[-1]))
    return round(late / early - 1, 4)


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    return {f"p{share}": float(np.percentile(values, share)) for share in (50, 95)}


def _stages(times: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the server's own milliseconds of every stage of readings, and of explanations."""
    for what, rows in times.groupby("what", sort=False):
        for stage in rows.columns.drop("what"):
            spent = rows[stage].dropna()
            if len(spent):
                yield {"what": f"{what}: {stage}", **_quantiles(spent.to_list()), "unit": "ms"}


@contextmanager
def serving(times: Path) -> Iterator[tuple[int, str]]:
    """Run the app on a server of its own, whose process and address are given; it writes its times to a file."""
    port = _free_port()
    surroundings = {**os.environ, "HEARTGUARD_TIMES": str(times), "HEARTGUARD_MEMORY_MB": str(LIMIT_MB)}
    options = ["--server.address=127.0.0.1", f"--server.port={port}", "--server.headless=true"]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, cwd=CHECKOUT, env=surroundings, stdout=subprocess.DEVNULL) as server:
        try:
            _wait(address)
            yield server.pid, address
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as trial:
        return int(trial.getsockname()[1])


def _wait(address: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=START_S):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"The server did not answer within {START_S:.0f} s.")
