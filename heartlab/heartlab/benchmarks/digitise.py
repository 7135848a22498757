"""Pages of held-back PTB-XL records in every condition, and real photos, read and compared with the truth.

    heartlab bench digitise [--records 40] [--only "simulated photos"] [--jobs 2] [--details pages.csv]

Needs the shared data (see README). Writes ``benchmarks/results/digitise.csv``, one row a condition; rows of conditions
that are not run stay as they were. What the columns mean stands in ``docs/digitisation.md``. The pictures of a
condition are made in one process and read in another, so that its peak memory is that of reading alone; both use one
core, and `--jobs` conditions run side by side.
"""

from __future__ import annotations

import argparse
import multiprocessing
import pickle
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import pandas as pd

from heartguard.models import shared_models
from heartlab.data.datasets import held_back_signals, load_photos
from heartlab.data.tables import merged, read_table, write_table
from heartlab.evaluate.digitising import CaseScore, score_case, summarise
from heartlab.evaluate.digitising_conditions import CONDITIONS, REAL_PHOTOS, make_case, real_photo_case
from heartlab.metrics.memory import peak_memory_mb

NAMES = [*CONDITIONS, REAL_PHOTOS]
"""Conditions that can be run."""


def make_pictures(condition: str, records: list[str], folder: Path) -> int:
    """Write one pickled case a record and return how many there are; real photos know their own records."""
    cv2.setNumThreads(1)
    photos = len(load_photos())
    rows = range(0, photos, max(1, photos // len(records)))
    numbers = list(rows)[: len(records)] if condition == REAL_PHOTOS else list(range(len(records)))
    for place, number in enumerate(numbers):
        case = real_photo_case(number) if condition == REAL_PHOTOS else make_case(condition, records[number], number)
        (folder / f"{place}.pickle").write_bytes(pickle.dumps(case))
    return len(numbers)


def read_pictures(folder: Path, count: int) -> tuple[list[CaseScore], float]:
    """Read and score the pictures of a folder; return the scores and this process's peak memory in megabytes."""
    cv2.setNumThreads(1)
    shared_models()
    scores = [score_case(pickle.loads((folder / f"{place}.pickle").read_bytes())) for place in range(count)]
    return scores, peak_memory_mb()


def run_condition(condition: str, records: list[str]) -> tuple[dict[str, Any], list[CaseScore]]:
    """Make, then read, each in a fresh process."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = _in_a_fresh_process(make_pictures, condition, records, folder)
        made = time.perf_counter() - start
        scores, peak = _in_a_fresh_process(read_pictures, folder, count)
    row = summarise(condition, scores, peak)
    print(f"{condition}: {made:.0f} s to make, {time.perf_counter() - start - made:.0f} s to read", row, flush=True)
    for score in scores:
        if score.refusal:
            print(f"  {score.name}: {score.refusal}", flush=True)
    return row, scores


def _in_a_fresh_process(work: Any, *arguments: Any) -> Any:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *arguments).result()


def write_details(path: Path, found: dict[str, list[CaseScore]]) -> None:
    """Write one row a page, for looking at the worst."""
    rows = [
        {
            "condition": condition,
            "page": score.name,
            "physionet_db": round(score.page_db, 2),
            "worst_lead_db": round(float(pd.Series(score.lead_db).min()), 2),
            "layout_right": score.layout_right,
            "same_label": score.same_label,
            "moved": score.moved,
            "seconds": round(score.seconds, 2),
            "refusal": score.refusal,
        }
        for condition, scores in found.items()
        for score in scores
    ]
    pd.DataFrame(rows).to_csv(path, index=False)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--records", type=int, default=40, help="records a condition (default: 40)")
    parser.add_argument("--only", action="append", choices=NAMES, metavar="CONDITION", help=f"one of {NAMES}")
    parser.add_argument("--jobs", type=int, default=2, help="conditions side by side (default: 2)")
    parser.add_argument("--details", type=Path, help="also write one row a page to this file")


def run(args: argparse.Namespace) -> None:
    """Run the chosen conditions and write the table."""
    names = list(held_back_signals()["record_id"])
    records = names[:: max(1, len(names) // args.records)][: args.records]
    start = time.perf_counter()
    done: dict[str, list[CaseScore]] = {}
    with ThreadPoolExecutor(args.jobs) as threads:
        for row, scores in threads.map(lambda name: run_condition(name, records), args.only or NAMES):
            write_table(merged([row], read_table("digitise"), ["condition"], NAMES), "digitise")
            done[row["condition"]] = scores
            if args.details:
                write_details(args.details, done)
    print(f"{time.perf_counter() - start:.0f} s in all")
