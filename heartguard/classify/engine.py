"""Run a model: features of a drawing from a backbone, then the linear heads on them.

The heads are float32 whatever runs the convolutions, so one light file serves classes, maps and findings.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from heartguard.arrays import Doubles, Floats, Image
from heartguard.classify.architecture import HEAD_LEVELS, MAP_STRIDE, REGIONS, region_weights
from heartguard.classify.backbone import Backbone, LiteRtBackbone, OpenCvBackbone
from heartguard.classify.findings import FindingHead, FindingSpec, check_names, load_findings
from heartguard.classify.light import read_light
from heartguard.classify.light_network import LightNetwork
from heartguard.classify.novelty import Novelty, load_novelty
from heartguard.classify.spec import ModelSpec, load_spec
from heartguard.errors import DrawingRangeError, ModelError
from heartguard.weights import HEAD, Weights, models_folder, read_weights


class Outputs(NamedTuple):
    """What a network says of drawings.

    Attributes
    ----------
    logits : ndarray, shape (n, classes), float32
    class_maps : ndarray, shape (n, classes, h / 16, w / 16), float32
    finding_logits : ndarray, shape (n, findings), float32, or None
        None from an engine without findings.
    features : ndarray, shape (n, 13, 1024), float32, or None
        Mean features of each stretch of the drawing; None from an engine that does not give them.
    novelty : ndarray, shape (n,), float64, or None
        How unlike the training data, as a share of the limit; None from an engine that cannot say.
    """

    logits: Floats
    class_maps: Floats
    finding_logits: Floats | None = None
    features: Floats | None = None
    novelty: Doubles | None = None


class Engine(Protocol):
    """What runs a model.

    Attributes
    ----------
    spec : ModelSpec
    bias : ndarray, shape (classes,), float32
        The mean over the cells of a class map plus this is the logit.
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
    """Refuse drawings that a model was not made for.

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
    novelty : Novelty, optional
    folder : Path, optional
        Where the model was loaded from.
    """

    def __init__(
        self,
        spec: ModelSpec,
        backbone: Backbone,
        head: Weights,
        findings: FindingHead | None = None,
        novelty: Novelty | None = None,
        folder: Path | None = None,
    ) -> None:
        self.spec = spec
        self.backbone = backbone
        self.novelty = novelty
        self.bias: Floats = head["head/bias"]
        self.finding_spec = findings.spec if findings else None
        self.folder = folder
        self._light: LightNetwork | None = None
        self._opening = threading.Lock()
        self._kernel = head_kernel(head)
        self._findings = (head_kernel(findings.weights), findings.weights["head/bias"]) if findings else None
        self._regions = region_weights(*spec.input_size).reshape(REGIONS, -1)

    def predict(self, images: Image) -> Outputs:
        """Run the network on drawings; see `Engine`."""
        check_images(images, self.spec)
        rows, columns = (size // MAP_STRIDE for size in self.spec.input_size)
        features = np.empty((len(images), *self._kernel.shape[:2]), np.float32)
        maps = np.empty((len(images), len(self.bias), rows, columns), np.float32)
        for number, image in enumerate(images):
            cells = self.backbone.cells(image)
            features[number] = self._regions @ cells
            maps[number] = self._class_maps(cells).reshape(-1, rows, columns)
        logits = _scores(features, self._kernel) + self.bias
        found = _scores(features, self._findings[0]) + self._findings[1] if self._findings else None
        novelty = self.novelty.scores(features) / self.novelty.threshold if self.novelty else None
        return Outputs(logits, maps, found, features, novelty)

    def open_light(self) -> LightNetwork | None:
        """Return the light file in two halves, whose activations can be asked for; opened once for each engine.

        Returns
        -------
        LightNetwork or None
            None where the engine was not loaded from a folder, or does not run the light file.

        Raises
        ------
        ModelError
            If the light file was altered since.
        """
        if self.folder is None or not isinstance(self.backbone, LiteRtBackbone):
            return None
        with self._opening:
            if self._light is None:
                content = read_light(self.folder, self.spec)
                self._light = LightNetwork(content) if content is not None else None
            return self._light

    def _class_maps(self, cells: Floats) -> Floats:
        """Return what each cell adds to each class, shape (classes, cells): their mean plus the bias is the logit."""
        stretches, channels, classes = self._kernel.shape
        by_stretch = cells @ self._kernel.transpose(1, 0, 2).reshape(channels, stretches * classes)
        shares = self._regions.T * len(cells)  # a mean over the cells, not over a stretch's own
        maps: Floats = np.einsum("nsk,ns->kn", by_stretch.reshape(-1, stretches, classes), shares)
        return maps


def _scores(features: Floats, kernel: Floats) -> Floats:
    found: Floats = np.tensordot(features, kernel, axes=2)
    return found


def load_engine(name: str = "vgg16", *, folder: Path | None = None, light: bool | None = None) -> VggEngine:
    """Load a model of the models folder.

    Parameters
    ----------
    name : str
        Its spec is ``{name}.json``.
    folder : Path, optional
        Where spec and weights are; by default `models_folder`.
    light : bool, optional
        True for the light file, False for the full weights; by default the light file where it belongs to these
        weights, was found to give the same answers, and LiteRT is installed.

    Raises
    ------
    ModelError
        If a file is missing, altered or does not fit.
    """
    home = folder or models_folder()
    spec = load_spec(home / f"{name}.json")
    backbone = _light_backbone(home, spec, light) if light is not False else None
    weights = read_weights(home / spec.weights_file, spec.sha256, only=HEAD if backbone else "")
    backbone = backbone or OpenCvBackbone(weights, *spec.input_size)
    head = {key: values for key, values in weights.items() if key.startswith(HEAD)}
    check_names(spec.classes, head, f"{name}.json")
    return VggEngine(spec, backbone, head, load_findings(home, spec.sha256), load_novelty(home, spec.sha256), home)


def _light_backbone(home: Path, spec: ModelSpec, light: bool | None) -> Backbone | None:
    content = read_light(home, spec, even_unproven=bool(light))
    if content is None:
        if light:
            raise ModelError(f"{spec.name} has no light file for these weights: run `heartlab convert` first.")
        return None
    try:
        return LiteRtBackbone(content)
    except ModuleNotFoundError:
        if light:
            raise
        return None
