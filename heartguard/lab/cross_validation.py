"""Train and answer fold by fold."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.classify import Weights, probabilities
from heartguard.lab.features import FeatureBank
from heartguard.lab.heads import HeadRecipe, LinearHead, fit_head
from heartguard.lab.metrics import fit_temperature, macro_auroc, macro_f1
from heartguard.lab.page_traces import PageTraces
from heartguard.lab.signal_labels import CLASSES
from heartguard.lab.vgg_torch import build_blocks, get_weights
from heartguard.values import Doubles, Floats

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class PageSet:
    """The labelled pages in the order of the traces and of the feature bank.

    Attributes
    ----------
    table : DataFrame
        Rows of `pages.csv`, with one more column, `least_quality`: that of the worst traced lead.
    classes, folds : ndarray, shape (n,)
    readable : ndarray of bool, shape (n,)
        Pages on which at least one lead was traced; the others are never trained on, but always counted.
    """

    table: pd.DataFrame
    classes: NDArray[np.int64]
    folds: NDArray[np.int64]
    readable: NDArray[np.bool_]


def page_set(pages: pd.DataFrame, traces: PageTraces) -> PageSet:
    """Put labels beside traces."""
    table = pages.set_index("page_id").loc[[str(page) for page in traces.page_ids]].reset_index()
    table["least_quality"] = traces.quality.min(axis=1)
    classes = np.array([CLASSES.index(label) for label in table["label"]])
    readable: NDArray[np.bool_] = np.asarray(np.isfinite(traces.signals).any(axis=(1, 2)))
    return PageSet(table, classes, table["fold"].to_numpy(np.int64), readable)


def is_plain(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which pages have the layout and band that every class has: 3x4 and 0.67-25 Hz."""
    plain: NDArray[np.bool_] = ((table["layout"] == "3x4") & (table["filter_hz"] == "0.67-25")).to_numpy(bool)
    return plain


def fold_head(bank: FeatureBank, pages: PageSet, fold: int, recipe: HeadRecipe) -> LinearHead:
    """Return the head that has seen every readable page but those of one fold."""
    rows = np.flatnonzero((pages.folds != fold) & pages.readable)
    return fit_head(bank, rows, pages.classes[rows], recipe)


def cross_validate(bank: FeatureBank, pages: PageSet, recipe: HeadRecipe) -> Floats:
    """Return the out-of-fold logits of all pages, shape (n, 4)."""
    logits = np.zeros((len(pages.classes), len(CLASSES)), np.float32)
    for fold in np.unique(pages.folds):
        held = np.flatnonzero(pages.folds == fold)
        logits[held] = fold_head(bank, pages, int(fold), recipe).logits(bank.clean[held])
        log.info("fold %d: %s", fold, summary(pages, held, logits))
    log.info("all folds: %s", summary(pages, np.arange(len(logits)), logits))
    return logits


def summary(pages: PageSet, rows: NDArray[np.int64], logits: Floats) -> str:
    """Return macro-F1 and macro AUROC of some pages, and of the plain ones among them, as text."""
    plain = rows[is_plain(pages.table)[rows]]
    figures = []
    for name, chosen in (("all", rows), ("3x4", plain)):
        shares = probabilities(logits[chosen])
        f1, area = macro_f1(pages.classes[chosen], shares), macro_auroc(pages.classes[chosen], shares)
        figures.append(f"{name} macro-F1 {f1:.3f} AUROC {area:.3f}")
    return ", ".join(figures)


def calibrate_out_of_fold(logits: Floats, classes: NDArray[np.int64], folds: NDArray[np.int64]) -> Doubles:
    """Return probabilities of each fold under the temperature of the other folds."""
    shares = np.zeros(logits.shape)
    for fold in np.unique(folds):
        inside = folds == fold
        temperature = fit_temperature(classes[~inside], logits[~inside].astype(float))
        shares[inside] = probabilities(logits[inside], temperature)
    return shares


def to_weights(pretrained: Path, head: LinearHead) -> Weights:
    """Return the whole network as a table of weights."""
    import torch

    blocks = build_blocks()
    blocks.load_state_dict(torch.load(pretrained, map_location="cpu", weights_only=True)["blocks"])
    level4, level5 = np.split(head.kernel, 2, axis=1)
    return {**get_weights(blocks), "head/level4": level4, "head/level5": level5, "head/bias": head.bias}
