"""A doctor's review in FHIR: resources of its own that point at the program's, which stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from heartguard.export.codes import QUANTITIES
from heartguard.review import MeasurementReview, ProgramAnswer, Review
from heartguard.vocabulary import class_name, percent

__all__ = ["review_resources"]

Json = dict[str, Any]

_UCUM = "http://unitsofmeasure.org"
_STUDY = {"coding": [{"system": "http://loinc.org", "code": "11524-6", "display": "EKG study"}]}
_ANSWER = "answer"
"""Name of the program's answer among the resources of a reading."""

_NO_CLASS = "No class"
"""What a doctor says who names none: FHIR's `unknown` would mean that nobody looked."""

_NOBODY = "Initials not given"

_UNITS = (("_bpm", "/min"), ("_ms", "ms"), ("_deg", "deg"), ("_mv", "mV"))
"""By the ends of the names of measurements that have no code of their own."""


def review_resources(
    review: Review, address: Callable[[str], str], observation: Callable[..., Json], impression: Json
) -> Iterator[tuple[str, Json]]:
    """Yield the names and the resources of a review: who, the class, overruled measurements, and a report of it.

    Parameters
    ----------
    review : Review
    address : callable
        From the name of a resource of this reading its address.
    observation : callable
        From a code and further elements an Observation, ``preliminary`` as those of the program are.
    impression : dict
        Code of the answer.
    """
    performer = {"reference": address("reviewer"), "display": review.initials or _NOBODY}

    def by_doctor(code: Json, about: str | None, **more: Any) -> Json:
        of = {} if about is None else {"derivedFrom": [{"reference": address(about)}]}
        made = {"status": "final", "performer": [performer], "issued": review.at.isoformat()}
        return {**observation(code), **of, **made, **more}

    yield "reviewer", _reviewer(review)
    yield "review", by_doctor(impression, _ANSWER, **_class(review))
    names = ["review"]
    for one in review.measurements:
        names.append(f"review-{one.field}")
        code, about, more = _measurement(one)
        yield names[-1], by_doctor(code, about, **more)
    yield "report", _report(review, performer, [{"reference": address(name)} for name in (_ANSWER, *names)])


def _reviewer(review: Review) -> Json:
    """Return who reviewed, known by initials alone."""
    return {"resourceType": "Practitioner", "name": [{"text": review.initials or _NOBODY}]}


def _class(review: Review) -> Json:
    """Return the doctor's class, the verdicts and the note."""
    parts = [
        _part("Verdict on the class", review.verdict),
        _part("Program's answer", _said(review.program)),
        _part("Program's model", review.program.model),
        *(_part(f"Statement: {one.text}", one.verdict) for one in review.statements),
    ]
    note = {"note": [{"text": review.note}]} if review.note else {}
    return {"valueString": _named(review.label), "component": parts, **note}


def _part(title: str, said: str) -> Json:
    return {"code": {"text": title}, "valueString": said}


def _named(label: str | None) -> str:
    return _NO_CLASS if label is None else class_name(label)


def _said(program: ProgramAnswer) -> str:
    if program.label is None or program.probability is None:
        return "No class named"
    return f"{class_name(program.label)}, {percent(program.probability)}"


def _measurement(one: MeasurementReview) -> tuple[Json, str | None, Json]:
    """Return the code of a measurement, the program's of that name if there is one, and the doctor's value."""
    known = {quantity.field: quantity for quantity in QUANTITIES}.get(one.field)
    unit = known.unit if known is not None else next((u for end, u in _UNITS if one.field.endswith(end)), "1")
    read = "It was not measured by the program." if one.read is None else f"Read by the program: {one.read:g} {unit}."
    value = {"value": one.set, "unit": unit, "system": _UCUM, "code": unit}
    title = one.field if known is None else f"{known.title} ({known.method})" if known.method else known.title
    coded = [] if known is None or known.loinc is None else [{"system": "http://loinc.org", "code": known.loinc}]
    code = {"text": f"{title}, by the reviewer", **({"coding": coded} if coded else {})}
    return code, None if known is None else one.field, {"valueQuantity": value, "note": [{"text": read}]}


def _report(review: Review, performer: Json, results: list[Json]) -> Json:
    """Return a report of the review; ``amended`` where the doctor differs from the program in anything."""
    words = f"{_named(review.label)} ({review.verdict}; program: {_said(review.program)})"
    return {
        "resourceType": "DiagnosticReport",
        "status": "amended" if review.overrules else "final",
        "code": _STUDY,
        "issued": review.at.isoformat(),
        "resultsInterpreter": [performer],
        "result": results,
        "conclusion": f"{words}. {review.note}".rstrip(" "),
    }
