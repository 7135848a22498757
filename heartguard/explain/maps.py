"""The base flow of every map: activations of a layer and their gradient, one rule, the size of the drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from heartguard.explain.cam import class_map, drawing_of
from heartguard.explain.grad_cam import grad_cam
from heartguard.explain.grad_cam_plus import grad_cam_plus
from heartguard.explain.hires_cam import hires_cam
from heartguard.explain.layer_cam import layer_cam
from heartguard.explain.network import BEFORE_POOLING, LAST, Tape
from heartguard.values import Floats, Prediction

Rule = Callable[[Floats, Floats], Floats]
"""From activations and gradients, both (channels, rows, columns), to a map of (rows, columns)."""

TapeSource = Callable[[], Tape]
"""Gives the activations of the drawing when a map needs them; the exact map never asks."""


@dataclass(frozen=True)
class MapMethod:
    """One way to colour the drawing.

    Attributes
    ----------
    name, title : str
        Key in tables, and the name on the screen.
    layer : str or None
        Whose activations it takes; None for the exact map, which needs none.
    rule : callable or None
    signed : bool
        Whether it also shows what speaks against the class.
    """

    name: str
    title: str
    layer: str | None = None
    rule: Rule | None = None
    signed: bool = False

    @property
    def seconds_wide(self) -> float:
        """Width of one cell of the map, seconds of the drawing."""
        block = int(self.layer[5]) if self.layer else 5
        return float(2 ** (block - 1) / 38.4)


MAP_METHODS = {
    method.name: method
    for method in (
        MapMethod("cam", "Exact map (CAM)", signed=True),
        MapMethod("layercam", "Fine map (LayerCAM, block 4)", BEFORE_POOLING, layer_cam),
        MapMethod("layercam3", "Finest map (LayerCAM, block 3)", "block3_conv3", layer_cam),
        MapMethod("gradcam", "Grad-CAM", LAST, grad_cam),
        MapMethod("gradcam++", "Grad-CAM++", LAST, grad_cam_plus),
        MapMethod("hirescam", "HiResCAM (block 4)", BEFORE_POOLING, hires_cam, signed=True),
    )
}
"""All maps, by name; which of them are shown is a matter of `heartguard.explain.offered`."""


def heat_map(method: str, prediction: Prediction, label: str, tape: TapeSource) -> Floats:
    """Return the map of any method for any class at the size of the drawing.

    Parameters
    ----------
    method : str
        One of `MAP_METHODS`.
    prediction : Prediction
        With its drawing.
    label : str
        Any of the model's classes.
    tape : callable
        Gives the `Tape` of the same drawing.

    Returns
    -------
    ndarray, shape (h, w), float32
        Times the number of cells, so that the means over the drawing of different layers compare. Nothing is rescaled
        to its greatest value: zeros stay zeros, and maps of several classes can be compared.

    Raises
    ------
    KeyError
        If there is no such method or class.
    """
    if method not in MAP_METHODS:
        raise KeyError(f"There is no map {method!r}; there are {', '.join(MAP_METHODS)}.")
    chosen = MAP_METHODS[method]
    if chosen.layer is None or chosen.rule is None:
        return class_map(prediction, label)
    kept = tape()
    cells = chosen.rule(kept.activations[chosen.layer], kept.gradient(label, chosen.layer))
    return enlarge_cells(cells * cells.size, drawing_of(prediction).image.shape)


def enlarge_cells(cells: Floats, shape: tuple[int, ...]) -> Floats:
    """Enlarge a map of cells bilinearly to (h, w); the mean stays."""
    return np.asarray(cv2.resize(cells, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
