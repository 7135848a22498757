"""``heartlab train second``: the signal model by fold, joined with VGG16's answers, and shipped."""

from __future__ import annotations

import argparse
import datetime
import hashlib
import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.classify import Weights, load_engine, load_spec, probabilities, save_spec, write_weights
from heartguard.classify.forest import to_table
from heartguard.classify.signal_model import FLOOR, log_opinion_pool
from heartguard.classify.signal_spec import EnsembleSpec, SignalModelSpec
from heartguard.classify.wave_features import FEATURES
from heartlab.data.answers import (
    answers_path,
    logits_of,
    probabilities_of,
    read_answers,
    with_logits,
    with_probabilities,
    write_answers,
)
from heartlab.data.page_set import Pages, PageSet, is_plain, load_traced_pages
from heartlab.data.signal_labels import CLASSES
from heartlab.metrics.calibration import calibration_facts
from heartlab.metrics.classification import (
    accuracy,
    binary_auroc,
    bootstrap_interval,
    fit_temperature,
    macro_auroc,
    macro_f1,
)
from heartlab.metrics.folds import out_of_fold
from heartlab.networks.signal import signal_networks_file
from heartlab.train.by_fold import answers_by_fold
from heartlab.train.signal.joint_findings import join_findings
from heartlab.train.signal.residual import TAUGHT, ResidualRecipe, make_records, teach
from heartlab.train.signal.trees import TreeRecipe, Trees, to_forest
from heartlab.train.signal.tuned import TunedNetworks, TuningRecipe
from heartlab.train.signal.tuned import to_table as networks_to_table
from heartlab.train.signal.views import SIGNALS, WAVES
from heartlab.train.signal_drawings import load_signal_set

log = logging.getLogger(__name__)

TOGETHER = "vgg16+second"
"""Name of the answers of the ensemble of VGG16 and signal model."""

LAYOUT = "second-layout.csv"
"""Table of the layout control."""

SHARE = 3 / 4
"""Weight of the signal model, trees and 1-D networks alike, beside the drawing; chosen on the folds."""


def run(args: argparse.Namespace) -> int:
    """Cross-validate, put it beside the network, and ship; return the exit status."""
    import torch

    torch.set_num_threads(args.threads)
    pages = load_traced_pages(args)
    labelled, waves, signals = pages.labelled, WAVES.load(pages), SIGNALS.load(pages)
    trees, tuned = partial(Trees, TreeRecipe()), _untuned(pages)
    by_trees = answers_by_fold("second-trees", lambda _: trees(), waves, labelled)
    by_networks = answers_by_fold("second-networks", tuned, signals, labelled)
    found = averaged(by_trees, by_networks)
    kept = {"second-trees": by_trees, "second-networks": by_networks, "second": found}
    for name, answers in kept.items():
        write_answers(answers, args.results, name)
    layout_control(waves, labelled).to_csv(args.results / LAYOUT, index=False)
    joint = _join(args, found, labelled)
    rows = np.flatnonzero(labelled.readable)
    grown = trees().fit(waves[rows], labelled.classes[rows])
    taught = tuned(0).fit(signals[rows], labelled.classes[rows])
    statements = load_signal_set(args.cache).tag_names
    if joint is not None:
        joint = _with_findings(joint, args.out, taught, statements)
    spec = _spec(labelled, probabilities_of(found), joint, statements, taught.recipe)
    _ship(args.out, to_table(to_forest(grown)), signal_networks_file(networks_to_table(taught)), spec)
    return 0


def _untuned(pages: Pages) -> Callable[[int], TunedNetworks]:
    """Return the builder of the networks for a seed; they are pretrained on records, not yet trained on pages."""
    recipe, tuning = ResidualRecipe(), TuningRecipe()
    records = make_records(pages.cache, load_signal_set(pages.cache), recipe)
    seeds = range(recipe.seed, recipe.seed + tuning.networks)
    taught = [teach(pages.cache / TAUGHT.format(seed), records, recipe, seed) for seed in seeds]
    return lambda seed: TunedNetworks(taught, records, tuning, seed)


