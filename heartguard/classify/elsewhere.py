"""The answer to an ECG unlike those of the clinic: the four classes by what statements mean in other hospitals.

The four classes are learned from one clinic, whose folders do not call abnormal what cardiologists elsewhere do. Where
trees on the waves tell that an ECG is not one of this clinic, and the ensemble is unsure or alone in calling it Normal,
the classes come from the networks' statements by a linear head that was fitted to records of other patients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from heartguard.arrays import Doubles
from heartguard.classify.prediction import prediction_set, probabilities
from heartguard.values import Prediction

__all__ = ["LIKENESS", "ElsewhereSpec", "answer_elsewhere"]

LIKENESS = "source:clinic"
"""Code, among those of the statements, of the logit that an ECG is of the clinic that taught the classes."""

_REASON = (
    "By rate, axis and the size of its waves this ECG is unlike those of the clinic that taught the four classes. The "
    "class rests on the ECG statements that the networks learned from other hospitals' records."
)

_OLD_INFARCTION = "PMI"
"""History of MI. The records seldom tell the age of an infarction, so the head names no infarction an old one: half of
the acute ones of a source that it was not fitted to would be."""

_NO_AGE = "The statements tell an infarction, but not its age: it may be an acute one, so no class is named."


@dataclass(frozen=True)
class ElsewhereSpec:
    """A linear head from the logits of statements to the four classes, and when it answers.

    Attributes
    ----------
    weights : mapping of str to sequence of float
        By SCP code, one for each class.
    bias : sequence of float
        One for each class.
    most_alike : float
        Greatest logit of `LIKENESS` with which an ECG is unlike those of the clinic.
    threshold : float
        Probability from which a class is named.
    set_threshold : float
        Probability from which a class cannot be ruled out.
    set_level : float
        Share of the records whose class, or one of them, reached `set_threshold`.
    """

    weights: Mapping[str, Sequence[float]]
    bias: Sequence[float]
    most_alike: float
    threshold: float
    set_threshold: float
    set_level: float

    def shares(self, statements: Mapping[str, float]) -> Doubles:
        """Return the probabilities of the classes by the logits of the statements, shape (classes,).

        Examples
        --------
        >>> spec = ElsewhereSpec({"super:NORM": (1.0, -1.0)}, (0.0, 1.0), -3.0, 0.6, 0.2, 0.9)
        >>> spec.shares({"super:NORM": 0.5, "super:MI": 4.0}).tolist()
        [0.5, 0.5]
        """
        codes = list(self.weights)
        matrix = np.array([self.weights[code] for code in codes])
        return probabilities(np.array([statements[code] for code in codes]) @ matrix + np.array(self.bias))


def answer_elsewhere(
    prediction: Prediction, statements: Mapping[str, float], spec: ElsewhereSpec, normal: str | None
) -> Prediction:
    """Return the answer by the statements where the ECG is unlike the clinic's and the ensemble's does not hold there.

    Parameters
    ----------
    prediction : Prediction
        Of the ensemble; returned unchanged where it holds.
    statements : mapping of str to float
        Logits by SCP code, that of `LIKENESS` among them.
    spec : ElsewhereSpec
    normal : str or None
        The class that the statements must name too.
    """
    if statements[LIKENESS] > spec.most_alike:
        return prediction
    shares = dict(zip(prediction.probabilities, map(float, spec.shares(statements)), strict=True))
    label = max(shares, key=lambda name: shares[name])
    if not prediction.abstained and (prediction.label != normal or shares[normal] >= spec.threshold):
        return prediction
    return replace(
        prediction,
        label=label,
        probabilities=shares,
        abstained=shares[label] < spec.threshold or label == _OLD_INFARCTION,
        not_named=_NO_AGE if label == _OLD_INFARCTION else None,
        prediction_set=prediction_set(shares, dict.fromkeys(shares, spec.set_threshold)),
        coverage=spec.set_level,
        elsewhere=_REASON,
    )
