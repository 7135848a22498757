"""The int8 file: the same convolutions with 8-bit kernels, for LiteRT; valid for one set of weights."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heartguard.classify.spec import ModelSpec
from heartguard.errors import ModelError
from heartguard.weights import read_spec_for


@dataclass(frozen=True)
class Int8Spec:
    """The spec of an int8 file, stored as ``{name}-light.json`` beside it.

    Attributes
    ----------
    backbone_sha256 : str
        Digest of the weights file that it was made from; it is not used with any other.
    sha256, weights_file, date : str
    serves : bool
        True if it was found to give the same answers as the full weights; else it is not used.
    parity : mapping
        That comparison, as in ``benchmarks/results/parity.json``.
    recipe : mapping
    """

    backbone_sha256: str
    sha256: str
    weights_file: str
    date: str
    serves: bool = False
    parity: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)


def int8_path(folder: Path, name: str) -> Path:
    """Return the path of the spec of a model's int8 file."""
    return folder / f"{name}-light.json"


def read_int8(folder: Path, model: ModelSpec, *, even_unproven: bool = False) -> bytes | None:
    """Return the content of a model's int8 file; None without one for its weights, or if it must not serve.

    Raises
    ------
    ModelError
        If the spec names a file that is missing or altered.
    """
    spec = read_spec_for(int8_path(folder, model.name), Int8Spec, model.sha256)
    if spec is None or not (spec.serves or even_unproven):
        return None
    try:
        content = (folder / spec.weights_file).read_bytes()
    except FileNotFoundError as error:
        raise ModelError(f"The int8 weights {spec.weights_file} are missing from the models folder.") from error
    if hashlib.sha256(content).hexdigest() != spec.sha256:
        raise ModelError(f"The int8 weights {spec.weights_file} were altered: their sha256 is not the spec's.")
    return content
