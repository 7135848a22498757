"""Activations of the network on one drawing, and the gradient of a class's logit with respect to any of them.

An engine keeps no activations. Maps that need gradients run the network once more, keep the activations of its last
three blocks, and backpropagate in float32 numpy: the head is linear on mean features, so the gradient at its two inputs
is its weights, and each step before it is a transposed convolution of the gradient where the ReLU was active.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify import (
    LAYERS,
    Engine,
    ModelSpec,
    VggEngine,
    Weights,
    check_images,
    read_weights,
    roi_pooling_weights,
)
from heartguard.errors import ModelError

LAST, BEFORE_POOLING = "block5_conv3", "block4_conv3"
"""The layers that feed the head: block 5 directly, and block 4 after its pooling."""


@dataclass(frozen=True, eq=False)
class ActivationRecord:
    """The activations of one drawing, with access to their gradients.

    Attributes
    ----------
    activations : mapping of str to ndarray, shape (channels, rows, columns), float32
        After the ReLU, for each of `LAYERS`.
    weights : mapping of str to ndarray
        The table of the network; not to be changed.
    classes : tuple of str
    """

    activations: Mapping[str, Floats]
    weights: Weights
    classes: tuple[str, ...]
    _gradients: dict[str, dict[str, Floats]] = field(default_factory=dict, repr=False)

    def gradient(self, label: str, layer: str) -> Floats:
        """Return the gradient of a class's logit with respect to the activations of a layer.

        Parameters
        ----------
        label : str
        layer : str
            One of `LAYERS`.

        Returns
        -------
        ndarray, shape (channels, rows, columns), float32

        Raises
        ------
        KeyError
            If the model has no such class, or the activations of this layer were not kept.
        """
        if label not in self.classes:
            raise KeyError(f"The model knows no class {label!r}; it knows {', '.join(self.classes)}.")
        if layer not in self.activations:
            raise KeyError(f"No activations of {layer!r} were kept; there are {', '.join(self.activations)}.")
        found = self._gradients.setdefault(label, {LAST: self._of_head("level5", label)})
        for later, earlier in zip(LAYERS[:0:-1], LAYERS[-2::-1], strict=True):
            if layer in found:
                break
            if earlier not in found:
                found[earlier] = self._back(found[later], later, earlier, label)
        return found[layer]

    def _of_head(self, level: str, label: str) -> Floats:
        """Return the gradient at one input of the head: the weights of the segments that a cell belongs to."""
        rows, columns = self.activations[LAST].shape[1:]
        masks = roi_pooling_weights(16 * rows, 16 * columns)
        kernel = self.weights[f"head/{level}"][..., self.classes.index(label)]
        gradient: Floats = np.tensordot(kernel, masks, axes=(0, 0)).astype(np.float32)
        return gradient

    def _back(self, gradient: Floats, later: str, earlier: str, label: str) -> Floats:
        """Propagate a gradient from the output of one convolution to the output of the one before it."""
        before = transposed_convolution(
            np.where(self.activations[later] > 0, gradient, 0), self.weights[f"{later}/kernel"]
        )
        if later.endswith("_conv1"):
            if earlier == BEFORE_POOLING:
                before = before + self._of_head("level4", label)
            before = through_pooling(before, self.activations[earlier])
        return before


def transposed_convolution(gradient: Floats, kernel: Floats) -> Floats:
    """Return the gradient at the input of a 3x3 convolution with padding 1.

    Parameters
    ----------
    gradient : ndarray, shape (out, rows, columns)
    kernel : ndarray, shape (3, 3, in, out)

    Returns
    -------
    ndarray, shape (in, rows, columns), float32
    """
    out, rows, columns = gradient.shape
    spread = kernel.reshape(-1, out) @ gradient.reshape(out, -1)
    taps = spread.reshape(3, 3, kernel.shape[2], rows, columns)
    padded = np.zeros((kernel.shape[2], rows + 2, columns + 2), np.float32)
    for down in range(3):
        for across in range(3):
            padded[:, down : down + rows, across : across + columns] += taps[down, across]
    return padded[:, 1:-1, 1:-1]


def through_pooling(gradient: Floats, activations: Floats) -> Floats:
    """Return the gradient at the input of a 2x2 max pooling: all of it goes to the first greatest of the four.

    Parameters
    ----------
    gradient : ndarray, shape (channels, rows, columns)
    activations : ndarray, shape (channels, 2 rows, 2 columns)
    """
    channels, rows, columns = gradient.shape
    fours = (
        activations.reshape(channels, rows, 2, columns, 2).transpose(0, 1, 3, 2, 4).reshape(channels, rows, columns, 4)
    )
    winner = fours.argmax(axis=3)[..., None]
    spread = np.zeros_like(fours)
    np.put_along_axis(spread, winner, gradient[..., None], axis=3)
    back: Floats = spread.reshape(channels, rows, columns, 2, 2).transpose(0, 1, 3, 2, 4).reshape(activations.shape)
    return back


class InspectableNetwork:
    """The network of a model with access to its activations; safe to share between threads.

    Parameters
    ----------
    spec : ModelSpec
    weights : dict of str to ndarray
        Full weights, for the backward pass.
    activations : callable
        The forward pass: `heartguard.classify.Backbone.activations`.
    """

    def __init__(self, spec: ModelSpec, weights: Weights, activations: Callable[[Image], dict[str, Floats]]) -> None:
        self.spec = spec
        self._weights = weights
        self._activations = activations

    def record(self, image: Image) -> ActivationRecord:
        """Run the network on one drawing, shape (h, w), uint8, and keep the activations of its last blocks.

        Raises
        ------
        DrawingRangeError
            If the drawing's size or type is not the model's.
        """
        check_images(image[None], self.spec)
        return ActivationRecord(self._activations(image), self._weights, self.spec.classes)


def inspect_network(engine: Engine) -> InspectableNetwork:
    """Load the network of an engine with access to its activations.

    Parameters
    ----------
    engine : Engine
        One that was loaded from a folder. The forward pass uses its backbone, the backward pass the full weights.

    Raises
    ------
    ModelError
        If the weights are missing or altered, or the engine does not know its folder.
    """
    if not isinstance(engine, VggEngine) or engine.folder is None:
        raise ModelError(f"The activations of {engine.spec.name} cannot be shown: it was not loaded from a folder.")
    weights = read_weights(engine.folder / engine.spec.weights_file, engine.spec.sha256)
    return InspectableNetwork(engine.spec, weights, engine.backbone.activations)
