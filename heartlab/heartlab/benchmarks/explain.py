"""Every explanation against every test: whether the parts that it names matter, and the weights do.

    heartlab bench explain [--pages 60] [--folds 5] [--jobs 2] [--cache runs/vgg16] [--only timings]

Needs the shared data and what training kept (see README); the timings need neither. Writes
``benchmarks/results/explain.csv``: one row a method and test with the mean, a 95 % interval (bootstrap over header ids;
over cases in the pointing game), and how many pages or cases stand behind it; then seconds and memory. The pages are
those that the head of their fold has not seen and calls MI, PMI or HB. The app offers what beats chance in this table.
With ``--only`` some parts are measured again and the other rows stay. How each test is defined: docs/explanations.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from heartguard import read_ecg
from heartguard.classify import Engine, Weights, load_spec, models_folder
from heartguard.drawing import draw, segment_leads
from heartguard.explain import MAP_METHODS, MapMaker, lead_shap, pixel_shap
from heartguard.models import shared_models
from heartguard.samples import SAMPLES_FOLDER
from heartguard.values import Ecg
from heartlab.checkout import CACHE
from heartlab.data.tables import merged, read_table, write_table
from heartlab.evaluate import explain_trials as trials
from heartlab.evaluate.explain_cases import pointing_cases
from heartlab.evaluate.explain_models import Bench, TrialPage, trial_model
from heartlab.evaluate.explain_pointing import pointing_trials
from heartlab.evaluate.explain_trials import Result

SAMPLE = SAMPLES_FOLDER / "normal-3x4.png"
"""The page on which times are measured."""

REPEATS = 5
"""Repeats of each time, of which the median is taken."""

PARTS = ("maps", "pixel shap", "pointing", "timings")
"""Parts of the benchmark that can be run alone."""
TABLE_COLUMNS = ["method", "test", "value", "low", "high", "pages", "processor_seconds", "model"]
"""Columns of the table."""

_MEMORY = """
import sys
from heartguard import read_ecg
from heartguard.explain import MapMaker, lead_shap, pixel_shap
from heartlab.metrics.memory import peak_memory_mb
from heartguard.models import shared_models
reading, engine = read_ecg(sys.argv[1]), shared_models().vgg16
MapMaker(engine).heat_map("layercam block 3", reading.prediction, "MI")
lead_shap(reading.ecg, engine, "MI", evaluations=27)
pixel_shap(reading.drawing, engine, "MI", evaluations=40)
print(peak_memory_mb())
"""
"""Program that measures the memory of an explanation in a process of its own."""


def kept_path(cache: Path, fold: int) -> Path:
    """Return the file to which the figures of a fold are appended as they are measured."""
    return cache / f"explain-{fold}.jsonl"


def run_fold(fold: int, args: argparse.Namespace) -> None:
    """Work out all figures of one fold's model; runs in a process of its own."""
    import cv2
    import torch

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    with kept_path(args.cache, fold).open("w", encoding="utf-8", buffering=1) as file:
        for result in _trials(fold, args):
            file.write(json.dumps(dataclasses.asdict(result)) + "\n")


