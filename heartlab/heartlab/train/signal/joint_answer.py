"""``heartlab train answers``: thresholds of the joint answer by several sources; no network is trained.

The threshold of Normal comes from the answers out of fold to the clinic's 3x4 pages; what Normal needs besides, and the
thresholds of the statements, from PTB-XL records that no network was trained on and nothing is measured on.
"""

from __future__ import annotations

import argparse
import datetime
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np

from heartguard.answers import NORMAL
from heartguard.arrays import Mask
from heartguard.classify import EnsembleSpec, SignalModelSpec, probabilities, save_spec
from heartguard.models import Models, shared_models
from heartlab.data.answer_records import outputs_of_records
from heartlab.data.answers import logits_of, read_answers
from heartlab.data.datasets import calibration_signals, load_pages
from heartlab.data.kept_answers import statement_logits
from heartlab.data.page_set import is_plain
from heartlab.data.signal_labels import CLASSES, statements
from heartlab.data.truths import truths_of
from heartlab.metrics.calibration import SELECTIVE_ACCURACY
from heartlab.metrics.classification import selective_threshold
from heartlab.metrics.statement_thresholds import Scored, fit_thresholds
from heartlab.train.signal.normal_support import KnownRecords, fit_normal
from heartlab.train.signal.signal_model import TOGETHER

__all__ = ["run"]

log = logging.getLogger(__name__)


def run(args: argparse.Namespace) -> int:
    """Fit and ship; return the exit status."""
    index, models = calibration_signals().fillna({"labels": ""}), shared_models()
    spec = models.signal.spec
    outputs = list(outputs_of_records(args.cache, index, models))
    records = KnownRecords(outputs, truths_of(index), index["patient_id"].to_numpy(str))
    said = np.array([[name in statements(labels) for name in spec.statements] for labels in index["labels"]])
    joint = with_statements(spec, records, said)
    normal = replace(fit_normal(records, _joined(models, joint)), threshold=normal_threshold(args.results, joint))
    joint = replace(joint, normal=normal)
    facts = {
        **spec.training_data,
        "signals": "the records of stage 1 (networks)",
        "thresholds": f"of statements and of what Normal needs: {len(outputs)} records of PTB-XL's test fold, of "
        "patients whom no network saw and nothing is measured on",
    }
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    save_spec(replace(spec, joint=joint, training_data=facts, date=today), args.out / "second.json")
    log.info("written: %s", joint)
    return 0


def normal_threshold(results: Path, joint: EnsembleSpec) -> float:
    """Return the probability from which Normal is right often enough on the clinic's 3x4 pages, out of fold."""
    answers = read_answers(results, TOGETHER)
    shares = probabilities(logits_of(answers), joint.temperature)
    labels = np.array([CLASSES.index(label) for label in answers["label"]])
    plain = is_plain(load_pages().set_index("page_id").loc[answers["page_id"]])
    said = plain & (shares.argmax(axis=1) == CLASSES.index(NORMAL))
    return round(selective_threshold(labels[said], shares[said], SELECTIVE_ACCURACY), 4)


def with_statements(spec: SignalModelSpec, records: KnownRecords, said: Mask) -> EnsembleSpec:
    """Return the ensemble with the thresholds of statements that records set.

    Parameters
    ----------
    spec : SignalModelSpec
    records : KnownRecords
    said : ndarray of bool, shape (records, statements)
        Which statements they have.

    Those are reported that were reported before.
    """
    joint, present, excluded = _joint_of(spec), {}, {}
    logits = np.array([statement_logits(one, joint.finding_share) for one in records.outputs])
    for place, name in enumerate(spec.statements):
        scored = Scored(logits[:, place], said[:, place], list(records.patients))
        found = fit_thresholds(scored)
        if name not in joint.finding_thresholds:
            continue
        if found.present is not None:
            present[name] = round(_probability(found.present), 4)
        if found.excluded is not None:
            excluded[name] = round(_probability(found.excluded), 4)
    return replace(joint, finding_thresholds=present, finding_exclusions=excluded)


def _joint_of(spec: SignalModelSpec) -> EnsembleSpec:
    if spec.joint is None:
        raise ValueError("The signal model is not joined with VGG16: run `heartlab train second` first.")
    return spec.joint


def _joined(models: Models, joint: EnsembleSpec) -> Models:
    signal = replace(models.signal, spec=replace(models.signal.spec, joint=joint))
    return replace(models, signal=signal)


def _probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
