"""``heartguard train``: for `vgg16` trace, teach on signals, cross-validate on pages, calibrate, train on all, ship."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heartguard.classify import ModelSpec, models_folder, save_spec, write_weights
from heartguard.drawing import DRAWING_HEIGHT, DRAWING_VERSION, DRAWING_WIDTH
from heartguard.lab import findings, ink_training, line_training, novelty, second_opinion
from heartguard.lab.calibration import calibration_facts
from heartguard.lab.cross_validation import PageSet, calibrate_out_of_fold, cross_validate, page_set, to_weights
from heartguard.lab.datasets import load_pages
from heartguard.lab.family import MEMBERS
from heartguard.lab.family import run as family
from heartguard.lab.features import FeatureBank, build_bank
from heartguard.lab.heads import HeadRecipe, fit_head
from heartguard.lab.page_traces import load_traces, trace_pages
from heartguard.lab.pretraining import PretrainingRecipe, pretrain
from heartguard.lab.signal_drawings import load_signal_set
from heartguard.lab.signal_labels import CLASSES
from heartguard.lab.vgg_torch import device
from heartguard.values import Floats

log = logging.getLogger(__name__)

OUT_OF_FOLD = "oof-vgg16.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``heartguard train``."""
    parser.add_argument(
        "model",
        choices=list(MODELS),
        metavar="MODEL",
        help="vgg16, the network; findings, a head on it; novelty, the score for unlike inputs; second, the second "
        "opinion; ink, the network that finds the traces on photos; line, the network that places lines in steep ink; "
        f"family, all the models that ours is compared with, or one of them: {', '.join(MEMBERS)}",
    )
    parser.add_argument("--cache", type=Path, default=Path("runs/vgg16"), metavar="DIR", help="where work is kept")
    parser.add_argument("--out", type=Path, default=models_folder(), metavar="DIR", help="where weights and spec go")
    parser.add_argument(
        "--results", type=Path, default=Path("benchmarks/results"), metavar="DIR", help="where the answers go"
    )
    parser.add_argument("--traces", type=Path, metavar="FILE", help="traced pages (.npz) instead of tracing them now")
    parser.add_argument(
        "--images", type=int, nargs="+", default=PretrainingRecipe.images, help="drawings of each cycle of stage 1"
    )
    parser.add_argument("--copies", type=int, default=HeadRecipe.copies, help="augmented drawings of a page in stage 2")
    parser.add_argument("--ridge", type=float, default=HeadRecipe.ridge, help="penalty of the head's coefficients")
    parser.add_argument("--threads", type=int, default=2, help="processor cores to use")


def run(args: argparse.Namespace) -> int:
    """Train the model that was asked for; return the exit status."""
    return MODELS[args.model](args)


def train_vgg16(args: argparse.Namespace) -> int:
    """Run all stages, each from where an earlier run left it; return the exit status."""
    import torch

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(args.threads)
    args.cache.mkdir(parents=True, exist_ok=True)
    traces = load_traces(args.traces) if args.traces else trace_pages(args.cache, args.threads)
    pages = page_set(load_pages(), traces)
    first = PretrainingRecipe(images=tuple(args.images))
    second = HeadRecipe(copies=args.copies, ridge=args.ridge)
    workers = args.threads if device().type == "cuda" else 0
    pretrain(args.cache, load_signal_set(args.cache), first, workers)
    pretrained = args.cache / "pretrained.pt"
    bank = build_bank(args.cache, pretrained, traces, second.copies, workers)
    logits = cross_validate(bank, pages, second)
    write_out_of_fold(args.results / OUT_OF_FOLD, pages, logits)
    _ship(args, pages, bank, logits, (first, second))
    return 0


MODELS: dict[str, Callable[[argparse.Namespace], int]] = {
    "vgg16": train_vgg16,
    "findings": findings.run,
    "novelty": novelty.run,
    "second": second_opinion.run,
    "ink": ink_training.run,
    "line": line_training.run,
    "family": family.run_all,
    **dict.fromkeys(MEMBERS, family.run),
}
"""What ``heartguard train`` can train."""


def write_out_of_fold(path: Path, pages: PageSet, logits: Floats) -> None:
    """Keep the answer that each page got from the model that had not seen its group."""
    shares = calibrate_out_of_fold(logits, pages.classes, pages.folds)
    table = pages.table[["page_id", "fold", "label"]].copy()
    for number, name in enumerate(CLASSES):
        table[f"logit_{name}"] = np.round(logits[:, number], 4)
    for number, name in enumerate(CLASSES):
        table[f"p_{name}"] = np.round(shares[:, number], 5)
    table["least_quality"] = pages.table["least_quality"].round(4)
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False)


def read_out_of_fold(path: Path) -> tuple[pd.DataFrame, Floats]:
    """Return the table of `write_out_of_fold` and its logits, shape (n, 4)."""
    table = pd.read_csv(path)
    return table, table[[f"logit_{name}" for name in CLASSES]].to_numpy(np.float32)


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
