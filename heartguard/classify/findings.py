"""Supporting findings: more outputs of the same network, each a statement such as atrial fibrillation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.errors import ModelError
from heartguard.values import Finding
from heartguard.weights import Weights, named, read_spec, read_weights

_FIBRILLATION = "rhythm:AFIB"
_SINUS = ("rhythm:SBRAD", "rhythm:STACH")


@dataclass(frozen=True)
class FindingSpec:
    """The facts of the findings, stored as JSON beside their weights.

    Attributes
    ----------
    names : tuple of str
        PTB-XL statements, ``group:CODE``, in the order of the outputs.
    thresholds : mapping of str to float
        Probability from which each is reported; statements that are only measured have none.
    backbone_sha256 : str
        Digest of the weights file of the network that they were fitted to; with another one they mean nothing.
    sha256, weights_file, date : str
    training_data, metrics, recipe : mapping
    """

    names: tuple[str, ...]
    thresholds: Mapping[str, float]
    backbone_sha256: str
    sha256: str
    weights_file: str
    date: str
    training_data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Name and the start of the weights' digest."""
        return named("findings", self.sha256)


@dataclass(frozen=True, eq=False)
class FindingHead:
    """Findings that a network can give: their facts and the linear head, `head/level4`, `head/level5`, `head/bias`."""

    spec: FindingSpec
    weights: Weights


def load_findings(folder: Path, backbone_sha256: str) -> FindingHead | None:
    """Read the findings that belong to a network; None where there are none for it.

    Raises
    ------
    ModelError
        If they are there but altered.
    """
    path = folder / "findings.json"
    if not path.exists():
        return None
    spec = read_spec(path, FindingSpec)
    if spec.backbone_sha256 != backbone_sha256:
        return None
    weights = read_weights(folder / spec.weights_file, spec.sha256)
    check_names(spec.names, weights, path.name)
    return FindingHead(spec, weights)


def check_names(names: Sequence[str], head: Weights, file: str) -> None:
    """Refuse a spec that does not name each output of its head.

    Raises
    ------
    ModelError
        The sentence names the file of the spec.
    """
    outputs = len(head["head/bias"])
    if len(names) != outputs:
        raise ModelError(f"{file} in the models folder names {len(names)} outputs, but its weights have {outputs}.")


def findings_of(logits: Floats, spec: FindingSpec) -> tuple[Finding, ...]:
    """Turn the outputs for one drawing, shape (findings,), into findings with a threshold, the most probable first."""
    shares: Doubles = 1 / (1 + np.exp(-logits.astype(np.float64)))
    return reported(dict(zip(spec.names, map(float, shares), strict=True)), spec.thresholds)


def reported(shares: Mapping[str, float], thresholds: Mapping[str, float]) -> tuple[Finding, ...]:
    """Return the statements that have a threshold as findings, the most probable first.

    Atrial fibrillation is no sinus rhythm: beside it, none is present.
    """
    ranked = sorted(((name, share) for name, share in shares.items() if name in thresholds), key=lambda pair: -pair[1])
    found = [Finding(name, share, share >= thresholds[name]) for name, share in ranked]
    fibrillates = any(finding.present and finding.statement == _FIBRILLATION for finding in found)
    return tuple(
        replace(finding, present=False) if fibrillates and finding.statement in _SINUS else finding for finding in found
    )
