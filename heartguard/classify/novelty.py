"""How unlike the training data a drawing is, from the features that the network has worked out anyway.

Each stretch of the drawing has a small Gaussian model of its pooled features: a few principal directions with their
variances, and one variance for all that they leave over (probabilistic principal components, Tipping & Bishop, J. R.
Stat. Soc. B 61:611, 1999). A stretch's distance is the Mahalanobis distance under it (Lee et al., NeurIPS 2018); the
score of a drawing is the root mean square over its stretches. Block 4 alone is judged: block 5 was taught to overlook
much of what tells a strange drawing, and with it noise and whole pages stood out less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.classify.architecture import HEAD_LEVELS
from heartguard.weights import Weights, named, read_spec, read_weights

JUDGED = slice(0, HEAD_LEVELS["level4"])
"""The pooled features that are looked at: those of block 4."""


@dataclass(frozen=True)
class NoveltySpec:
    """The facts of the score, stored as ``novelty.json`` beside its weights.

    Attributes
    ----------
    threshold : float
        Score from which an input counts as unlike the training data.
    backbone_sha256 : str
        Digest of the weights file of the network that it was fitted to; with another one it means nothing.
    sha256, weights_file, date : str
    recipe, metrics : mapping
    """

    threshold: float
    backbone_sha256: str
    sha256: str
    weights_file: str
    date: str
    recipe: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Novelty:
    """The score of one network.

    Attributes
    ----------
    threshold : float
    weights : dict of str to ndarray
        ``mean`` and ``scale``, shape (13, 512); ``directions``, shape (13, rank, 512), orthonormal in scaled
        features; ``variances``, shape (13, rank); ``rest``, shape (13,), variance of what is left per feature;
        ``usual``, shape (13,), the median squared distance of a training drawing.
    identity : str
        Name and the start of the weights' digest.
    """

    threshold: float
    weights: Weights
    identity: str = ""

    def scores(self, features: Floats) -> Doubles:
        """Return how unlike drawings are, shape (n,); about 1 for a usual one.

        Parameters
        ----------
        features : ndarray, shape (n, 13, 1024), float32
        """
        distances = stretch_distances(features[:, :, JUDGED], self.weights) / self.weights["usual"]
        found: Doubles = np.sqrt(distances.mean(axis=1))
        return found


def stretch_distances(features: Floats, weights: Weights) -> Doubles:
    """Return the squared distance of each stretch of drawings, shape (n, 13), per feature.

    Parameters
    ----------
    features : ndarray, shape (n, 13, 512)
        Those that are `JUDGED`.
    weights : dict of str to ndarray
    """
    scaled = (features - weights["mean"]) / weights["scale"]
    places = np.einsum("nrc,rkc->nrk", scaled, weights["directions"])
    within = (places.astype(float) ** 2 / weights["variances"]).sum(axis=2)
    beyond = np.maximum((scaled.astype(float) ** 2).sum(axis=2) - (places.astype(float) ** 2).sum(axis=2), 0)
    found: Doubles = (within + beyond / weights["rest"]) / features.shape[2]
    return found


def load_novelty(folder: Path, backbone_sha256: str) -> Novelty | None:
    """Read the score that belongs to a network; None where there is none for it.

    Raises
    ------
    ModelError
        If it is there but altered.
    """
    path = folder / "novelty.json"
    if not path.exists():
        return None
    spec = read_spec(path, NoveltySpec)
    if spec.backbone_sha256 != backbone_sha256:
        return None
    return Novelty(spec.threshold, read_weights(folder / spec.weights_file, spec.sha256), named("novelty", spec.sha256))
