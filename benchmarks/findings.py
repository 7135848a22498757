"""PTB-XL's statements on records of patients kept out of training, drawn as pages and read back.

    python benchmarks/findings.py [--records 400]

Needs the shared data (see README). Writes ``benchmarks/results/findings.csv``: one row a statement with at least ten
positives, AUROC with a 95 % interval (bootstrap over patients), and where the app reports the statement its threshold
with sensitivity and specificity. The last row is the mean over the five superclasses. A page that is refused counts as
the least probable of all.
"""

from __future__ import annotations

import argparse
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from heartguard.classify import load_spec, models_folder
from heartguard.classify.findings import load_findings
from heartguard.drawing import draw
from heartguard.errors import HeartGuardError
from heartguard.lab.datasets import held_back_signals, read_record_500hz
from heartguard.lab.metrics import auroc, bootstrap_interval
from heartguard.lab.paper import PRESETS, render_page
from heartguard.lab.signal_labels import statements
from heartguard.page import find_page
from heartguard.reading import shared_engine
from heartguard.trace import trace
from heartguard.values import Upload

RESULTS = Path(__file__).parent / "results" / "findings.csv"
LOOKS = ("clean", "clinic-3x4", "red-ticks", "skewed-scan", "clinic-6x2")
FEWEST = 10


def scores_of(task: tuple[int, str], names: int) -> NDArray[np.float32]:
    """Return the outputs for one record, drawn in one of several looks; minus infinity if its page is refused."""
    import cv2

    cv2.setNumThreads(1)
    number, record = task
    page = render_page(read_record_500hz(record), PRESETS[LOOKS[number % len(LOOKS)]], seed=number)
    try:
        drawing = draw(trace(find_page(Upload("simulated.png", "", "png", page.image))))
    except HeartGuardError:
        return np.full(names, -np.inf, np.float32)
    found = shared_engine().predict(drawing.image[None]).finding_logits
    if found is None:
        raise SystemExit("The shipped model has no findings: run `heartguard train findings` first.")
    return found[0]


def ranking(labels: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    """Return the AUROC of scores of shape (n, 1)."""
    return auroc(labels == 1, scores[:, 0])


def main() -> None:
    """Draw, read back, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=400)
    index = held_back_signals()
    index = index.sample(min(parser.parse_args().records, len(index)), random_state=0).reset_index(drop=True)
    head = load_findings(models_folder(), load_spec(models_folder() / "vgg16.json").sha256)
    if head is None:
        raise SystemExit("The shipped model has no findings: run `heartguard train findings` first.")
    tasks = list(enumerate(index["record_id"]))
    # Fresh processes: OpenCV's threads do not survive a fork.
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        answers = pool.map(partial(scores_of, names=len(head.spec.names)), tasks, chunksize=8)
        scores = np.stack(list(tqdm(answers, total=len(tasks)))).astype(np.float64)
    said = [statements(labels) for labels in index["labels"]]
    patients = index["patient_id"].to_numpy()
    rows = []
    for k, name in enumerate(head.spec.names):
        positive = np.array([name in found for found in said])
        if positive.sum() < FEWEST:
            continue
        labels = positive.astype(np.int64)
        low, high = bootstrap_interval(labels, scores[:, [k]], patients.tolist(), ranking, repeats=500)
        row = {"statement": name, "records": len(index), "positives": int(positive.sum())}
        row |= {"auroc": round(auroc(positive, scores[:, k]), 3), "low": round(low, 3), "high": round(high, 3)}
        if name in head.spec.thresholds:
            given = scores[:, k] >= np.log(head.spec.thresholds[name] / (1 - head.spec.thresholds[name]))
            row |= {"threshold": head.spec.thresholds[name], "sensitivity": round(float(given[positive].mean()), 3)}
            row |= {"specificity": round(float((~given[~positive]).mean()), 3)}
        rows.append(row)
    table = pd.DataFrame(rows)
    supers = table[table["statement"].str.startswith("super:")]
    mean = {"statement": "mean over the superclasses", "records": len(index), "auroc": round(supers["auroc"].mean(), 3)}
    table = pd.concat([table, pd.DataFrame([mean])], ignore_index=True)
    table.to_csv(RESULTS, index=False)
    print(table.to_string(index=False))
    print(f"{int(np.isinf(scores[:, 0]).sum())} of {len(index)} pages were refused")


if __name__ == "__main__":
    main()
