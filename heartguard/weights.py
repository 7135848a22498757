"""Tables of weights: written as float16, read only when their digest is the one that the spec names."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Collection
from pathlib import Path

import numpy as np

from heartguard.errors import ModelError
from heartguard.resources import shipped
from heartguard.values import Floats

__all__ = ["HEAD", "Weights", "models_folder", "read_named", "read_weights", "write_weights"]

HEAD = "head/"
"""How the names of the linear head begin."""

Weights = dict[str, Floats]
"""`block{b}_conv{k}/kernel` (3, 3, in, out), `/bias`; `head/level4`, `head/level5` (13, 512, classes), `head/bias`."""


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
        If the file is missing or is not the one that `sha256` names.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ModelError(f"The weights {path.name} are missing from the models folder.") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelError(
            f"The weights {path.name} were altered: their sha256 starts with {found[:12]}, expected {sha256[:12]}."
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {name: archive[name].astype(np.float32) for name in archive.files if name.startswith(only)}


def read_named(name: str, folder: Path) -> Weights | None:
    """Read the table that the facts ``{name}.json`` of a folder name; None where there are none."""
    spec = folder / f"{name}.json"
    if not spec.exists():
        return None
    facts = json.loads(spec.read_text(encoding="utf-8"))
    return read_weights(folder / facts["weights_file"], facts["sha256"])
