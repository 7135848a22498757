"""Out-of-distribution (OOD) detection: how far a drawing's features are from those of the training drawings.

Each lead segment of the drawing has a Gaussian model of its pooled features: a few principal directions with their
variances, and one variance for the remaining directions (probabilistic principal component analysis, Tipping & Bishop,
J. R. Stat. Soc. B 61:611, 1999). A segment's distance is the Mahalanobis distance under that model (Lee et al., NeurIPS
2018); the score of a drawing is the root mean square over its segments. Only the features of block 4 are used: those of
block 5 are trained to ignore much of what marks an unusual drawing, and with them noise and pictures of whole pages
were separated less well from ECGs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.classify.architecture import HEAD_LEVELS
from heartguard.weights import Weights, named, read_spec_for, read_weights

OOD_FEATURES = slice(0, HEAD_LEVELS["level4"])
"""The pooled features that the score uses: those of block 4; see above why not those of block 5."""


@dataclass(frozen=True)
class OodSpec:
    """The facts of the score, stored as ``novelty.json`` beside its weights.

    Attributes
    ----------
    threshold : float
        Score above which a drawing is out of distribution.
    backbone_sha256 : str
        Digest of the weights file of the network that it was fitted to; it is not valid for any other.
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
class OodDetector:
    """The OOD score of one network.

    Attributes
    ----------
    threshold : float
    weights : dict of str to ndarray
        ``mean`` and ``scale``, shape (13, 512); ``directions``, shape (13, rank, 512), orthonormal in scaled
        features; ``variances``, shape (13, rank); ``rest``, shape (13,), residual variance per feature;
        ``usual``, shape (13,), the median squared distance of a training drawing.
    identity : str
        Name and the start of the weights' digest.
    """

    threshold: float
    weights: Weights
    identity: str = ""

    def scores(self, features: Floats) -> Doubles:
        """Return the score of drawings, shape (n,); about 1 for a drawing like those of the training.

        Parameters
        ----------
        features : ndarray, shape (n, 13, 1024), float32
        """
        distances = segment_distances(features[:, :, OOD_FEATURES], self.weights) / self.weights["usual"]
        found: Doubles = np.sqrt(distances.mean(axis=1))
        return found


def segment_distances(features: Floats, weights: Weights) -> Doubles:
    """Return the squared Mahalanobis distance of each segment of drawings, shape (n, 13), divided by the features.

    Parameters
    ----------
    features : ndarray, shape (n, 13, 512)
        Those selected by `OOD_FEATURES`.
    weights : dict of str to ndarray
    """
    scaled = (features - weights["mean"]) / weights["scale"]
    places = np.einsum("nrc,rkc->nrk", scaled, weights["directions"])
    within = (places.astype(float) ** 2 / weights["variances"]).sum(axis=2)
    beyond = np.maximum((scaled.astype(float) ** 2).sum(axis=2) - (places.astype(float) ** 2).sum(axis=2), 0)
    found: Doubles = (within + beyond / weights["rest"]) / features.shape[2]
    return found


def load_ood_detector(folder: Path, backbone_sha256: str) -> OodDetector | None:
    """Read the score that belongs to a network; None where there is none for it.

    Raises
    ------
    ModelError
        If it is there but altered.
    """
    spec = read_spec_for(folder / "novelty.json", OodSpec, backbone_sha256)
    if spec is None:
        return None
    weights = read_weights(folder / spec.weights_file, spec.sha256)
    return OodDetector(spec.threshold, weights, named("novelty", spec.sha256))
