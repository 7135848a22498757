"""``heartlab leaderboard``: one table of all models from their kept answers, honest rows and leaky rows apart."""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Mask
from heartlab.baselines import MEMBERS, VIEWS
from heartlab.checkout import CHECKOUT, RESULTS
from heartlab.data.answers import BY_FOLD, LEAKY, answered_models, probabilities_of, read_answers
from heartlab.data.datasets import load_pages
from heartlab.data.page_set import is_plain
from heartlab.data.signal_labels import CLASSES
from heartlab.metrics.classification import (
    Labels,
    Measure,
    accuracy,
    bootstrap_interval,
    expected_calibration_error,
    macro_auroc,
    macro_f1,
)

log = logging.getLogger(__name__)

MI = CLASSES.index("MI")
"""Index of the class whose recall is a column."""

REPEATS = 300
"""Draws of the bootstrap behind each interval of the table."""


def mi_recall(labels: Labels, shares: Doubles) -> float:
    """Return the share of MI pages whose most probable class is MI; NaN without any."""
    own = labels == MI
    return float((shares[own].argmax(axis=1) == MI).mean()) if own.any() else float("nan")


MEASURES: dict[str, Measure] = {
    "macro_f1": macro_f1,
    "macro_auroc": macro_auroc,
    "accuracy": accuracy,
    "ece": expected_calibration_error,
    "mi_recall": mi_recall,
}
"""Columns of the table."""

PROTOCOLS = {"by fold": BY_FOLD, "leaky protocol": LEAKY}
"""Parts of the table, and the answers that they are computed from."""

DRAWING = "drawing of 2.3 s a lead and a 9.8 s strip, 0.67-25 Hz"
"""Description of VGG16's input."""

OTHERS = {
    "vgg16": ("HeartGuard's VGG16 (image model)", DRAWING),
    "second-trees": ("HeartGuard's signal model, its boosted trees alone", VIEWS["waves"].sees),
    "second-networks": ("HeartGuard's signal model, its 1-D residual networks alone", VIEWS["resnet1d"].sees),
    "second": ("HeartGuard's signal model", f"{VIEWS['waves'].sees}, and signals"),
    "vgg16+second": ("HeartGuard's joint answer (VGG16 and signal model)", f"{DRAWING}, waves, rhythm and signals"),
}
"""Title and input of the models that are no baselines, by name."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``heartlab leaderboard``."""
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="DIR", help="the answers")
    parser.add_argument(
        "--page", type=Path, default=CHECKOUT / "docs" / "leaderboard.md", metavar="FILE", help="the table"
    )


def run(args: argparse.Namespace) -> int:
    """Write leaderboard.csv and the page; return the exit status."""
    table = leaderboard(args.results, load_pages())
    table.to_csv(args.results / "leaderboard.csv", index=False)
    args.page.parent.mkdir(parents=True, exist_ok=True)
    args.page.write_text(as_markdown(table), encoding="utf-8")
    log.info("%d rows written to %s and %s", len(table), args.results / "leaderboard.csv", args.page)
    return 0


@dataclass(frozen=True, eq=False)
class Answers:
    """Probabilities of some pages: labels (n,), shares (n, 4), groups (n,), and which pages are plain, (n,)."""

    labels: Labels
    shares: Doubles
    groups: NDArray[np.str_]
    plain: Mask


def leaderboard(results: Path, pages: pd.DataFrame, repeats: int = REPEATS) -> pd.DataFrame:
    """Return one row a model, protocol and subset of the pages, the best macro-F1 on the plain pages first.

    Parameters
    ----------
    results : Path
        Folder with ``oof-<model>.csv.xz`` and ``leaky-<model>.csv.xz``.
    pages : DataFrame
        `page_id, group_id, layout, filter_hz` of every page.
    repeats : int
        Draws of the bootstrap.
    """
    rows = []
    for protocol, prefix in PROTOCOLS.items():
        for name in answered_models(results, prefix):
            kept = read_answers(results, name, prefix)
            found = answers_of(kept, pages)
            seconds = (
                np.nan if "train_seconds" not in kept else float(kept.groupby("fold")["train_seconds"].first().sum())
            )
            for subset, chosen in (("3x4", found.plain), ("all", np.ones(len(kept), bool))):
                rows.append({"model": name, "protocol": protocol, "pages": subset, "train_seconds": seconds})
                rows[-1] |= figures(found, chosen, repeats)
    table = pd.DataFrame(rows)
    order = table[table["pages"] == "3x4"].set_index(["protocol", "model"])["macro_f1"]
    table["_rank"] = [
        order[(protocol, model)] for protocol, model in zip(table["protocol"], table["model"], strict=True)
    ]
    return table.sort_values(["protocol", "_rank", "model", "pages"], ascending=[True, False, True, True]).drop(
        columns="_rank"
    )


