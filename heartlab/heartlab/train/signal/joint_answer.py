"""``heartlab train answers``: thresholds of the joint answer by several sources; no network is trained.

The thresholds of the classes come from the answers out of fold to the clinic's 3x4 pages, what Normal needs besides and
the thresholds of the statements from PTB-XL records that no network was trained on and nothing is measured on.
"""

from __future__ import annotations

import argparse
import datetime
import logging
from dataclasses import replace

import numpy as np

from heartguard.answers import NORMAL
from heartguard.arrays import Doubles, Mask
from heartguard.classify import EnsembleSpec, SignalModelSpec, probabilities, save_spec
from heartguard.models import Models, shared_models
from heartlab.data.answer_records import outputs_of_pages, outputs_of_records
from heartlab.data.answers import logits_of, read_answers
from heartlab.data.datasets import calibration_signals
from heartlab.data.ecg_outputs import EcgOutputs
from heartlab.data.kept_answers import conclude_kept, predicted, statement_logits, with_objection
from heartlab.data.page_set import is_plain, load_traced_pages
from heartlab.data.signal_labels import CLASSES, statements
from heartlab.data.truths import truths_of
from heartlab.metrics.calibration import two_thresholds
from heartlab.metrics.classification import auroc
from heartlab.metrics.folds import out_of_fold
from heartlab.metrics.statement_thresholds import Scored, fit_thresholds
from heartlab.train.signal.normal_support import KnownRecords, fit_normal, with_normal
from heartlab.train.signal.signal_model import TOGETHER
from heartlab.train.vgg16.findings import LEAST_AUROC

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
    models = _joined(models, joint)
    normal = fit_normal(records, models)
    own, others = class_thresholds(args, with_normal(models, normal))
    joint = replace(joint, abstention_threshold=round(others, 4), normal=replace(normal, threshold=round(own, 4)))
    facts = {**spec.training_data, "thresholds": f"{len(outputs)} PTB-XL records of patients that nothing else is of"}
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    save_spec(replace(spec, joint=joint, training_data=facts, date=today), args.out / "second.json")
    log.info("written: %s", joint)
    return 0


def class_thresholds(args: argparse.Namespace, models: Models) -> tuple[float, float]:
    """Return from which probability Normal and the other classes are named on the clinic's 3x4 pages.

    Their answers are out of fold. A page on which measurements or statements forbid Normal is never called so.
    """
    pages = load_traced_pages(args)
    table = pages.labelled.table[is_plain(pages.labelled.table) & pages.labelled.readable]
    answers = read_answers(args.results, TOGETHER).set_index("page_id").loc[table["page_id"]]
    outputs = outputs_of_pages(args.cache, pages.traces, list(table["page_id"]), models)
    temperature = _joint_of(models.signal.spec).temperature
    shares = probabilities(logits_of(answers), temperature)
    allowed = np.array([_may_answer(row, one, models) for row, one in zip(shares, outputs, strict=True)])
    labels = np.array([CLASSES.index(label) for label in answers["label"]])
    folds, normal = table["fold"].to_numpy(np.int64), CLASSES.index(NORMAL)
    given = out_of_fold(
        folds,
        lambda known, asked: (
            _given(shares[asked], two_thresholds(labels[known & allowed], shares[known & allowed], normal))
            & allowed[asked]
        ),
    )
    right = shares.argmax(axis=1) == labels
    log.info(
        "%d pages, thresholds by fold: %.3f answered, %.3f of them right",
        len(labels),
        given.mean(),
        right[given].mean(),
    )
    return two_thresholds(labels[allowed], shares[allowed], normal)


def _given(shares: Doubles, thresholds: tuple[float, float]) -> Mask:
    """Return which answers reach the threshold of their class: of Normal, and of the others."""
    own, others = thresholds
    least = np.where(shares.argmax(axis=1) == CLASSES.index(NORMAL), own, others)
    return np.asarray(shares.max(axis=1) >= least)


def _may_answer(shares: Doubles, outputs: EcgOutputs, models: Models) -> bool:
    """Return whether a page may be given its most probable class: Normal only where nothing is against it."""
    label = CLASSES[int(shares.argmax())]
    answer = replace(predicted(outputs, models), label=label, abstained=False, why_not_normal=())
    return not conclude_kept(with_objection(answer, outputs, models), outputs).abstained


def with_statements(spec: SignalModelSpec, records: KnownRecords, said: Mask) -> EnsembleSpec:
    """Return the ensemble with the thresholds of statements that records set.

    Parameters
    ----------
    spec : SignalModelSpec
    records : KnownRecords
    said : ndarray of bool, shape (records, statements)
        Which statements they have.

    Those are reported that were reported before and that the ensemble ranks well.
    """
    joint, present, excluded = _joint_of(spec), {}, {}
    logits = np.array([statement_logits(one, joint.finding_share) for one in records.outputs])
    for place, name in enumerate(spec.statements):
        scored = Scored(logits[:, place], said[:, place], list(records.patients))
        found = fit_thresholds(scored)
        if name not in joint.finding_thresholds or auroc(scored.positive, scored.scores) < LEAST_AUROC:
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
