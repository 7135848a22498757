"""The recipe of the classifier, one lever at a time, by cross-validation on the clinic pages.

    heartlab bench recipes [--only WORD]

Needs the shared data and the cache of ``heartlab train vgg16``. Writes ``benchmarks/results/recipes.csv``: macro-F1
and macro AUROC with 95 % intervals (bootstrap over groups), recall of MI, expected calibration error and the accuracy
of the surest 80 % of the pages on the 3x4, 0.67-25 Hz pages; F1 and AUROC on all pages; the seconds of an ablation,
features that were worked out for it included; and the network of stage 1 whose features were used. All levers are set
on these folds, so the best of many rows flatters itself.
"""

from __future__ import annotations

import argparse
import hashlib
import time

import numpy as np

from heartguard.arrays import Floats
from heartlab.data.page_set import PageSet, add_page_arguments, is_plain, load_traced_pages
from heartlab.data.tables import merged, read_table, write_table
from heartlab.evaluate.leaderboard import mi_recall
from heartlab.evaluate.recipes import ABLATIONS, AblationData
from heartlab.metrics.calibration import calibrate_out_of_fold, risk_coverage
from heartlab.metrics.classification import (
    accuracy,
    bootstrap_interval,
    expected_calibration_error,
    macro_auroc,
    macro_f1,
)
from heartlab.train.vgg16.heads import shipped_head_recipe


def figures(pages: PageSet, logits: Floats) -> dict[str, float]:
    """Return the figures of one row."""
    shares = calibrate_out_of_fold(logits, pages.classes, pages.folds)
    plain = is_plain(pages.table)
    labels, seen, groups = pages.classes[plain], shares[plain], pages.table["group_id"][plain].tolist()
    row: dict[str, float] = {}
    for name, measure in (("macro_f1", macro_f1), ("macro_auroc", macro_auroc)):
        low, high = bootstrap_interval(labels, seen, groups, measure)
        row |= {name: measure(labels, seen), f"{name}_low": low, f"{name}_high": high}
    row["mi_recall"] = mi_recall(labels, seen)
    row["accuracy"] = accuracy(labels, seen)
    row["ece"] = expected_calibration_error(labels, seen)
    row["accuracy_at_80"] = next(p["accuracy"] for p in risk_coverage(labels, seen) if np.isclose(p["coverage"], 0.8))
    row["all_macro_f1"], row["all_macro_auroc"] = macro_f1(pages.classes, shares), macro_auroc(pages.classes, shares)
    return {name: round(value, 4) for name, value in row.items()}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    add_page_arguments(parser)
    parser.add_argument("--only", default="", help="run the ablations whose lever or setting holds this word")


def run(args: argparse.Namespace) -> None:
    """Run the ablations, and keep the rows of those that are not run."""
    clinic = load_traced_pages(args)
    network = hashlib.sha256((args.cache / "pretrained.pt").read_bytes()).hexdigest()[:12]
    data = AblationData(args.cache, clinic.labelled, clinic.traces, shipped_head_recipe())
    key, order = ["lever", "setting"], [(ablation.lever, ablation.setting) for ablation in ABLATIONS]
    for ablation in ABLATIONS:
        if args.only not in f"{ablation.lever} {ablation.setting}":
            continue
        begun = time.monotonic()
        logits = ablation.run(data)
        facts = {"seconds": round(time.monotonic() - begun), "network": network}
        row = {"lever": ablation.lever, "setting": ablation.setting, **figures(data.pages, logits), **facts}
        print(row, flush=True)
        write_table(merged([row], read_table("recipes"), key, order), "recipes")
