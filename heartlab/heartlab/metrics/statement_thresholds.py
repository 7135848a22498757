"""The two thresholds of a statement: from which it is given, and under which it can be excluded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles, Mask

__all__ = ["FEWEST_POSITIVES", "Scored", "Thresholds", "fit_thresholds"]

FEWEST_POSITIVES = 20
"""A statement with fewer cases is reported in counts: an interval of its AUROC would be wider than what it shows."""

SPECIFICITY = 0.98
"""Of the threshold from which a statement is given ("rule in")."""

SENSITIVITY = 0.95
"""Of the threshold under which a statement can be excluded."""


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores of records and which of them have the statement.

    Attributes
    ----------
    scores : ndarray, shape (n,)
        NaN where there is none; it counts as the least score.
    positive : ndarray of bool, shape (n,)
    patients : sequence of str
    """

    scores: Doubles
    positive: Mask
    patients: Sequence[str]

    @property
    def known(self) -> Doubles:
        """The scores, the least finite one where there is none."""
        finite = np.isfinite(self.scores)
        least = float(self.scores[finite].min()) if finite.any() else 0.0
        return np.where(finite, self.scores, least)


@dataclass(frozen=True)
class Thresholds:
    """Scores from which a statement is given, and under which it can be excluded; None where nothing sets them."""

    present: float | None
    excluded: float | None


def fit_thresholds(known: Scored) -> Thresholds:
    """Return the thresholds that records set: one by those without the statement, one by those with it.

    Fewer than `FEWEST_POSITIVES` with it set none of the second kind.

    Examples
    --------
    >>> scores = np.arange(1000.0)
    >>> found = fit_thresholds(Scored(scores, scores >= 900, [str(k) for k in range(1000)]))
    >>> round(found.present, 2), round(found.excluded, 2)
    (881.02, 904.95)
    """
    scores, positive = known.known, known.positive
    present = float(np.quantile(scores[~positive], SPECIFICITY)) if not positive.all() else None
    enough = positive.sum() >= FEWEST_POSITIVES
    return Thresholds(present, float(np.quantile(scores[positive], 1 - SENSITIVITY)) if enough else None)
