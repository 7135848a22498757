"""Fit a classifier in every fold to the pages of the others, and ask it about its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats
from heartlab.data.answers import with_probabilities
from heartlab.data.page_set import PageSet
from heartlab.data.signal_labels import CLASSES
from heartlab.metrics.classification import Labels

__all__ = ["Builder", "Classifier", "answers_by_fold", "fit_and_ask", "no_group_in_both"]

log = logging.getLogger(__name__)


class Classifier(Protocol):
    """A classifier with scikit-learn's interface."""

    def fit(self, x: Floats, y: NDArray[Any]) -> Any:
        """Learn from rows and their class numbers."""
        ...

    def predict_proba(self, x: Floats) -> Doubles:
        """Return the probability of each class for every row, in ascending order of the class numbers."""
        ...


Builder = Callable[[int], Classifier]
"""Takes a seed and returns an untrained classifier."""


def answers_by_fold(name: str, build: Builder, x: Floats, pages: PageSet, seed: int = 0) -> pd.DataFrame:
    """Return a model's out-of-fold answers to all pages.

    Parameters
    ----------
    name : str
        For the log.
    build : callable
        Takes a seed and returns an untrained `Classifier`, which includes all fitted preprocessing.
    x : ndarray, shape (n, ...)
        Its view of the pages.
    pages : PageSet
    seed : int

    Returns
    -------
    DataFrame
        `page_id, fold, label`, ``p_<class>`` for each class, and `train_seconds`, processor seconds of the fold's fit.
    """
    table = pages.table[["page_id", "fold", "label"]].copy()
    shares, seconds = np.zeros((len(x), len(CLASSES))), np.zeros(len(x))
    for fold in np.unique(pages.folds):
        held = np.flatnonzero(pages.folds == fold)
        rows = np.flatnonzero((pages.folds != fold) & pages.readable)
        no_group_in_both(pages.table["group_id"].to_numpy(str), rows, held)
        shares[held], seconds[held] = fit_and_ask(build, seed, (x[rows], pages.classes[rows]), x[held])
        log.info("%s: fold %d in %.1f s of processor time", name, fold, seconds[held][0])
    return with_probabilities(table.assign(train_seconds=np.round(seconds, 2)), shares)


def no_group_in_both(groups: NDArray[np.str_], train: NDArray[np.int64], test: NDArray[np.int64]) -> None:
    """Refuse a split that tests on a group which it trains on.

    Raises
    ------
    ValueError
        If a group is on both sides.
    """
    both = set(groups[train]) & set(groups[test])
    if both:
        raise ValueError(f"{len(both)} groups are in training and test, {sorted(both)[0]} among them.")


def fit_and_ask(build: Builder, seed: int, known: tuple[Floats, Labels], asked: Floats) -> tuple[Doubles, float]:
    """Return the answers of a freshly fitted model to some rows, and the processor seconds of its fit."""
    begun = time.process_time()
    model = build(seed).fit(*known)
    spent = time.process_time() - begun
    return np.asarray(model.predict_proba(asked), np.float64), spent
