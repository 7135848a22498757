"""The recipe of the classifier, one lever at a time, by cross-validation on the clinic pages.

    python benchmarks/recipes.py [--only WORD]

Needs the shared data and the cache of ``heartguard train vgg16``. Writes ``benchmarks/results/recipes.csv``: macro-F1
and macro AUROC with 95 % intervals (bootstrap over groups), recall of MI, expected calibration error and the accuracy
of the surest 80 % of the pages on the 3x4, 0.67-25 Hz pages; F1 and AUROC on all pages; the seconds that a trial took,
features that were worked out for it included; and the network of stage 1 whose features were used. All levers are set
on these folds, so the best of many rows flatters itself.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path

import numpy as np
import pandas as pd

from heartguard.classify import load_spec, models_folder
from heartguard.lab.calibration import risk_coverage
from heartguard.lab.cross_validation import PageSet, calibrate_out_of_fold, is_plain, page_set
from heartguard.lab.datasets import load_pages
from heartguard.lab.heads import HeadRecipe
from heartguard.lab.leaderboard import mi_recall
from heartguard.lab.metrics import accuracy, bootstrap_interval, expected_calibration_error, macro_auroc, macro_f1
from heartguard.lab.page_traces import load_traces, trace_pages
from heartguard.lab.recipes import TRIALS, Workshop
from heartguard.values import Floats

RESULTS = Path(__file__).parent / "results" / "recipes.csv"


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


def keep(row: dict[str, object]) -> None:
    """Put a row into the table, whose other rows may have come from another run meanwhile."""
    kept = pd.read_csv(RESULTS).to_dict("records") if RESULTS.exists() else []
    rows = {(known["lever"], known["setting"]): known for known in [*kept, row]}
    order = [rows[t.lever, t.setting] for t in TRIALS if (t.lever, t.setting) in rows]
    part = RESULTS.with_suffix(".part")
    pd.DataFrame(order).to_csv(part, index=False)
    part.replace(RESULTS)


def main() -> None:
    """Run the trials, and keep the rows of those that are not run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="run the trials whose lever or setting holds this word")
    parser.add_argument("--cache", type=Path, default=Path("runs/vgg16"), help="the folder of `heartguard train vgg16`")
    parser.add_argument("--traces", type=Path, help="traced pages (.npz) instead of tracing them now")
    args = parser.parse_args()
    traces = load_traces(args.traces) if args.traces else trace_pages(args.cache)
    recipe = HeadRecipe(**load_spec(models_folder() / "vgg16.json").recipe["head"])
    network = hashlib.sha256((args.cache / "pretrained.pt").read_bytes()).hexdigest()[:12]
    shop = Workshop(args.cache, page_set(load_pages(), traces), traces, recipe)
    for trial in TRIALS:
        if args.only not in f"{trial.lever} {trial.setting}":
            continue
        begun = time.monotonic()
        logits = trial.run(shop)
        facts = {"seconds": round(time.monotonic() - begun), "network": network}
        row = {"lever": trial.lever, "setting": trial.setting, **figures(shop.pages, logits), **facts}
        print(row, flush=True)
        keep(row)


if __name__ == "__main__":
    main()
