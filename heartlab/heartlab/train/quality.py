"""Fit of the quality model: the evidence of readings of simulated pages against whether they were right.

    python -m heartlab.train.quality --cache DIR --sheets DIR

The pages are those that `heartlab.train.sheets` draws, a third of which has arrangements that HeartGuard does not
read, and pages of the usual arrangements by the older simulator; no page of another source is looked at.
"""

from __future__ import annotations

import argparse
import datetime
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.errors import HeartGuardError
from heartguard.leads import LEADS, SAMPLING_RATE_HZ
from heartguard.measure import measure
from heartguard.quality import (
    AMPLITUDE_EVIDENCE,
    AMPLITUDES_TOLD,
    LEAD_EVIDENCE,
    PAGE_EVIDENCE,
    Logistic,
    QualityModel,
    lead_evidence,
    page_evidence,
)
from heartguard.reading import read_ecg
from heartguard.values import Ecg
from heartguard.weights import models_folder
from heartlab.metrics.right_pages import RIGHT_DB, Stretch, judge_page
from heartlab.simulate.page import SimulatedPage
from heartlab.simulate.usual_pages import CONDITIONS
from heartlab.train.sheets import read_table
from heartlab.train.structure.records import load_pool

__all__ = ["fit", "main"]

log = logging.getLogger(__name__)

_RIDGE = 8.0
"""Of weights on scaled evidence; chosen by the folds among 0.5, 1, 2, 4, 8, 16."""

_FOLLOWED_DB, _AMPLITUDE_RIDGE = 8.0, 4.0
"""Pages whose lines were followed at least so well tell when amplitudes alone are off; few of them are, hence a ridge
that was not chosen among others."""

_FOLDS = 5
"""As for the classifier."""

_FIRST_USUAL = 30_000_000
"""Seed of the first page of the usual arrangements."""


def fit(evidence: Doubles, right: Doubles, ridge: float = _RIDGE) -> Logistic:
    """Fit a logistic regression with a ridge; evidence of shape (n, m), 1 or 0 for each of n."""
    mean, scale = evidence.mean(axis=0), np.maximum(evidence.std(axis=0), 1e-3)
    z = np.column_stack([np.clip((evidence - mean) / scale, -3, 3), np.ones(len(evidence))])
    penalty = np.diag([*[ridge] * evidence.shape[1], 1e-3])
    weights = np.zeros(z.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(z @ weights, -30, 30)))
        step = np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + penalty, z.T @ (right - p) - penalty @ weights)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    numbers = [tuple(round(float(v), 5) for v in values) for values in (mean, scale, weights[:-1])]
    return Logistic(numbers[0], numbers[1], numbers[2], round(float(weights[-1]), 5))


def _brier_auroc(odds: Doubles, right: Doubles) -> tuple[float, float]:
    p = 1 / (1 + np.exp(-odds))
    order = np.argsort(np.argsort(odds)) + 1
    good, bad = right.sum(), (1 - right).sum()
    area = (order[right == 1].sum() - good * (good + 1) / 2) / max(1.0, good * bad)
    return float(np.mean((p - right) ** 2)), float(area)


def out_of_fold(evidence: Doubles, right: Doubles, groups: Sequence[int], ridge: float = _RIDGE) -> Doubles:
    """Return log-odds of each, by a model that was fitted to the other folds."""
    fold = np.array(groups) % _FOLDS
    odds = np.zeros(len(right))
    for k in range(_FOLDS):
        odds[fold == k] = fit(evidence[fold != k], right[fold != k], ridge).log_odds(evidence[fold == k])
    return odds


def _readings(folder: Path, kept: Path) -> list[dict[str, Any]]:
    """Read the pages of a folder once, and keep what the fit needs."""
    done = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    seen = {page["image"] for page in done}
    rows, signals = read_table(folder)
    with kept.open("a") as file:
        for row, truth in zip(rows, signals, strict=True):
            if row["image"] in seen:
                continue
            page = {"image": row["image"], **_one_sheet(folder / row["image"], row, truth)}
            file.write(json.dumps(page) + "\n")
            file.flush()
            done.append(page)
            log.info("%s %s", page["image"], {k: v for k, v in page.items() if k in ("status", "db", "right")})
    return done


def _usual_readings(cache: Path, count: int, kept: Path) -> list[dict[str, Any]]:
    """Read pages of the usual arrangements, so many of each condition of the digitising benchmark."""
    done = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    seen = {page["image"] for page in done}
    pool = load_pool("check", cache)
    with kept.open("a") as file:
        for condition in sorted(CONDITIONS):
            for number in range(count):
                name = f"{condition} {number}"
                if name in seen:
                    continue
                signals = pool.draw(_FIRST_USUAL + number)
                encoded, page = CONDITIONS[condition](signals, _FIRST_USUAL + number)
                found = {"image": name, **_judged(encoded, condition, page)}
                file.write(json.dumps(found) + "\n")
                file.flush()
                done.append(found)
                log.info("%s %s", name, {k: v for k, v in found.items() if k in ("status", "db", "right")})
    return done


