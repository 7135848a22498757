"""Answers before and after `heartguard.answers.conclude`, on cases whose truth is known, and their counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest

from heartguard.answers import NORMAL, conclude
from heartguard.leads import SAMPLES
from heartguard.measure import measure
from heartguard.statements import Case, Statements, doubts_of, state
from heartguard.values import Ecg, Measurements, Prediction
from heartguard.warning import Warning
from heartlab.data.truths import FIBRILLATION, Truth

__all__ = ["JudgedAnswer", "counts", "judged", "judged_by", "share_of"]

_NOTHING = Statements()
"""No rule states anything."""


@dataclass(frozen=True, eq=False)
class JudgedAnswer:
    """The answer to one case before and after the measurements were set against it."""

    truth: Truth
    before: Prediction
    after: Prediction


def judged(truth: Truth, before: Prediction, ecg: Ecg, warnings: tuple[Warning, ...] = ()) -> JudgedAnswer:
    """Return an answer of the models with what becomes of it.

    Parameters
    ----------
    truth : Truth
    before : Prediction
    ecg : Ecg
    warnings : tuple of Warning
        Of the page, which make times, heights or names doubtful.
    """
    case = Case(measure(ecg), ecg)
    return JudgedAnswer(truth, before, conclude(before, case, state(case, doubts_of(warnings))))


def judged_by(
    truth: Truth, before: Prediction, measured: Measurements | None = None, stated: Statements = _NOTHING
) -> JudgedAnswer:
    """Return an answer with what becomes of it by some measurements and statements; unchanged without measurements."""
    if measured is None:
        return JudgedAnswer(truth, before, before)
    whole = Ecg(np.zeros((12, SAMPLES), np.float32), np.ones(12, np.float32))
    return JudgedAnswer(truth, before, conclude(before, Case(measured, whole), stated))


def counts(name: str, answers: Iterable[JudgedAnswer]) -> Iterator[dict[str, Any]]:
    """Yield a row for each measure, before and after: how many, of how many, and the share with a 95 % interval."""
    known = list(answers)
    for when in ("before", "after"):
        measures = _measures([(one.truth, getattr(one, when)) for one in known])
        yield from ({"on": name, "measure": title, "when": when, **share_of(hits)} for title, hits in measures if hits)
    called = [one for one in known if _is_normal(one.before)]
    withdrawn = [one.truth.normal or one.truth.minor for one in called if not _is_normal(one.after)]
    for title, hits in (
        ("Normal withdrawn", [not _is_normal(one.after) for one in called]),
        ("Normal withdrawn, though plain normal or minor deviations", withdrawn),
    ):
        if hits:
            yield {"on": name, "measure": title, "when": "after", **share_of(hits)}


def _measures(pairs: list[tuple[Truth, Prediction]]) -> Iterator[tuple[str, list[bool]]]:
    """Yield the name of each measure with what it counts; of fibrillation only where findings were looked for."""
    said = [truth for truth, answer in pairs if _is_normal(answer)]
    yield "answered", [not answer.abstained for _, answer in pairs]
    known = [(truth, answer) for truth, answer in pairs if truth.classes]
    yield "answers that are right", [answer.label in truth.classes for truth, answer in known if not answer.abstained]
    listed = [(truth, set(answer.prediction_set)) for truth, answer in known if answer.prediction_set]
    yield "right class in the list of possible ones", [bool(truth.classes & possible) for truth, possible in listed]
    yield (
        "infarctions with MI or PMI in that list",
        [bool({"MI", "PMI"} & possible) for truth, possible in listed if truth.infarction],
    )
    yield "infarctions called Normal", [_is_normal(answer) for truth, answer in pairs if truth.infarction]
    yield "plain normal, called Normal", [_is_normal(answer) for truth, answer in pairs if truth.normal]
    yield "Normal said of plain normal", [truth.normal for truth in said]
    if any(truth.minor for truth, _ in pairs):
        yield "Normal said of plain normal or minor deviations", [truth.normal or truth.minor for truth in said]
    if any(answer.findings for _, answer in pairs):
        found = [(truth.fibrillation, _fibrillates(answer)) for truth, answer in pairs]
        yield "atrial fibrillation found", [given for true, given in found if true]
        yield "atrial fibrillation false", [given for true, given in found if not true]


def share_of(hits: list[bool]) -> dict[str, Any]:
    """Return how many of some are true, the percentage and its 95 % interval (Wilson).

    Examples
    --------
    >>> share_of([True, False, False, False])
    {'count': 1, 'of': 4, 'percent': 25.0, 'low': 4.6, 'high': 69.9}
    """
    count, of = sum(hits), len(hits)
    interval = binomtest(count, of).proportion_ci(method="wilson")
    low, high = (round(100 * float(edge), 1) for edge in interval)
    return {"count": count, "of": of, "percent": round(100 * count / of, 1), "low": low, "high": high}


def _is_normal(answer: Prediction) -> bool:
    return answer.label == NORMAL and not answer.abstained


def _fibrillates(answer: Prediction) -> bool:
    return any(finding.present and finding.scp_code == FIBRILLATION for finding in answer.findings)
