"""What the work list keeps of a reading: little, so that hundreds fit where only few readings do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heartguard.patient import Patient
from heartguard.review import judged_statements, program_answer
from heartguard.values import Measurements, Reading

__all__ = ["Summary", "summary_of"]


@dataclass(frozen=True)
class Summary:
    """One reading in short.

    Attributes
    ----------
    label : str or None
        The class that is named; None for "not sure" and where none is given.
    closest : str
        The most probable class; empty where a class is withheld.
    confidence : float or None
        Its probability.
    statements : tuple of str
        Codes, and their sentences in `texts`.
    quality : float
    rate : float or None
    measurements : Measurements
        Without beats and leads.
    doubts : int
        Faults and cautions.
    pages : frozenset of int
        Pages of the document that it was read from.
    parts : int
        ECGs on its page.
    """

    label: str | None
    closest: str
    confidence: float | None
    statements: tuple[str, ...]
    texts: tuple[str, ...]
    quality: float
    rate: float | None
    measurements: Mapping[str, float | None]
    uncertainty: Mapping[str, float]
    doubts: int
    pages: frozenset[int]
    parts: int


def summary_of(reading: Reading, patient: Patient) -> Summary:
    """Return a reading in short."""
    prediction, measured = reading.prediction, reading.measurements
    said = judged_statements(reading, patient)
    given = prediction.withheld is None
    return Summary(
        label=program_answer(prediction).label,
        closest=prediction.label if given else "",
        confidence=float(prediction.probabilities[prediction.label]) if given else None,
        statements=tuple(one.code for one in said),
        texts=tuple(one.text for one in said),
        quality=float(reading.quality),
        rate=measured.heart_rate_bpm,
        measurements=_numbers(measured),
        uncertainty=dict(measured.uncertainty),
        doubts=sum(warning.severity != "note" for warning in reading.warnings),
        pages=frozenset(page for _, page in reading.sheets),
        parts=reading.parts,
    )


def _numbers(measured: Measurements) -> dict[str, float | None]:
    names = (name for name in measured.__dataclass_fields__ if name.endswith(("_bpm", "_ms", "_deg", "_mv")))
    return {name: getattr(measured, name) for name in names}
