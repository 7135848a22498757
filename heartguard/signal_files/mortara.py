"""Mortara's ELI XML: one element a channel, 16-bit samples in base64."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from heartguard.errors import UnsupportedTypeError
from heartguard.signal_files.names import channel_name
from heartguard.signal_files.recording import Channel, Recording
from heartguard.signal_files.xml_text import base64_int16, number, parse_xml

__all__ = ["read_mortara"]

_WHAT = "Mortara XML file"
"""Names the type in messages."""

_FORM = {"BITS": "16", "FORMAT": "SIGNED", "ENCODING": "BASE64"}
"""The only form of samples that is known; an attribute that is not there is taken as this."""


def read_mortara(data: bytes) -> Recording:
    """Read the channels of a Mortara file; its typical cycles are left out."""
    channels = tuple(_channel(element) for element in parse_xml(data, _WHAT).findall("CHANNEL"))
    return Recording(_WHAT, channels)


def _channel(element: Element) -> Channel:
    if any(element.get(name, usual).upper() != usual for name, usual in _FORM.items()):
        raise UnsupportedTypeError(
            f"The {_WHAT} writes its samples in a form that HeartGuard does not know. "
            "Open the PDF or a picture of the ECG."
        )
    name = channel_name(element.get("NAME", ""))
    per_mv = number(element.get("UNITS_PER_MV", ""), _WHAT, f"amplitude of lead {name}")
    rate = number(element.get("SAMPLE_FREQ", ""), _WHAT, "sampling rate")
    samples = base64_int16(element.get("DATA") or element.text or "", _WHAT)
    return Channel(name, samples, rate, 1 / per_mv if per_mv > 0 else 0.0)