def _judged(encoded: bytes, condition: str, page: SimulatedPage) -> dict[str, Any]:
    stretches = []
    for lead, row in zip(LEADS, page.truth, strict=True):
        shown = np.flatnonzero(np.isfinite(row)) / SAMPLING_RATE_HZ
        if len(shown):
            stretches.append(Stretch(lead, float(shown[0]), float(shown[-1]), float(shown[0])))
    measured = measure(Ecg(page.truth, np.ones(len(LEADS), np.float32)))
    rates = [measured.heart_rate_bpm, 60_000 / measured.rr_ms] if measured.heart_rate_bpm and measured.rr_ms else []
    described = {"group": condition, "layout": page.layout.name}
    return _one(encoded, described, np.nan_to_num(page.truth), stretches, rates)


def _one_sheet(path: Path, row: dict[str, str], truth: Floats) -> dict[str, Any]:
    starts = json.loads(row["page_start"])
    stretches = [Stretch(lead, a, b, starts.get(lead, a)) for lead, a, b in json.loads(row["leads"])]
    rates = [float(row[name]) for name in ("hr_bpm", "hr_mean_bpm") if row[name]]
    return _one(path, {"group": row["group"], "layout": row["layout"]}, truth, stretches, rates)


def _one(
    source: Path | bytes, described: dict[str, str], truth: Floats, stretches: list[Stretch], rates: list[float]
) -> dict[str, Any]:
    try:
        reading = read_ecg(source)
    except HeartGuardError as error:
        return {"status": "rejected", "reason": str(error)}
    judged = judge_page(reading, truth, stretches, rates)
    evidence = page_evidence(reading.page, reading.ecg, reading.measurements)
    leads = lead_evidence(reading.page, reading.ecg, 0.0)
    return {
        "status": "ok",
        **described,
        "db": round(judged.mean_db, 2),
        "right": judged.right,
        "names": judged.names_right,
        "rate": judged.rate_right,
        "scale": judged.scale_right,
        "evidence": [round(float(v), 5) for v in evidence],
        "leads": {
            lead: [[round(float(v), 5) for v in leads[k]], judged.lead_db[lead]]
            for k, lead in enumerate(LEADS)
            if lead in judged.lead_db and np.isfinite(reading.ecg.lead(lead)).any()
        },
    }


def main() -> int:
    """Read pages, fit, and write ``quality.json`` into the models folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=Path, required=True, nargs="+")
    parser.add_argument("--cache", type=Path, required=True, help="folder of the records, outside of the repository")
    parser.add_argument("--usual", type=int, default=3, help="pages of each condition of the digitising benchmark")
    parser.add_argument("--kept", default="readings.jsonl", help="name of the file of readings in each folder")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    pages = [page for folder in args.sheets for page in _readings(folder, folder / args.kept)]
    pages += _usual_readings(args.cache, args.usual, args.sheets[0] / f"usual-{args.kept}")
    read = [page for page in pages if page["status"] == "ok"]
    evidence = np.array([page["evidence"] for page in read])
    right = np.array([float(page["right"]) for page in read])
    odds = out_of_fold(evidence, right, range(len(read)))
    log.info("%d pages, %d read, %.2f of them right", len(pages), len(read), right.mean())
    log.info("out of fold: Brier %.3f, AUROC %.3f", *_brier_auroc(odds, right))
    of_page = [(k, lead) for k, page in enumerate(read) for lead in page["leads"].values()]
    lead_rows = np.array([[odds[k], *values[1:]] for k, (values, _) in of_page])
    lead_right = np.array([float(db >= RIGHT_DB) for _, (_, db) in of_page])
    groups = [k for k, _ in of_page]
    lead_odds = out_of_fold(lead_rows, lead_right, groups)
    log.info("leads, out of fold: Brier %.3f, AUROC %.3f", *_brier_auroc(lead_odds, lead_right))
    followed = np.array([page["db"] for page in read]) >= _FOLLOWED_DB
    off = np.array([float(not page["scale"]) for page in read])[followed]
    of_amplitudes = evidence[followed][:, [PAGE_EVIDENCE.index(name) for name in AMPLITUDE_EVIDENCE]]
    least = np.log(AMPLITUDES_TOLD / (1 - AMPLITUDES_TOLD))
    told_off = out_of_fold(of_amplitudes, off, range(len(off)), _AMPLITUDE_RIDGE) >= least
    caught, false = told_off[off == 1].mean(), told_off[off == 0].mean()
    log.info("amplitudes off: %d of %d; told, out of fold: %.2f, wrongly %.3f", off.sum(), len(off), caught, false)
    amplitude = fit(of_amplitudes, off, _AMPLITUDE_RIDGE)
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    told = f"{len(read)} simulated pages of open records of the check split and simulated hearts"
    model = QualityModel(fit(evidence, right), fit(lead_rows, lead_right), amplitude, told, today)
    for name, weight in sorted(zip(PAGE_EVIDENCE, model.page.weights, strict=True), key=lambda one: -abs(one[1])):
        log.info("%-20s %+.2f", name, weight)
    log.info("%s", dict(zip(LEAD_EVIDENCE, model.lead.weights, strict=True)))
    (models_folder() / "quality.json").write_text(json.dumps(asdict(model), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
