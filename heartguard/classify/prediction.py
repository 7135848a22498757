"""From logits to an answer: temperature, softmax, abstention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from heartguard.arrays import Doubles
from heartguard.classify.engine import Engine, Outputs
from heartguard.classify.findings import findings_of
from heartguard.errors import DrawingRangeError
from heartguard.values import Drawing, Finding, Prediction


def probabilities(logits: NDArray[np.floating], temperature: float = 1.0) -> Doubles:
    """Return the softmax of logits of shape (..., classes) divided by `temperature`."""
    calibrated: Doubles = softmax(np.asarray(logits, np.float64) / temperature, axis=-1)
    return calibrated


def prediction_set(by_class: Mapping[str, float], thresholds: Mapping[str, float]) -> tuple[str, ...]:
    """Return the conformal prediction set: the classes that reach their thresholds, the most probable first.

    Each class has a threshold of its own. A class that is more probable than one that reaches its threshold is in the
    set too: a list without it would be read as ruling it out. This makes sets larger, so that they cover no less.

    Examples
    --------
    >>> prediction_set({"Normal": 0.3, "MI": 0.6, "HB": 0.1}, {"Normal": 0.2, "MI": 0.4, "HB": 0.2})
    ('MI', 'Normal')
    >>> prediction_set({"Normal": 0.3, "MI": 0.6, "HB": 0.1}, {"Normal": 0.4, "MI": 0.4, "HB": 0.1})
    ('MI', 'Normal', 'HB')
    """
    ranked = sorted(by_class, key=lambda name: -by_class[name])
    reached = [place for place, name in enumerate(ranked) if name in thresholds and by_class[name] >= thresholds[name]]
    return tuple(ranked[: 1 + max(reached, default=-1)])


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
    calibrated = probabilities(found.logits[0], spec.temperature)
    best = int(np.argmax(calibrated))
    by_class = dict(zip(spec.classes, map(float, calibrated), strict=True))
    prediction = Prediction(
        label=spec.classes[best],
        abstained=bool(calibrated[best] < spec.abstention_threshold),
        probabilities=by_class,
        class_maps=found.class_maps[0],
        bias=engine.bias,
        temperature=spec.temperature,
        model=spec.identity,
        drawing=drawing,
        prediction_set=prediction_set(by_class, spec.set_thresholds) if spec.set_thresholds else None,
        coverage=spec.set_level,
        findings=_findings(found, engine),
        ood_score=None if found.ood_scores is None else float(found.ood_scores[0]),
    )
    if prediction.out_of_distribution:  # neither the calibration nor the lists hold for such a drawing
        return replace(prediction, abstained=True, prediction_set=None, findings=())
    return prediction


def _findings(found: Outputs, engine: Engine) -> tuple[Finding, ...]:
    if found.finding_logits is None or engine.finding_spec is None:
        return ()
    return findings_of(found.finding_logits[0], engine.finding_spec)
