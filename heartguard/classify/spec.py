"""Model specs: class order, calibration, digests and figures of a model, stored as JSON and never in code."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heartguard.weights import named, read_spec


@dataclass(frozen=True)
class ModelSpec:
    """The spec of one model, stored as JSON beside its weights.

    Attributes
    ----------
    name : str
    classes : tuple of str
        In the order of the logits.
    input_size : tuple of int
        Height and width of its drawings, pixels.
    drawing_version : str
    temperature : float
        Divides the logits before the softmax (temperature scaling); fitted on out-of-fold logits.
    abstention_threshold : float
        With a smaller greatest probability, the model abstains.
    set_level : float
        Coverage of the conformal prediction set: how often it contains the true class.
    set_thresholds : mapping of str to float
        Least probability with which each class is in that set; empty where it was not fitted.
    sha256 : str
        Digest of the weights file.
    weights_file : str
        Name of the file beside the spec.
    training_data, metrics, recipe : mapping
        Training data and split; cross-validated figures with intervals; settings and seeds.
    date : str
        Day of training, ISO 8601.
    """

    name: str
    classes: tuple[str, ...]
    input_size: tuple[int, int]
    drawing_version: str
    temperature: float
    abstention_threshold: float
    sha256: str
    weights_file: str
    date: str
    training_data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    set_level: float = 0.9
    set_thresholds: Mapping[str, float] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Name and the start of the weights' digest."""
        return named(self.name, self.sha256)


def save_spec(spec: Any, path: Path) -> None:
    """Write a spec, a frozen dataclass, as JSON."""
    path.write_text(json.dumps(dataclasses.asdict(spec), indent=2) + "\n", encoding="utf-8")


def load_spec(path: Path) -> ModelSpec:
    """Read a spec.

    Raises
    ------
    ModelError
        If the file is missing, not JSON, or lacks a field.
    """
    return read_spec(path, ModelSpec)
