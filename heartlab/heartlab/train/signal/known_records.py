"""Records that no network was trained on, what is said of them, and what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Mask
from heartlab.data.ecg_outputs import EcgOutputs
from heartlab.data.signal_labels import CLASSES
from heartlab.data.truths import Truth

__all__ = ["KnownRecords"]

FOLDS = 5
"""Of patients."""


@dataclass(frozen=True, eq=False)
class KnownRecords:
    """Records that no network was trained on, what is said of them, and what they are."""

    outputs: Sequence[EcgOutputs]
    truths: Sequence[Truth]
    patients: NDArray[np.str_]

    @property
    def folds(self) -> NDArray[np.int64]:
        """The fold of each record; all records of a patient are in one."""
        return np.unique(self.patients, return_inverse=True)[1].astype(np.int64) % FOLDS

    @property
    def allowed(self) -> Mask:
        """Which classes are right of each record, shape (n, classes)."""
        return np.array([[name in truth.classes for name in CLASSES] for truth in self.truths])
