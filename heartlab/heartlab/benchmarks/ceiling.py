"""Limits of the figures: a learning curve, the agreement of independent models, and the pages that all of them miss.

    heartlab bench ceiling

Needs the shared data, the cache of ``heartlab train vgg16`` and the answers of ``heartlab train baselines`` and
``heartlab train second``. Writes three tables to ``benchmarks/results``:

- ``learning-curve.csv``: macro-F1 and AUROC on the 3x4, 0.67-25 Hz pages of models that saw a share of the groups.
- ``agreement.csv``: for each pair of models the share of those pages that both call the same, of those where both are
  wrong the share that they get wrong alike, and how often at least one of them is right.
- ``missed.csv``: for each class the pages that every model misses and those that every model gets right, with what the
  traces show of them: quality, agreement of the limb leads, and how many look normal by every measurement.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.arrays import Mask
from heartguard.classify import probabilities
from heartguard.classify.signal_model import log_opinion_pool
from heartguard.limb_law import lead_disagreement
from heartguard.measure import measure
from heartguard.values import Measurements
from heartlab.checkout import RESULTS
from heartlab.data.answers import answers_path, probabilities_of, read_answers
from heartlab.data.page_set import Pages, PageSet, add_page_arguments, is_plain, load_traced_pages
from heartlab.data.page_traces import PageTraces
from heartlab.data.signal_labels import CLASSES
from heartlab.data.tables import write_table
from heartlab.metrics.classification import macro_auroc, macro_f1
from heartlab.train.by_fold import answers_by_fold
from heartlab.train.signal.trees import TreeRecipe, Trees
from heartlab.train.signal.views import WAVES
from heartlab.train.vgg16.cross_validation import cross_validate
from heartlab.train.vgg16.features import build_bank
from heartlab.train.vgg16.heads import HeadRecipe, shipped_head_recipe

INDEPENDENT = ("vgg16", "second-trees", "second-networks", "cnn1d", "svm")
"""Models with different inputs or learning methods; the ensemble is not among them."""

SHARES = (0.25, 0.5, 0.75, 1.0)
"""Shares of the training pages in the learning curve."""


def learning_curve(clinic: Pages, recipe: HeadRecipe, seeds: int) -> pd.DataFrame:
    """Train on a share of the groups of every fold, drawn by several seeds."""
    pages, plain = clinic.labelled, is_plain(clinic.labelled.table)
    bank = build_bank(clinic.cache, clinic.cache / "pretrained.pt", clinic.traces, recipe.copies)
    waves = WAVES.load(clinic)
    rows = []
    for share in SHARES:
        for seed in range(seeds if share < 1 else 1):
            part = replace(pages, readable=pages.readable & _some_groups(pages, share, seed))
            network = probabilities(cross_validate(bank, part, recipe))
            trees = probabilities_of(answers_by_fold("second-trees", lambda seed: Trees(TreeRecipe()), waves, part))
            answers = {"vgg16": network, "trees": trees, "joint": probabilities(log_opinion_pool(network, trees))}
            for name, shares in answers.items():
                labels, shown = pages.classes[plain], shares[plain]
                row = {"share": share, "seed": seed, "model": name, "macro_f1": macro_f1(labels, shown)}
                rows.append({**row, "macro_auroc": macro_auroc(labels, shown)})
                print(rows[-1], flush=True)
    return pd.DataFrame(rows).round(4)


def _some_groups(pages: PageSet, share: float, seed: int) -> Mask:
    groups = pages.table["group_id"].to_numpy(str)
    names = np.unique(groups)
    chosen = np.random.default_rng(seed).permutation(names)[: round(share * len(names))]
    return np.asarray(np.isin(groups, chosen))


def answered(pages: PageSet) -> dict[str, NDArray[np.int64]]:
    """Return the class that each independent model gave each page, out of fold."""
    found = {}
    for name in INDEPENDENT:
        if answers_path(RESULTS, name).exists():
            table = read_answers(RESULTS, name).set_index("page_id").loc[pages.table["page_id"]]
            found[name] = probabilities_of(table).argmax(axis=1)
    return found


def agreement(pages: PageSet, answers: dict[str, NDArray[np.int64]]) -> pd.DataFrame:
    """Compare each pair of models on the plain pages."""
    plain, truth = is_plain(pages.table), pages.classes
    rows = []
    for one, other in combinations(answers, 2):
        a, b, y = answers[one][plain], answers[other][plain], truth[plain]
        wrong = (a != y) & (b != y)
        rows.append(
            {
                "one": one,
                "other": other,
                "same": (a == b).mean(),
                "both_wrong": wrong.mean(),
                "wrong_alike": (a == b)[wrong].mean(),
                "either_right": 1 - wrong.mean(),
            }
        )
    return pd.DataFrame(rows).round(4)


def missed(pages: PageSet, traces: PageTraces, answers: dict[str, NDArray[np.int64]]) -> pd.DataFrame:
    """Describe the plain pages that all models miss beside those that all get right."""
    plain = is_plain(pages.table)
    right = np.stack([answer == pages.classes for answer in answers.values()])
    rows = []
    for number, label in enumerate(CLASSES):
        own = plain & (pages.classes == number)
        for outcome, chosen in (("missed by all", own & ~right.any(axis=0)), ("right by all", own & right.all(axis=0))):
            here = np.flatnonzero(chosen)
            calls = np.concatenate([answer[here] for answer in answers.values()])
            facts = [_facts(traces, int(row)) for row in here]
            row = {"class": label, "pages": int(own.sum()), "outcome": outcome, "n": len(here), "models": len(answers)}
            row["mostly_called"] = CLASSES[int(np.bincount(calls).argmax())] if len(here) else ""
            for name in ("quality", "disagreement", "looks_normal"):
                row[name] = float(np.nanmean([fact[name] for fact in facts])) if facts else float("nan")
            row["page_ids"] = " ".join(pages.table["page_id"].to_numpy(str)[here]) if "missed" in outcome else ""
            rows.append(row)
    return pd.DataFrame(rows).round(3)


def _facts(traces: PageTraces, row: int) -> dict[str, float]:
    ecg = traces.ecg(row)
    disagreement = lead_disagreement(ecg.signals)
    return {
        "quality": float(np.mean(ecg.quality)),
        "disagreement": float("nan") if disagreement is None else disagreement,
        "looks_normal": float(looks_normal(measure(ecg))),
    }


def looks_normal(found: Measurements) -> bool:
    """Return whether rate, rhythm, intervals and axis are all normal; those not measurable count as normal."""
    limits = (
        (found.heart_rate_bpm, 60, 100),
        (found.rr_variation, 0, 0.13),
        (found.pr_ms, 120, 200),
        (found.qrs_ms, 60, 110),
        (found.qtc_ms, 350, 460),
        (found.axis_deg, -30, 90),
    )
    return all(value is None or low <= value <= high for value, low, high in limits)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    add_page_arguments(parser)
    parser.add_argument("--seeds", type=int, default=2, help="draws of the groups for each share of the curve")
    parser.add_argument(
        "--copies", type=int, help="augmented drawings of a page for the curve; by default the recipe's"
    )
    parser.add_argument("--no-curve", action="store_true", help="leave the learning curve as it is")


def run(args: argparse.Namespace) -> None:
    """Write the three tables."""
    clinic = load_traced_pages(args)
    pages = clinic.labelled
    answers = answered(pages)
    write_table(agreement(pages, answers), "agreement")
    write_table(missed(pages, clinic.traces, answers), "missed")
    if not args.no_curve:
        recipe = shipped_head_recipe()
        recipe = recipe if args.copies is None else replace(recipe, copies=args.copies)
        write_table(learning_curve(clinic, recipe, args.seeds), "learning-curve")
