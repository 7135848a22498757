"""Philips' Sierra XML: samples in base64, as they are or compressed by XLI, which the package sierraecg unpacks."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from heartguard.errors import DamagedFileError, UnsupportedTypeError
from heartguard.leads import LEADS
from heartguard.signal_files.names import channel_name
from heartguard.signal_files.recording import MAX_CHANNELS, Channel, Recording
from heartguard.signal_files.xml_text import child_text, decoded, number, parse_xml

__all__ = ["read_philips"]

_WHAT = "Philips XML file"
"""Names the type in messages."""

MAX_SAMPLES = 30_000
"""Samples of a channel: 30 s at 1000 Hz. The unpacking is slow, and a hostile file would make it endless."""

_XLI_HEADER = 8
"""Bytes before each channel: the size of its data, 32 bits; two that are not used; its first sample, 16 bits."""

_XLI_BITS = 10
"""Width of its LZW codes."""


def read_philips(data: bytes) -> Recording:
    """Read the parsed waveforms of a Sierra file of version 1.03 or 1.04."""
    root = parse_xml(data, _WHAT)
    waveforms, details = root.find(".//parsedwaveforms"), root.find(".//signalcharacteristics")
    if waveforms is None or details is None:
        raise DamagedFileError(f"The {_WHAT} holds no waveforms. Export the ECG with them.")
    rate = number(child_text(details, "samplingrate"), _WHAT, "sampling rate")
    step = number(child_text(details, "resolution"), _WHAT, "amplitude") / 1000  # stated in microvolts
    names = _names(waveforms, details)
    count = round(number(waveforms.get("durationperchannel", ""), _WHAT, "duration") * rate / 1000)
    if not 0 < count <= MAX_SAMPLES or not 0 < len(names) <= MAX_CHANNELS:
        raise DamagedFileError(f"The {_WHAT} states a length or a number of leads that no ECG has. Export it again.")
    samples = _samples(waveforms, len(names), count, names)
    channels = [Channel(channel_name(name), values, rate, step) for name, values in zip(names, samples, strict=True)]
    return Recording(_WHAT, tuple(channels))


def _names(waveforms: Element, details: Element) -> list[str]:
    labels = waveforms.get("leadlabels", "").split()
    count = waveforms.get("numberofleads") or child_text(details, "numberchannelsallocated", "0")
    if not labels and child_text(details, "acquisitiontype") in ("STD-12", "10-WIRE"):
        labels = list(LEADS)
    return labels[: int(number(count, _WHAT, "number of leads"))]


def _samples(waveforms: Element, leads: int, count: int, names: list[str]) -> NDArray[np.int32]:
    """Return the samples of all channels, shape (leads, count)."""
    if waveforms.get("dataencoding") != "Base64":
        raise _unknown("encoding")
    packed = decoded(waveforms.text or "", _WHAT)
    if not packed:
        raise DamagedFileError(
            f"The {_WHAT} describes the signals of an ECG, but its samples were left out. Open the PDF or a picture of "
            "it, or export it again."
        )
    method = waveforms.get("compressmethod") or waveforms.get("compression") or "Uncompressed"
    if method == "Uncompressed":
        if len(packed) < 2 * leads * count:
            raise DamagedFileError(f"The samples in the {_WHAT} are cut off. Fetch the file again.")
        plain = np.frombuffer(packed, "<i2", leads * count).astype(np.int32).reshape(leads, count)
        return np.asarray(plain, np.int32)
    if method != "XLI":
        raise _unknown("compression")
    return _with_limb_leads(_unpacked(packed, leads, count), names)


def _unknown(part: str) -> UnsupportedTypeError:
    return UnsupportedTypeError(
        f"This file holds ECG signals in Philips' XML in a form ({part}) that HeartGuard cannot read yet; open the PDF "
        "or a picture of it."
    )


def _unpacked(packed: bytes, leads: int, count: int) -> NDArray[np.int32]:
    from sierraecg.lzw import LzwDecoder
    from sierraecg.xli import xli_decode_deltas

    rows, offset = [], 0
    for _ in range(leads):
        size = int.from_bytes(packed[offset : offset + 4], "little", signed=True)
        first = int.from_bytes(packed[offset + 6 : offset + _XLI_HEADER], "little", signed=True)
        chunk = packed[offset + _XLI_HEADER : offset + _XLI_HEADER + max(size, 0)]
        offset += _XLI_HEADER + max(size, 0)
        decoder = LzwDecoder(chunk, bits=_XLI_BITS)
        # The high bytes of all samples come before the low ones. Some files round the number of samples up.
        halves: list[int] = []
        while len(halves) <= 2 * MAX_SAMPLES and (byte := decoder.read()) >= 0:
            halves.append(byte)
        if len(halves) < 2 * count or len(halves) > 2 * MAX_SAMPLES:
            raise DamagedFileError(f"The samples in the {_WHAT} are cut off or damaged. Fetch the file again.")
        rows.append(xli_decode_deltas(halves[: len(halves) // 2 * 2], first)[:count])
    return np.array(rows, np.int32)


def _with_limb_leads(samples: NDArray[np.int32], names: list[str]) -> NDArray[np.int32]:
    """Add to III, aVR, aVL and aVF what I and II predict: XLI stores only what is left of them."""
    rows = {channel_name(name): row for row, name in enumerate(names)}
    if not {"I", "II", "III", "aVR", "aVL", "aVF"} <= rows.keys():
        raise _unknown("leads")
    out = samples.copy()
    one, two = out[rows["I"]], out[rows["II"]]
    out[rows["III"]] = two - one - samples[rows["III"]]
    out[rows["aVR"]] = -samples[rows["aVR"]] - (one + two) // 2
    out[rows["aVL"]] = (one - out[rows["III"]]) // 2 - samples[rows["aVL"]]
    out[rows["aVF"]] = (two + out[rows["III"]]) // 2 - samples[rows["aVF"]]
    return out
