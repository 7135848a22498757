"""Does VGG16 gain by the signal model? Paired comparison on the same pages, from the kept answers.

    heartlab bench second-opinion

Reads the answers of vgg16, second and vgg16+second in ``benchmarks/results`` (see ``heartlab train second``), and the
groups of the pages from the shared data. Writes ``benchmarks/results/second-opinion.csv``: for each subset, measure and
comparison both values, their difference with its 95 % interval (bootstrap over groups, both models on the same draw),
and the share of draws in which the challenger's value is not the greater one. The last rows of a subset say how often
the two models agree, and how often they are right where they do and where they do not.
"""

from __future__ import annotations

import argparse

import numpy as np

from heartlab.checkout import RESULTS
from heartlab.data.answers import probabilities_of, read_answers
from heartlab.data.datasets import load_pages
from heartlab.data.page_set import is_plain
from heartlab.data.signal_labels import CLASSES
from heartlab.data.tables import write_table
from heartlab.evaluate.leaderboard import MEASURES
from heartlab.metrics.classification import paired_difference, selective_accuracy

PAIRS = (("second", "vgg16"), ("vgg16+second", "vgg16"), ("vgg16+second", "second"))
"""Comparisons: challenger and reference."""


def run(args: argparse.Namespace) -> None:
    """Compare, print and write."""
    del args
    answers = {name: read_answers(RESULTS, name) for name in ("vgg16", "second", "vgg16+second")}
    pages = load_pages().set_index("page_id").loc[answers["vgg16"]["page_id"]].reset_index()
    labels = np.array([CLASSES.index(label) for label in pages["label"]])
    shares = {name: probabilities_of(table) for name, table in answers.items()}
    groups = pages["group_id"].to_numpy(str)
    measures = {**MEASURES, "accuracy_at_coverage_0.80": selective_accuracy}
    rows: list[dict[str, object]] = []
    for subset, chosen in (("3x4", is_plain(pages)), ("all", np.ones(len(pages), bool))):
        for challenger, holder in PAIRS:
            for name, measure in measures.items():
                both = (shares[challenger][chosen], shares[holder][chosen])
                found = paired_difference(labels[chosen], both, groups[chosen].tolist(), measure)
                row = {"pages": subset, "measure": name, "challenger": challenger, "holder": holder}
                rows.append(row | {key: round(value, 4) for key, value in found.items()})
        rows += agreement(subset, labels[chosen], shares["vgg16"][chosen], shares["second"][chosen])
    print(write_table(rows, "second-opinion").to_string(index=False))


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
