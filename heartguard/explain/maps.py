"""Attribution maps: a layer's activations and gradients, combined by one rule and enlarged to the drawing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify import Engine
from heartguard.drawing import PX_PER_S
from heartguard.explain.cam import class_map, drawing_of
from heartguard.explain.grad_cam import grad_cam
from heartguard.explain.grad_cam_plus import grad_cam_plus
from heartguard.explain.hires_cam import hires_cam
from heartguard.explain.layer_cam import layer_cam
from heartguard.explain.network import BEFORE_POOLING, LAST, ActivationRecord, InspectableNetwork, inspect_network
from heartguard.explain.players import WHITE
from heartguard.values import Prediction

Rule = Callable[[Floats, Floats], Floats]
"""From activations and gradients, both (channels, rows, columns), to a map of (rows, columns)."""

FINE_S = 0.25
"""Widest cell of a map by which QRS and T are told apart: chosen by hand, as their peaks are about 0.3 s apart."""


@dataclass(frozen=True)
class MapMethod:
    """One method of attribution.

    Attributes
    ----------
    name, title : str
        Key in tables, and the name on the screen.
    layer : str or None
        The layer whose activations it uses; None for the exact map, which needs none.
    rule : callable or None
    signed : bool
        Whether it also shows evidence against the class.
    subtract_baseline : bool
        Whether the activations of an empty drawing are subtracted first, so that only what the traces add is left.
    """

    name: str
    title: str
    layer: str | None = None
    rule: Rule | None = None
    signed: bool = False
    subtract_baseline: bool = False

    @property
    def seconds_wide(self) -> float:
        """Width of one cell of the map, seconds of the drawing."""
        block = int(self.layer[5]) if self.layer else 5
        return float(2 ** (block - 1) / PX_PER_S)

    @property
    def tells_waves(self) -> bool:
        """Whether a cell is narrow enough to tell QRS from T."""
        return self.seconds_wide <= FINE_S


MAP_METHODS = {
    method.name: method
    for method in (
        MapMethod("cam", "Exact map (CAM)", signed=True, subtract_baseline=True),
        MapMethod("hirescam", "Fine map (HiResCAM)", BEFORE_POOLING, hires_cam, signed=True, subtract_baseline=True),
        MapMethod("layercam", "Fine map, only for (LayerCAM)", BEFORE_POOLING, layer_cam, subtract_baseline=True),
        MapMethod(
            "layercam block 3", "Finest map, only for (LayerCAM)", "block3_conv3", layer_cam, subtract_baseline=True
        ),
        MapMethod("cam as published", "CAM as published", signed=True),
        MapMethod("layercam as published", "LayerCAM as published", BEFORE_POOLING, layer_cam),
        MapMethod("gradcam", "Grad-CAM", LAST, grad_cam),
        MapMethod("gradcam++", "Grad-CAM++", LAST, grad_cam_plus),
    )
}
"""All maps, by name; `heartguard.explain.validated` decides which of them are shown."""


class MapMaker:
    """Makes the maps of one model, and keeps the activations of the baseline; safe to share between threads.

    Parameters
    ----------
    engine : Engine
    network : InspectableNetwork, optional
        The same model with access to its gradients; by default its weights are read when a map first needs them.
    """

    def __init__(self, engine: Engine, network: InspectableNetwork | None = None) -> None:
        self._engine = engine
        self._network = network
        self._baseline_maps: Floats | None = None
        self._baseline_record: ActivationRecord | None = None
        self._lock = threading.Lock()

    def record(self, image: Image) -> ActivationRecord:
        """Return the activations of a drawing, shape (h, w), uint8."""
        with self._lock:
            if self._network is None:
                self._network = inspect_network(self._engine)
        return self._network.record(image)

    def heat_map(
        self, method: str, prediction: Prediction, label: str, record: Callable[[], ActivationRecord] | None = None
    ) -> Floats:
        """Return the map of any method for any class at the size of the drawing.

        Parameters
        ----------
        method : str
            One of `MAP_METHODS`.
        prediction : Prediction
            With its drawing.
        label : str
            Any of the model's classes.
        record : callable, optional
            Returns the `ActivationRecord` of the drawing; by default it is computed where the method needs one.

        Returns
        -------
        ndarray, shape (h, w), float32
            Multiplied by the number of cells, so that maps of different layers have comparable means. No map is
            rescaled to its maximum, so zeros stay zeros and maps of several classes can be compared.

        Raises
        ------
        KeyError
            If there is no such method or class.
        """
        if method not in MAP_METHODS:
            raise KeyError(f"There is no map {method!r}; there are {', '.join(MAP_METHODS)}.")
        chosen, image = MAP_METHODS[method], drawing_of(prediction).image
        if chosen.layer is None or chosen.rule is None:
            return class_map(prediction, label, self.baseline_maps() if chosen.subtract_baseline else None)
        kept = record() if record is not None else self.record(image)
        activations, gradients = kept.activations[chosen.layer], kept.gradient(label, chosen.layer)
        if chosen.subtract_baseline:
            activations = activations - self._baseline().activations[chosen.layer]
        cells = chosen.rule(activations, gradients)
        return enlarge_cells(cells * cells.size, image.shape)

    def baseline_maps(self) -> Floats:
        """Return the class maps of the baseline, an empty drawing, shape (classes, rows, columns)."""
        if self._baseline_maps is None:
            self._baseline_maps = self._engine.predict(self._baseline_image()[None]).class_maps[0]
        return self._baseline_maps

    def _baseline(self) -> ActivationRecord:
        if self._baseline_record is None:
            self._baseline_record = self.record(self._baseline_image())
        return self._baseline_record

    def _baseline_image(self) -> Image:
        return np.full(self._engine.spec.input_size, WHITE, np.uint8)


def enlarge_cells(cells: Floats, shape: tuple[int, ...]) -> Floats:
    """Enlarge a map of cells bilinearly to (h, w); the mean stays."""
    return np.asarray(cv2.resize(cells, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
