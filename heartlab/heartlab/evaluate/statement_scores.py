"""How well scores part the ECGs with a statement from those without, and how the two thresholds of a statement hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from heartguard.models import Models
from heartlab.data.datasets import leaf_statements
from heartlab.data.ecg_outputs import EcgOutputs
from heartlab.data.kept_answers import statement_logits
from heartlab.data.signal_labels import statements
from heartlab.evaluate.proportions import share
from heartlab.metrics.classification import auroc, binary_auroc, bootstrap_interval
from heartlab.metrics.statement_thresholds import FEWEST_POSITIVES, Scored, Thresholds, fit_thresholds

__all__ = ["score_row", "statement_scores"]

MEASURED = {
    "first degree AV block, by PR": ("1AVB", "pr_ms"),
    "long QT, by QTc": ("LNGQT", "qtc_ms"),
    "conduction delay, by QRS": ("IVCD", "qrs_ms"),
    "complete right bundle branch block, by QRS": ("CRBBB", "qrs_ms"),
    "complete left bundle branch block, by QRS": ("CLBBB", "qrs_ms"),
    "fibrillation, by the variation of RR": ("AFIB", "rr_variation"),
    "hypertrophy, by Sokolow-Lyon": ("LVH", "sokolow_lyon_mv"),
}
"""Statements that a single measurement can rank: SCP-ECG code and field of the measurements."""

Set = tuple[pd.DataFrame, list[EcgOutputs]]
"""Records and what is said of them."""


def score_row(asked: Scored, thresholds: Thresholds) -> dict[str, Any]:
    """Return the figures of a statement on records that set no threshold.

    Returns
    -------
    dict
        `positives, auroc, low, high` (bootstrap over patients; empty under `FEWEST_POSITIVES` cases), then sensitivity
        and specificity at each threshold in words with their counts.
    """
    positive, scores = asked.positive, asked.known
    area: tuple[float | None, ...] = (None, None, None)
    if positive.sum() >= FEWEST_POSITIVES:
        labels, patients = positive.astype(np.int64), list(asked.patients)
        edges = bootstrap_interval(labels, scores[:, None], patients, binary_auroc, repeats=500)
        area = tuple(round(value, 3) for value in (auroc(positive, scores), *edges))
    row: dict[str, Any] = {"records": len(scores), "positives": int(positive.sum())}
    row |= dict(zip(("auroc", "low", "high"), area, strict=True))
    for name, threshold in (("given", thresholds.present), ("not excluded", thresholds.excluded)):
        reached = scores >= (np.nan if threshold is None else threshold)
        counted = threshold is not None
        found, spared = int(reached[positive].sum()), int((~reached[~positive]).sum())
        row[f"sensitivity, {name}"] = share(found, int(positive.sum()) * counted)
        row[f"specificity, {name}"] = share(spared, int((~positive).sum()) * counted)
    return row


def statement_scores(measured: Set, fitting: Set, models: Models) -> list[dict[str, Any]]:
    """Return a row for each statement: of the networks together, then of single measurements.

    Parameters
    ----------
    measured, fitting : (DataFrame, list of EcgOutputs)
        Rows of `signals.csv` and what is said of them: to measure on, and to set the thresholds by.
    models : Models
    """
    rows = []
    for name, code, score in _scores(models):
        known, asked = (_scored(*one, code, score) for one in (fitting, measured))
        if asked.positive.any():
            rows.append({"statement": name, **score_row(asked, fit_thresholds(known))})
    return rows


def _scores(models: Models) -> Iterator[tuple[str, str, Callable[[EcgOutputs], float]]]:
    """Yield name, label or SCP-ECG code, and score of what can be stated."""
    for place, name in enumerate(models.signal.spec.statements):
        yield name, name, lambda one, place=place: float(statement_logits(one, models)[place])  # type: ignore[misc]
    for name, (code, field) in MEASURED.items():
        yield name, code, lambda one, field=field: _number(one.measured[field])  # type: ignore[misc]


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _scored(index: pd.DataFrame, outputs: list[EcgOutputs], code: str, score: Callable[[EcgOutputs], float]) -> Scored:
    leaves = leaf_statements(index)
    said = zip(index["labels"].fillna(""), leaves, strict=True)
    positive = [code in statements(labels) or code in (leaf or ()) for labels, leaf in said]
    patients = [str(patient) for patient in index["patient_id"]]
    return Scored(np.array([score(one) for one in outputs]), np.array(positive), patients)