def averaged(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Return the logarithmic opinion pool of two models' answers, equally weighted; seconds are added."""
    shares = probabilities(log_opinion_pool(probabilities_of(first), probabilities_of(second)))
    seconds = first["train_seconds"] + second["train_seconds"]
    return with_probabilities(first[["page_id", "fold", "label"]].assign(train_seconds=seconds.round(2)), shares)


def layout_control(waves: Floats, pages: PageSet) -> pd.DataFrame:
    """Tell 6x2 from 3x4 pages by the features, out of fold, in each class that has both; 0.5 would be chance.

    The two layouts also differ in printed band and in patients, so that chance cannot be expected. Only the figures
    on the plain pages, which share one layout and band, are free of this.
    """
    six = (pages.table["layout"] == "6x2").to_numpy(bool)
    groups = pages.table["group_id"].to_numpy(str)
    rows = []
    for name in ("HB", "PMI"):
        chosen = np.flatnonzero((pages.classes == CLASSES.index(name)) & pages.readable)
        seen, labels = waves[chosen], six[chosen].astype(np.int64)
        trees = Trees(TreeRecipe(rounds=60))
        scores = out_of_fold(pages.folds[chosen], partial(_fit_and_answer, trees, seen, labels))
        low, high = bootstrap_interval(labels, scores, groups[chosen].tolist(), binary_auroc, repeats=500)
        area = binary_auroc(labels, scores)
        rows.append({"class": name, "pages": len(chosen), "auroc": area, "low": low, "high": high})
    return pd.DataFrame(rows).round(4)


def _fit_and_answer(trees: Trees, seen: Floats, labels: NDArray[np.int64], known: Mask, asked: Mask) -> Doubles:
    return trees.fit(seen[known], labels[known]).predict_proba(seen[asked])


def _join(args: argparse.Namespace, found: pd.DataFrame, pages: PageSet) -> EnsembleSpec | None:
    """Write the answers of both models together; return what calibrates them, None without a network."""
    spec = args.out / "vgg16.json"
    if not answers_path(args.results, "vgg16").exists() or not spec.exists():
        log.info("no VGG16 is here: the signal model is shipped alone")
        return None
    both = together(read_answers(args.results, "vgg16"), found)
    write_answers(both, args.results, TOGETHER)
    return EnsembleSpec(
        load_spec(spec).sha256, **calibration_facts(logits_of(both), pages.classes, CLASSES), share=SHARE
    )


def together(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Return the answers of VGG16 and signal model together, in the form of `with_logits`.

    Raises
    ------
    ValueError
        If the pages or their folds differ.
    """
    keys = ["page_id", "fold", "label"]
    if not first[keys].equals(second[keys]):
        raise ValueError("The two models did not answer the same pages in the same folds.")
    logits = log_opinion_pool(probabilities_of(first), probabilities_of(second), SHARE).astype(np.float32)
    return with_logits(first[keys], logits)


def _with_findings(
    joint: EnsembleSpec, folder: Path, taught: TunedNetworks, statements: tuple[str, ...]
) -> EnsembleSpec:
    engine = load_engine(folder=folder)
    if engine.finding_spec is None or engine.finding_spec.names != statements:
        log.info("the network has no findings of these statements: its own stay alone")
        return joint
    found = join_findings(engine, taught, statements)
    return replace(joint, finding_thresholds=found.thresholds, finding_share=found.share)


def _spec(
    pages: PageSet, shares: Doubles, joint: EnsembleSpec | None, statements: tuple[str, ...], recipe: TuningRecipe
) -> SignalModelSpec:
    """Return the facts, but for the digests of the weights."""
    return SignalModelSpec(
        classes=CLASSES,
        features=FEATURES,
        temperature=round(fit_temperature(pages.classes, np.log(shares + FLOOR)), 4),
        sha256="",
        weights_file="second.npz",
        networks_sha256="",
        networks_file="second.tflite",
        joint=joint,
        statements=statements,
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        training_data={
            "pages": "ECG Images dataset of Cardiac Patients, doi 10.17632/gwbz3fsgp8, every page once",
            "signals": "the records of stage 1 (networks); thresholds of statements: a part of PTB-XL's test fold",
            "split": "5 folds by header id; temperature out of fold; shipped model from all pages",
        },
        metrics={name: _metrics(shares, pages, subset) for name, subset in _subsets(pages).items()},
        recipe={
            "trees": asdict(TreeRecipe()),
            "taught on records": asdict(ResidualRecipe()),
            "taught on pages": asdict(recipe),
        },
    )


def _ship(folder: Path, trees: Weights, networks: bytes, spec: SignalModelSpec) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / spec.networks_file).write_bytes(networks)
    digest = write_weights(trees, folder / spec.weights_file)
    spec = replace(spec, sha256=digest, networks_sha256=hashlib.sha256(networks).hexdigest())
    save_spec(spec, folder / "second.json")
    log.info("signal model %s written to %s: %s", spec.identity, folder, spec.metrics["3x4"])


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
