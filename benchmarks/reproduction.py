"""Compare the classifier that ships with one that ``make train`` has made again elsewhere.

    python benchmarks/reproduction.py OTHER/benchmarks/results

OTHER is a fresh clone in which ``make train`` has run. Writes ``benchmarks/results/reproduction.csv``: the figures of
the out-of-fold answers on the 3x4, 0.67-25 Hz pages of both as in the leaderboard, with 95 % intervals (bootstrap over
groups), the accuracy of the surest 80 %, and the share of these pages to which both give the same class.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from heartguard.lab.calibration import risk_coverage
from heartguard.lab.datasets import load_pages
from heartguard.lab.leaderboard import answers_of, figures

SHIPPED = Path(__file__).parent / "results"
RESULTS = SHIPPED / "reproduction.csv"
MODELS = {"network": "oof-vgg16.csv", "second opinion": "oof-second.csv", "together": "oof-vgg16+second.csv"}
REPEATS = 2000


def main() -> None:
    """Compare all three models."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, help="the results of the other clone")
    other = parser.parse_args().other
    pages, rows = load_pages(), []
    for model, file in MODELS.items():
        kept = [pd.read_csv(folder / file) for folder in (SHIPPED, other)]
        if not kept[0]["page_id"].equals(kept[1]["page_id"]):
            parser.error(f"{other / file} holds other pages than the shipped table.")
        pair = [answers_of(answers, pages) for answers in kept]
        same = (pair[0].shares.argmax(axis=1) == pair[1].shares.argmax(axis=1))[pair[0].plain].mean()
        for which, found in zip(("shipped", "made again"), pair, strict=True):
            points = risk_coverage(found.labels[found.plain], found.shares[found.plain])
            at_80 = next(point["accuracy"] for point in points if np.isclose(point["coverage"], 0.8))
            row = {"model": model, "which": which, **figures(found, found.plain, REPEATS)}
            rows.append({**row, "accuracy_at_80": round(at_80, 4), "same_class": round(float(same), 4)})
    table = pd.DataFrame(rows)
    table.to_csv(RESULTS, index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