def _trials(fold: int, args: argparse.Namespace) -> Iterator[Result]:
    """Give the figures of one fold, page by page, with the cases in between."""
    bench = Bench.load(args.cache, workers=1)
    weights = bench.fold_weights(fold)
    model = trial_model(bench.spec, weights)
    held = bench.held_pages(fold, weights, -(-args.pages // args.folds), seed=0)
    pages = [TrialPage(ecg, group, model) for ecg, group in held]
    cases = list(enumerate(pointing_cases(args.cases)))[fold :: args.folds]
    for number, page in enumerate(pages):
        if "maps" in args.only:
            yield from _on_maps(page, number, weights, fold, args.long_run)
        if "pixel shap" in args.only and number < len(pages) / 2:  # it takes minutes a page
            yield from trials.pixel_trials(page, seed=1000 * fold + number)
            if number % 4 == 0:
                yield from trials.pixel_randomisation(page, weights)
        for order, case in cases[number :: len(pages)] if "pointing" in args.only else ():
            yield from pointing_trials(case, model, order)
        print(f"fold {fold}: page {number + 1} of {len(pages)}", file=sys.stderr, flush=True)


def _on_maps(page: TrialPage, number: int, weights: Weights, fold: int, long_run: int) -> Iterator[Result]:
    """Give the figures of the maps and of lead SHAP on one page: the dearer ones on every second or fourth page."""
    yield from trials.page_trials(page, seed=1000 * fold + number)
    if number % 2 == 0:
        yield from trials.stability_trials(page, with_shap=number % 4 == 0)
    if number % 4 == 0:
        yield from trials.randomisation_trials(page, weights)
        yield from trials.shap_trials(page, long_run)


def summarise(results: pd.DataFrame) -> pd.DataFrame:
    """Return mean and 95 % interval of each method and test; groups, not pages, are drawn with replacement."""
    rows = []
    for (method, test), part in results.groupby(["method", "test"], sort=False):
        sums = part.groupby("group")["value"].agg(["sum", "count"]).to_numpy()
        drawn = sums[np.random.default_rng(0).integers(0, len(sums), (2000, len(sums)))].sum(axis=1)
        low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
        row = {"method": method, "test": test, "value": part["value"].mean(), "low": low, "high": high}
        rows.append({**row, "pages": len(part)})
    return pd.DataFrame(rows)


def timings() -> Iterator[dict[str, object]]:
    """Give seconds of each method beyond the prediction, warm, with the shipped engine, and the peak memory."""
    reading, engine = read_ecg(SAMPLE), shared_models().vgg16
    maps = MapMaker(engine)
    for name in MAP_METHODS:
        seconds = _seconds(partial(maps.heat_map, name, reading.prediction, "MI"))
        yield {"method": name, "test": "seconds beyond the prediction", **seconds}
    yield {"method": "lead shap", "test": "seconds to the first progress", **_first_progress(reading.ecg, engine)}
    yield {"method": "lead shap", "test": "seconds", **_seconds(partial(lead_shap, reading.ecg, engine, "MI"), 2)}
    by_pixel = partial(pixel_shap, draw(segment_leads(reading.ecg)), engine, "MI")
    yield {"method": "pixel shap", "test": "seconds", **_seconds(by_pixel, 1, warm_up=False)}
    done = subprocess.run([sys.executable, "-c", _MEMORY, str(SAMPLE)], capture_output=True, text=True, check=True)
    yield {"method": "all", "test": "peak resident memory, MB", "value": float(done.stdout.split()[-1])}


def _first_progress(ecg: Ecg, engine: Engine) -> dict[str, float]:
    """Return when lead SHAP first reports how far it is, the first time in a process."""
    reports: list[tuple[float, float]] = []
    began, spent = time.perf_counter(), time.process_time()
    lead_shap(
        ecg,
        engine,
        "MI",
        on_progress=lambda done, total: reports.append((time.perf_counter() - began, time.process_time() - spent)),
    )
    return {"value": reports[0][0] if _idle() else np.nan, "processor_seconds": reports[0][1]}


def _idle() -> bool:
    return os.getloadavg()[0] <= (os.cpu_count() or 1) + 1


def _seconds(work: Callable[[], object], repeats: int = REPEATS, warm_up: bool = True) -> dict[str, float]:
    """Return the medians of wall-clock seconds and of processor seconds over all threads; no wall clock while busy."""
    if warm_up:
        work()
    wall, processor = [], []
    for _ in range(repeats):
        began, spent = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - spent)
    return {"value": float(np.median(wall)) if _idle() else np.nan, "processor_seconds": float(np.median(processor))}


def run_folds(args: argparse.Namespace) -> pd.DataFrame:
    """Run the trials, a process for each fold, and return the figures of all pages and cases."""
    os.environ["OMP_NUM_THREADS"] = "1"  # for the processes that are started now: one core each
    with ProcessPoolExecutor(args.jobs, get_context("spawn"), max_tasks_per_child=1) as pool:
        list(pool.map(partial(run_fold, args=args), range(args.folds)))
    return pd.concat([pd.read_json(kept_path(args.cache, fold), lines=True) for fold in range(args.folds)])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--pages", type=int, default=60, help="clinic pages in all")
    parser.add_argument("--folds", type=int, default=5, help="how many folds they come from")
    parser.add_argument("--jobs", type=int, default=2, help="folds side by side, a core each")
    parser.add_argument("--cases", type=int, default=30, help="simulated ECGs of each kind for the pointing game")
    parser.add_argument("--cache", type=Path, default=CACHE, help="work that training kept")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure; the rest stays")
    parser.add_argument("--long-run", type=int, default=270, help="drawings of the run that lead SHAP is held against")


def run(args: argparse.Namespace) -> None:
    """Run all trials and write the table; rows of another model are dropped."""
    tables = [pd.DataFrame(timings())] if "timings" in args.only else []
    if set(args.only) - {"timings"}:
        if not (args.cache / "pretrained.pt").exists():
            raise FileNotFoundError(f"{args.cache} holds no training: run `make train`, or name its folder by --cache.")
        tables.insert(0, summarise(run_folds(args)))
    model, kept = load_spec(models_folder() / "vgg16.json").identity, read_table("explain")
    fresh = pd.concat(tables, ignore_index=True).round(4).assign(model=model).reindex(columns=TABLE_COLUMNS)
    kept = kept if kept.empty else kept[kept["model"] == model]
    print(write_table(merged(fresh, kept, ["method", "test"]), "explain").round(3).to_string(index=False))
