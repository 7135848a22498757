"""The two thresholds of a statement: from which it is given, and under which it can be excluded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles, Mask

__all__ = ["FEWEST_POSITIVES", "Scored", "Thresholds", "fit_thresholds"]

FEWEST_POSITIVES = 20
"""A statement with fewer cases is reported in counts: an interval of its AUROC would be wider than what it shows."""

FEWEST_TO_RAISE = 10
"""With fewer cases a threshold that would spare more of the others is not trusted: by hand."""

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
    """Return the thresholds that records set.

    A statement is given from the score that 2 % of the records without it reach; where 95 % of those with it reach
    more, from that, which spares the others and misses few. It can be excluded under what 95 % of those with it reach.

    Examples
    --------
    >>> scores = np.arange(1000.0)
    >>> patients = [str(k) for k in range(1000)]
    >>> found = fit_thresholds(Scored(scores, scores % 10 == 0, patients))
    >>> round(found.present), round(found.excluded)
    (979, 50)
    >>> found = fit_thresholds(Scored(scores, scores >= 900, patients))
    >>> round(found.present), round(found.excluded)
    (905, 905)
    """
    scores, positive = known.known, known.positive
    if positive.all() or not positive.any():
        return Thresholds(None, None)
    given = float(np.quantile(scores[~positive], SPECIFICITY))
    reached = float(np.quantile(scores[positive], 1 - SENSITIVITY))
    present = max(given, reached) if positive.sum() >= FEWEST_TO_RAISE else given
    return Thresholds(present, reached if positive.sum() >= FEWEST_POSITIVES else None)
