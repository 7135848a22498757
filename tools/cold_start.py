"""Start the app of two checkouts turn about, and put seconds to the first screen and memory at rest beside each other.

    python tools/cold_start.py ../before            # this checkout against another, both by the Python that runs this
    python tools/cold_start.py ../before --write    # also write benchmarks/results/cold-start.csv

Seconds of the processor are of the server alone, which other work on the machine changes less than those of the clock.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

from browser import chromium, visitor
from fresh import ROOT, free_port, memory_mb, serving

RESULTS = ROOT / "benchmarks" / "results" / "cold-start.csv"

RUNS = 5
"""Of each checkout; the median is given."""

REST_S = 4
"""Until the server has done what the first screen asked of it."""

FIRST_SCREEN = '[data-testid="stFileUploader"]'
"""Where a file is given: what a first visitor waits for."""


class Start(NamedTuple):
    """One start: seconds of the clock and of the processor to the first screen, and megabytes at rest."""

    seconds: float
    processor_s: float
    memory: float


def start(checkout: Path, executable: str) -> Start:
    """Start the app of a checkout and open its first screen."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    settings = {"STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "STREAMLIT_SERVER_PORT": str(port)}
    with visitor(executable) as (page, _):
        began = time.monotonic()
        with serving(command, port, checkout, settings) as server:
            page.goto(f"http://127.0.0.1:{port}/")
            page.locator(FIRST_SCREEN).first.wait_for()
            seconds, processor_s = time.monotonic() - began, _processor_s(server.pid)
            time.sleep(REST_S)
            return Start(seconds, processor_s, memory_mb(server.pid)[0])


def _processor_s(process: int) -> float:
    """Return the seconds that a process has spent; on Linux."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    user, system = 11, 12  # fields 14 and 15 of the line, counted from the first after the name
    return (int(fields[user]) + int(fields[system])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run the comparison and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path, help="another checkout of HeartGuard")
    parser.add_argument("--write", action="store_true", help=f"write the figures to {RESULTS.relative_to(ROOT)}")
    args = parser.parse_args()
    executable = chromium()
    if executable is None:
        print("This needs Chromium: apt-get install chromium, or name one in $CHROMIUM.", file=sys.stderr)
        return 1
    pairs = [(start(args.before, executable), start(ROOT, executable)) for _ in range(RUNS)]
    rows = []
    for place, (what, unit) in enumerate(
        [("start to the first screen", "s"), ("the same, processor", "s"), ("memory at rest", "MB")]
    ):
        before, now = (statistics.median(pair[side][place] for pair in pairs) for side in (0, 1))
        rows.append((what, f"{before:.1f}", f"{now:.1f}", unit))
        print(f"{what:30} before {before:6.1f}  now {now:6.1f} {unit}")
    if args.write:
        with RESULTS.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([("what", "before", "now", "unit"), *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
