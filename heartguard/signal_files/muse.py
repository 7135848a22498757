"""GE MUSE's XML: eight leads of 16-bit samples in base64; the other four limb leads are computed from I and II."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from heartguard.errors import DamagedFileError, UnsupportedTypeError
from heartguard.signal_files.names import channel_name, millivolts
from heartguard.signal_files.recording import Channel, Recording
from heartguard.signal_files.xml_text import base64_int16, child_text, number, parse_xml

__all__ = ["read_muse"]

_WHAT = "MUSE XML file"
"""Names the type in messages."""

_MISSING = -32768
"""What MUSE stores where an electrode was off."""


def read_muse(data: bytes) -> Recording:
    """Read the rhythm waveform of a MUSE file; its median beats are left out."""
    waveforms = parse_xml(data, _WHAT).findall(".//Waveform")
    rhythm = next((w for w in waveforms if child_text(w, "WaveformType").lower() == "rhythm"), None)
    if rhythm is None:
        raise DamagedFileError(f"The {_WHAT} holds no rhythm waveform, only other parts. Export the ECG with it.")
    base = number(child_text(rhythm, "SampleBase"), _WHAT, "sampling rate")
    exponent = int(number(child_text(rhythm, "SampleExponent", "0"), _WHAT, "sampling rate"))
    rate = base * 10.0 ** max(-6, min(exponent, 6))
    channels = [_channel(lead, rate) for lead in rhythm.findall("LeadData")]
    return Recording(_WHAT, tuple(channels))


def _channel(lead: Element, rate: float) -> Channel:
    name = channel_name(child_text(lead, "LeadID"))
    unit = millivolts(child_text(lead, "LeadAmplitudeUnits"))
    if unit is None or child_text(lead, "LeadSampleSize", "2") != "2":
        raise UnsupportedTypeError(
            f"The {_WHAT} writes lead {name} in a unit or size that HeartGuard does not know. "
            "Open the PDF or a picture of the ECG."
        )
    step = number(child_text(lead, "LeadAmplitudeUnitsPerBit"), _WHAT, f"amplitude of lead {name}")
    samples = base64_int16(child_text(lead, "WaveFormData"), _WHAT)
    stated = child_text(lead, "LeadSampleCountTotal")
    if stated and int(number(stated, _WHAT, "number of samples")) != len(samples):
        raise DamagedFileError(
            f"Lead {name} of the {_WHAT} should have {stated} samples and has {len(samples)}. Fetch the file again."
        )
    return Channel(name, samples, rate, step * unit, missing=_MISSING)
