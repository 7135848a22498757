"""What is known of a record, as far as the answers are judged by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from heartguard.answers import NORMAL
from heartlab.data.signal_labels import POSSIBLE_CLASSES, statements

__all__ = ["FIBRILLATION", "Truth", "truth_of", "truths_of"]

FIBRILLATION = "rhythm:AFIB"
"""The finding of the models, and the label of PTB-XL's records."""

_MINOR = {
    "super": {"NORM", "STTC", "CD"},
    "sub": {"NORM", "STTC", "NST", "IRBBB"},
    "rhythm": {"SR", "SARRH", "SBRAD", "STACH"},
    "form": {"ABQRS", "LOWT", "NDT", "NT", "NST", "TAB", "PAC", "PRC(S)", "LVOLT", "HVOLT", "VCLVH"},
}
"""Statements of records on which Normal counts as right with minor deviations: unspecific ST and T changes, incomplete
right bundle branch block, sinus rhythm of any rate, voltages, atrial premature beats."""

_ABNORMAL = {"super": {"CD", "HYP"}, "rhythm": {"AFIB", "AFLT", "SVARR", "SVTAC", "PSVT", "PACE", "BIGU", "TRIGU"}}
"""Statements beside which an infarction is an abnormal heartbeat too: a person can have two of the classes."""


@dataclass(frozen=True)
class Truth:
    """What is known of a record.

    Attributes
    ----------
    infarction, normal, minor, fibrillation : bool
        `normal` is plain; `minor` has only the statements that count as minor deviations.
    classes : frozenset of str
        The classes that are right; empty where that is not known. With minor deviations alone, Normal is right too.
    statements : frozenset of str
        PTB-XL's, as ``group:CODE``.
    """

    infarction: bool
    normal: bool
    minor: bool = False
    fibrillation: bool = False
    classes: frozenset[str] = frozenset()
    statements: frozenset[str] = frozenset()


def truth_of(record: Mapping[str, Any]) -> Truth:
    """Return what a row of `signals.csv` tells.

    Examples
    --------
    >>> truth = truth_of({"broad": "other_abnormal", "labels": "super=CD | sub=IRBBB | form= | rhythm=SR"})
    >>> truth.infarction, truth.minor, sorted(truth.classes)
    (False, True, ['HB', 'MI', 'Normal', 'PMI'])
    """
    said = statements(str(record["labels"]))
    groups = [name.split(":", 1) for name in said]
    normal = record["broad"] == "normal"
    minor = bool(said) and not normal and all(code in _MINOR.get(group, ()) for group, code in groups)
    classes = POSSIBLE_CLASSES.get(str(record["broad"]), frozenset())
    if minor and classes:
        classes |= {NORMAL}
    if classes & {"MI", "PMI"} and any(code in _ABNORMAL.get(group, ()) for group, code in groups):
        classes |= {"HB"}
    return Truth(str(record["broad"]).startswith("MI"), normal, minor, FIBRILLATION in said, classes, frozenset(said))


def truths_of(index: pd.DataFrame) -> list[Truth]:
    """Return what the rows of `signals.csv` tell."""
    rows = zip(index["broad"], index["labels"].fillna(""), strict=True)
    return [truth_of({"broad": broad, "labels": labels}) for broad, labels in rows]
