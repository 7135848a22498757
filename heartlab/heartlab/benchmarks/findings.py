"""PTB-XL's statements on records of patients kept out of training, drawn as pages and read back.

    heartlab bench findings [--records 400]

Needs the shared data (see README). Writes ``benchmarks/results/findings.csv``: one row a statement with at least ten
positives: AUROC of VGG16 and signal model together with a 95 % interval (bootstrap over patients), that of the
network alone, and where the app reports the statement its threshold with sensitivity and specificity. The last row is
the mean over the five superclasses. A page that is refused counts as the least probable of all. The thresholds were set
on other patients (`heartlab.data.datasets.calibration_signals`).
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from heartguard.arrays import Mask
from heartguard.classify import SignalModel, load_signal_model, models_folder
from heartguard.classify.signal_model import logit_average
from heartguard.classify.signal_network import stacked_signals
from heartguard.drawing import draw, segment_leads
from heartguard.errors import HeartGuardError
from heartguard.models import shared_models
from heartguard.page import find_page
from heartguard.trace import trace
from heartguard.values import Upload
from heartlab.data.datasets import measured_signals, read_record_500hz
from heartlab.data.tables import write_table
from heartlab.metrics.classification import auroc, binary_auroc, bootstrap_interval
from heartlab.simulate.page import PRESETS, render_page
from heartlab.train.signal.joint_findings import said_of

LOOKS = ("clean", "clinic-3x4", "red-ticks", "skewed-scan", "clinic-6x2")
"""Simulated page styles in turn."""

FEWEST = 10
"""Findings with fewer positive records are left out: their AUROC would have no meaning. By hand."""


def scores_of(task: tuple[int, str], names: int) -> NDArray[np.float64]:
    """Return the probabilities for one record by both models and by the network alone, shape (2, statements).

    The record is drawn in one of several looks; -1 if its page is refused.
    """
    import cv2

    cv2.setNumThreads(1)
    number, record = task
    page = render_page(read_record_500hz(record), PRESETS[LOOKS[number % len(LOOKS)]], seed=number)
    try:
        models = shared_models()
        ecg = trace(find_page(Upload("simulated.png", "", "png", page.image), models.page), models.line)
    except HeartGuardError:
        return np.full((2, names), -1.0)
    segments = segment_leads(ecg)
    logits = shared_models().vgg16.predict(draw(segments).image[None]).finding_logits
    if logits is None:
        raise SystemExit("The shipped model has no findings: run `heartlab train findings` first.")
    alone = 1 / (1 + np.exp(-logits[0].astype(np.float64)))
    heard = shared_signal_model().networks.logits(stacked_signals(segments))[1].astype(np.float64)
    joint = shared_signal_model().spec.joint
    weight = 0.5 if joint is None else joint.finding_share
    return np.stack([np.vectorize(logit_average)(alone, heard, weight), alone])


@functools.lru_cache(maxsize=1)
def shared_signal_model() -> SignalModel:
    """Return the signal model, loaded once a process."""
    second = load_signal_model(models_folder())
    if second is None:
        raise SystemExit("There is no signal model: run `heartlab train second` first.")
    return second


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--records", type=int, default=400, help="records, drawn at random (default: 400)")


def run(args: argparse.Namespace) -> None:
    """Draw, read back, and measure."""
    index = measured_signals()
    index = index.sample(min(args.records, len(index)), random_state=0).reset_index(drop=True)
    scores, spec = _scores(list(index["record_id"])), shared_signal_model().spec
    truth, patients = said_of(index, spec.statements), index["patient_id"].tolist()
    rows: list[dict[str, Any]] = []
    for k, name in enumerate(spec.statements):
        if truth[:, k].sum() >= FEWEST:
            threshold = spec.joint.finding_thresholds.get(name) if spec.joint else None
            rows.append({"statement": name, **_figures(truth[:, k], scores[:, :, k], patients, threshold)})
    table = pd.DataFrame(rows)
    supers = table[table["statement"].str.startswith("super:")]
    mean = {column: round(supers[column].mean(), 3) for column in ("auroc", "auroc_network_alone")}
    rows.append({"statement": "mean over the superclasses", "records": len(index), **mean})
    print(write_table(rows, "findings").to_string(index=False))
    print(f"{int((scores[:, 0, 0] < 0).sum())} of {len(index)} pages were refused")


def _scores(records: list[str]) -> NDArray[np.float64]:
    """Return the probabilities for all records, shape (records, 2, statements)."""
    names = len(shared_signal_model().spec.statements)
    # Fresh processes: OpenCV's threads do not survive a fork.
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        answers = pool.map(partial(scores_of, names=names), list(enumerate(records)), chunksize=8)
        return np.stack(list(tqdm(answers, total=len(records))))


def _figures(
    positive: Mask, scores: NDArray[np.float64], patients: list[Any], threshold: float | None
) -> dict[str, Any]:
    """Return the figures of one statement from the scores of both models and of the network alone, (records, 2)."""
    both, alone = scores.T
    low, high = bootstrap_interval(positive.astype(np.int64), both[:, None], patients, binary_auroc, repeats=500)
    row: dict[str, Any] = {"records": len(positive), "positives": int(positive.sum())}
    areas = {"auroc": auroc(positive, both), "low": low, "high": high, "auroc_network_alone": auroc(positive, alone)}
    row |= {key: round(value, 3) for key, value in areas.items()}
    if threshold is not None:
        given = both >= threshold
        row |= {"threshold": threshold, "sensitivity": round(float(given[positive].mean()), 3)}
        row |= {"specificity": round(float((~given[~positive]).mean()), 3)}
    return row
