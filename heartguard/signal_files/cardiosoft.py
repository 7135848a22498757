"""GE CardioSoft's XML: the strip data of each lead as whole numbers between commas."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from heartguard.errors import DamagedFileError, UnsupportedTypeError
from heartguard.signal_files.names import channel_name
from heartguard.signal_files.recording import Channel, Recording
from heartguard.signal_files.xml_text import child_text, number, parse_xml

__all__ = ["read_cardiosoft"]

_WHAT = "CardioSoft XML file"
"""Names the type in messages."""


def read_cardiosoft(data: bytes) -> Recording:
    """Read the strip data, the whole ECG at rest; median beats are left out."""
    strip = parse_xml(data, _WHAT).find(".//StripData")
    resolution = None if strip is None else strip.find("Resolution")
    if strip is None or resolution is None:
        raise DamagedFileError(f"The {_WHAT} holds no strip of an ECG at rest. Export the ECG with it.")
    if resolution.get("units") != "uVperLsb":
        raise UnsupportedTypeError(
            f"The {_WHAT} writes its leads in a unit that HeartGuard does not know. Open the PDF or a picture of it."
        )
    step = number(resolution.text or "", _WHAT, "amplitude") / 1000
    rate = number(child_text(strip, "SampleRate"), _WHAT, "sampling rate")
    count = int(number(child_text(strip, "ChannelSampleCountTotal"), _WHAT, "number of samples"))
    return Recording(_WHAT, tuple(_channel(lead, rate, step, count) for lead in strip.findall("WaveformData")))


def _channel(element: Element, rate: float, step: float, count: int) -> Channel:
    name = channel_name(element.get("lead", ""))
    try:
        samples = np.array((element.text or "").replace(",", " ").split(), np.float64)
    except ValueError as error:
        raise DamagedFileError(f"The samples in the {_WHAT} are damaged. Fetch the file again.") from error
    if len(samples) != count:
        raise DamagedFileError(
            f"Lead {name} of the {_WHAT} should have {count} samples and has {len(samples)}. Fetch the file again."
        )
    return Channel(name, samples, rate, step)
