"""Run a model: the feature map of a drawing from a backbone, then the linear heads on its means.

The heads are float32, so one int8 file serves classes, maps and findings.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from heartguard.arrays import Doubles, Floats, Image
from heartguard.classify.architecture import HEAD_LEVELS, MAP_STRIDE, ROI_COUNT, roi_pooling_weights
from heartguard.classify.backbone import Backbone, LiteRtBackbone
from heartguard.classify.findings import FindingHead, FindingSpec, check_names, load_findings
from heartguard.classify.int8 import check_int8
from heartguard.classify.out_of_distribution import OodDetector, load_ood_detector
from heartguard.classify.spec import ModelSpec, load_spec
from heartguard.errors import DrawingRangeError
from heartguard.weights import HEAD, Weights, models_folder, read_weights


class Outputs(NamedTuple):
    """The outputs of a network for drawings.

    Attributes
    ----------
    logits : ndarray, shape (n, classes), float32
    class_maps : ndarray, shape (n, classes, h / 16, w / 16), float32
    finding_logits : ndarray, shape (n, findings), float32, or None
        None from an engine without findings.
    features : ndarray, shape (n, 13, 1024), float32, or None
        Mean features of each segment of the drawing; None from an engine that does not return them.
    ood_scores : ndarray, shape (n,), float64, or None
        Out-of-distribution scores, divided by the threshold; None from an engine without a detector.
    """

    logits: Floats
    class_maps: Floats
    finding_logits: Floats | None = None
    features: Floats | None = None
    ood_scores: Doubles | None = None


class Engine(Protocol):
    """Runs a model.

    Attributes
    ----------
    spec : ModelSpec
    bias : ndarray, shape (classes,), float32
        Added to the mean over the cells of a class map, it gives the logit.
    finding_spec : FindingSpec or None
    """

    spec: ModelSpec
    bias: Floats
    finding_spec: FindingSpec | None

    def predict(self, images: Image) -> Outputs:
        """Run the network on drawings.

        Parameters
        ----------
        images : ndarray, shape (n, h, w), uint8

        Returns
        -------
        Outputs

        Raises
        ------
        DrawingRangeError
            If the images are not of the model's size or not uint8.
        """
        ...


def check_images(images: Image, spec: ModelSpec) -> None:
    """Reject drawings whose size or type is not the model's.

    Raises
    ------
    DrawingRangeError
    """
    if images.ndim != 3 or images.shape[1:] != spec.input_size:
        height, width = spec.input_size
        raise DrawingRangeError(f"{spec.name} reads drawings of {height} x {width} pixels, not of {images.shape[1:]}.")
    if images.dtype != np.uint8:
        raise DrawingRangeError(f"{spec.name} reads drawings of 0 to 255 (uint8), not of type {images.dtype}.")


def head_kernel(weights: Weights) -> Floats:
    """Return the linear head of a table of weights, shape (13, 1024, outputs)."""
    return np.concatenate([weights[f"{HEAD}{level}"] for level in HEAD_LEVELS], axis=1)


class VggEngine:
    """VGG16 with its heads; safe to share between threads.

    Parameters
    ----------
    spec : ModelSpec
    backbone : Backbone
        For drawings of the spec's size.
    head : dict of str to ndarray
        `head/level4`, `head/level5` and `head/bias`.
    findings : FindingHead, optional
    ood_detector : OodDetector, optional
    folder : Path, optional
        The folder that the model was loaded from.
    """

    def __init__(
        self,
        spec: ModelSpec,
        backbone: Backbone,
        head: Weights,
        findings: FindingHead | None = None,
        ood_detector: OodDetector | None = None,
        folder: Path | None = None,
    ) -> None:
        self.spec = spec
        self.backbone = backbone
        self.ood_detector = ood_detector
        self.bias: Floats = head["head/bias"]
        self.finding_spec = findings.spec if findings else None
        self.folder = folder
        self._kernel = head_kernel(head)
        self._findings = (head_kernel(findings.weights), findings.weights["head/bias"]) if findings else None
        self._regions = roi_pooling_weights(*spec.input_size).reshape(ROI_COUNT, -1)

    def predict(self, images: Image) -> Outputs:
        """Run the network on drawings; see `Engine`."""
        check_images(images, self.spec)
        rows, columns = (size // MAP_STRIDE for size in self.spec.input_size)
        features = np.empty((len(images), *self._kernel.shape[:2]), np.float32)
        maps = np.empty((len(images), len(self.bias), rows, columns), np.float32)
        for number, image in enumerate(images):
            cells = self.backbone.feature_map(image)
            features[number] = self._regions @ cells
            maps[number] = self._class_maps(cells).reshape(-1, rows, columns)
        logits = _scores(features, self._kernel) + self.bias
        found = _scores(features, self._findings[0]) + self._findings[1] if self._findings else None
        ood_scores = self.ood_detector.scores(features) / self.ood_detector.threshold if self.ood_detector else None
        return Outputs(logits, maps, found, features, ood_scores)

    def _class_maps(self, cells: Floats) -> Floats:
        """Return the contribution of each cell to each class, shape (classes, cells).

        Their mean plus the bias is the logit.
        """
        segments, channels, classes = self._kernel.shape
        by_segment = cells @ self._kernel.transpose(1, 0, 2).reshape(channels, segments * classes)
        weights = self._regions.T * len(cells)  # so that the logit is a mean over all cells
        maps: Floats = np.einsum("nsk,ns->kn", by_segment.reshape(-1, segments, classes), weights)
        return maps


def _scores(features: Floats, kernel: Floats) -> Floats:
    found: Floats = np.tensordot(features, kernel, axes=2)
    return found


def load_engine(name: str = "vgg16", *, folder: Path | None = None, backbone: Backbone | None = None) -> VggEngine:
    """Load a model of the models folder.

    Parameters
    ----------
    name : str
        Its spec is ``{name}.json``.
    folder : Path, optional
        Where spec and weights are; by default `models_folder`.
    backbone : Backbone, optional
        Runs the convolutions; by default their int8 file on LiteRT.

    Raises
    ------
    ModelError
        If a file is missing, altered or does not fit.
    """
    home = folder or models_folder()
    spec = load_spec(home / f"{name}.json")
    backbone = backbone or LiteRtBackbone(check_int8(home, spec))
    head = read_weights(home / spec.weights_file, spec.sha256, only=HEAD)
    check_names(spec.classes, head, f"{name}.json")
    return VggEngine(spec, backbone, head, load_findings(home, spec.sha256), load_ood_detector(home, spec.sha256), home)
