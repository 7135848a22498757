"""The models' answers from outputs that were kept, by the code that answers a page: no network runs again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heartguard.answers import conclude
from heartguard.arrays import Doubles, Floats, Image
from heartguard.classify import FindingSpec, ModelSpec, Outputs, classify, probabilities
from heartguard.classify.signal_model import log_opinion_pool
from heartguard.leads import SAMPLES
from heartguard.models import Models
from heartguard.statements import Case
from heartguard.values import Drawing, Ecg, Prediction
from heartlab.data.ecg_outputs import EcgOutputs

__all__ = ["conclude_kept", "predicted", "statement_logits", "with_objection"]


@dataclass
class _KeptEngine:
    """VGG16 whose outputs are known: an `heartguard.classify.Engine` that runs nothing."""

    spec: ModelSpec
    bias: Floats
    finding_spec: FindingSpec | None
    kept: EcgOutputs

    def predict(self, images: Image) -> Outputs:
        """Return the kept outputs, whatever the drawing; there are no class maps."""
        logits = np.array([self.kept.drawing_classes], np.float32)
        findings = np.array([self.kept.drawing_statements], np.float32)
        return Outputs(logits, np.zeros((1, 0), np.float32), findings, None, np.array([self.kept.novelty]))


def predicted(outputs: EcgOutputs, models: Models) -> Prediction:
    """Return what the models answer to an ECG by its kept outputs, before anything is measured."""
    vgg16, signal = models.vgg16, models.signal
    drawing = Drawing(np.zeros((0, 0), np.uint8), (), vgg16.spec.drawing_version)
    alone = classify(drawing, _KeptEngine(vgg16.spec, vgg16.bias, vgg16.finding_spec, outputs))
    if alone.out_of_distribution or np.isnan(outputs.waves).all():
        return alone
    trees, networks = (probabilities(np.array(logits)) for logits in (outputs.tree_classes, outputs.signal_classes))
    statements = dict(zip(signal.spec.statements, outputs.signal_statements, strict=True))
    statements |= signal.statements_of(np.array(outputs.waves, np.float32))
    return signal.join(alone, log_opinion_pool(trees, networks), statements, vgg16.spec.sha256)


def with_objection(prediction: Prediction, outputs: EcgOutputs, models: Models) -> Prediction:
    """Return an answer with what the kept statements have against Normal, where that is its class."""
    joint, names = models.signal.spec.joint, models.signal.spec.statements
    if joint is None or joint.normal is None or prediction.label != joint.normal.label:
        return prediction
    against = joint.normal.objection(dict(zip(names, outputs.signal_statements, strict=True)))
    return replace(prediction, why_not_normal=against, abstained=prediction.abstained or bool(against))


def conclude_kept(prediction: Prediction, outputs: EcgOutputs) -> Prediction:
    """Return a prediction after the kept measurements and statements were set against it; no lead is missing."""
    whole = Ecg(np.zeros((12, SAMPLES), np.float32), np.ones(12, np.float32))
    return conclude(prediction, Case(outputs.measurements, whole), outputs.statements)


def statement_logits(outputs: EcgOutputs, models: Models) -> Doubles:
    """Return the joint logit of every statement, shape (statements,)."""
    spec = models.signal.spec
    share = spec.joint.finding_share if spec.joint else 0.5
    drawing, signals = np.array(outputs.drawing_statements), np.array(outputs.signal_statements)
    joint: Doubles = (1 - share) * drawing + share * signals
    for name, logit in models.signal.statements_of(np.array(outputs.waves, np.float32)).items():
        joint[spec.statements.index(name)] = logit
    return joint
