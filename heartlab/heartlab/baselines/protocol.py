"""The protocol of an earlier project, in which copies of a page are on both sides of the split."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.arrays import Floats
from heartlab.baselines.members import Member
from heartlab.data.answers import with_probabilities
from heartlab.data.page_set import PageSet
from heartlab.data.signal_labels import CLASSES
from heartlab.metrics.classification import Labels
from heartlab.train.by_fold import fit_and_ask

COPIES = {"Normal": 2, "MI": 8, "PMI": 2, "HB": 1}
"""How often the published set contains each page, by class."""

LEAKY_TEST_SHARE = 0.2
"""Share of the rows that are tested, as in the earlier project."""


def answers_with_leakage(member: Member, x: Floats, pages: PageSet, seed: int = 0) -> pd.DataFrame:
    """Return a baseline's answers under the seed's protocol, which only serve to measure the effect of leakage.

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
    shares, seconds = fit_and_ask(member.build, seed, (shaped[train], labels[train]), shaped[test])
    table = pd.DataFrame({"page_id": names[test], "fold": -1, "label": [CLASSES[c] for c in labels[test]]})
    return with_probabilities(table.assign(train_seconds=round(seconds, 2)), shares)


def copied_rows(classes: Labels) -> NDArray[np.int64]:
    """Return the rows of the pages, each as often as the published set holds it."""
    times = np.array([COPIES[CLASSES[c]] for c in classes])
    return np.repeat(np.arange(len(classes)), times)
