"""Making a review: what of a reading can be judged, accepting it as it is, and saying where the doctor differs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from heartguard.answers import joint_statements
from heartguard.patient import UNKNOWN_PATIENT, Patient
from heartguard.review.review import MeasurementReview, Review, StatementReview, Verdict, program_answer
from heartguard.statements import statements
from heartguard.values import Reading

__all__ = ["Judged", "accept", "judged_statements", "reviewed", "still_holds"]


class Judged(NamedTuple):
    """A statement that can be judged: by rule, by the models, or both."""

    code: str
    text: str


def judged_statements(reading: Reading, patient: Patient = UNKNOWN_PATIENT) -> tuple[Judged, ...]:
    """Return the statements that a reading gives; withdrawn findings are none.

    Parameters
    ----------
    reading : Reading
    patient : Patient, optional
        Age and sex, on which some limits depend.
    """
    joint = joint_statements(reading.prediction.findings, statements(reading, patient))
    return tuple(Judged(one.code, one.text) for one in joint if one.withdrawn is None)


def accept(reading: Reading, patient: Patient = UNKNOWN_PATIENT, *, initials: str = "") -> Review:
    """Return the review of a doctor who agrees with everything that is shown, "not sure" included."""
    return reviewed(reading, program_answer(reading.prediction).label, patient=patient, initials=initials)


def reviewed(
    reading: Reading,
    label: str | None,
    *,
    wrong: Collection[str] = (),
    measured: Mapping[str, float] | None = None,
    patient: Patient = UNKNOWN_PATIENT,
    note: str = "",
    initials: str = "",
) -> Review:
    """Return a review that judges everything that is shown.

    Parameters
    ----------
    reading : Reading
    label : str or None
        The doctor's class; None for none.
    wrong : collection of str
        Codes of the statements that are overruled; the others are accepted.
    measured : mapping of str to float, optional
        The doctor's values by the fields of `heartguard.values.Measurements`; one that equals what was read as it is
        shown overrules nothing.
    patient : Patient, optional
    note, initials : str

    Raises
    ------
    ValueError
        For a class that the program does not know.
    """
    if label is not None and label not in reading.prediction.probabilities:
        raise ValueError(f"The class {label!r} is not one of {', '.join(reading.prediction.probabilities)}.")
    said = tuple(
        StatementReview(one.code, one.text, _verdict(one.code in wrong)) for one in judged_statements(reading, patient)
    )
    read = reading.measurements
    values = tuple(
        MeasurementReview(field, getattr(read, field), float(value))
        for field, value in (measured or {}).items()
        if _differs(field, getattr(read, field), value)
    )
    program = program_answer(reading.prediction)
    return Review(program, label, said, values, note.strip(), initials.strip())


def still_holds(review: Review, reading: Reading) -> bool:
    """Return whether the program still answers what was reviewed: a page may be read again, set by hand."""
    now, then = program_answer(reading.prediction), review.program
    return (now.label, now.model) == (then.label, then.model)


def _verdict(overruled: bool) -> Verdict:
    return "overruled" if overruled else "accepted"


def _differs(field: str, read: float | None, value: float) -> bool:
    """Return whether a value differs from one that was read, at the decimals that are shown."""
    decimals = 2 if field.endswith("_mv") else 0
    return read is None or round(read, decimals) != round(value, decimals)
