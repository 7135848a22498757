"""Train and answer fold by fold."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats
from heartguard.classify import Weights, probabilities
from heartlab.data.page_set import PageSet, is_plain
from heartlab.data.signal_labels import CLASSES
from heartlab.metrics.classification import macro_auroc, macro_f1
from heartlab.train.vgg16.features import FeatureBank
from heartlab.train.vgg16.heads import HeadRecipe, LinearHead, fit_head
from heartlab.train.vgg16.vgg_torch import build_blocks, get_weights

log = logging.getLogger(__name__)


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


def to_weights(pretrained: Path, head: LinearHead) -> Weights:
    """Return the whole network as a table of weights."""
    import torch

    blocks = build_blocks()
    blocks.load_state_dict(torch.load(pretrained, map_location="cpu", weights_only=True)["blocks"])
    level4, level5 = np.split(head.kernel, 2, axis=1)
    return {**get_weights(blocks), "head/level4": level4, "head/level5": level5, "head/bias": head.bias}
