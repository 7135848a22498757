"""``heartguard train second``: the second opinion by fold, averaged with the network's answers, and shipped."""

from __future__ import annotations

import argparse
import datetime
import logging
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from heartguard.classify import probabilities, write_weights
from heartguard.classify.forest import to_table
from heartguard.classify.second_opinion import SecondSpec, save_second_spec
from heartguard.classify.wave_features import FEATURES
from heartguard.lab.cross_validation import PageSet, is_plain
from heartguard.lab.family import Member, answers_by_fold, load_view
from heartguard.lab.family.protocol import with_shares
from heartguard.lab.family.run import load_family_pages
from heartguard.lab.metrics import accuracy, bootstrap_interval, fit_temperature, macro_auroc, macro_f1
from heartguard.lab.signal_labels import CLASSES
from heartguard.lab.trees import TreeRecipe, Trees, to_forest
from heartguard.values import Doubles

log = logging.getLogger(__name__)

ANSWERS = "oof-second.csv"
TOGETHER = "oof-vgg16+second.csv"
FLOOR = 1e-6
"""Least probability that is believed of either model, so that neither can veto."""


def run(args: argparse.Namespace) -> int:
    """Cross-validate, average with the network, and ship; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe = TreeRecipe()
    pages = load_family_pages(args)
    waves = load_view("waves", pages)
    member = Member("second", "Second opinion", "waves", lambda seed: Trees(recipe))
    found = answers_by_fold(member, waves, pages.labelled)
    args.results.mkdir(parents=True, exist_ok=True)
    found.to_csv(args.results / ANSWERS, index=False)
    network = args.results / "oof-vgg16.csv"
    if network.exists():
        together(pd.read_csv(network), found).to_csv(args.results / TOGETHER, index=False)
    rows = np.flatnonzero(pages.labelled.readable)
    trees = Trees(recipe).fit(waves[rows], pages.labelled.classes[rows])
    _ship(args.out, trees, recipe, pages.labelled, found)
    return 0


def together(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Return the answers of two models to the same pages, averaged as logarithms with equal weights.

    Equal weights leave nothing to fit, so that the average of two out-of-fold answers is out of fold too.

    Raises
    ------
    ValueError
        If the pages or their folds differ.
    """
    keys = ["page_id", "fold"]
    if not first[keys].equals(second[keys]):
        raise ValueError("The two models did not answer the same pages in the same folds.")
    return with_shares(first[["page_id", "fold", "label"]].copy(), mean_of_logs(shares_of(first), shares_of(second)))


def shares_of(answers: pd.DataFrame) -> Doubles:
    """Return the probabilities of a table of answers, shape (n, 4)."""
    return answers[[f"p_{name}" for name in CLASSES]].to_numpy(np.float64)


def mean_of_logs(first: Doubles, second: Doubles) -> Doubles:
    """Return the normalised geometric mean of two models' probabilities."""
    logits = (np.log(first + FLOOR) + np.log(second + FLOOR)) / 2
    return probabilities(logits)


def _ship(folder: Path, trees: Trees, recipe: TreeRecipe, pages: PageSet, found: pd.DataFrame) -> None:
    shares = shares_of(found)
    folder.mkdir(parents=True, exist_ok=True)
    digest = write_weights(to_table(to_forest(trees)), folder / "second.npz")
    spec = SecondSpec(
        classes=CLASSES,
        features=FEATURES,
        temperature=round(fit_temperature(pages.classes, np.log(shares + FLOOR)), 4),
        sha256=digest,
        weights_file="second.npz",
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        training_data={
            "pages": "ECG Images dataset of Cardiac Patients, doi 10.17632/gwbz3fsgp8, every page once",
            "split": "5 folds by header id; temperature out of fold; shipped trees from all pages",
        },
        metrics={name: _metrics(shares, pages, subset) for name, subset in _subsets(pages).items()},
        recipe=asdict(recipe),
    )
    save_second_spec(spec, folder / "second.json")
    log.info("second opinion %s written to %s: %s", spec.identity, folder, spec.metrics["3x4"])


def _subsets(pages: PageSet) -> dict[str, np.ndarray]:
    return {"all": np.ones(len(pages.classes), bool), "3x4": is_plain(pages.table)}


def _metrics(shares: Doubles, pages: PageSet, chosen: np.ndarray) -> dict[str, dict[str, float]]:
    groups = pages.table["group_id"].to_numpy(str)[chosen].tolist()
    labels, own = pages.classes[chosen], shares[chosen]
    found = {}
    for name, measure in (("macro_f1", macro_f1), ("macro_auroc", macro_auroc), ("accuracy", accuracy)):
        low, high = bootstrap_interval(labels, own, groups, measure)
        found[name] = {"value": measure(labels, own), "low": low, "high": high}
    return found
