"""Two protocols: the honest one by fold, and the seed's, in which copies of a page stand on both sides of the split."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.lab.cross_validation import PageSet
from heartguard.lab.family.members import Classifier, Member
from heartguard.lab.metrics import Labels
from heartguard.lab.signal_labels import CLASSES
from heartguard.values import Doubles, Floats

log = logging.getLogger(__name__)

COPIES = {"Normal": 2, "MI": 8, "PMI": 2, "HB": 1}
"""How often the published set holds a page of each class."""

LEAKY_TEST_SHARE = 0.2


def answers_by_fold(member: Member, x: Floats, pages: PageSet, seed: int = 0) -> pd.DataFrame:
    """Return a member's out-of-fold answers to all pages.

    Parameters
    ----------
    member : Member
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
        shares[held], seconds[held] = _fit_and_ask(member.build, seed, (x[rows], pages.classes[rows]), x[held])
        log.info("%s: fold %d in %.1f s of processor time", member.name, fold, seconds[held][0])
    return with_shares(table.assign(train_seconds=np.round(seconds, 2)), shares)


def no_group_in_both(groups: NDArray[np.str_], train: NDArray[np.int64], test: NDArray[np.int64]) -> None:
    """Refuse a split that tests on a group which it trains on.

    Raises
    ------
    ValueError
        If a group is on both sides.
    """
    both = set(groups[train]) & set(groups[test])
    if both:
        raise ValueError(f"{len(both)} groups stand in training and test, {sorted(both)[0]} among them.")


def answers_with_leakage(member: Member, x: Floats, pages: PageSet, seed: int = 0) -> pd.DataFrame:
    """Return a member's answers under the seed's protocol: never evidence, only the measure of what leakage is worth.

    Pages are copied as in the published set, scaled and balanced by SMOTE all together, and only then split at random.

    Returns
    -------
    DataFrame
        As `answers_by_fold`, one row for each test row; `page_id` is empty for a row that SMOTE made, `fold` is -1.
    """
    from imblearn.over_sampling import SMOTE
    from sklearn.impute import SimpleImputer
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    rows = copied_rows(pages.classes)
    flat = SimpleImputer(strategy="median").fit_transform(x[rows].reshape(len(rows), -1))
    flat = StandardScaler().fit_transform(flat).astype(np.float32)
    made, labels = SMOTE(k_neighbors=5, random_state=seed).fit_resample(flat, pages.classes[rows])
    names = np.concatenate([pages.table["page_id"].to_numpy(str)[rows], np.full(len(made) - len(rows), "")])
    train, test = train_test_split(np.arange(len(made)), test_size=LEAKY_TEST_SHARE, stratify=labels, random_state=seed)
    shaped = made.reshape(len(made), *x.shape[1:]).astype(np.float32)
    shares, seconds = _fit_and_ask(member.build, seed, (shaped[train], labels[train]), shaped[test])
    table = pd.DataFrame({"page_id": names[test], "fold": -1, "label": [CLASSES[c] for c in labels[test]]})
    return with_shares(table.assign(train_seconds=round(seconds, 2)), shares)


def copied_rows(classes: Labels) -> NDArray[np.int64]:
    """Return the rows of the pages, each as often as the published set holds it."""
    times = np.array([COPIES[CLASSES[c]] for c in classes])
    return np.repeat(np.arange(len(classes)), times)


def with_shares(table: pd.DataFrame, shares: Doubles) -> pd.DataFrame:
    """Add the probabilities of the classes to a table."""
    return table.assign(**{f"p_{name}": np.round(shares[:, number], 5) for number, name in enumerate(CLASSES)})


def _fit_and_ask(
    build: Callable[[int], Classifier], seed: int, known: tuple[Floats, Labels], asked: Floats
) -> tuple[Doubles, float]:
    begun = time.process_time()
    model = build(seed).fit(*known)
    spent = time.process_time() - begun
    return np.asarray(model.predict_proba(asked), np.float64), spent
