"""Seconds and memory of reading one page: cold start, each stage when warm, and the peak memory of one reading.

    heartlab bench speed [FILE]

Reads a shipped sample unless a file is named, and a simulated photo of 12 megapixels. Linux only. Writes
``benchmarks/results/speed.csv``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from heartguard.drawing import draw, segment_leads
from heartguard.samples import SAMPLES_FOLDER
from heartguard.values import Drawing
from heartlab.data.tables import write_table
from heartlab.simulate.ecg import simulate_ecg
from heartlab.simulate.page import render_page
from heartlab.simulate.photo import PHOTO_KINDS, random_print, take_photo

SAMPLE = SAMPLES_FOLDER / "normal-3x4.png"
"""The clean page whose reading is timed."""

REPEATS, PHOTO_REPEATS = 9, 3
"""Readings of which the median is taken; fewer of photos, as each takes seconds."""

_ONE_READING = """
import sys
from heartguard import read_ecg
from heartlab.metrics.memory import peak_memory_mb
read_ecg(sys.argv[1])
print(peak_memory_mb())
"""
"""Program that measures the memory of one reading in a process of its own."""


def cold_start(path: Path) -> tuple[float, float]:
    """Seconds and megabytes of a new process that reads one page."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", _ONE_READING, str(path)], capture_output=True, text=True, check=True)
    return time.perf_counter() - start, float(done.stdout.split()[-1])


def prediction_rows(drawing: Drawing) -> list[tuple[str, float, str]]:
    """Wall and processor time of one warm prediction with its map and findings; the latter is less moved by others."""
    from heartguard.models import shared_models

    engine = shared_models().vgg16
    spent = []
    for _ in range(REPEATS):
        wall, cpu = time.perf_counter(), time.process_time()
        engine.predict(drawing.image[None])
        spent.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = 1000 * np.median(spent, axis=0)
    name = f"warm: one prediction with its map, {engine.backbone.engine}"
    return [(name, float(wall), "ms"), (f"{name}, processor time", float(cpu), "ms")]


def photo_rows() -> list[tuple[str, float, str]]:
    """Wall time, processor time and peak memory of reading a simulated photo of 12 megapixels."""
    from heartguard import read_ecg

    photo = simulated_photo()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        path.write_bytes(photo)
        megabytes = cold_start(path)[1]
    spent = []
    for _ in range(PHOTO_REPEATS):
        wall, cpu = time.perf_counter(), time.process_time()
        read_ecg(photo)
        spent.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = 1000 * np.median(spent, axis=0)
    name = "photo of 12 megapixels"
    return [
        (f"warm: {name}", float(wall), "ms"),
        (f"warm: {name}, processor time", float(cpu), "ms"),
        (f"peak resident memory of one reading, {name}", megabytes, "MB"),
    ]


def simulated_photo(seed: int = 1) -> bytes:
    """Return a JPEG of 4000 by 3000 pixels of a simulated ECG: a printed page on a desk, folded, in perspective."""
    page = render_page(simulate_ecg("normal", 72, seed).signals, random_print(seed, ("3x4+1",)), seed=seed)
    style = replace(PHOTO_KINDS["photo"](seed), width_px=4000, height_px=3000)
    return take_photo(page, style, seed=seed).encoded


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("file", type=Path, nargs="?", default=SAMPLE, help="a page (default: a shipped sample)")


def run(args: argparse.Namespace) -> None:
    """Measure and write the table."""
    path = args.file
    seconds, megabytes = cold_start(path)
    from heartguard import read_ecg

    read_ecg(path)
    timings = pd.DataFrame([dict(read_ecg(path).timings_ms) for _ in range(REPEATS)])
    rows = [
        ("cold start to first result", seconds * 1000, "ms"),
        ("peak resident memory of one reading", megabytes, "MB"),
    ]
    rows += prediction_rows(draw(segment_leads(read_ecg(path).ecg)))
    rows += [(f"warm: {stage}", float(np.median(timings[stage])), "ms") for stage in timings.columns]
    rows += photo_rows()
    table = pd.DataFrame(rows, columns=["what", "value", "unit"]).round(1)
    print(write_table(table, "speed").to_string(index=False))
