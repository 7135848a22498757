"""The models' answers from outputs that were kept, by the code that answers a page: no network runs again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from heartguard.answers import conclude
from heartguard.arrays import Doubles, Floats, Image
from heartguard.classify import LIKENESS, FindingSpec, ModelSpec, Outputs, classify, probabilities
from heartguard.classify.signal_model import log_opinion_pool
from heartguard.leads import SAMPLES
from heartguard.models import Models
from heartguard.statements import Case
from heartguard.values import Drawing, Ecg, Prediction
from heartlab.data.ecg_outputs import EcgOutputs

__all__ = ["conclude_kept", "decided", "predicted", "statement_logits", "statements_of"]


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


def predicted(outputs: EcgOutputs, models: Models, said: Mapping[str, float] | None = None) -> Prediction:
    """Return what the models answer to an ECG by its kept outputs, before anything is measured.

    Parameters
    ----------
    outputs : EcgOutputs
    models : Models
    said : mapping of str to float, optional
        Logits of the statements, where those of the signal model are not to be used.
    """
    vgg16, signal = models.vgg16, models.signal
    drawing = Drawing(np.zeros((0, 0), np.uint8), (), vgg16.spec.drawing_version)
    alone = classify(drawing, _KeptEngine(vgg16.spec, vgg16.bias, vgg16.finding_spec, outputs))
    if alone.out_of_distribution or np.isnan(outputs.waves).all():
        return alone
    trees, networks = (probabilities(np.array(logits)) for logits in (outputs.tree_classes, outputs.signal_classes))
    logits = log_opinion_pool(trees, networks)
    return signal.join(alone, logits, said or statements_of(outputs, models), vgg16.spec.sha256)


def decided(prediction: Prediction, outputs: EcgOutputs, models: Models, likeness: float) -> Prediction:
    """Return an answer of the ensemble, or that of the kept statements where it does not hold.

    Parameters
    ----------
    prediction : Prediction
    outputs : EcgOutputs
    models : Models
    likeness : float
        Logit that the ECG is of the clinic, from trees that had not seen it.
    """
    joint = models.signal.spec.joint
    said = {**statements_of(outputs, models), LIKENESS: likeness}
    return prediction if joint is None else joint.decide(prediction, said)


def statements_of(outputs: EcgOutputs, models: Models) -> dict[str, float]:
    """Return the logits of the statements by the signal model alone, those of its trees among them."""
    said = dict(zip(models.signal.spec.statements, outputs.signal_statements, strict=True))
    return said | models.signal.statements_of(np.array(outputs.waves, np.float32))


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
        if name != LIKENESS:
            joint[spec.statements.index(name)] = logit
    return joint
