"""Compare the classifier that ships with one that ``make train`` has made again elsewhere.

    python benchmarks/reproduction.py OTHER/benchmarks/results

OTHER is a fresh clone in which ``make train`` has run. Writes ``benchmarks/results/reproduction.csv``: the figures of
the out-of-fold answers on the 3x4, 0.67-25 Hz pages of both, macro-F1 and macro AUROC with 95 % intervals (bootstrap
over groups), and the share of these pages to which both give the same class.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from heartguard.lab.calibration import risk_coverage
from heartguard.lab.cross_validation import is_plain
from heartguard.lab.datasets import load_pages
from heartguard.lab.metrics import accuracy, bootstrap_interval, expected_calibration_error, macro_auroc, macro_f1
from heartguard.lab.signal_labels import CLASSES

SHIPPED = Path(__file__).parent / "results"
RESULTS = SHIPPED / "reproduction.csv"
MODELS = {"network": "oof-vgg16.csv", "second opinion": "oof-second.csv", "together": "oof-vgg16+second.csv"}


def read_plain(path: Path) -> pd.DataFrame:
    """Return the answers on the plain pages, with their groups."""
    answers = pd.read_csv(path).merge(load_pages().drop(columns=["fold", "label"]), on="page_id")
    return answers[np.asarray(is_plain(answers))]


def figures(answers: pd.DataFrame) -> dict[str, float]:
    """Return the figures of one table of answers."""
    shares = answers[[f"p_{name}" for name in CLASSES]].to_numpy(np.float64)
    labels = np.array([CLASSES.index(label) for label in answers["label"]])
    row: dict[str, float] = {}
    for name, measure in (("macro_f1", macro_f1), ("macro_auroc", macro_auroc)):
        low, high = bootstrap_interval(labels, shares, answers["group_id"].astype(str).tolist(), measure)
        row |= {name: measure(labels, shares), f"{name}_low": low, f"{name}_high": high}
    mi = CLASSES.index("MI")
    row["mi_recall"] = float((shares[labels == mi].argmax(axis=1) == mi).mean())
    row["accuracy"], row["ece"] = accuracy(labels, shares), expected_calibration_error(labels, shares)
    points = risk_coverage(labels, shares)
    row["accuracy_at_80"] = next(point["accuracy"] for point in points if np.isclose(point["coverage"], 0.8))
    return {name: round(value, 4) for name, value in row.items()}


def main() -> None:
    """Compare all three models."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, help="the results of the other clone")
    other = parser.parse_args().other
    rows = []
    for model, file in MODELS.items():
        pair = {"shipped": read_plain(SHIPPED / file), "made again": read_plain(other / file)}
        classes = [
            found.set_index("page_id")[[f"p_{name}" for name in CLASSES]].idxmax(axis=1) for found in pair.values()
        ]
        same = round(float((classes[0] == classes[1].reindex(classes[0].index)).mean()), 4)
        rows += [
            {"model": model, "which": which, **figures(found), "same_class": same} for which, found in pair.items()
        ]
    table = pd.DataFrame(rows)
    table.to_csv(RESULTS, index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
