"""Compare the classifier that ships with one that ``make train`` has made again elsewhere.

    heartlab bench reproduction OTHER/benchmarks/results

OTHER is a fresh clone in which ``make train`` has run. Writes ``benchmarks/results/reproduction.csv``: the figures of
the out-of-fold answers on the 3x4, 0.67-25 Hz pages of both as in the leaderboard, with 95 % intervals (bootstrap over
groups), the accuracy of the surest 80 %, and the share of these pages to which both give the same class.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from heartlab.checkout import RESULTS
from heartlab.data.answers import read_answers
from heartlab.data.datasets import load_pages
from heartlab.data.tables import write_table
from heartlab.evaluate.leaderboard import answers_of, figures
from heartlab.metrics.calibration import risk_coverage

MODELS = {"network": "vgg16", "second opinion": "second", "together": "vgg16+second"}
"""Rows of the table, and the names of their answers."""

REPEATS = 2000
"""Draws of the bootstrap."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("other", type=Path, help="the results of the other clone")


def run(args: argparse.Namespace) -> None:
    """Compare all three models.

    Raises
    ------
    ValueError
        If the other clone has answered other pages.
    """
    pages, rows = load_pages(), []
    for model, name in MODELS.items():
        kept = [read_answers(folder, name) for folder in (RESULTS, args.other)]
        if not kept[0]["page_id"].equals(kept[1]["page_id"]):
            raise ValueError(f"The answers of {name} in {args.other} are to other pages than the shipped ones.")
        pair = [answers_of(answers, pages) for answers in kept]
        same = (pair[0].shares.argmax(axis=1) == pair[1].shares.argmax(axis=1))[pair[0].plain].mean()
        for which, found in zip(("shipped", "made again"), pair, strict=True):
            points = risk_coverage(found.labels[found.plain], found.shares[found.plain])
            at_80 = next(point["accuracy"] for point in points if np.isclose(point["coverage"], 0.8))
            row = {"model": model, "which": which, **figures(found, found.plain, REPEATS)}
            rows.append({**row, "accuracy_at_80": round(at_80, 4), "same_class": round(float(same), 4)})
    print(write_table(rows, "reproduction").to_string(index=False))
