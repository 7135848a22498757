"""`statements`: from measurements to sentences, each by a rule with its numbers; none where its base is doubted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from heartguard.patient import UNKNOWN_PATIENT, Patient
from heartguard.statements.conduction_rules import on_av_conduction, on_axis, on_blocks, on_qt
from heartguard.statements.lead_rules import on_electrodes, on_hypertrophy, on_low_voltage, on_q_waves, on_st
from heartguard.statements.rhythm_rules import on_ectopics, on_flutter, on_pacing, on_pauses, on_rate, on_regularity
from heartguard.statements.statement import NO_DOUBTS, Case, Doubts, Statement, Statements
from heartguard.values import Reading
from heartguard.warning import Warning
from heartguard.warning_rules import LOW_QUALITY

__all__ = ["doubts_of", "state", "statements"]

Rule = Callable[[Case], Iterator[Statement]]


class _Subject(NamedTuple):
    """A rule, and what it needs besides beats."""

    name: str
    rule: Rule
    time: bool = True
    amplitude: bool = False
    peaks: bool = False
    names: bool = False


_SUBJECTS = (
    _Subject("electrodes", on_electrodes, time=False, names=True),
    _Subject("rate", on_rate),
    _Subject("flutter", on_flutter),
    _Subject("regularity", on_regularity, time=False),
    _Subject("pauses", on_pauses),
    _Subject("ectopic beats", on_ectopics),
    _Subject("pacing", on_pacing),
    _Subject("AV conduction", on_av_conduction),
    _Subject("axis", on_axis, names=True),
    _Subject("conduction blocks", on_blocks, names=True),
    _Subject("QT", on_qt),
    _Subject("ST segment", on_st, amplitude=True, names=True),
    _Subject("Q waves", on_q_waves, amplitude=True, names=True),
    _Subject("low voltage", on_low_voltage, amplitude=True, peaks=True, names=True),
    _Subject("hypertrophy", on_hypertrophy, amplitude=True, peaks=True, names=True),
)
"""In the order of the statements."""

_DOUBTING = {
    "time": ("scale.speed", "scale.length"),
    "amplitude": ("scale.gain", "scale.units_assumed", "scale.units_doubtful"),
    "peaks": ("scale.amplitudes",),
    "names": ("names.", "layout."),
}
"""Codes, or their beginnings, of the cautions and faults that make times, heights, peaks or names doubtful."""

_NO_BEATS = "No beats were found, or only one."
_POOR = "The page was traced too poorly to state anything of it. Judge it by eye."


def statements(reading: Reading, patient: Patient = UNKNOWN_PATIENT) -> Statements:
    """State in words what the measurements of a reading show.

    Parameters
    ----------
    reading : Reading
    patient : Patient, optional
        Age and sex, for the limits that depend on them.

    Examples
    --------
    >>> from heartguard import read_ecg
    >>> from heartguard.samples import list_samples
    >>> statements(read_ecg(list_samples()[0].path)).withheld
    {}
    """
    if reading.quality < LOW_QUALITY:
        return Statements(withheld={subject.name: _POOR for subject in _SUBJECTS})
    return state(Case(reading.measurements, reading.ecg, patient), doubts_of(reading.warnings))


def state(case: Case, doubts: Doubts = NO_DOUBTS) -> Statements:
    """State in words what the measurements of an ECG show.

    Parameters
    ----------
    case : Case
    doubts : Doubts, optional
        By default nothing is doubted.
    """
    if case.measured.heart_rate_bpm is None:
        given = tuple(on_electrodes(case)) if doubts.names is None else ()
        return Statements(given, {subject.name: _NO_BEATS for subject in _SUBJECTS[1:]})
    given_all: list[Statement] = []
    withheld: dict[str, str] = {}
    for subject in _SUBJECTS:
        needs = [
            (subject.time, doubts.time),
            (subject.amplitude, doubts.amplitude),
            (subject.peaks, doubts.peaks),
            (subject.names, doubts.names),
        ]
        reason = next((doubt for needed, doubt in needs if needed and doubt), None)
        if reason is None:
            given_all += subject.rule(case)
        else:
            withheld[subject.name] = reason
    return Statements(tuple(given_all), withheld)


def doubts_of(warnings: tuple[Warning, ...]) -> Doubts:
    """Return what the cautions and faults of a reading make doubtful, each by the sentence of the first of them.

    Examples
    --------
    >>> from heartguard.warning import caution, note
    >>> doubts_of((note("scale.speed", "Noted."), caution("scale.gain", "The gain was assumed.")))
    Doubts(time=None, amplitude='The gain was assumed.', peaks=None, names=None)
    """
    serious = [warning for warning in warnings if warning.severity != "note"]
    found = {
        of: next((one.text for one in serious if one.code.startswith(codes)), None) for of, codes in _DOUBTING.items()
    }
    return Doubts(**found)
