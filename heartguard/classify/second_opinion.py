"""A second opinion: trees on waves and rhythm, a model that never sees the drawing."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.classify.forest import Forest, from_table
from heartguard.classify.prediction import probabilities
from heartguard.classify.wave_features import FEATURES, wave_features
from heartguard.classify.weights import read_weights
from heartguard.drawing import cut_pieces
from heartguard.errors import ModelError
from heartguard.values import Ecg, SecondOpinion


@dataclass(frozen=True)
class SecondSpec:
    """The facts of the second opinion, stored as JSON beside its weights.

    Attributes
    ----------
    classes, features : tuple of str
        In the order of the logits and of the measured features.
    temperature : float
        What its logits are divided by before the softmax, so that its probabilities mean what they say.
    sha256, weights_file, date : str
    training_data, metrics, recipe : mapping
    """

    classes: tuple[str, ...]
    features: tuple[str, ...]
    temperature: float
    sha256: str
    weights_file: str
    date: str
    training_data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Name and the start of the weights' digest."""
        return f"second-{self.sha256[:12]}"


@dataclass(frozen=True, eq=False)
class SecondModel:
    """The second opinion: its facts and its trees."""

    spec: SecondSpec
    forest: Forest

    def ask(self, ecg: Ecg, first_label: str) -> SecondOpinion | None:
        """Return what it says of an Ecg beside the network's answer; None where no beats can be measured.

        Parameters
        ----------
        ecg : Ecg
        first_label : str
            The most probable class of the network.
        """
        features = wave_features(cut_pieces(ecg))
        if np.isnan(features).all():
            return None
        shares = probabilities(self.forest.logits(features), self.spec.temperature)
        label = self.spec.classes[int(np.argmax(shares))]
        named = dict(zip(self.spec.classes, map(float, shares), strict=True))
        return SecondOpinion(label, named, label == first_label, self.spec.identity)


def save_second_spec(spec: SecondSpec, path: Path) -> None:
    """Write a spec as JSON."""
    path.write_text(json.dumps(dataclasses.asdict(spec), indent=2) + "\n", encoding="utf-8")


def load_second(folder: Path) -> SecondModel | None:
    """Read the second opinion of a models folder; None where there is none.

    Raises
    ------
    ModelError
        If it is there but altered, or was trained on other features than this version measures.
    """
    path = folder / "second.json"
    if not path.exists():
        return None
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        facts |= {name: tuple(facts[name]) for name in ("classes", "features")}
        spec = SecondSpec(**facts)
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError(f"The facts of the second opinion cannot be read: {path.name} was altered.") from error
    if spec.features != FEATURES:
        raise ModelError("The second opinion was trained on other features than this version measures; train it again.")
    table = read_weights(folder / spec.weights_file, spec.sha256)
    return SecondModel(spec, from_table(table, len(spec.features), len(spec.classes)))
