"""FHIR R4B: a Bundle of Observations with LOINC, MDC and UCUM codes, the signals as sampled data among them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from heartguard import __version__
from heartguard.export.codes import LEAD_NUMBERS, QUANTITIES, Quantity
from heartguard.export.fhir_review import review_resources
from heartguard.export.steps import MISSING, as_steps, shown_leads
from heartguard.normal_ranges import RANGES
from heartguard.report import to_json
from heartguard.review import Review
from heartguard.values import Ecg, Prediction, Reading
from heartguard.vocabulary import DISCLAIMER, class_name, finding_name

__all__ = ["to_fhir"]

_LOINC, _UCUM = "http://loinc.org", "http://unitsofmeasure.org"
_MDC = "urn:iso:std:iso:11073:10101"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

_PARTITION = 2 * 2**16
"""MDC's partition 2 (supervisory control) as part of a code in one number."""

_POTENTIAL = 256
"""MDC_ECG_ELEC_POTL: added to the number of a lead."""

_IMPRESSION, _STUDY = ("8601-7", "EKG impression"), ("11524-6", "EKG study")
"""LOINC codes and names of the answer and of the signals."""

_NOT_SHOWN = "E"
"""FHIR's sampled data have no word of their own for a moment that was not recorded; ``E`` says that it has no value."""

Json = dict[str, Any]


def to_fhir(reading: Reading, review: Review | None = None) -> bytes:
    """Return a Bundle (collection) as JSON: a Device, an Observation for each measurement, the answer, the signals.

    A measurement that is withheld has its reason in ``dataAbsentReason``; seconds that the page does not show are ``E``
    in the sampled data. No patient, no time: neither is read from the page. What a doctor said is in resources of its
    own, ``final`` and with a performer, beside the program's, which stay ``preliminary``.

    Parameters
    ----------
    reading : Reading
    review : Review, optional
        By a doctor.
    """
    from fhir.resources.R4B.bundle import Bundle

    device = _address(reading, "device")
    resources = [_device(), *_measurements(reading), _impression(reading.prediction), _signals(reading.ecg)]
    names = ["device", *(quantity.field for quantity in QUANTITIES), "answer", "signals"]
    entries = []
    for name, resource in zip(names, resources, strict=True):
        by = {} if name == "device" else {"device": {"reference": device}}
        entries.append({"fullUrl": _address(reading, name), "resource": {**resource, **by}})
    if review is not None:
        said = review_resources(review, partial(_address, reading), _observation, _named(_IMPRESSION))
        entries += [{"fullUrl": _address(reading, name), "resource": resource} for name, resource in said]
    bundle = Bundle.model_validate({"resourceType": "Bundle", "type": "collection", "entry": entries})
    return json.dumps(json.loads(bundle.model_dump_json()), indent=1).encode()


def _address(reading: Reading, name: str) -> str:
    """Return the address of a resource: the same reading gives the same."""
    digest = sha256(f"{reading.upload.sha256} {reading.part} {name}".encode()).digest()
    return f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=5)}"


def _device() -> Json:
    return {
        "resourceType": "Device",
        "deviceName": [{"name": "HeartGuard", "type": "model-name"}],
        "version": [{"value": __version__}],
        "note": [{"text": DISCLAIMER}],
    }


def _observation(code: Json, **more: Any) -> Json:
    """Return an Observation; ``preliminary``, as no person has confirmed it."""
    category = {"coding": [{"system": _CATEGORY, "code": "procedure", "display": "Procedure"}]}
    return {"resourceType": "Observation", "status": "preliminary", "category": [category], "code": code, **more}


def _measurements(reading: Reading) -> Iterator[Json]:
    measured = to_json(reading)["measurements"]
    ranges = {entry.field: entry for entry in RANGES}
    for quantity in QUANTITIES:
        value, entry = measured[quantity.field], ranges.get(quantity.field)
        more: Json = {} if not quantity.method else {"method": {"text": quantity.method}}
        if value is None:
            more["dataAbsentReason"] = _absent(measured["reasons"].get(quantity.field, "It could not be measured."))
        else:
            more["valueQuantity"] = _quantity(value, quantity.unit)
        if entry is not None and entry.text:
            more["referenceRange"] = [{"text": f"{entry.text} {entry.unit}. {entry.source}"}]
        yield _observation(_concept(quantity), **more)


def _concept(quantity: Quantity) -> Json:
    title = f"{quantity.title} ({quantity.method})" if quantity.method else quantity.title
    codings = []
    if quantity.loinc is not None:
        codings.append({"system": _LOINC, "code": quantity.loinc})
    if quantity.mdc is not None:
        codings.append({"system": _MDC, "code": str(_PARTITION + quantity.mdc)})
    return {"text": title, **({"coding": codings} if codings else {})}


def _quantity(value: float, unit: str) -> Json:
    return {"value": value, "unit": unit, "system": _UCUM, "code": unit}


def _absent(reason: str) -> Json:
    return {"coding": [{"system": _ABSENT, "code": "unknown", "display": "Unknown"}], "text": reason}


def _named(code: tuple[str, str]) -> Json:
    return {"coding": [{"system": _LOINC, "code": code[0], "display": code[1]}]}


def _impression(prediction: Prediction) -> Json:
    """Return the answer as text, with the probabilities of classes and findings, or why it is withheld."""
    note = [{"text": DISCLAIMER}]
    if prediction.withheld:
        return _observation(_named(_IMPRESSION), note=note, dataAbsentReason=_absent(prediction.withheld))
    name = class_name(prediction.label)
    said = f"Not sure; closest: {name}" if prediction.abstained else name
    findings = {finding_name(finding.scp_code): finding.probability for finding in prediction.findings}
    classes = {class_name(label): value for label, value in prediction.probabilities.items()}
    parts = [*_probabilities("Class", classes), *_probabilities("Finding", findings)]
    return _observation(_named(_IMPRESSION), note=note, valueString=said, component=parts)


def _probabilities(kind: str, values: Mapping[str, float]) -> Iterable[Json]:
    for name, value in values.items():
        yield {"code": {"text": f"{kind}: {name}"}, "valueQuantity": _quantity(round(value, 4), "1")}


def _signals(ecg: Ecg) -> Json:
    """Return the leads as sampled data: steps of whole microvolts, ``E`` where the page shows nothing."""
    steps = as_steps(shown_leads(ecg))
    scale = {
        "origin": {"value": 0, "unit": "uV", "system": _UCUM, "code": "uV"},
        "period": 1000 / ecg.sampling_rate_hz,
        "factor": steps.microvolts,
        "dimensions": 1,
    }
    parts = []
    for lead, values in zip(steps.leads, steps.values.T.tolist(), strict=True):
        data = " ".join(_NOT_SHOWN if value == MISSING else str(value) for value in values)
        parts.append({"code": _lead(lead), "valueSampledData": {**scale, "data": data}})
    note = [{"text": f"{_NOT_SHOWN} in the data: the page does not show the lead at that moment."}]
    return _observation(_named(_STUDY), note=note, component=parts)


def _lead(lead: str) -> Json:
    if lead not in LEAD_NUMBERS:
        return {"text": lead}
    code = str(_PARTITION + _POTENTIAL + LEAD_NUMBERS[lead])
    return {"text": f"Lead {lead}", "coding": [{"system": _MDC, "code": code}]}
