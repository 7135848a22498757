"""Does VGG16 gain by the signal model? Paired comparison on the same pages, from the kept answers.

    python benchmarks/second_opinion.py

Reads ``oof-vgg16.csv``, ``oof-second.csv`` and ``oof-vgg16+second.csv`` of ``benchmarks/results`` (see ``heartguard
train second``), and the groups of the pages from the shared data. Writes ``benchmarks/results/second-opinion.csv``:
for each subset, measure and comparison both values, their difference with its 95 % interval (bootstrap over groups,
both models on the same draw), and the share of draws in which the challenger's value is not the greater one. The last
rows of a subset say how often the two models agree, and how often they are right where they do and where they do not.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from heartguard.lab.cross_validation import is_plain
from heartguard.lab.datasets import load_pages
from heartguard.lab.leaderboard import MEASURES
from heartguard.lab.metrics import paired_difference, selective_accuracy
from heartguard.lab.second_opinion import shares_of
from heartguard.lab.signal_labels import CLASSES

RESULTS = Path(__file__).parent / "results"
PAIRS = (("second", "vgg16"), ("vgg16+second", "vgg16"), ("vgg16+second", "second"))


def main() -> None:
    """Compare, print and write."""
    answers = {name: pd.read_csv(RESULTS / f"oof-{name}.csv") for name in ("vgg16", "second", "vgg16+second")}
    pages = load_pages().set_index("page_id").loc[answers["vgg16"]["page_id"]].reset_index()
    labels = np.array([CLASSES.index(label) for label in pages["label"]])
    shares = {name: shares_of(table) for name, table in answers.items()}
    groups = pages["group_id"].to_numpy(str)
    measures = {**MEASURES, "accuracy_at_coverage_0.80": selective_accuracy}
    rows = []
    for subset, chosen in (("3x4", is_plain(pages)), ("all", np.ones(len(pages), bool))):
        for challenger, holder in PAIRS:
            for name, measure in measures.items():
                both = (shares[challenger][chosen], shares[holder][chosen])
                found = paired_difference(labels[chosen], both, groups[chosen].tolist(), measure)
                row = {"pages": subset, "measure": name, "challenger": challenger, "holder": holder}
                rows.append(row | {key: round(value, 4) for key, value in found.items()})
        rows += agreement(subset, labels[chosen], shares["vgg16"][chosen], shares["second"][chosen])
    table = pd.DataFrame(rows)
    table.to_csv(RESULTS / "second-opinion.csv", index=False)
    print(table.to_string(index=False))


def agreement(subset: str, labels: np.ndarray, first: np.ndarray, second: np.ndarray) -> list[dict[str, object]]:
    """Return how often both models name the same class, and how often the network is right then and otherwise."""
    same = first.argmax(axis=1) == second.argmax(axis=1)
    right = first.argmax(axis=1) == labels
    values = {
        "share of pages on which they agree": same.mean(),
        "accuracy of the network where they agree": right[same].mean(),
        "accuracy of the network where they do not": right[~same].mean(),
        "accuracy of the second where they do not": (second.argmax(axis=1) == labels)[~same].mean(),
    }
    return [{"pages": subset, "measure": name, "value": round(float(value), 4)} for name, value in values.items()]


if __name__ == "__main__":
    main()
