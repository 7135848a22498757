"""Answers on patients kept out of training, before and after the measurements are set against them.

    heartlab bench answers [--readings DIR] [--traces FILE ...] [--records N]

Needs the shared data (see README). Judged are the records of ``measure-only.csv``:

- with `--readings`, as the pages of `rendered/` that ``heartlab bench independent --readings DIR`` read: drawn by
  programs that are not ours, traced by HeartGuard. Their kept answers and signals are used: no page is read again;
- with `--records`, the first N as the signals that a 3x4 page with a rhythm strip shows, within a recorder's band: no
  page is drawn or traced.

Clinic pages are judged by the answers of models that had not seen them (``oof-vgg16+second.csv.xz``), without findings,
of which none are kept out of fold: all 3x4 pages by their printed rate alone; with `--traces`, the chunks of traced
pages that training keeps, by all that is measured.

Thresholds of findings were set on other patients of the same fold, half of whom are in ``measure-only.csv``: figures on
fibrillation flatter. The limit of RR variation under which it is withdrawn is measured on patients not in that file.

Writes ``benchmarks/results/answers.csv``: a row for each set, measure, and before or after, as counts and as a
percentage with its 95 % interval (Wilson).
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
from heartguard.classify.findings import reported
from heartguard.leads import LEADS, SAMPLING_RATE_HZ
from heartguard.measure import measure
from heartguard.models import shared_models
from heartguard.pipeline import answer
from heartguard.statements import limit
from heartguard.values import Ecg, Measurements, Prediction
from heartguard.warning import Warning
from heartguard.warning_rules import LOW_QUALITY
from heartguard.weights import read_spec
from heartlab.benchmarks.measure import view
from heartlab.checkout import RESULTS
from heartlab.data.answers import read_answers
from heartlab.data.datasets import data_folder, load_pages, load_signal_index, read_record_500hz
from heartlab.data.page_set import is_plain
from heartlab.data.page_traces import load_traces
from heartlab.data.signal_labels import CLASSES
from heartlab.data.tables import write_table
from heartlab.evaluate.judged_answers import (
    FIBRILLATION,
    JudgedAnswer,
    Truth,
    counts,
    judged,
    judged_by,
    share_of,
    truth_of,
)

BAND_HZ = (0.05, 40.0)
"""A usual band of recorders, as in `heartlab.benchmarks.measure`."""


SINUS_RECORDS = 120
"""Records in sinus rhythm beside those with fibrillation, by lot: enough for an interval of 10 %."""


def records(most: int) -> Iterator[JudgedAnswer]:
    """Yield the answers to the records of ``measure-only.csv`` as a page shows them, without a page."""
    chosen = _index().loc[pd.read_csv(_data() / "signals" / "measure-only.csv")["record_id"]]
    for record, row in tqdm(list(chosen.iloc[:most].iterrows()), "records"):
        ecg = view(read_record_500hz(str(record)).astype(np.float64), "3x4+1", BAND_HZ)
        yield judged(truth_of(row.to_dict()), answer(ecg, shared_models()), ecg)


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
        yield judged(truth, _said_before(said["prediction"]), ecg, warnings)


def clinic_by_rate() -> Iterator[JudgedAnswer]:
    """Yield the answers out of fold to the 3x4 pages whose rate is printed, by that rate alone."""
    pages = load_pages()
    found = _out_of_fold()
    for row in pages[is_plain(pages) & pages["hr_printed"].notna()].to_dict("records"):
        measured = Measurements(heart_rate_bpm=float(row["hr_printed"]))
        yield judged_by(_clinic_truth(str(row["label"])), found[str(row["page_id"])], measured)


def clinic_traced(chunks: list[Path]) -> Iterator[JudgedAnswer]:
    """Yield the answers out of fold to traced 3x4 pages."""
    pages, found = load_pages(), _out_of_fold()
    plain = pages[is_plain(pages)].set_index("page_id")["label"].to_dict()
    for traces in map(load_traces, chunks):
        for row, page in enumerate(tqdm(traces.page_ids, "clinic pages")):
            ecg = traces.ecg(row)
            if page in plain and np.isfinite(ecg.signals).any():
                yield judged(_clinic_truth(plain[page]), found[page], ecg)


def fibrillation_limit() -> Iterator[dict[str, Any]]:
    """Yield how the limit of fibrillation parts records of patients that are not in ``measure-only.csv``."""
    index, closed = _index(), pd.read_csv(_data() / "signals" / "measure-only.csv")["patient_id"].dropna()
    index = index[(index["source"] == "PTB-XL") & ~index["patient_id"].isin(list(closed))]
    sinus = index[index["labels"].str.contains("rhythm=SR$") & (index["fs"] == SAMPLING_RATE_HZ)]
    rhythms = {
        "fibrillation": index[index["labels"].str.contains(FIBRILLATION.split(":")[1])],
        "sinus rhythm": sinus.sample(SINUS_RECORDS, random_state=1),
    }
    for rhythm, chosen in rhythms.items():
        ecgs = (view(read_record_500hz(record).astype(np.float64), "3x4+1", None) for record in chosen.index)
        variations = [measure(ecg).rr_variation for ecg in tqdm(ecgs, rhythm, len(chosen))]
        below = [variation is not None and variation < limit("fibrillation") for variation in variations]
        name = f"{rhythm}, RR varies by less than {100 * limit('fibrillation'):.0f} %"
        yield {"on": "PTB-XL records open for training", "measure": name, "when": "rule", **share_of(below)}


def _data() -> Path:
    folder = data_folder()
    if folder is None:
        raise FileNotFoundError("The shared ECG data is not here: set HEARTGUARD_DATA to its folder.")
    return folder


def _index() -> pd.DataFrame:
    return load_signal_index().set_index("record_id").fillna({"labels": ""})


def _clinic_truth(label: str) -> Truth:
    return Truth(infarction=label in ("MI", "PMI"), normal=label == NORMAL)


def _out_of_fold() -> dict[str, Prediction]:
    """Return the joint answer to each clinic page by models that had not seen it, without findings."""
    rows = read_answers(RESULTS, "vgg16+second").to_dict("records")
    return {str(row["page_id"]): _of_shares({name: float(row[f"p_{name}"]) for name in CLASSES}) for row in rows}


def _said_before(said: dict[str, Any]) -> Prediction:
    """Return a kept answer as it is without measurements: by its probabilities and the shipped thresholds alone."""
    found = {finding["statement"]: finding["probability"] for finding in said["findings"]}
    return replace(_of_shares(said["probabilities"]), findings=reported(found, _joint().finding_thresholds))


def _of_shares(shares: dict[str, float]) -> Prediction:
    label = max(shares, key=lambda name: shares[name])
    unsure = shares[label] < _joint().abstention_threshold
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


def run(args: argparse.Namespace) -> None:
    """Judge all sets and write the table."""
    rows = [*fibrillation_limit(), *counts("clinic 3x4 pages out of fold, printed rate alone", clinic_by_rate())]
    if args.traces:
        rows += counts("clinic 3x4 pages out of fold, traced", clinic_traced(args.traces))
    if args.readings:
        rows += counts("rendered pages, read", rendered(args.readings))
    if args.records:
        rows += counts("PTB-XL records, as a 3x4 page shows them", records(args.records))
    print(write_table(rows, "answers").to_string(index=False))
