"""Training targets from the labels of the signals folder: tags, and the four classes where they are certain."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.arrays import Floats

CLASSES = ("Normal", "MI", "PMI", "HB")
"""The four classes, in the order of all logits."""

SAFE_CLASS = {
    "normal": "Normal",
    "MI_acute": "MI",
    "MI_subacute": "MI",
    "MI_old": "PMI",
    "arrhythmia_conduction_hyp": "HB",
}
"""`broad` groups that correspond to a class. MI of unknown stage is mostly old, but not always, and is left out."""

POSSIBLE_CLASSES = {
    **{broad: frozenset({name}) for broad, name in SAFE_CLASS.items()},
    "MI_unknown": frozenset({"MI", "PMI"}),
    "MI_undefined": frozenset({"MI", "PMI"}),
    "other_abnormal": frozenset({"MI", "PMI", "HB"}),
}
"""Classes that are right for a `broad` group. Where one class is not safe there are more: an infarction of unknown
stage is one of both, and other changes (of ST and T) are anything but normal. A record of no group is not judged."""

FEWEST_RECORDS = 25
"""Statements with fewer records are not trained: their figures would say nothing. Chosen by hand."""


def class_targets(index: pd.DataFrame) -> NDArray[np.int64]:
    """Return the class number of each record of `signals.csv`, -1 where none is safe."""
    names = index["broad"].map(SAFE_CLASS)
    return np.array([CLASSES.index(name) if isinstance(name, str) else -1 for name in names])


def tag_targets(index: pd.DataFrame) -> tuple[tuple[str, ...], Floats]:
    """Return PTB-XL's statements as tags.

    Parameters
    ----------
    index : DataFrame
        Rows of `signals.csv`.

    Returns
    -------
    names : tuple of str
        Statements (`super:MI`, `form:QWAVE`, ...) that at least 25 of the records have.
    targets : ndarray, shape (records, tags), float32
        1, 0, and NaN for records of other sources, which do not use these statements.
    """
    sets = [statements(labels) for labels in index["labels"].fillna("")]
    ours = (index["source"] == "PTB-XL").to_numpy()
    counts: dict[str, int] = {}
    for found, counted in zip(sets, ours, strict=True):
        for name in found if counted else ():
            counts[name] = counts.get(name, 0) + 1
    names = tuple(sorted(name for name, count in counts.items() if count >= FEWEST_RECORDS))
    targets = np.array([[name in found for name in names] for found in sets], np.float32)
    targets[~ours] = np.nan
    return names, targets


def statements(labels: str) -> set[str]:
    """Return the statements of a record of `signals.csv` as ``group:CODE``."""
    found = set()
    for part in labels.split("|"):
        group, _, names = part.strip().partition("=")
        found |= {f"{group}:{name}" for name in names.split(";") if name}
    return found
