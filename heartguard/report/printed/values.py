"""The rows of the table of measurements: each value with its unit, its normal range and what is not normal about it."""

from __future__ import annotations

import math
from typing import NamedTuple

from heartguard.normal_ranges import RANGES, Range, abnormal
from heartguard.patient import Patient
from heartguard.report.printed.german import german_sentence
from heartguard.report.printed.options import ReportOptions
from heartguard.report.printed.words import Language, number, word
from heartguard.statements.thresholds import limit
from heartguard.values import Measurements

__all__ = ["ESSENTIAL", "ValueRow", "value_rows"]

_FIELDS = {
    "heart_rate_bpm": "/min",
    "rr_ms": "ms",
    "p_ms": "ms",
    "pr_ms": "ms",
    "qrs_ms": "ms",
    "qt_ms": "ms",
    "qtc_ms": "ms",
    "qtc_fridericia_ms": "ms",
    "qtc_framingham_ms": "ms",
    "qtc_hodges_ms": "ms",
    "axis_deg": "°",
    "p_axis_deg": "°",
    "t_axis_deg": "°",
    "sokolow_lyon_mv": "mV",
    "cornell_mv": "mV",
    "r_avl_mv": "mV",
}
"""Measurements and their units, in the order in which an ECG is read."""

ESSENTIAL = ("heart_rate_bpm", "pr_ms", "qrs_ms", "qt_ms", "qtc_ms", "qtc_fridericia_ms", "axis_deg")
"""Those that stand above the traces."""

_RANGES = {entry.field: entry for entry in RANGES}


class ValueRow(NamedTuple):
    """One measurement in words.

    Attributes
    ----------
    field : str
        Attribute of `heartguard.values.Measurements`.
    name, value, normal : str
        `value` with its unit, or that it was not measured; `normal` is empty where there is no agreed range.
    remark : str
        What is not normal about it.
    reason : str
        Why it was not measured.
    """

    field: str
    name: str
    value: str
    normal: str = ""
    remark: str = ""
    reason: str = ""


def value_rows(measured: Measurements, options: ReportOptions) -> tuple[ValueRow, ...]:
    """Return a row for every measurement, those that are withheld with their reason.

    Examples
    --------
    >>> value_rows(Measurements(qrs_ms=132.4), ReportOptions())[4]
    ValueRow(field='qrs_ms', name='QRS', value='132 ms', normal='up to 110', remark='high', reason='')
    """
    return tuple(_row(field, unit, measured, options) for field, unit in _FIELDS.items())


def _row(field: str, unit: str, measured: Measurements, options: ReportOptions) -> ValueRow:
    language, value = options.language, getattr(measured, field)
    name, normal = word(field, language), _normal(field, options.patient, language)
    if value is None or not math.isfinite(value):
        reason = measured.missing_reasons.get(field, "")
        reason = german_sentence(reason) if language == "de" else reason
        return ValueRow(field, name, word("not_measured", language), normal, reason=reason)
    shown = number(value, 2 if unit == "mV" else 0, language)
    return ValueRow(
        field, name, shown + unit if unit == "°" else f"{shown} {unit}", normal, _remark(field, measured, options)
    )


def _normal(field: str, patient: Patient, language: Language) -> str:
    """Return the normal range in words; empty where there is none."""
    if field in _RANGES:
        return _range(_RANGES[field], patient, language)
    most = _most(field, patient)
    return "" if most is None else word("below", language, high=number(most, 1, language))


def _range(entry: Range, patient: Patient, language: Language) -> str:
    low, high = (None if one is None else number(one, 0, language) for one in (entry.low, _highest(entry, patient)))
    if entry.high_men is not None and patient.sex is None:
        return word("by_sex", language, low=low, men=number(entry.high_men, 0, language), high=high)
    if low is not None and high is not None:
        return word("between", language, low=low, high=high)
    return "" if high is None else word("up_to", language, high=high)


def _highest(entry: Range, patient: Patient) -> float | None:
    return entry.high_men if entry.high_men is not None and patient.sex == "male" else entry.high


def _most(field: str, patient: Patient) -> float | None:
    """Return the voltage from which a criterion of left ventricular hypertrophy is met; None for other values."""
    cornell = limit("cornell_women") if patient.sex == "female" else limit("cornell_men")
    return {"sokolow_lyon_mv": limit("sokolow_lyon"), "cornell_mv": cornell, "r_avl_mv": limit("r_avl")}.get(field)


def _remark(field: str, measured: Measurements, options: ReportOptions) -> str:
    """Say what is not normal about a measurement; empty where nothing is."""
    most = _most(field, options.patient)
    if most is not None:
        return word("high", options.language) if getattr(measured, field) >= most else ""
    if field not in _RANGES:
        return ""
    found = abnormal(_RANGES[field], measured).split(", ")
    if options.patient.sex is not None:
        by_men = [] if options.patient.sex == "female" else ["high"]
        found = [name for one in found for name in (by_men if one == "high for men" else [one])]
    return ", ".join(word(one, options.language) for one in found if one)
