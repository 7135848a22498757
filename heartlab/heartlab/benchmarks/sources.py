"""The four-class answer to ECGs of each source: by the ensemble alone, and with the classes by the statements.

    heartlab bench sources --traces FILE [--cache DIR]

Needs the shared data (see README). All answers are those after the measurements were set against them. The classes of a
record are those of `heartlab.data.signal_labels.POSSIBLE_CLASSES`, one mapping for all sources.

- 3x4 pages of the clinic that `heartlab train answers` traced, by models and trees that had not seen them; the networks
  of the statements saw their classes.
- PTB-XL: the records of ``measure-only.csv``.
- CPSC2018 and its extra part, Georgia, Chapman and PTBDB: sources that the classes by the statements, their thresholds
  and the trees of likeness have never seen. The networks learned waves and classes from these records, so that the
  ensemble's figures may flatter. LUDB is left out: each of its leads is scaled to 1 mV.

Writes ``benchmarks/results/sources.csv``: a row a source; percentages, 95 % intervals by Wilson, and counts.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heartguard.answers import NORMAL
from heartguard.models import Models, shared_models
from heartguard.values import Prediction
from heartlab.benchmarks.answers import clinic_traced
from heartlab.checkout import CACHE
from heartlab.data.answer_records import outputs_of_records
from heartlab.data.datasets import measured_signals, open_signals
from heartlab.data.kept_answers import conclude_kept, predicted
from heartlab.data.signal_labels import CLASSES
from heartlab.data.tables import write_table
from heartlab.data.truths import Truth, truths_of
from heartlab.evaluate.proportions import share
from heartlab.metrics.classification import macro_auroc, macro_f1

LEFT_OUT = ("PTB-XL", "LUDB")
"""Open records of PTB-XL were learned from; LUDB has no amplitudes."""

FEWEST = 5
"""With fewer ECGs of a class its F1 and AUROC say nothing; the clinic's pages have seven acute infarctions."""


def source_row(source: str, truths: list[Truth], alone: list[Prediction], given: list[Prediction]) -> dict[str, Any]:
    """Return the figures of one source.

    Parameters
    ----------
    source : str
    truths : list of Truth
    alone, given : list of Prediction
        Of the ensemble, and as the program answers.
    """
    row: dict[str, Any] = {"source": source, "ECGs": len(truths)}
    row["classes by the statements"] = share(sum(one.elsewhere is not None for one in given), len(given))
    for name, answers in (("ensemble alone", alone), ("as answered", given)):
        named = [(truth, one) for truth, one in zip(truths, answers, strict=True) if not one.abstained]
        known = [one.label in truth.classes for truth, one in named if truth.classes]
        missed = sum(truth.infarction and one.label == NORMAL for truth, one in named)
        row[f"answered, {name}"] = share(len(named), len(truths))
        row[f"right, {name}"] = share(sum(known), len(known))
        row[f"infarctions called Normal, {name}"] = share(missed, sum(truth.infarction for truth in truths))
        acute = [one for truth, one in zip(truths, answers, strict=True) if truth.classes == {"MI"}]
        called_old = sum(one.label == "PMI" and not one.abstained for one in acute)
        row[f"acute infarctions called History of MI, {name}"] = share(called_old, len(acute))
        row |= {f"{measure}, {name}": value for measure, value in _ranked(truths, answers).items()}
    return row


def _ranked(truths: list[Truth], answers: list[Prediction]) -> dict[str, float]:
    """Return macro-F1 and macro AUROC, "not sure" by its best class; nothing where a class is seldom or never right."""
    known = [(truth, one) for truth, one in zip(truths, answers, strict=True) if len(truth.classes) == 1]
    labels = np.array([CLASSES.index(next(iter(truth.classes))) for truth, _ in known], np.int64)
    if np.bincount(labels, minlength=len(CLASSES)).min() < FEWEST:
        return {}
    shares = np.array([[one.probabilities[name] for name in CLASSES] for _, one in known])
    return {"macro-F1": round(macro_f1(labels, shares), 3), "macro AUROC": round(macro_auroc(labels, shares), 3)}


def without_statements(models: Models) -> Models:
    """Return the models whose ensemble answers every ECG."""
    signal = models.signal
    joint = signal.spec.joint and replace(signal.spec.joint, elsewhere=None)
    return replace(models, signal=replace(signal, spec=replace(signal.spec, joint=joint)))


def of_records(cache: Path, source: str, index: pd.DataFrame) -> dict[str, Any]:
    """Return the figures of records as a 3x4 page shows them; what networks say of them is kept in the cache."""
    outputs = list(outputs_of_records(cache, index, shared_models()))
    alone, given = (
        [conclude_kept(predicted(one, models), one) for one in outputs]
        for models in (without_statements(shared_models()), shared_models())
    )
    return source_row(source, truths_of(index), alone, given)


def rows(cache: Path, traces: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures of each source."""
    alone, given = (list(clinic_traced(cache, [traces], decide=one)) for one in (False, True))
    truths = [one.truth for one in given]
    yield source_row("the clinic, 3x4 pages", truths, [one.after for one in alone], [one.after for one in given])
    yield of_records(cache, "PTB-XL, kept apart", measured_signals())
    index = open_signals()
    for source, own in index[~index["source"].isin(LEFT_OUT)].groupby("source"):
        yield of_records(cache, str(source), own.reset_index(drop=True))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--traces", type=Path, required=True, metavar="FILE", help="traced clinic pages (.npz)")
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="DIR", help="where outputs of networks are kept")


def run(args: argparse.Namespace) -> None:
    """Judge all sources and write the table."""
    print(write_table(list(rows(args.cache, args.traces)), "sources").to_string(index=False))
