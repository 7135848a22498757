"""`why_not_normal`: what does not allow an ECG to be called Normal, with the value and the limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from heartguard.leads import LEADS
from heartguard.normal_ranges import RANGES
from heartguard.statements import Case, Statements
from heartguard.values import Finding, Measurements
from heartguard.vocabulary import finding_name, percent

__all__ = ["NORMAL", "NORMAL_LIMITS", "NormalLimit", "why_not_normal"]

NORMAL = "Normal"
"""The class that is earned."""


class NormalLimit(NamedTuple):
    """Between which values of a measurement an ECG may be called Normal; None where there is no limit.

    Attributes
    ----------
    field : str
        Attribute of `heartguard.values.Measurements`.
    name, unit : str
        As they are written.
    low, high : float or None
        Both still allow it.
    source : str
    """

    field: str
    name: str
    unit: str
    low: float | None
    high: float | None
    source: str


ERROR_MS = 10
"""By so much an interval must be outside its normal range to count: the standard deviation of the error of PR and QRS
on paper (``benchmarks/results/measure.csv``). By the ranges alone many a narrow complex was too wide to be normal."""

_WIDER_RATE = (
    "Wider than the usual 60 to 100: 76 of 654 pages that the clinic calls normal print a rate outside of these."
)

NORMAL_LIMITS = (
    NormalLimit("heart_rate_bpm", "Rate", "/min", 50, 110, _WIDER_RATE),
    *(
        NormalLimit(e.field, e.label, e.unit, e.low and e.low - ERROR_MS, e.high and e.high + ERROR_MS, e.source)
        for e in RANGES
        if e.field in ("pr_ms", "qrs_ms")
    ),
)
"""By rounded values. Axis and QTc are judged by their statements: QTc by the formula that holds at the rate."""

_NO_BAR = {
    "rate.slow": "judged by the limit of the rate",
    "rate.fast": "judged by the limit of the rate",
    "conduction.first_degree": "judged by the limit of PR",
    "conduction.ivcd": "judged by the limit of QRS",
    "conduction.incomplete_rbbb": "a minor deviation, judged by the limit of QRS",
    "ectopy.supraventricular": "a minor deviation: single ones are common in healthy people",
    "voltage.low_limbs": "a minor deviation: it depends on the body and the electrodes",
    "voltage.low_chest": "a minor deviation: it depends on the body and the electrodes",
}
"""Statements that do not by themselves forbid Normal, and why."""


def why_not_normal(findings: Sequence[Finding], case: Case, stated: Statements) -> tuple[str, ...]:
    """Return what does not allow the class Normal, a sentence each; empty where nothing does.

    Parameters
    ----------
    findings : sequence of Finding
        Of the models, without those that the measurements refute.
    case : Case
    stated : Statements
        By the rules, of the same case.

    Examples
    --------
    >>> import numpy as np
    >>> from heartguard.values import Ecg
    >>> whole = Ecg(np.zeros((12, 5000), np.float32), np.ones(12, np.float32))
    >>> why_not_normal((), Case(Measurements(heart_rate_bpm=112.4), whole), Statements())
    ('Rate 112/min (allowed: 50 to 110/min).',)
    """
    against = [statement for statement in stated.given if statement.code not in _NO_BAR]
    named = {field for statement in against for field in statement.values}
    return (
        *_missing(case),
        *(statement.text for statement in against),
        *_outside(case.measured, named),
        *(f"The models find: {finding_name(f.scp_code)} ({percent(f.probability)})." for f in findings if f.present),
    )


def _missing(case: Case) -> Iterator[str]:
    """Yield that leads or beats are missing."""
    absent = [lead for lead in LEADS if lead not in case.ecg.shown]
    if absent:
        yield f"{'Leads are' if len(absent) > 1 else 'A lead is'} missing: {', '.join(absent)}."
    if case.measured.heart_rate_bpm is None:
        yield "No beats were found, or only one, so that the rate is not known."


def _outside(measured: Measurements, named: set[str]) -> Iterator[str]:
    """Yield each measurement outside its limits, without those that a statement names already."""
    for entry in NORMAL_LIMITS:
        value: float | None = getattr(measured, entry.field)
        if value is not None and entry.field not in named and not _allowed(round(value), entry):
            yield f"{entry.name} {_with_unit(value, entry.unit)} (allowed: {_range(entry)})."


def _allowed(shown: int, entry: NormalLimit) -> bool:
    return (entry.low is None or shown >= entry.low) and (entry.high is None or shown <= entry.high)


def _range(entry: NormalLimit) -> str:
    high = _with_unit(entry.high or 0.0, entry.unit)
    return f"up to {high}" if entry.low is None else f"{entry.low:.0f} to {high}"


def _with_unit(value: float, unit: str) -> str:
    return f"{value:.0f}{'' if unit.startswith('/') else ' '}{unit}"
