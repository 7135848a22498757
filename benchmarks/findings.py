"""PTB-XL's statements on records of patients kept out of training, drawn as pages and read back.

    python benchmarks/findings.py [--records 400]

Needs the shared data (see README). Writes ``benchmarks/results/findings.csv``: one row a statement with at least ten
positives: AUROC of VGG16 and signal model together with a 95 % interval (bootstrap over patients), that of the
network alone, and where the app reports the statement its threshold with sensitivity and specificity. The last row is
the mean over the five superclasses. A page that is refused counts as the least probable of all. The thresholds were set
on other patients (`heartguard.lab.datasets.calibration_signals`).
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from heartguard.classify import SecondModel, load_second, models_folder
from heartguard.classify.second_opinion import joint_share
from heartguard.classify.signal_network import mean_logits, stacked_signals
from heartguard.drawing import draw, segment_leads
from heartguard.errors import HeartGuardError
from heartguard.lab.datasets import measured_signals, read_record_500hz
from heartguard.lab.joint_findings import said_of
from heartguard.lab.metrics import auroc, bootstrap_interval
from heartguard.lab.paper import PRESETS, render_page
from heartguard.models import shared_models
from heartguard.page import find_page
from heartguard.trace import trace
from heartguard.values import Upload

RESULTS = Path(__file__).parent / "results" / "findings.csv"
LOOKS = ("clean", "clinic-3x4", "red-ticks", "skewed-scan", "clinic-6x2")
FEWEST = 10


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
        ecg = trace(find_page(Upload("simulated.png", "", "png", page.image), models.ink), models.line)
    except HeartGuardError:
        return np.full((2, names), -1.0)
    segments = segment_leads(ecg)
    logits = shared_models().vgg16.predict(draw(segments).image[None]).finding_logits
    if logits is None:
        raise SystemExit("The shipped model has no findings: run `heartguard train findings` first.")
    alone = 1 / (1 + np.exp(-logits[0].astype(np.float64)))
    networks = shared_second().networks
    if not networks:
        return np.stack([alone, alone])
    heard = mean_logits(networks, stacked_signals(segments))[1].astype(np.float64)
    joint = shared_second().spec.joint
    weight = 0.5 if joint is None else joint.finding_share
    return np.stack([np.vectorize(joint_share)(alone, heard, weight), alone])


@functools.lru_cache(maxsize=1)
def shared_second() -> SecondModel:
    """Return the signal model, loaded once a process."""
    second = load_second(models_folder())
    if second is None:
        raise SystemExit("There is no signal model: run `heartguard train second` first.")
    return second


def ranking(labels: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    """Return the AUROC of scores of shape (n, 1)."""
    return auroc(labels == 1, scores[:, 0])


def main() -> None:
    """Draw, read back, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=400)
    index = measured_signals()
    index = index.sample(min(parser.parse_args().records, len(index)), random_state=0).reset_index(drop=True)
    spec = shared_second().spec
    tasks = list(enumerate(index["record_id"]))
    # Fresh processes: OpenCV's threads do not survive a fork.
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        answers = pool.map(partial(scores_of, names=len(spec.statements)), tasks, chunksize=8)
        scores = np.stack(list(tqdm(answers, total=len(tasks))))
    truth, patients = said_of(index, spec.statements), index["patient_id"].tolist()
    rows = []
    for k, name in enumerate(spec.statements):
        positive = truth[:, k]
        if positive.sum() < FEWEST:
            continue
        both, alone = scores[:, 0, k], scores[:, 1, k]
        low, high = bootstrap_interval(positive.astype(np.int64), both[:, None], patients, ranking, repeats=500)
        row = {"statement": name, "records": len(index), "positives": int(positive.sum())}
        areas = {
            "auroc": auroc(positive, both),
            "low": low,
            "high": high,
            "auroc_network_alone": auroc(positive, alone),
        }
        row |= {key: round(value, 3) for key, value in areas.items()}
        threshold = spec.joint.finding_thresholds.get(name) if spec.joint else None
        if threshold is not None:
            given = both >= threshold
            row |= {"threshold": threshold, "sensitivity": round(float(given[positive].mean()), 3)}
            row |= {"specificity": round(float((~given[~positive]).mean()), 3)}
        rows.append(row)
    table = pd.DataFrame(rows)
    supers = table[table["statement"].str.startswith("super:")]
    mean = {"statement": "mean over the superclasses", "records": len(index)}
    mean |= {column: round(supers[column].mean(), 3) for column in ("auroc", "auroc_network_alone")}
    table = pd.concat([table, pd.DataFrame([mean])], ignore_index=True)
    table.to_csv(RESULTS, index=False)
    print(table.to_string(index=False))
    print(f"{int((scores[:, 0, 0] < 0).sum())} of {len(index)} pages were refused")


if __name__ == "__main__":
    main()
