"""The shipped answer: VGG16 and the second opinion put together, with a calibration of its own."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.classify.prediction import possible_classes, probabilities
from heartguard.errors import ModelError
from heartguard.values import Doubles, Prediction

__all__ = ["JointSpec", "joined", "joint_logits", "load_joint", "save_joint"]

FLOOR = 1e-6
"""Least probability that is believed of either model, so that neither can veto."""

_FILE = "joint.json"


@dataclass(frozen=True)
class JointSpec:
    """The facts of two models' joint answer.

    Attributes
    ----------
    first, second : str
        Sha256 of the weights of the network and of the second opinion that it was measured with.
    temperature, abstention_threshold, set_level, set_thresholds
        As in `ModelSpec`, of the joint logits.
    metrics : mapping
    date : str
        ISO 8601.
    """

    first: str
    second: str
    temperature: float
    abstention_threshold: float
    set_level: float
    set_thresholds: Mapping[str, float]
    date: str
    metrics: Mapping[str, Any] = field(default_factory=dict)


def joint_logits(first: Doubles, second: Doubles) -> Doubles:
    """Return the mean of two models' log probabilities, arrays of one shape (..., classes).

    Equal weights leave nothing to fit, so that joining two out-of-fold answers is out of fold too (a logarithmic
    opinion pool; Genest & Zidek, Statistical Science 1:114, 1986).
    """
    pooled: Doubles = (np.log(first + FLOOR) + np.log(second + FLOOR)) / 2
    return pooled


def joined(prediction: Prediction, spec: JointSpec) -> Prediction:
    """Return the joint answer of a network's prediction and the second opinion in it.

    Parameters
    ----------
    prediction : Prediction
        With `second`; without one it is returned as it is.
    spec : JointSpec
    """
    second = prediction.second
    if second is None:
        return prediction
    names = list(prediction.probabilities)
    own, other = (
        np.array([shares[name] for name in names]) for shares in (prediction.probabilities, second.probabilities)
    )
    shares = probabilities(joint_logits(own, other), spec.temperature)
    named = dict(zip(names, map(float, shares), strict=True))
    label = names[int(np.argmax(shares))]
    return dataclasses.replace(
        prediction,
        label=label,
        probabilities=named,
        abstained=named[label] < spec.abstention_threshold,
        possible=possible_classes(named, spec.set_thresholds),
        set_level=spec.set_level,
        network=prediction.probabilities,
        model=f"{prediction.model}+{second.model}",
    )


def save_joint(spec: JointSpec, folder: Path) -> None:
    """Write the facts beside the models."""
    (folder / _FILE).write_text(json.dumps(dataclasses.asdict(spec), indent=2) + "\n", encoding="utf-8")


def load_joint(folder: Path, first: str, second: str) -> JointSpec | None:
    """Read the facts of the joint answer; None where there are none, or where they are of other weights.

    Raises
    ------
    ModelError
        If the file was altered.
    """
    path = folder / _FILE
    if not path.exists():
        return None
    try:
        spec = JointSpec(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ModelError(f"The facts of the joint answer cannot be read: {path.name} was altered.") from error
    return spec if (spec.first, spec.second) == (first, second) else None
