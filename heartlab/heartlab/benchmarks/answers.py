"""Answers on patients kept out of training, before and after the measurements are set against them.

    heartlab bench answers [--readings DIR] [--traces FILE ...] [--records N] [--fitting N] [--cache DIR]

Needs the shared data (see README). Judged are the records of ``measure-only.csv``:

- with `--readings`, as the pages of `rendered/` that ``heartlab bench independent --readings DIR`` read: drawn by
  programs that are not ours, traced by HeartGuard. Their kept signals are used: no page is read again;
- with `--records`, the first N as the signals that a 3x4 page with a rhythm strip shows, within a recorder's band: no
  page is drawn or traced. What the networks say of them is kept in the cache: with other thresholds none runs again;
- with `--fitting`, N other records of the same fold in the same way, to which thresholds were fitted.

Clinic pages are judged by the answers of models that had not seen them (``oof-vgg16+second.csv.xz``), without findings,
of which none are kept out of fold: all 3x4 pages by their printed rate alone; with `--traces`, the chunks of traced
pages that training keeps, by all that is measured.

The limit of RR variation under which fibrillation is withdrawn is measured on patients not in that file.

Writes ``benchmarks/results/answers.csv``: a row for each set, measure, and before or after, as counts and as a
percentage with its 95 % interval (Wilson); and with both `--records` and `--fitting` ``answer-statements.csv``: for
each statement the AUROC on the records of ``measure-only.csv``, and how the two thresholds hold that the others set.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from heartguard.answers import NORMAL
from heartguard.classify import EnsembleSpec, SignalModelSpec, models_folder
from heartguard.leads import LEADS
from heartguard.models import shared_models
from heartguard.pipeline import answer
from heartguard.statements import limit
from heartguard.values import Ecg, Measurements, Prediction
from heartguard.warning import Warning
from heartguard.warning_rules import LOW_QUALITY
from heartguard.weights import read_spec
from heartlab.checkout import CACHE, RESULTS
from heartlab.data.answer_records import outputs_of_pages, outputs_of_records
from heartlab.data.answers import read_answers
from heartlab.data.datasets import (
    calibration_signals,
    data_folder,
    load_pages,
    load_signal_index,
    measured_signals,
)
from heartlab.data.ecg_outputs import EcgOutputs
from heartlab.data.judged_answers import JudgedAnswer, counts, judged, judged_by, share_of
from heartlab.data.kept_answers import decided, predicted
from heartlab.data.page_set import is_plain
from heartlab.data.page_traces import load_traces
from heartlab.data.signal_labels import CLASSES
from heartlab.data.tables import read_table, write_table
from heartlab.data.truths import FIBRILLATION, Truth, truth_of, truths_of
from heartlab.evaluate.statement_scores import statement_scores
from heartlab.train.signal.joint_answer import ALIKE

_TITLES = {
    "measured": "PTB-XL records, as a 3x4 page shows them",
    "fitting": "PTB-XL records that thresholds were fitted to",
}


def of_records(index: pd.DataFrame, outputs: list[EcgOutputs]) -> Iterator[JudgedAnswer]:
    """Yield the answers to records by their kept outputs."""
    for truth, one in zip(truths_of(index), outputs, strict=True):
        yield judged_by(truth, predicted(one, shared_models()), one.measurements, one.statements)


def rendered(readings: Path) -> Iterator[JudgedAnswer]:
    """Yield the answers to the pages of `rendered/`, from the kept readings."""
    index, pages = _index(), pd.read_csv(_data() / "rendered" / "rendered.csv").set_index("image")["record_id"]
    lines = (readings / "rendered" / "readings.jsonl").read_text(encoding="utf-8").splitlines()
    for said in tqdm([json.loads(line) for line in lines], "pages"):
        name = Path(said["file"])
        truth = truth_of(index.loc[pages[name.name]].to_dict())
        if said["status"] != "ok" or said["quality"] < LOW_QUALITY or said["prediction"]["withheld"]:
            yield judged_by(truth, _unanswered())
            continue
        table = pd.read_csv(readings / "rendered" / f"{name.stem}.csv").reindex(columns=list(LEADS))
        ecg = Ecg(table.to_numpy(np.float32).T, np.ones(12, np.float32), said["rhythm_lead"])
        warnings = tuple(Warning(w["code"], w["severity"], w["text"]) for w in said["warnings"])
        yield judged(truth, answer(ecg, shared_models()), ecg, warnings)


def clinic_by_rate() -> Iterator[JudgedAnswer]:
    """Yield the answers out of fold to the 3x4 pages whose rate is printed, by that rate alone."""
    pages = load_pages()
    found = _out_of_fold()
    for row in pages[is_plain(pages) & pages["hr_printed"].notna()].to_dict("records"):
        measured = Measurements(heart_rate_bpm=float(row["hr_printed"]))
        yield judged_by(_clinic_truth(str(row["label"])), found[str(row["page_id"])], measured)


def clinic_traced(cache: Path, chunks: list[Path], *, decide: bool = True) -> Iterator[JudgedAnswer]:
    """Yield the answers out of fold to traced 3x4 pages whose likeness to the clinic is known out of fold.

    Their statements are of networks that saw their classes; without `decide` the ensemble answers all.
    """
    pages, found, models = load_pages(), _out_of_fold(), shared_models()
    likeness = read_table(ALIKE).set_index("page_id")["likeness"].to_dict()
    plain = pages[is_plain(pages) & pages["page_id"].isin(list(likeness))].set_index("page_id")["label"].to_dict()
    for traces in map(load_traces, chunks):
        shown = np.isfinite(traces.signals).any(axis=(1, 2))
        names = [str(page) for page in traces.page_ids[shown] if page in plain]
        for one in outputs_of_pages(cache, traces, names, models):
            alone = found[one.name]
            before = decided(alone, one, models, likeness[one.name]) if decide else alone
            yield judged_by(_clinic_truth(plain[one.name]), before, one.measurements, one.statements)


def fibrillation_limit(index: pd.DataFrame, outputs: list[EcgOutputs]) -> Iterator[dict[str, Any]]:
    """Yield how the limit of fibrillation parts records of patients that are not in ``measure-only.csv``."""
    labels = index["labels"].fillna("")
    rhythms = {
        "fibrillation": labels.str.contains(FIBRILLATION.split(":")[1]),
        "sinus rhythm": labels.str.contains("rhythm=SR$"),
    }
    for rhythm, chosen in rhythms.items():
        variations = [one.measured["rr_variation"] for one, inside in zip(outputs, chosen, strict=True) if inside]
        below = [variation is not None and variation < limit("fibrillation") for variation in variations]
        name = f"{rhythm}, RR varies by less than {100 * limit('fibrillation'):.0f} %"
        yield {"on": _TITLES["fitting"], "measure": name, "when": "rule", **share_of(below)}


def _data() -> Path:
    folder = data_folder()
    if folder is None:
        raise FileNotFoundError("The shared ECG data is not here: set HEARTGUARD_DATA to its folder.")
    return folder


def _index() -> pd.DataFrame:
    return load_signal_index().set_index("record_id").fillna({"labels": ""})


def _clinic_truth(label: str) -> Truth:
    return Truth(label in ("MI", "PMI"), normal=label == NORMAL, classes=frozenset({label}))


def _out_of_fold() -> dict[str, Prediction]:
    """Return the joint answer to each clinic page by models that had not seen it, without findings."""
    rows = read_answers(RESULTS, "vgg16+second").to_dict("records")
    return {str(row["page_id"]): _of_shares({name: float(row[f"p_{name}"]) for name in CLASSES}) for row in rows}


def _of_shares(shares: dict[str, float]) -> Prediction:
    label = max(shares, key=lambda name: shares[name])
    unsure = shares[label] < _joint().threshold_of(label)
    return replace(_unanswered(), label=label, abstained=unsure, probabilities=shares)


@cache
def _joint() -> EnsembleSpec:
    """Return the thresholds of the joint answer, without loading its networks."""
    joint = read_spec(models_folder() / "second.json", SignalModelSpec).joint
    assert joint is not None
    return joint


def _unanswered() -> Prediction:
    """Return the answer to a page that gets no class."""
    nothing = np.empty(0, np.float32)
    shares = dict.fromkeys(CLASSES, 1 / len(CLASSES))
    return Prediction(CLASSES[0], True, shares, nothing, nothing, 1.0, "none")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--readings", type=Path, help="folder that `heartlab bench independent --readings` filled")
    parser.add_argument("--traces", type=Path, nargs="+", default=[], metavar="FILE", help="traced clinic pages (.npz)")
    parser.add_argument("--records", type=int, default=0, help="records without a page, from the first (default: none)")
    parser.add_argument("--fitting", type=int, default=0, help="records that thresholds were fitted to (default: none)")
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="DIR", help="where outputs of networks are kept")


def run(args: argparse.Namespace) -> None:
    """Judge all sets and write the table."""
    rows = [*counts("clinic 3x4 pages out of fold, printed rate alone", clinic_by_rate())]
    if args.traces:
        rows += counts("clinic 3x4 pages out of fold, traced", clinic_traced(args.cache, args.traces))
    if args.readings:
        rows += counts("rendered pages, read", rendered(args.readings))
    sets = {"measured": (measured_signals(), args.records), "fitting": (calibration_signals(), args.fitting)}
    kept = {name: _kept(args.cache, index[:most]) for name, (index, most) in sets.items() if most}
    for name, (index, outputs) in kept.items():
        rows += counts(_TITLES[name], of_records(index, outputs))
    if len(kept) == len(sets):
        rows += fibrillation_limit(*kept["fitting"])
        table = statement_scores(kept["measured"], kept["fitting"], shared_models())
        print(write_table(table, "answer-statements").to_string(index=False))
    print(write_table(rows, "answers").to_string(index=False))


def _kept(cache: Path, index: pd.DataFrame) -> tuple[pd.DataFrame, list[EcgOutputs]]:
    """Return records with what is said of them."""
    return index, list(outputs_of_records(cache, index, shared_models()))
