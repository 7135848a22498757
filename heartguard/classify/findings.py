"""Supporting findings: further outputs of the same network, each an SCP-ECG statement such as atrial fibrillation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.errors import ModelError
from heartguard.values import Finding
from heartguard.weights import Weights, named, read_spec_for, read_weights

_FIBRILLATION = "rhythm:AFIB"
"""SCP code of atrial fibrillation."""

_SINUS = ("rhythm:SBRAD", "rhythm:STACH")
"""SCP codes of sinus bradycardia and sinus tachycardia, which atrial fibrillation excludes."""


@dataclass(frozen=True)
class FindingSpec:
    """The spec of the findings, stored as JSON beside their weights.

    Attributes
    ----------
    names : tuple of str
        PTB-XL statements, ``group:CODE``, in the order of the outputs.
    thresholds : mapping of str to float
        Probability from which each is reported; statements without one were evaluated and are not reported.
    backbone_sha256 : str
        Digest of the weights file of the network that they were fitted to; they are not valid for any other.
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
    """The findings of a network: their spec and the linear head, `head/level4`, `head/level5`, `head/bias`."""

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
    spec = read_spec_for(path, FindingSpec, backbone_sha256)
    if spec is None:
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
    by_code: Doubles = 1 / (1 + np.exp(-logits.astype(np.float64)))
    return reported(dict(zip(spec.names, map(float, by_code), strict=True)), spec.thresholds)


def reported(
    by_code: Mapping[str, float], thresholds: Mapping[str, float], exclusions: Mapping[str, float] | None = None
) -> tuple[Finding, ...]:
    """Return the statements that have a threshold as findings, the most probable first.

    With `exclusions`, the probabilities under which they can be excluded, the others that are not present are possible.
    Beside atrial fibrillation no sinus rhythm is present, whatever its probability.
    """
    ranked = sorted(
        ((name, probability) for name, probability in by_code.items() if name in thresholds), key=lambda pair: -pair[1]
    )
    found = [Finding(name, probability, probability >= thresholds[name]) for name, probability in ranked]
    least = exclusions or {}
    found = [
        replace(one, possible=not one.present and one.probability >= least.get(one.scp_code, 1.0)) for one in found
    ]
    fibrillates = any(finding.present and finding.scp_code == _FIBRILLATION for finding in found)
    return tuple(
        replace(finding, present=False) if fibrillates and finding.scp_code in _SINUS else finding for finding in found
    )
