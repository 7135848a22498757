"""What a doctor said of a reading, beside what the program had said when it was looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from heartguard.values import Prediction

__all__ = ["MeasurementReview", "ProgramAnswer", "Review", "StatementReview", "Verdict", "program_answer"]

Verdict = Literal["accepted", "overruled"]


@dataclass(frozen=True)
class ProgramAnswer:
    """The program's answer as it was shown.

    Attributes
    ----------
    label : str or None
        The class that was named; None where none was: not sure, or withheld.
    probability : float or None
        Of that class.
    model : str
        Identity of the model.
    """

    label: str | None
    probability: float | None
    model: str


def program_answer(prediction: Prediction) -> ProgramAnswer:
    """Return what is shown of a prediction: no class where the models are not sure or it is withheld."""
    if prediction.abstained or prediction.withheld is not None:
        return ProgramAnswer(None, None, prediction.model)
    return ProgramAnswer(prediction.label, float(prediction.probabilities[prediction.label]), prediction.model)


@dataclass(frozen=True)
class StatementReview:
    """One statement as it was shown, and what the doctor said of it."""

    code: str
    text: str
    verdict: Verdict


@dataclass(frozen=True)
class MeasurementReview:
    """A measurement that was overruled: its field of `heartguard.values.Measurements`, read and set values.

    Attributes
    ----------
    read : float or None
        None where nothing could be measured.
    set : float
        By the doctor.
    """

    field: str
    read: float | None
    set: float


@dataclass(frozen=True)
class Review:
    """A doctor's review of one reading.

    Attributes
    ----------
    program : ProgramAnswer
        What the program had answered.
    label : str or None
        The doctor's class; None where the doctor names none.
    statements : tuple of StatementReview
        Those that the doctor judged.
    measurements : tuple of MeasurementReview
        Those that the doctor overruled; all others stand as read.
    note, initials : str
    at : datetime
        When it was saved, UTC.

    Examples
    --------
    >>> review = Review(ProgramAnswer("Normal", 0.91, "vgg16-0123abcd"), "MI", initials="AB")
    >>> review.verdict, review.overrules
    ('overruled', True)
    """

    program: ProgramAnswer
    label: str | None
    statements: tuple[StatementReview, ...] = ()
    measurements: tuple[MeasurementReview, ...] = ()
    note: str = ""
    initials: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    @property
    def verdict(self) -> Verdict:
        """On the class alone."""
        return "accepted" if self.label == self.program.label else "overruled"

    @property
    def overruled_statements(self) -> tuple[StatementReview, ...]:
        """The statements that the doctor calls wrong."""
        return tuple(one for one in self.statements if one.verdict == "overruled")

    @property
    def overrules(self) -> bool:
        """Whether the doctor differs from the program in anything: class, statement or measurement."""
        return self.verdict == "overruled" or bool(self.overruled_statements or self.measurements)
