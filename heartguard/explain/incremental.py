"""Incremental inference: where drawings differ in a few leads, only the receptive field of the change is computed."""

from __future__ import annotations

from copy import copy

from heartguard.arrays import Floats, Image
from heartguard.classify import NEAR_REACH_PX, NEAR_STRIDE, Backbone, Engine, VggEngine
from heartguard.drawing import drawing_boxes
from heartguard.values import Box

MOST_SHARE = 0.6
"""Share of the drawing covered by windows above which the whole is computed, as that is then no slower. By hand."""

KEPT = 3
"""Number of cached drawings: the first ones (all leads, none) and the last one, which differ least from the next."""


def incremental_engine(engine: Engine) -> Engine:
    """Return an engine for one explanation that caches a few of its drawings; same answers, computed faster.

    Parameters
    ----------
    engine : Engine

    Returns
    -------
    Engine
        The given engine where it has no backbone; a copy otherwise, not to be shared between threads.
    """
    if not isinstance(engine, VggEngine):
        return engine
    found = copy(engine)
    found.backbone = IncrementalBackbone(engine.backbone)
    return found


class IncrementalBackbone(Backbone):
    """Another backbone; its near half is only computed around the change from a cached drawing."""

    engine = "incremental"

    def __init__(self, whole: Backbone) -> None:
        self._whole = whole
        self._kept: list[tuple[Image, Floats]] = []

    def near(self, image: Image) -> Floats:
        """Return the output of blocks 1 and 2; see `Backbone`."""
        pooled = self._pooled(image)
        self._kept = [*self._kept[: KEPT - 1], (image, pooled)]
        return pooled

    def far(self, pooled: Floats) -> dict[str, Floats]:
        """Return the outputs of the layers above; see `Backbone`."""
        return self._whole.far(pooled)

    def _pooled(self, image: Image) -> Floats:
        plans = [(_changed(image, before), pooled) for before, pooled in self._kept]
        boxes, pooled = min(plans, key=lambda plan: _pixels(plan[0], image), default=(None, None))
        if boxes is None or pooled is None or _pixels(boxes, image) > MOST_SHARE * image.size:
            return self._whole.near(image)
        pooled = pooled.copy()
        for box in boxes:
            rows, columns = window(box, image.shape)
            answer = self._whole.near(image[rows, columns])
            inside, outside = _trusted(box, rows, columns, image.shape)
            pooled[outside] = answer[inside]
        return pooled


def _changed(image: Image, before: Image) -> list[Box]:
    """Return the boxes of the drawing in which two drawings differ."""
    differ = image != before
    return [
        box for box in drawing_boxes() if differ[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)].any()
    ]


def _pixels(boxes: list[Box], image: Image) -> int:
    return sum(image[window(box, image.shape)].size for box in boxes)


def window(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return rows and columns around a box: twice `NEAR_REACH_PX` on both sides, moved inwards at edges."""
    spans = []
    for first, last, size in ((box.y0, box.y1, shape[0]), (box.x0, box.x1, shape[1])):
        length = min(round(last - first) + 4 * NEAR_REACH_PX, size)
        start = min(max(round(first) - 2 * NEAR_REACH_PX, 0), size - length)
        spans.append(slice(start, start + length))
    return spans[0], spans[1]


def _trusted(
    box: Box, rows: slice, columns: slice, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the cells that a change in a box can affect: their slices in the window's output, and in the drawing's."""
    inside, outside = [], []
    for first, last, span, size in ((box.y0, box.y1, rows, shape[0]), (box.x0, box.x1, columns, shape[1])):
        low = max(round(first) - NEAR_REACH_PX, 0) // NEAR_STRIDE
        high = min(round(last) + NEAR_REACH_PX, size) // NEAR_STRIDE
        outside.append(slice(low, high))
        inside.append(slice(low - span.start // NEAR_STRIDE, high - span.start // NEAR_STRIDE))
    return (inside[0], inside[1]), (outside[0], outside[1])
