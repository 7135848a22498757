"""Files of the models: facts as JSON, read into dataclasses, and tables of weights that must have the named digest."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
import numpy as np

from heartguard.arrays import Floats
from heartguard.errors import ModelError
from heartguard.resources import shipped

__all__ = [
    "HEAD",
    "NetworkSpec",
    "Weights",
    "check_file",
    "models_folder",
    "named",
    "read_checked",
    "read_network",
    "read_spec",
    "read_spec_for",
    "read_weights",
    "write_weights",
]

Spec = TypeVar("Spec")
FittedSpec = TypeVar("FittedSpec", bound="BackboneSpec")

HEAD = "head/"
"""How the names of the linear head begin."""

Weights = dict[str, Floats]
"""`block{b}_conv{k}/kernel` (3, 3, in, out), `/bias`; `head/level4`, `head/level5` (13, 512, classes), `head/bias`."""


@dataclass(frozen=True)
class NetworkSpec:
    """The facts of a small network, stored as JSON beside its weights.

    Attributes
    ----------
    sha256, weights_file, date : str
        Digest and name of the file of weights, and the day of training.
    training_data : str
    recipe : mapping
    """

    sha256: str
    weights_file: str
    date: str
    training_data: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)


def named(name: str, sha256: str) -> str:
    """Return the identity of a model: its name and the start of its weights' digest.

    Examples
    --------
    >>> named("line", "76e447fb80ef3cdd11c39bc9")
    'line-76e447fb80ef'
    """
    return f"{name}-{sha256[:12]}"


def read_spec(path: Path, kind: type[Spec]) -> Spec:
    """Read the facts of a model.

    Parameters
    ----------
    path : Path
        A JSON file.
    kind : type
        Dataclass whose fields the file must have; other keys are ignored.

    Raises
    ------
    ModelError
        If the file is missing, or lacks a fact or has one of another type; the sentence names both.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError as error:
        raise ModelError(f"{path.name} is missing from the models folder.") from error
    except msgspec.DecodeError as error:
        raise ModelError(f"The facts of a model in {path.name} cannot be read: {error}.") from error


class BackboneSpec(Protocol):
    """The facts of a model that was fitted to the features of another one."""

    @property
    def backbone_sha256(self) -> str:
        """Digest of the weights that it was fitted to; beside others its figures mean nothing."""
        ...


def read_spec_for(path: Path, kind: type[FittedSpec], backbone_sha256: str) -> FittedSpec | None:
    """Read the facts of a model that was fitted to a backbone; None without such a file, or if it fits another one.

    Parameters
    ----------
    path : Path
        A JSON file.
    kind : type
        Dataclass with a field `backbone_sha256`.
    backbone_sha256 : str
        Digest of the weights of the backbone.

    Raises
    ------
    ModelError
        As `read_spec`.
    """
    spec = read_spec(path, kind) if path.exists() else None
    return spec if spec is not None and spec.backbone_sha256 == backbone_sha256 else None


def models_folder() -> Path:
    """Return the folder that holds the shipped models."""
    return shipped("models")


def write_weights(weights: Weights, path: Path, *, exact: Collection[str] = ()) -> str:
    """Write a table as an uncompressed ``.npz`` of float16 (the head as float32); same table, same bytes.

    Parameters
    ----------
    weights : dict of str to ndarray
    path : Path
    exact : collection of str
        Names of further entries that keep float32.

    Returns
    -------
    str
        The sha256 of the file.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(weights):
            entry = io.BytesIO()
            # The head is small and subtracts large numbers: it keeps its precision.
            kept = np.float32 if name.startswith(HEAD) or name in exact else np.float16
            np.lib.format.write_array(entry, weights[name].astype(kept), allow_pickle=False)
            # A fixed time stamp, so that the digest depends on the weights alone.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), entry.getvalue())
    path.write_bytes(buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def read_checked(path: Path, sha256: str) -> bytes:
    """Return the content of a file of weights, which must have the digest `sha256`.

    Raises
    ------
    ModelError
        If the file is missing or is not the one that `sha256` names.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise _missing(path) from error
    _compare(path, hashlib.sha256(content).hexdigest(), sha256)
    return content


def check_file(path: Path, sha256: str) -> Path:
    """Return the path of a file of weights, which must have the digest `sha256`.

    Raises
    ------
    ModelError
        As `read_checked`.
    """
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise _missing(path) from error
    _compare(path, found, sha256)
    return path


def _missing(path: Path) -> ModelError:
    return ModelError(f"The weights {path.name} are missing from the models folder.")


def _compare(path: Path, found: str, sha256: str) -> None:
    if found != sha256:
        raise ModelError(
            f"The weights {path.name} were altered: their sha256 starts with {found[:12]}, expected {sha256[:12]}."
        )


def read_weights(path: Path, sha256: str, *, only: str = "") -> Weights:
    """Read a table as float32.

    Parameters
    ----------
    path : Path
    sha256 : str
        Digest that the file must have.
    only : str
        How the names of the entries to read begin; by default all of them.

    Raises
    ------
    ModelError
        As `read_checked`.
    """
    with np.load(io.BytesIO(read_checked(path, sha256)), allow_pickle=False) as archive:
        return {name: archive[name].astype(np.float32) for name in archive.files if name.startswith(only)}


def read_network(folder: Path, name: str) -> tuple[Weights, str]:
    """Read the weights of a small network, and return them with its identity.

    Parameters
    ----------
    folder : Path
        A models folder.
    name : str
        Its facts are ``{name}.json``, a `NetworkSpec`.

    Raises
    ------
    ModelError
        If the facts or the weights are missing or altered.
    """
    spec = read_spec(folder / f"{name}.json", NetworkSpec)
    return read_weights(folder / spec.weights_file, spec.sha256), named(name, spec.sha256)
