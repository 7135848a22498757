"""The int8 file: the convolutions for LiteRT, the larger kernels with 8 bits; valid for one set of weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heartguard.classify.spec import ModelSpec
from heartguard.errors import ModelError
from heartguard.weights import check_file, read_spec


@dataclass(frozen=True)
class Int8Spec:
    """The spec of an int8 file, stored as ``{name}-light.json`` beside it.

    Attributes
    ----------
    backbone_sha256 : str
        Digest of the weights file that it was made from; it is not used with any other.
    sha256, weights_file, date : str
    parity : mapping
        Its answers beside those of the full weights, as in ``benchmarks/results/parity.json``.
    recipe : mapping
    """

    backbone_sha256: str
    sha256: str
    weights_file: str
    date: str
    parity: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)


def int8_path(folder: Path, name: str) -> Path:
    """Return the path of the spec of a model's int8 file."""
    return folder / f"{name}-light.json"


def check_int8(folder: Path, model: ModelSpec) -> Path:
    """Return the path of a model's int8 file.

    Raises
    ------
    ModelError
        If it is missing or altered, or was made from other weights than the model's.
    """
    path = int8_path(folder, model.name)
    spec = read_spec(path, Int8Spec)
    if spec.backbone_sha256 != model.sha256:
        raise ModelError(f"{path.name} in the models folder was made for other weights than {model.name}.json names.")
    return check_file(folder / spec.weights_file, spec.sha256)
