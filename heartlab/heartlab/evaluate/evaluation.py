"""``heartlab evaluate``: the figures of the classifier from its out-of-fold answers, and the controls beside them."""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from heartguard.arrays import Doubles, Floats
from heartguard.classify import load_spec, models_folder, probabilities, save_spec
from heartlab.checkout import RESULTS
from heartlab.data.answers import answers_path, logits_of, read_answers
from heartlab.data.datasets import load_pages
from heartlab.data.page_set import add_page_arguments, is_plain, load_traced_pages
from heartlab.data.signal_labels import CLASSES
from heartlab.evaluate.group_results import group_results
from heartlab.evaluate.model_card import write_model_card
from heartlab.metrics.calibration import calibrate_out_of_fold, calibration_facts, risk_coverage, set_figures
from heartlab.metrics.classification import (
    Measure,
    accuracy,
    auroc,
    bootstrap_interval,
    expected_calibration_error,
    macro_auroc,
    macro_f1,
    reliability,
)
from heartlab.train.signal.signal_model import TOGETHER

log = logging.getLogger(__name__)

HEADLINE: dict[str, Measure] = {"macro_f1": macro_f1, "macro_auroc": macro_auroc, "accuracy": accuracy}
"""Measures of the first table."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``heartlab evaluate``."""
    parser.add_argument("model", nargs="?", choices=["vgg16"], default="vgg16", help="what to evaluate")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="DIR", help="tables")
    parser.add_argument("--models", type=Path, default=models_folder(), metavar="DIR", help="weights and spec")
    parser.add_argument("--no-controls", action="store_true", help="leave the controls as they are; needs no cache")
    add_page_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write classifier.json, classifier.csv and the model card; return the exit status.

    They are of the shipped answer, the joint one of VGG16 and signal model; VGG16's own stand in
    classifier.json under ``network``.
    """
    answers = read_answers(args.results, "vgg16")
    logits = logits_of(answers)
    pages = load_pages().set_index("page_id").loc[answers["page_id"]].reset_index()
    pages["least_quality"] = answers["least_quality"]
    path = args.results / "classifier.json"
    kept = json.loads(path.read_text())["controls"] if path.exists() else {}
    alone = shipped = figures(pages, logits)
    if answers_path(args.results, TOGETHER).exists():
        shipped = figures(pages, logits_of(read_answers(args.results, TOGETHER)))
    found = {"classes": list(CLASSES), **shipped, "network": {name: _headline(alone[name]) for name in alone}}
    found["controls"] = kept if args.no_controls else _controls(args)
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    _write_csv(args.results / "classifier.csv", found)
    spec = load_spec(args.models / "vgg16.json")
    labels = np.array([CLASSES.index(label) for label in pages["label"]])
    spec = dataclasses.replace(spec, metrics=found["network"], **calibration_facts(logits, labels, CLASSES))
    save_spec(spec, args.models / "vgg16.json")
    write_model_card(args.models / "README.md", spec, found, args.results)
    for name in ("all", "3x4"):
        log.info("%s: %s", name, {key: round(found[name][key]["value"], 4) for key in HEADLINE})
    return 0


def _headline(part: dict[str, Any]) -> dict[str, Any]:
    return {key: part[key] for key in (*HEADLINE, "ece")}


def figures(pages: pd.DataFrame, logits: Floats) -> dict[str, Any]:
    """Return the figures on all pages and on the 3x4, 0.67-25 Hz pages alone.

    Parameters
    ----------
    pages : DataFrame
        Rows of `pages.csv` in the order of the logits.
    logits : ndarray, shape (n, 4)
        Out of fold.
    """
    classes = np.array([CLASSES.index(label) for label in pages["label"]])
    folds = pages["fold"].to_numpy(np.int64)
    calibrated = calibrate_out_of_fold(logits, classes, folds)
    groups = pages["group_id"].to_numpy(str)
    found = {}
    for name, chosen in (("all", np.ones(len(pages), bool)), ("3x4", is_plain(pages))):
        plain = probabilities(logits[chosen])
        found[name] = _subset(classes[chosen], plain, calibrated[chosen], groups[chosen])
        found[name]["sets"] = set_figures(classes, calibrated, folds, chosen, CLASSES)
        found[name]["groups_of_pages"] = group_results(
            pages[chosen].reset_index(drop=True), classes[chosen], calibrated[chosen]
        )
    return found


def _subset(labels: NDArray[np.int64], plain: Doubles, calibrated: Doubles, groups: NDArray[np.str_]) -> dict[str, Any]:
    found: dict[str, Any] = {"pages": len(labels), "groups": len(set(groups))}
    for name, measure in HEADLINE.items():
        low, high = bootstrap_interval(labels, calibrated, groups.tolist(), measure)
        found[name] = {"value": measure(labels, calibrated), "low": low, "high": high}
    predicted, classes = calibrated.argmax(axis=1), range(len(CLASSES))
    precision, recall, _, _ = precision_recall_fscore_support(labels, predicted, labels=classes, zero_division=0)
    found["per_class"] = {
        name: {
            "pages": int((labels == c).sum()),
            "recall": float(recall[c]),
            "precision": float(precision[c]),
            "auroc": auroc(labels == c, calibrated[:, c]),
        }
        for c, name in enumerate(CLASSES)
    }
    before, after = (expected_calibration_error(labels, shares) for shares in (plain, calibrated))
    found["ece"] = {"before": before, "after": after}
    found["reliability"] = reliability(labels, calibrated)
    found["risk_coverage"] = risk_coverage(labels, calibrated)
    found["confusion"] = confusion_matrix(labels, predicted, labels=classes).tolist()
    return found


def _controls(args: argparse.Namespace) -> dict[str, Any]:
    import torch

    from heartlab.evaluate.controls import (
        blank_control,
        fold_control,
        layout_control,
        shuffled_control,
        source_control,
        tint_control,
    )
    from heartlab.train.vgg16.features import build_bank
    from heartlab.train.vgg16.heads import shipped_head_recipe

    torch.set_num_threads(args.threads)
    clinic = load_traced_pages(args)
    pages = clinic.labelled
    recipe = shipped_head_recipe(args.models)
    pretrained = args.cache / "pretrained.pt"
    bank = build_bank(args.cache, pretrained, clinic.traces, recipe.copies)
    return {
        "blank_drawing": blank_control(pretrained, bank, pages, recipe),
        "labels_shuffled": shuffled_control(bank, pages, recipe),
        "grid_tint_only": tint_control(pages),
        "fold_from": fold_control(bank, pages),
        "layout_from_drawing": layout_control(bank, pages),
        **source_control(args.cache, bank, pages),
    }


def _write_csv(path: Path, found: dict[str, Any]) -> None:
    """Write one row a figure: subset, figure, class, value, low, high."""
    rows: list[list[Any]] = []
    for name in ("all", "3x4"):
        part = found[name]
        rows += [[name, key, "", *(round(part[key][k], 4) for k in ("value", "low", "high"))] for key in HEADLINE]
        rows += [[name, f"ece_{when}", "", round(value, 4), "", ""] for when, value in part["ece"].items()]
        rows += [[name, "set_coverage", "", round(part["sets"]["coverage"], 4), "", ""]]
        rows += [[name, "set_coverage", k, round(v, 4), "", ""] for k, v in part["sets"]["coverage_by_class"].items()]
        rows += [[name, "set_mean_size", "", round(part["sets"]["mean_size"], 4), "", ""]]
        rows += [
            [name, f"accuracy_at_coverage_{point['coverage']:.2f}", "", round(point["accuracy"], 4), "", ""]
            for point in part["risk_coverage"]
        ]
        for way, parts in part["groups_of_pages"].items():
            for key in ("accuracy", "macro_f1"):
                figures = ((row["part"], row[key]) for row in parts)
                rows += [
                    [name, f"{key} by {way.lower()}: {shown}", "", *(round(f[k], 4) for k in ("value", "low", "high"))]
                    for shown, f in figures
                ]
        for label, values in part["per_class"].items():
            rows += [[name, key, label, round(value, 4), "", ""] for key, value in values.items()]
        for label, counts in zip(CLASSES, part["confusion"], strict=True):
            rows += [
                [name, f"{label} called {other}", label, n, "", ""] for other, n in zip(CLASSES, counts, strict=True)
            ]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["pages", "figure", "class", "value", "low", "high"])
        writer.writerows(rows)
