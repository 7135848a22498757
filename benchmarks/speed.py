"""Seconds and memory of reading one page: cold start, each stage when warm, and the peak memory of one reading.

    python benchmarks/speed.py [FILE]

Reads a shipped sample unless a file is named. Writes ``benchmarks/results/speed.csv``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from heartguard.values import Drawing

RESULTS = Path(__file__).parent / "results" / "speed.csv"
SAMPLE = Path(__file__).parents[1] / "assets" / "samples" / "normal-3x4.png"
REPEATS = 9
_ONE_READING = """
import resource, sys
from heartguard import read_ecg
read_ecg(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
"""


def cold_start(path: Path) -> tuple[float, float]:
    """Seconds and megabytes of a new process that reads one page."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", _ONE_READING, str(path)], capture_output=True, text=True, check=True)
    return time.perf_counter() - start, float(done.stdout.split()[-1])


def prediction_rows(drawing: Drawing) -> list[tuple[str, float, str]]:
    """Wall and processor time of one warm prediction with its map and findings; the latter is less moved by others."""
    from heartguard.reading import shared_engine

    engine = shared_engine()
    spent = []
    for _ in range(REPEATS):
        wall, cpu = time.perf_counter(), time.process_time()
        engine.predict(drawing.image[None])
        spent.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = 1000 * np.median(spent, axis=0)
    name = f"warm: one prediction with its map, {engine.backbone.engine}"
    return [(name, float(wall), "ms"), (f"{name}, processor time", float(cpu), "ms")]


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=SAMPLE)
    path = parser.parse_args().file
    seconds, megabytes = cold_start(path)
    from heartguard import read_ecg

    read_ecg(path)
    timings = pd.DataFrame([dict(read_ecg(path).timings_ms) for _ in range(REPEATS)])
    rows = [
        ("cold start to first result", seconds * 1000, "ms"),
        ("peak resident memory of one reading", megabytes, "MB"),
    ]
    rows += prediction_rows(read_ecg(path).drawing)
    rows += [(f"warm: {stage}", float(np.median(timings[stage])), "ms") for stage in timings.columns]
    table = pd.DataFrame(rows, columns=["what", "value", "unit"]).round(1)
    table.to_csv(RESULTS, index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
