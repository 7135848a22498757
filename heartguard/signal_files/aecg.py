"""HL7's annotated ECG (aECG), as the FDA collects it: sequences of digits with an origin and a scale."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from heartguard.arrays import Doubles
from heartguard.errors import DamagedFileError, UnsupportedTypeError
from heartguard.signal_files.names import channel_name, millivolts
from heartguard.signal_files.recording import Channel, Recording
from heartguard.signal_files.xml_text import attribute, child_text, number, parse_xml
from heartguard.warning import Warning, note

__all__ = ["read_aecg"]

_WHAT = "HL7 aECG file"
"""Names the type in messages."""

_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
"""Seconds of the units of time that UCUM writes."""


def read_aecg(data: bytes) -> Recording:
    """Read the first series of an aECG file; averaged beats (derived series) are left out."""
    root = parse_xml(data, _WHAT)
    sets = root.findall("component/series/component/sequenceSet")
    if not sets:
        raise DamagedFileError(f"The {_WHAT} holds no series of signals. Export the ECG again.")
    sequences = sets[0].findall("component/sequence")
    rate = _rate(sequences)
    channels = [_channel(sequence, rate) for sequence in sequences if not _is_time(sequence)]
    return Recording(_WHAT, tuple(channels), warnings=_on_sets(len(sets)))


def _on_sets(count: int) -> tuple[Warning, ...]:
    if count < 2:
        return ()
    return (note("file.first_series", f"The file holds {count} recordings; this is the first."),)


def _code(sequence: Element) -> str:
    code = sequence.find("code")
    return "" if code is None else attribute(code, "code")


def _is_time(sequence: Element) -> bool:
    return _code(sequence).startswith("TIME_")


def _rate(sequences: list[Element]) -> float:
    increments = [s.find("value/increment") for s in sequences if _is_time(s)]
    increment = next((found for found in increments if found is not None), None)
    if increment is None:
        raise DamagedFileError(f"The {_WHAT} does not state its sampling rate. Export the ECG again.")
    unit = attribute(increment, "unit", "s")
    step = number(attribute(increment, "value"), _WHAT, "sampling rate") * _SECONDS.get(unit, float("nan"))
    return 1 / step if step > 0 else 0.0


def _channel(sequence: Element, rate: float) -> Channel:
    name = channel_name(_code(sequence))
    origin, scale = (_quantity(sequence, part, name) for part in ("origin", "scale"))
    return Channel(name, _digits(child_text(sequence, "value/digits")), rate, scale, origin)


def _quantity(sequence: Element, part: str, lead: str) -> float:
    """Return the origin or the scale of a sequence in mV."""
    element = sequence.find(f"value/{part}")
    unit = None if element is None else millivolts(attribute(element, "unit"))
    if element is None or unit is None:
        raise UnsupportedTypeError(
            f"The {_WHAT} does not give lead {lead} as a voltage ({part}). Open the PDF or a picture of the ECG."
        )
    return number(attribute(element, "value"), _WHAT, f"{part} of lead {lead}") * unit


def _digits(text: str) -> Doubles:
    try:
        return np.array(text.split(), np.float64)
    except ValueError as error:
        raise DamagedFileError(f"The samples in the {_WHAT} are damaged. Fetch the file again.") from error
