"""``heartlab train MODEL``: all that can be trained, shipped models and baselines."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from heartguard.classify import models_folder
from heartlab.baselines import MEMBERS
from heartlab.baselines import run as baselines
from heartlab.checkout import RESULTS
from heartlab.data.page_set import add_page_arguments
from heartlab.train.line import training as line
from heartlab.train.print import training as print_training
from heartlab.train.signal import joint_answer, signal_model
from heartlab.train.vgg16 import findings, out_of_distribution
from heartlab.train.vgg16 import training as vgg16
from heartlab.train.vgg16.heads import HeadRecipe
from heartlab.train.vgg16.pretraining import PretrainingRecipe

__all__ = ["TRAINERS", "add_arguments", "run"]

TRAINERS: dict[str, Callable[[argparse.Namespace], int]] = {
    "vgg16": vgg16.run,
    "findings": findings.run,
    "novelty": out_of_distribution.run,
    "second": signal_model.run,
    "answers": joint_answer.run,
    "line": line.run,
    "print": print_training.run,
    "baselines": baselines.run_all,
    **dict.fromkeys(MEMBERS, baselines.run),
}
"""Trainers by the name of their model."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``heartlab train``."""
    parser.add_argument(
        "model",
        choices=list(TRAINERS),
        metavar="MODEL",
        help="vgg16, the network; findings, a head on it; novelty, the out-of-distribution detector; second, the "
        "signal model; answers, the thresholds of the joint answer; line, the network that locates lines in steep ink; "
        "print, the network that reads lead names, speed and gain; baselines, all the models that ours is "
        f"compared with, or one of them: {', '.join(MEMBERS)}",
    )
    add_page_arguments(parser)
    parser.add_argument("--out", type=Path, default=models_folder(), metavar="DIR", help="where weights and spec go")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="DIR", help="where the answers go")
    parser.add_argument(
        "--images", type=int, nargs="+", default=PretrainingRecipe.images, help="drawings of each cycle of stage 1"
    )
    parser.add_argument("--copies", type=int, default=HeadRecipe.copies, help="augmented drawings of a page in stage 2")
    parser.add_argument("--ridge", type=float, default=HeadRecipe.ridge, help="penalty of the head's coefficients")


def run(args: argparse.Namespace) -> int:
    """Train the model that was asked for; return the exit status."""
    return TRAINERS[args.model](args)