def answers_of(kept: pd.DataFrame, pages: pd.DataFrame) -> Answers:
    """Put a table of answers beside the facts of its pages; a row that SMOTE made counts as a group of its own."""
    facts = pages.set_index("page_id").reindex(kept["page_id"])
    made = facts["group_id"].isna().to_numpy()
    groups = np.where(made, [f"made {row}" for row in range(len(kept))], facts["group_id"].astype(str))
    labels = np.array([CLASSES.index(label) for label in kept["label"]])
    return Answers(labels, probabilities_of(kept), groups.astype(str), is_plain(facts.reset_index()) | made)


def figures(found: Answers, chosen: Mask, repeats: int) -> dict[str, float]:
    """Return each measure on some of the answers with its 95 % interval by bootstrap over groups."""
    labels, shares, groups = found.labels[chosen], found.shares[chosen], found.groups[chosen].tolist()
    row: dict[str, float] = {"n": len(labels)}
    for name, measure in MEASURES.items():
        low, high = bootstrap_interval(labels, shares, groups, measure, repeats)
        row |= {name: round(measure(labels, shares), 4), f"{name}_low": round(low, 4), f"{name}_high": round(high, 4)}
    return row


_HEADS = ("model", "macro-F1", "macro AUROC", "accuracy", "ECE", "MI recall", "macro-F1, all pages", "seconds", "sees")
"""Headings of the table."""


def as_markdown(table: pd.DataFrame) -> str:
    """Return the leaderboard as a page."""
    models = set(table["model"])
    absent = [MEMBERS[name].title for name in MEMBERS if name not in models]
    parts = [_INTRODUCTION]
    if models & {"resnet50", "inceptionv3"}:
        parts.append(_UNTRAINED)
    if absent:
        parts.append(f"Not trained yet: {', '.join(absent)}.\n")
    for protocol in PROTOCOLS:
        part = table[table["protocol"] == protocol]
        if part.empty:
            continue
        parts += [_PROTOCOLS[protocol], f"| {' | '.join(_HEADS)} |", "|" + " --- |" * len(_HEADS)]
        everywhere = part[part["pages"] == "all"].set_index("model")
        parts += [_line(row, everywhere.loc[row["model"]]) for _, row in part[part["pages"] == "3x4"].iterrows()]
        parts.append("")
    return "\n".join(parts)


def _line(row: pd.Series, everywhere: pd.Series) -> str:
    title, sees = _described(str(row["model"]))
    cells = [title, *(_cell(row, name) for name in MEASURES), _cell(everywhere, "macro_f1")]
    seconds = "-" if np.isnan(row["train_seconds"]) else f"{row['train_seconds']:.0f}"
    return f"| {' | '.join([*cells, seconds, sees])} |"


def _described(name: str) -> tuple[str, str]:
    if name in MEMBERS:
        return MEMBERS[name].title, VIEWS[MEMBERS[name].view].sees
    return OTHERS.get(name, (name, ""))


def _cell(row: pd.Series, name: str) -> str:
    return f"{row[name]:.3f} ({row[f'{name}_low']:.3f} to {row[f'{name}_high']:.3f})"


_INTRODUCTION = """\
# Leaderboard

Written by `heartlab leaderboard` from `benchmarks/results/oof-*.csv.xz` and `leaky-*.csv.xz`; do not edit. The figures
are also in [leaderboard.csv](../benchmarks/results/leaderboard.csv). Each model is trained by `heartlab train <name>`,
all baselines by `heartlab train baselines`. Unless a column says otherwise the figures are on the 3×4, 0.67-25 Hz
pages, in brackets 95 % intervals by bootstrap over groups (300 draws). Seconds are processor time of all fits together,
without the making of the inputs; HeartGuard's own network takes hours, see the model card.
"""
"""First paragraph of the page."""

_UNTRAINED = """\
ResNet50 and InceptionV3 have random weights here: theirs could not be had without a download, and five folds cannot
be trained from scratch on a CPU in reasonable time. Their rows say what the architectures do untrained.
"""
"""Note on the networks without trained weights."""

_PROTOCOLS = {
    "by fold": "## By fold: no group on both sides, everything fitted inside the fold\n",
    "leaky protocol": """\
## Leaky protocol: what copies, a random split and SMOTE before the split are worth

The same models under the protocol of the project that this one follows: copies of pages put back as published (each
MI page 8 times, every Normal and PMI page twice), scaler and SMOTE fitted to all rows, then a random split. **These
figures are evidence of nothing but leakage.** The subset is then the 3×4 pages and the made-up rows.
""",
}
"""Headings of the page's parts."""
