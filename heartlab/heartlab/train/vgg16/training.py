"""``heartlab train vgg16``: trace, teach on signals, cross-validate on pages, calibrate, train on all, ship."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import logging
from typing import Any

import numpy as np

from heartguard.arrays import Floats
from heartguard.classify import ModelSpec, save_spec, write_weights
from heartguard.drawing import DRAWING_HEIGHT, DRAWING_VERSION, DRAWING_WIDTH
from heartlab.data.answers import with_logits, write_answers
from heartlab.data.page_set import PageSet, load_traced_pages
from heartlab.data.signal_labels import CLASSES
from heartlab.metrics.calibration import calibration_facts
from heartlab.train.device import device
from heartlab.train.signal_drawings import load_signal_set
from heartlab.train.vgg16.cross_validation import cross_validate, to_weights
from heartlab.train.vgg16.features import FeatureBank, build_bank
from heartlab.train.vgg16.heads import HeadRecipe, fit_head
from heartlab.train.vgg16.pretraining import PretrainingRecipe, pretrain

log = logging.getLogger(__name__)

NAME = "vgg16"
"""Name of the model and of its files."""


def run(args: argparse.Namespace) -> int:
    """Run all stages, each from where an earlier run left it; return the exit status."""
    import torch

    torch.set_num_threads(args.threads)
    args.cache.mkdir(parents=True, exist_ok=True)
    clinic = load_traced_pages(args)
    pages = clinic.labelled
    first = PretrainingRecipe(images=tuple(args.images))
    second = HeadRecipe(copies=args.copies, ridge=args.ridge)
    workers = args.threads if device().type == "cuda" else 0
    pretrain(args.cache, load_signal_set(args.cache), first, workers)
    pretrained = args.cache / "pretrained.pt"
    bank = build_bank(args.cache, pretrained, clinic.traces, second.copies, workers)
    logits = cross_validate(bank, pages, second)
    answers = with_logits(pages.table[["page_id", "fold", "label"]], logits)
    answers["least_quality"] = pages.table["least_quality"].round(4)
    write_answers(answers, args.results, NAME)
    _ship(args, pages, bank, logits, (first, second))
    return 0


def _ship(
    args: argparse.Namespace,
    pages: PageSet,
    bank: FeatureBank,
    logits: Floats,
    recipes: tuple[PretrainingRecipe, HeadRecipe],
) -> None:
    """Train on all pages by the cross-validated recipe; write weights and spec."""
    pretrained = args.cache / "pretrained.pt"
    chosen = np.flatnonzero(pages.readable)
    head = fit_head(bank, chosen, pages.classes[chosen], recipes[1])
    args.out.mkdir(parents=True, exist_ok=True)
    digest = write_weights(to_weights(pretrained, head), args.out / "vgg16.npz")
    spec = ModelSpec(
        name="vgg16",
        classes=CLASSES,
        input_size=(DRAWING_HEIGHT, DRAWING_WIDTH),
        drawing_version=DRAWING_VERSION,
        **calibration_facts(logits, pages.classes, CLASSES),
        sha256=digest,
        weights_file="vgg16.npz",
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        training_data=_training_data(pages),
        recipe={"pretraining": dataclasses.asdict(recipes[0]), "head": dataclasses.asdict(recipes[1])},
    )
    save_spec(spec, args.out / "vgg16.json")
    log.info("model %s written to %s", spec.identity, args.out)


def _training_data(pages: PageSet) -> dict[str, Any]:
    counts = pages.table["label"].value_counts()
    return {
        "pages": "ECG Images dataset of Cardiac Patients, doi 10.17632/gwbz3fsgp8, every page once",
        "page_counts": {name: int(counts[name]) for name in CLASSES},
        "signals": "PTB-XL without its test fold, LUDB, PTBDB, CPSC 2018, Georgia and Chapman records (stage 1)",
        "split": "5 folds by header id; temperature and threshold out of fold; shipped model from all pages",
    }
