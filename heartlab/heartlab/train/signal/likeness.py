"""Trees on the waves that tell ECGs of the clinic, which taught the four classes, from those of other patients."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats
from heartguard.classify.forest import Forest
from heartlab.metrics.classification import auroc
from heartlab.train.signal.known_records import KnownRecords
from heartlab.train.signal.statement_trees import trees_by_fold
from heartlab.train.signal.trees import TreeRecipe, Trees, to_forest

__all__ = ["Likeness", "grow_likeness"]

log = logging.getLogger(__name__)

RECIPE = TreeRecipe(rounds=200, balance=0.0)
"""More trees than for a statement, as the groups differ a little in many waves: with 100 the AUROC is 0.013 less."""


@dataclass(frozen=True, eq=False)
class Likeness:
    """The trees, and the logit of each record and page that an ECG is of the clinic, out of fold."""

    forest: Forest
    of_records: Doubles
    of_pages: Doubles


def grow_likeness(opened: Floats, records: KnownRecords, pages: Floats, page_folds: NDArray[np.int64]) -> Likeness:
    """Grow the trees; no trees of a fold saw its patients or its pages.

    Parameters
    ----------
    opened : ndarray, shape (k, features)
        Waves of records that are in training in every fold.
    records : KnownRecords
    pages : ndarray, shape (n, features)
        Waves of pages of the clinic.
    page_folds : ndarray, shape (n,)
    """
    asked = np.vstack([np.array([one.waves for one in records.outputs], np.float32), pages])
    clinic = np.arange(len(asked)) >= len(records.outputs)
    others = np.zeros(len(opened), bool)
    logits = trees_by_fold(np.r_[records.folds, page_folds], (opened, others), (asked, clinic), RECIPE)
    log.info("likeness to the clinic: AUROC by fold %.3f on %d pages", auroc(clinic, logits), clinic.sum())
    trees = Trees(RECIPE).fit(np.vstack([opened, asked]), np.r_[others, clinic].astype(np.int64))
    return Likeness(to_forest(trees), logits[~clinic], logits[clinic])
