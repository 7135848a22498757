"""Run a model: the weights of a spec in an architecture that code builds.

The engine of the app is OpenCV's, which the package needs anyway: it answers as fast as TensorFlow, starts in a
second and keeps the process far below TensorFlow's 850 MB. `keras_vgg` builds the same network in Keras.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import cv2
import numpy as np

from heartguard.classify.architecture import CHANNEL_MEANS_BGR, MAP_STRIDE
from heartguard.classify.findings import FindingHead, FindingSpec, load_findings
from heartguard.classify.onnx_graph import LOGITS, MAPS, vgg16_graph
from heartguard.classify.spec import ModelSpec, load_spec
from heartguard.classify.weights import Weights, read_weights
from heartguard.errors import DrawingRangeError
from heartguard.values import Floats, Image


class Outputs(NamedTuple):
    """What a network says of drawings.

    Attributes
    ----------
    logits : ndarray, shape (n, classes), float32
    class_maps : ndarray, shape (n, classes, h / 16, w / 16), float32
    finding_logits : ndarray, shape (n, findings), float32, or None
        None from an engine without findings.
    """

    logits: Floats
    class_maps: Floats
    finding_logits: Floats | None = None


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


def models_folder() -> Path:
    """Return the folder of the repository that holds the models."""
    return Path(__file__).resolve().parents[2] / "models"


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


class OpenCvEngine:
    """VGG16 on OpenCV's deep-learning module; safe to share between threads."""

    def __init__(self, spec: ModelSpec, weights: Weights, findings: FindingHead | None = None) -> None:
        self.spec = spec
        self.bias: Floats = weights["head/bias"]
        self.finding_spec = findings.spec if findings else None
        graph = np.frombuffer(vgg16_graph(_joined(weights, findings), *spec.input_size), np.uint8)
        self._net: Any = cv2.dnn.readNetFromONNX(graph)
        self._lock = threading.Lock()

    def predict(self, images: Image) -> Outputs:
        """Run the network on drawings; see `Engine`."""
        check_images(images, self.spec)
        classes, (height, width) = len(self.spec.classes), self.spec.input_size
        findings = len(self.finding_spec.names) if self.finding_spec else 0
        logits = np.empty((len(images), classes + findings), np.float32)
        maps = np.empty((len(images), classes, height // MAP_STRIDE, width // MAP_STRIDE), np.float32)
        means = np.array(CHANNEL_MEANS_BGR, np.float32).reshape(3, 1, 1)
        for number, image in enumerate(images):
            with self._lock:  # one network holds one input
                self._net.setInput(image.astype(np.float32)[None, None] - means)
                found_maps, found_logits = self._net.forward([MAPS, LOGITS])
                maps[number], logits[number] = found_maps[0, :classes], found_logits.reshape(-1)
        return Outputs(logits[:, :classes], maps, logits[:, classes:] if self.finding_spec else None)


def _joined(weights: Weights, findings: FindingHead | None) -> Weights:
    """Return the network with the outputs of the findings after those of the classes."""
    if findings is None:
        return weights
    heads = {key: np.concatenate([weights[key], more], axis=-1) for key, more in findings.weights.items()}
    return {**weights, **heads}


def load_engine(name: str = "vgg16", *, folder: Path | None = None) -> Engine:
    """Load a model of the models folder.

    Parameters
    ----------
    name : str
        Its spec is ``{name}.json``.
    folder : Path, optional
        Where spec and weights are; by default `models_folder`.

    Raises
    ------
    ModelError
        If a file is missing, altered or does not fit.
    """
    home = folder or models_folder()
    spec = load_spec(home / f"{name}.json")
    weights = read_weights(home / spec.weights_file, spec.sha256)
    return OpenCvEngine(spec, weights, load_findings(home, spec.sha256))
