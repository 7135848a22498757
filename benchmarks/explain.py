"""Every explanation against every test: does it name what matters to the network, and does it follow the network.

    python benchmarks/explain.py [--pages 24] [--folds 2] [--cache runs/vgg16]

Needs the shared data and what training kept (see README). Writes ``benchmarks/results/explain.csv``: one row a method
and test with the mean, a 95 % interval (bootstrap over header ids; over cases in the pointing game), and how many pages
or cases stand behind it; then seconds and memory. The pages are those that the head of their fold has not seen and
calls MI, PMI or HB. The app offers what beats chance in this table.
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

from heartguard.classify import load_spec, models_folder
from heartguard.lab import explain_trials as trials
from heartguard.lab.explain_cases import pointing_cases
from heartguard.lab.explain_models import Bench, TrialPage, trial_model
from heartguard.lab.explain_trials import Result

RESULTS = Path(__file__).parent / "results" / "explain.csv"
SAMPLE = Path(__file__).parents[1] / "assets" / "samples" / "normal-3x4.png"
REPEATS = 5
_MEMORY = """
import resource, sys
from heartguard import read_ecg
from heartguard.explain import MapMaker, lead_shap
from heartguard.reading import shared_engine
reading, engine = read_ecg(sys.argv[1]), shared_engine()
MapMaker(engine).heat_map("layercam block 3", reading.prediction, "MI")
lead_shap(reading.ecg, engine, "MI", evaluations=27)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
"""


def kept_path(cache: Path, fold: int) -> Path:
    """Return where the figures of a fold are written as they come, so that a run can be looked at before its end."""
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
    """Give the figures of one fold: some trials on every page, the dearer ones on every fourth, cases in between."""
    bench = Bench.load(args.cache, workers=1)
    weights = bench.fold_weights(fold)
    model = trial_model(bench.spec, weights)
    held = bench.held_pages(fold, weights, -(-args.pages // args.folds), seed=0)
    pages = [TrialPage(ecg, group, model) for ecg, group in held]
    cases = list(enumerate(pointing_cases(args.cases)))[fold :: args.folds]
    for number, page in enumerate(pages):
        yield from trials.page_trials(page, seed=1000 * fold + number)
        for order, case in cases[number :: len(pages)]:
            yield from trials.pointing_trials(case, model, order)
        if number % 2 == 0:
            yield from trials.stability_trials(page, with_shap=number % 4 == 0)
        if number % 4 == 0:
            yield from trials.randomisation_trials(page, weights)
            yield from trials.shap_trials(page, args.long_run)
        print(f"fold {fold}: page {number + 1} of {len(pages)}", file=sys.stderr, flush=True)


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
    from heartguard import read_ecg
    from heartguard.explain import MAP_METHODS, MapMaker, lead_shap
    from heartguard.reading import shared_engine

    reading, engine = read_ecg(SAMPLE), shared_engine()
    maps = MapMaker(engine)
    for name in MAP_METHODS:
        seconds = _seconds(partial(maps.heat_map, name, reading.prediction, "MI"))
        yield {"method": name, "test": "seconds beyond the prediction", **seconds}
    yield {"method": "lead shap", "test": "seconds", **_seconds(partial(lead_shap, reading.ecg, engine, "MI"), 2)}
    done = subprocess.run([sys.executable, "-c", _MEMORY, str(SAMPLE)], capture_output=True, text=True, check=True)
    yield {"method": "all", "test": "peak resident memory, MB", "value": float(done.stdout.split()[-1])}


def _seconds(work: Callable[[], object], repeats: int = REPEATS) -> dict[str, float]:
    """Return the median of wall-clock seconds after a warm-up, and of processor seconds over all threads."""
    work()
    wall, processor = [], []
    for _ in range(repeats):
        began, spent = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - spent)
    return {"value": float(np.median(wall)), "processor_seconds": float(np.median(processor))}


def main() -> None:
    """Run all trials and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=24, help="clinic pages in all")
    parser.add_argument("--folds", type=int, default=2, help="how many folds they come from, a process each")
    parser.add_argument("--cases", type=int, default=10, help="simulated ECGs of each kind for the pointing game")
    parser.add_argument("--cache", type=Path, default=Path("runs/vgg16"), help="work that training kept")
    parser.add_argument("--long-run", type=int, default=270, help="drawings of the run that lead SHAP is held against")
    args = parser.parse_args()
    if not (args.cache / "pretrained.pt").exists():
        parser.error(f"{args.cache} holds no training: run `make train` first, or name its folder with --cache.")
    os.environ["OMP_NUM_THREADS"] = "1"  # for the processes that are started now: one core each
    with ProcessPoolExecutor(args.folds, get_context("spawn")) as pool:
        list(pool.map(partial(run_fold, args=args), range(args.folds)))
    results = pd.concat([pd.read_json(kept_path(args.cache, fold), lines=True) for fold in range(args.folds)])
    table = pd.concat([summarise(results), pd.DataFrame(timings())], ignore_index=True)
    table["model"] = load_spec(models_folder() / "vgg16.json").identity
    table.round(4).to_csv(RESULTS, index=False)
    print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
