"""Out-of-distribution detection: AUROC by kind of input, and the share that the page finder already refuses.

    heartlab bench unlike [--count 100]

Needs the shared data and what `heartlab train vgg16` kept in its cache. Every kind of unlike drawing is set against
the clinic pages, each page scored by a model of the other folds; the unlike ones by the shipped score. Writes
``benchmarks/results/unlike.csv``: AUROC with a 95 % interval (bootstrap over drawings and header ids), the share above
the shipped limit, and for pictures the share that never becomes a drawing.
"""

from __future__ import annotations

import argparse
from typing import Any

import cv2
import numpy as np
import pandas as pd

from heartguard.classify import load_engine
from heartguard.errors import HeartGuardError
from heartguard.page import find_page
from heartguard.trace import trace
from heartguard.values import Upload
from heartlab.data.page_set import add_page_arguments, load_traced_pages
from heartlab.data.page_traces import reading_networks
from heartlab.data.tables import write_table
from heartlab.evaluate.ood_inputs import PICTURES, unlike_drawings
from heartlab.metrics.classification import auroc, binary_auroc, bootstrap_interval
from heartlab.train.vgg16.features import build_bank
from heartlab.train.vgg16.out_of_distribution import OodRecipe, out_of_fold_scores, whole_pages

BARS = {"no ECG": 0.98, "blank paper": 0.98}
"""Least AUROC of these kinds; chosen by hand."""

OTHER_BAR = 0.95
"""Least AUROC of all other kinds; chosen by hand."""

FIRST_SEED = 1000  # the score was chosen on smaller seeds


def refused(kind: str, count: int) -> float:
    """Return the share of pictures of a kind that no reading comes from."""
    left = 0
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        try:
            page_models, line = reading_networks()
            trace(find_page(Upload("unlike.png", "", "png", PICTURES[kind](seed)), page_models), line)
            left += 1
        except HeartGuardError:
            pass
    return 1 - left / count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    add_page_arguments(parser)
    parser.add_argument("--count", type=int, default=100, help="drawings of each kind")
    parser.add_argument("--pictures", type=int, default=40, help="pictures of each kind given to the page finder")


def run(args: argparse.Namespace) -> None:
    """Draw, score and compare."""
    cv2.setNumThreads(1)
    clinic, recipe, engine = load_traced_pages(args), OodRecipe(), load_engine()
    if engine.ood_detector is None:
        raise FileNotFoundError("The shipped model has no score for unlike inputs: run `heartlab train novelty` first.")
    traces, pages = clinic.traces, clinic.labelled
    usual = build_bank(args.cache, args.cache / "pretrained.pt", traces, copies=0).clean[pages.readable]
    whole = whole_pages(traces, recipe.least_traced)[pages.readable]
    threshold = engine.ood_detector.threshold
    page_scores = out_of_fold_scores(usual, pages.folds[pages.readable], whole, recipe.rank) / threshold
    groups = pages.table["group_id"].to_numpy(str)[pages.readable].tolist()
    rows: list[dict[str, Any]] = []
    ecgs = [traces.ecg(int(row)) for row in np.flatnonzero(pages.readable)[:: len(usual) // args.count]]
    for kind, drawings in unlike_drawings(ecgs, args.count, FIRST_SEED).items():
        found = np.concatenate([engine.predict(image[None]).ood_scores for image in drawings])
        labels = np.repeat([1, 0], [len(found), len(page_scores)])
        scores = np.concatenate([found, page_scores])
        names = [f"{kind} {k}" for k in range(len(found))] + groups
        low, high = bootstrap_interval(labels, scores[:, None], names, binary_auroc, repeats=300)
        row = {"kind": kind, "drawings": len(found), "auroc": auroc(labels == 1, scores), "low": low, "high": high}
        row |= {"bar": BARS.get(kind, OTHER_BAR), "above_limit": float((found > 1).mean())}
        rows.append(row | {"refused_before": refused(kind, args.pictures) if kind in PICTURES else None})
        print(rows[-1], flush=True)
    above = float((page_scores > 1).mean())
    rows.append({"kind": "clinic pages, out of fold", "drawings": len(page_scores), "above_limit": above})
    write_table(pd.DataFrame(rows).round(3), "unlike")
