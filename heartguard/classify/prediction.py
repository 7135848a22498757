"""From logits to an answer: temperature, softmax, abstention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles
from heartguard.classify.engine import Engine, Outputs
from heartguard.classify.findings import findings_of
from heartguard.errors import DrawingRangeError
from heartguard.values import Drawing, Finding, Prediction


def probabilities(logits: NDArray[np.floating], temperature: float = 1.0) -> Doubles:
    """Return the softmax of logits of shape (..., classes) divided by `temperature`."""
    scaled = np.asarray(logits, np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    odds = np.exp(scaled)
    shares: Doubles = odds / odds.sum(axis=-1, keepdims=True)
    return shares


def possible_classes(shares: Mapping[str, float], thresholds: Mapping[str, float]) -> tuple[str, ...]:
    """Return the classes that reach their thresholds, the most probable first; it may be none of them."""
    ranked = sorted(shares, key=lambda name: -shares[name])
    return tuple(name for name in ranked if name in thresholds and shares[name] >= thresholds[name])


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
    found = engine.predict(drawing.image[None])
    shares = probabilities(found.logits[0], spec.temperature)
    best = int(np.argmax(shares))
    named = dict(zip(spec.classes, map(float, shares), strict=True))
    novelty = None if found.novelty is None else float(found.novelty[0])
    prediction = Prediction(
        label=spec.classes[best],
        abstained=bool(shares[best] < spec.abstention_threshold),
        probabilities=named,
        class_maps=found.class_maps[0],
        bias=engine.bias,
        temperature=spec.temperature,
        model=spec.identity,
        drawing=drawing,
        possible=possible_classes(named, spec.set_thresholds) if spec.set_thresholds else None,
        set_level=spec.set_level,
        findings=_findings(found, engine),
        novelty=novelty,
    )
    # Neither calibration nor the lists hold for what the model was not taught.
    return replace(prediction, abstained=True, possible=None, findings=()) if prediction.unlike else prediction


def _findings(found: Outputs, engine: Engine) -> tuple[Finding, ...]:
    if found.finding_logits is None or engine.finding_spec is None:
        return ()
    return findings_of(found.finding_logits[0], engine.finding_spec)
