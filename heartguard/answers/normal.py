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


_INTERVALS = {entry.field: entry for entry in RANGES if entry.field in ("pr_ms", "qrs_ms")}
"""Axis and QTc are judged by their statements: QTc by the formula that holds at the rate."""

NORMAL_LIMITS = (
    NormalLimit(
        "heart_rate_bpm",
        "rate",
        "/min",
        50,
        110,
        "Wider than the usual 60 to 100: 76 of 654 pages that the clinic calls normal print a rate outside of these.",
    ),
    *(NormalLimit(field, e.label, e.unit, e.low, e.high, e.source) for field, e in _INTERVALS.items()),
)
"""By rounded values."""

_JUDGED_ELSEWHERE = {"rate.slow", "rate.fast"}
"""Statements whose limit is narrower than that of `NORMAL_LIMITS`, which judges the same number."""


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
    return (
        *_missing(case),
        *(statement.text for statement in stated.given if statement.code not in _JUDGED_ELSEWHERE),
        *_outside(case.measured, {name for statement in stated.given for name in statement.values}),
        *(f"The models find: {finding_name(f.scp_code)} ({percent(f.probability)})." for f in findings if f.present),
    )


def _missing(case: Case) -> Iterator[str]:
    """Yield that leads or beats are missing."""
    absent = [lead for lead in LEADS if lead not in case.ecg.shown]
    if absent:
        yield f"{'Leads are' if len(absent) > 1 else 'A lead is'} missing: {', '.join(absent)}."
    if case.measured.heart_rate_bpm is None:
        yield "No beats were found, or only one, so that the rate is not known."


def _outside(measured: Measurements, stated: set[str]) -> Iterator[str]:
    """Yield each measurement outside its limits, without those that a statement names with their limit."""
    for entry in NORMAL_LIMITS:
        value: float | None = getattr(measured, entry.field)
        known = entry.field in stated and entry.field in _INTERVALS
        if value is not None and not known and not _allowed(round(value), entry):
            name = entry.name[0].upper() + entry.name[1:]
            yield f"{name} {_with_unit(value, entry.unit)} (allowed: {_range(entry)})."


def _allowed(shown: int, entry: NormalLimit) -> bool:
    return (entry.low is None or shown >= entry.low) and (entry.high is None or shown <= entry.high)


def _range(entry: NormalLimit) -> str:
    high = _with_unit(entry.high or 0.0, entry.unit)
    return f"up to {high}" if entry.low is None else f"{entry.low:.0f} to {high}"


def _with_unit(value: float, unit: str) -> str:
    return f"{value:.0f}{'' if unit.startswith('/') else ' '}{unit}"
