"""Tables of answers: a model's out-of-fold outputs, one row per page, compressed.

``oof-<model>.csv.xz`` holds the answers by fold, ``leaky-<model>.csv.xz`` those under the protocol of an earlier
project, in which copies of a page stand on both sides of the split.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from heartguard.arrays import Doubles, Floats
from heartlab.data.signal_labels import CLASSES
from heartlab.metrics.calibration import calibrate_out_of_fold

__all__ = [
    "BY_FOLD",
    "LEAKY",
    "answered_models",
    "answers_path",
    "logits_of",
    "probabilities_of",
    "read_answers",
    "with_logits",
    "with_probabilities",
    "write_answers",
]

BY_FOLD, LEAKY = "oof", "leaky"
"""Prefixes of the two protocols."""

SUFFIX = ".csv.xz"
"""xz has no time stamp, so that the same answers give the same file."""


def answers_path(folder: Path, model: str, protocol: str = BY_FOLD) -> Path:
    """Return the file of a model's answers."""
    return folder / f"{protocol}-{model}{SUFFIX}"


def answered_models(folder: Path, protocol: str = BY_FOLD) -> list[str]:
    """Return the models whose answers are kept, in the order of their names."""
    paths = folder.glob(f"{protocol}-*{SUFFIX}")
    return sorted(path.name.removesuffix(SUFFIX).removeprefix(f"{protocol}-") for path in paths)


def write_answers(answers: pd.DataFrame, folder: Path, model: str, protocol: str = BY_FOLD) -> None:
    """Write a table of answers; the folder is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    answers.to_csv(answers_path(folder, model, protocol), index=False, lineterminator="\n")


def read_answers(folder: Path, model: str, protocol: str = BY_FOLD) -> pd.DataFrame:
    """Return a table of answers; `page_id` is empty for a row that SMOTE made.

    Raises
    ------
    FileNotFoundError
        If the model has no answers there.
    """
    answers = pd.read_csv(answers_path(folder, model, protocol), dtype={"page_id": str})
    return answers.fillna({"page_id": ""})


def probabilities_of(answers: pd.DataFrame) -> Doubles:
    """Return the probabilities of a table of answers, shape (n, 4)."""
    return answers[[f"p_{name}" for name in CLASSES]].to_numpy(np.float64)


def logits_of(answers: pd.DataFrame) -> Floats:
    """Return the logits of a table of answers, shape (n, 4)."""
    return answers[[f"logit_{name}" for name in CLASSES]].to_numpy(np.float32)


def with_probabilities(table: pd.DataFrame, shares: Doubles) -> pd.DataFrame:
    """Add the probabilities of the classes to a table."""
    return table.assign(**{f"p_{name}": np.round(shares[:, k], 5) for k, name in enumerate(CLASSES)})


def with_logits(table: pd.DataFrame, logits: Floats) -> pd.DataFrame:
    """Add logits, and the probabilities of each fold under the temperature of the others, to `page_id, fold, label`."""
    classes = np.array([CLASSES.index(label) for label in table["label"]])
    shares = calibrate_out_of_fold(logits, classes, table["fold"].to_numpy(np.int64))
    named = {f"logit_{name}": np.round(logits[:, k], 4) for k, name in enumerate(CLASSES)}
    return with_probabilities(table.assign(**named), shares)
