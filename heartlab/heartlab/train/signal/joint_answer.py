"""``heartlab train answers``: thresholds of the joint answer by several sources; no network is trained.

The threshold of Normal comes from the answers out of fold to the clinic's 3x4 pages; the classes by the statements, and
the thresholds of these, from PTB-XL records that no network was trained on and nothing is measured on; which ECGs are
unlike the clinic's from both.
"""

from __future__ import annotations

import argparse
import datetime
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.answers import NORMAL
from heartguard.arrays import Doubles
from heartguard.classify import (
    LIKENESS,
    EnsembleSpec,
    NormalSpec,
    SignalModelSpec,
    probabilities,
    save_spec,
    write_weights,
)
from heartguard.classify.forest import Forest, to_table
from heartguard.models import Models, shared_models
from heartlab.data.answer_records import outputs_of_records
from heartlab.data.answers import logits_of, read_answers
from heartlab.data.datasets import calibration_signals, load_pages
from heartlab.data.judged_answers import counts
from heartlab.data.kept_answers import predicted, statement_logits
from heartlab.data.page_set import Pages, is_plain, load_traced_pages
from heartlab.data.signal_labels import CLASSES
from heartlab.data.tables import write_table
from heartlab.data.truths import truths_of
from heartlab.metrics.calibration import SELECTIVE_ACCURACY
from heartlab.metrics.classification import auroc, binary_auroc, bootstrap_interval, selective_threshold
from heartlab.metrics.statement_thresholds import Scored, fit_thresholds
from heartlab.train.signal.elsewhere import answers_by_fold, fit_elsewhere
from heartlab.train.signal.known_records import KnownRecords
from heartlab.train.signal.likeness import Likeness, grow_likeness
from heartlab.train.signal.signal_model import TOGETHER
from heartlab.train.signal.statement_trees import WAVE_STATEMENTS, grow, open_waves
from heartlab.train.signal.trees import beside
from heartlab.train.signal.views import WAVES

__all__ = ["ALIKE", "run"]

log = logging.getLogger(__name__)

ALIKE = "clinic-likeness"
"""Name of the table of how alike pages of the clinic are to each other, out of fold."""

EVERY = 5
"""Only every fifth page of the clinic is traced for it, where no traces are given: a few hundred tell what all tell."""


def run(args: argparse.Namespace) -> int:
    """Fit and ship; return the exit status."""
    index, models = calibration_signals().fillna({"labels": ""}), shared_models()
    spec = models.signal.spec
    outputs = list(outputs_of_records(args.cache, index, models))
    records = KnownRecords(outputs, truths_of(index), index["patient_id"].to_numpy(str))
    bare = _with_forest(models, replace(spec, wave_statements=()), None)
    by_networks = joint_logits(bare, records)
    forest, by_trees = grow(args.cache, records)
    write_table(tree_table(spec, records, by_networks, by_trees), "statement-trees", args.results)
    logits = by_networks.copy()
    logits[:, [spec.statements.index(name) for name in WAVE_STATEMENTS]] = by_trees
    normal = NormalSpec(NORMAL, normal_threshold(args.results, _joint_of(spec)))
    joint = replace(with_statements(spec, records, logits), normal=normal, elsewhere=None)
    pages = load_traced_pages(args, 1 if args.traces else EVERY)
    alike = grow_likeness(open_waves(args.cache)[1], records, WAVES.load(pages), pages.labelled.folds)
    _write_likeness(args.results, pages, alike)
    heard = dict(zip(spec.statements, np.array([one.signal_statements for one in outputs]).T, strict=True))
    heard |= dict(zip(WAVE_STATEMENTS, by_trees.T, strict=True))
    said = [dict(zip(heard, row, strict=True)) for row in zip(*heard.values(), strict=True)]
    answers = [predicted(one, _joined(models, joint), own) for one, own in zip(outputs, said, strict=True)]
    elsewhere, classes = fit_elsewhere(records, heard, alike, is_plain(pages.labelled.table), answers)
    judged = answers_by_fold(records, answers, elsewhere, classes, alike.of_records)
    write_table(list(counts("PTB-XL records, out of fold", judged)), "elsewhere", args.results)
    joint = replace(joint, elsewhere=elsewhere)
    digest = write_weights(to_table(beside([forest, alike.forest])), args.out / "statements.npz")
    spec = replace(
        spec,
        wave_statements=(*WAVE_STATEMENTS, LIKENESS),
        statements_file="statements.npz",
        statements_sha256=digest,
        joint=joint,
    )
    facts = {
        **spec.training_data,
        "signals": "the records of stage 1 (networks)",
        "thresholds": f"of statements, and the classes by them: {len(outputs)} records of PTB-XL's test fold, of "
        "patients whom no network saw and nothing is measured on",
        "likeness": f"{len(pages.labelled.classes)} pages of the clinic beside the records",
    }
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    save_spec(replace(spec, training_data=facts, date=today), args.out / "second.json")
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


def _write_likeness(results: Path, pages: Pages, alike: Likeness) -> None:
    table = pages.labelled.table[["page_id", "fold"]].assign(likeness=alike.of_pages.round(3))
    write_table(table.sort_values("page_id"), ALIKE, results)


def joint_logits(models: Models, records: KnownRecords) -> Doubles:
    """Return the joint logits of all statements, shape (records, statements)."""
    return np.array([statement_logits(one, models) for one in records.outputs])


def tree_table(
    spec: SignalModelSpec, records: KnownRecords, by_networks: Doubles, by_trees: Doubles
) -> list[dict[str, Any]]:
    """Return how networks and trees rank the statements of the trees; both had not seen the records' patients."""
    rows = []
    for place, name in enumerate(WAVE_STATEMENTS):
        said = np.array([name in truth.statements for truth in records.truths])
        networks, trees = by_networks[:, spec.statements.index(name)], by_trees[:, place]
        row: dict[str, Any] = {"statement": name, "records": len(said), "positives": int(said.sum())}
        for which, scores in (("networks", networks), ("trees", trees)):
            known = Scored(scores, said, list(records.patients))
            low, high = bootstrap_interval(said.astype(int), scores[:, None], list(records.patients), binary_auroc, 500)
            row |= {f"auroc, {which}": auroc(said, scores), f"low, {which}": low, f"high, {which}": high}
            given = scores >= (fit_thresholds(known).present or 0.0)
            row[f"sensitivity at 98 % specificity, {which}"] = given[said].mean()
        rows.append({key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()})
    return rows


def with_statements(spec: SignalModelSpec, records: KnownRecords, logits: Doubles) -> EnsembleSpec:
    """Return the ensemble with thresholds of the statements that were reported before, as records set them.

    Parameters
    ----------
    spec : SignalModelSpec
    records : KnownRecords
    logits : ndarray, shape (records, statements)
    """
    joint, present, excluded = _joint_of(spec), {}, {}
    for place, name in enumerate(spec.statements):
        said = np.array([name in truth.statements for truth in records.truths])
        scored = Scored(logits[:, place], said, list(records.patients))
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


def _with_forest(models: Models, spec: SignalModelSpec, forest: Forest | None) -> Models:
    return replace(models, signal=replace(models.signal, spec=spec, statement_forest=forest))


def _joined(models: Models, joint: EnsembleSpec) -> Models:
    signal = replace(models.signal, spec=replace(models.signal.spec, joint=joint))
    return replace(models, signal=signal)


def _probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
