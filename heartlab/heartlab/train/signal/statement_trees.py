"""Trees on the waves for statements that are a matter of beats: they rank them better than networks on the samples."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

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
from heartlab.train.signal.normal_support import KnownRecords
from heartlab.train.signal.trees import TreeRecipe, Trees, beside, to_forest

__all__ = ["WAVE_STATEMENTS", "grow"]

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
    index = open_signals()
    index = index[index["source"] == "PTB-XL"]
    waves = kept_array(cache / "waves-records.npy", lambda: np.stack([_waves(name) for name in index["record_id"]]))
    own = np.array([one.waves for one in records.outputs], np.float32)
    forests, by_fold = [], []
    for name in WAVE_STATEMENTS:
        known = np.array([name in statements(labels) for labels in index["labels"].fillna("")])
        said = np.array([name in truth.statements for truth in records.truths])
        by_fold.append(_by_fold(records, (waves, known), (own, said)))
        log.info("trees on waves: %s, %d cases, AUROC %.3f", name, (known.sum() + said.sum()), auroc(said, by_fold[-1]))
        forests.append(to_forest(_taught(np.vstack([waves, own]), np.r_[known, said])))
    return beside(forests), np.stack(by_fold, axis=1)


def _by_fold(records: KnownRecords, always: tuple[Floats, Mask], own: tuple[Floats, Mask]) -> Doubles:
    (waves, known), (asked_waves, said) = always, own

    def answer(inside: Mask, asked: Mask) -> Doubles:
        trees = _taught(np.vstack([waves, asked_waves[inside]]), np.r_[known, said[inside]])
        return trees.margins(asked_waves[asked]).astype(np.float64)

    return out_of_fold(records.folds, answer)


def _taught(waves: Floats, said: Mask) -> Trees:
    return Trees(RECIPE).fit(waves, said.astype(np.int64))


def _waves(record: str) -> Floats:
    return wave_features(segment_leads(as_page(record)))
