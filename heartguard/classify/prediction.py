"""From logits to an answer: temperature, softmax, abstention."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heartguard.classify.engine import Engine
from heartguard.errors import DrawingRangeError
from heartguard.values import Doubles, Drawing, Prediction


def probabilities(logits: NDArray[np.floating], temperature: float = 1.0) -> Doubles:
    """Return the softmax of logits of shape (..., classes) divided by `temperature`."""
    scaled = np.asarray(logits, np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    odds = np.exp(scaled)
    shares: Doubles = odds / odds.sum(axis=-1, keepdims=True)
    return shares


def classify(drawing: Drawing, engine: Engine) -> Prediction:
    """Classify a drawing.

    Raises
    ------
    DrawingRangeError
        If the drawing's version or size is not the model's.
    """
    spec = engine.spec
    if drawing.version != spec.drawing_version:
        raise DrawingRangeError(
            f"{spec.name} reads drawings of version {spec.drawing_version}, not of version {drawing.version}."
        )
    logits, maps = engine.predict(drawing.image[None])
    shares = probabilities(logits[0], spec.temperature)
    best = int(np.argmax(shares))
    return Prediction(
        label=spec.classes[best],
        abstained=bool(shares[best] < spec.abstention_threshold),
        probabilities=dict(zip(spec.classes, map(float, shares), strict=True)),
        class_maps=maps[0],
        bias=engine.bias,
        temperature=spec.temperature,
        model=spec.identity,
        drawing=drawing,
    )
