"""Trees on the waves for statements that are a matter of beats: they rank them better than networks on the samples."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.classify.forest import Forest
from heartguard.classify.wave_features import wave_features
from heartguard.drawing import segment_leads
from heartlab.data.answer_records import as_page
from heartlab.data.datasets import open_signals
from heartlab.data.kept import kept_array
from heartlab.data.signal_labels import statements
from heartlab.metrics.classification import auroc
from heartlab.metrics.folds import out_of_fold
from heartlab.train.signal.known_records import KnownRecords
from heartlab.train.signal.trees import TreeRecipe, Trees, beside, to_forest

__all__ = ["WAVE_STATEMENTS", "grow", "open_waves", "trees_by_fold"]

log = logging.getLogger(__name__)

WAVE_STATEMENTS = ("form:PVC", "rhythm:AFIB")
"""Of the statements that are reported, those that trees rank better by 0.03 of AUROC and more, out of fold."""

RECIPE = TreeRecipe(rounds=100, balance=0.0)
"""Fewer trees than for the classes: a statement has fewer cases. Without balance, so that probabilities are right."""


def grow(cache: Path, records: KnownRecords) -> tuple[Forest, Doubles]:
    """Grow the trees of every statement on the open records of PTB-XL and on some others.

    Parameters
    ----------
    cache : Path
        Where the waves of the open records are kept.
    records : KnownRecords
        The others; they are learned from too.

    Returns
    -------
    forest : Forest
        One logit a statement.
    logits : ndarray, shape (records, statements)
        Of the others, out of fold over their patients.
    """
    index, waves = open_waves(cache)
    own = np.array([one.waves for one in records.outputs], np.float32)
    forests, by_fold = [], []
    for name in WAVE_STATEMENTS:
        known = np.array([name in statements(labels) for labels in index["labels"].fillna("")])
        said = np.array([name in truth.statements for truth in records.truths])
        by_fold.append(trees_by_fold(records.folds, (waves, known), (own, said)))
        log.info("trees on waves: %s, %d cases, AUROC %.3f", name, (known.sum() + said.sum()), auroc(said, by_fold[-1]))
        trees = Trees(RECIPE).fit(np.vstack([waves, own]), np.r_[known, said].astype(np.int64))
        forests.append(to_forest(trees))
    return beside(forests), np.stack(by_fold, axis=1)


def open_waves(cache: Path) -> tuple[pd.DataFrame, Floats]:
    """Return the open records of PTB-XL and their waves, kept in the cache."""
    index = open_signals()
    index = index[index["source"] == "PTB-XL"]
    return index, kept_array(
        cache / "waves-records.npy", lambda: np.stack([_waves(name) for name in index["record_id"]])
    )


def trees_by_fold(
    folds: NDArray[np.int64], always: tuple[Floats, Mask], own: tuple[Floats, Mask], recipe: TreeRecipe = RECIPE
) -> Doubles:
    """Return the logits of waves by trees of the other folds and of those that are in training always.

    Parameters
    ----------
    folds : ndarray, shape (n,)
    always, own : (ndarray of shape (k, features), ndarray of bool, shape (k,))
        Waves, and whether they have what is asked.
    recipe : TreeRecipe
    """
    (waves, known), (asked_waves, said) = always, own

    def answer(inside: Mask, asked: Mask) -> Doubles:
        trees = Trees(recipe).fit(np.vstack([waves, asked_waves[inside]]), np.r_[known, said[inside]].astype(np.int64))
        return trees.margins(asked_waves[asked]).astype(np.float64)

    return out_of_fold(folds, answer)


def _waves(record: str) -> Floats:
    return wave_features(segment_leads(as_page(record)))
