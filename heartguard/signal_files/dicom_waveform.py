"""DICOM's 12-lead, general and ambulatory ECG waveforms, through pydicom."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np

from heartguard.errors import DamagedFileError, UnsupportedTypeError
from heartguard.leads import row_name
from heartguard.signal_files.names import SCP_LEADS, channel_name, millivolts
from heartguard.signal_files.recording import Channel, Recording, left_out

__all__ = ["read_dicom_waveform"]

_WHAT = "DICOM waveform file"
"""Names the type in messages."""

_STORED = {"SS": "<i2", "US": "<u2", "SB": "i1", "UB": "u1", "SL": "<i4", "UL": "<u4"}
"""Linear sample interpretations (PS3.3, C.10.9.1.5); the logarithmic ones are for sound."""

_MAX_SAMPLES = 40_000_000
"""Of all channels together: 24 hours of three channels at 150 Hz; 160 MB as 32-bit numbers."""


def read_dicom_waveform(data: bytes) -> Recording:
    """Read the multiplex groups that are as long as the longest; shorter ones are median beats."""
    import pydicom

    dataset = pydicom.dcmread(BytesIO(data), force=True)
    groups = list(dataset.get("WaveformSequence") or ())
    if not groups:
        raise UnsupportedTypeError(
            f"The {_WHAT} should hold the ECG as signals, but they are missing. Open the PDF or a picture of the ECG."
        )
    seconds = [_length(group) for group in groups]
    longest = [index for index, length in enumerate(seconds) if length >= 0.99 * max(seconds)]
    channels: dict[str, Channel] = {}
    others: list[str] = []
    known = True
    for index in longest:
        known &= _read_group(dataset, index, channels, others)
    return Recording(_WHAT, tuple(channels.values()), known, left_out(others))


def _length(group: Any) -> float:
    """Return the seconds of a group, by its header, once its sizes are found to be those of its data."""
    channels, samples = int(group.NumberOfWaveformChannels), int(group.NumberOfWaveformSamples)
    stored = _STORED.get(str(group.WaveformSampleInterpretation))
    if stored is None:
        raise UnsupportedTypeError(
            f"The {_WHAT} writes its samples in a form ({group.WaveformSampleInterpretation}) that HeartGuard does not "
            "know. Open the PDF or a picture of the ECG."
        )
    size = channels * samples
    if not 0 < size <= _MAX_SAMPLES or len(group.WaveformData) < size * np.dtype(stored).itemsize:
        raise DamagedFileError(
            f"The {_WHAT} states {channels} channels of {samples} samples, which its data does not have. "
            "Fetch the file again."
        )
    return samples / float(group.SamplingFrequency)


def _read_group(dataset: Any, index: int, channels: dict[str, Channel], others: list[str]) -> bool:
    """Add the channels of a group that are voltages; return whether all state the size of their steps."""
    group = dataset.WaveformSequence[index]
    stored = np.dtype(_STORED[str(group.WaveformSampleInterpretation)])
    count, samples = int(group.NumberOfWaveformChannels), int(group.NumberOfWaveformSamples)
    values = np.frombuffer(group.WaveformData, stored, count * samples).reshape(samples, count)
    padding = _padding(group.get("WaveformPaddingValue"), stored)
    known = True
    for column, definition in enumerate(group.ChannelDefinitionSequence[:count]):
        name = _name(definition)
        unit = _unit(definition)
        if unit == 0.0:
            others.append(name or f"channel {column + 1}")
            continue
        known &= unit is not None
        step = float(definition.get("ChannelSensitivity") or 1) * (1e-3 if unit is None else unit)
        step *= float(definition.get("ChannelSensitivityCorrectionFactor") or 1)
        origin = float(definition.get("ChannelBaseline") or 0) * (1e-3 if unit is None else unit)
        rate = float(group.SamplingFrequency)
        channel = Channel(name, values[:, column], rate, step, origin, padding)
        channels.setdefault(name or row_name(len(channels)), channel)
    return known


def _padding(value: Any, stored: np.dtype[Any]) -> int | None:
    """Return the number that stands for a lost sample."""
    if value is None or value == b"":
        return None
    if isinstance(value, bytes):
        return int(np.frombuffer(value[: stored.itemsize], stored)[0])
    return int(value)


def _name(definition: Any) -> str:
    """Return the lead by the code of the channel's source, else by its meaning or label."""
    source = definition.get("ChannelSourceSequence")
    code, meaning = "", ""
    if source:
        code, meaning = str(source[0].get("CodeValue", "")), str(source[0].get("CodeMeaning", ""))
    # "2:61" of MDC and "5.6.3-9-61" of SCPECG end in the lead's number.
    number = code.replace(":", "-").rpartition("-")[2]
    if code.startswith(("2:", "5.6.3-9-")) and number.isdigit() and int(number) in SCP_LEADS:
        return SCP_LEADS[int(number)]
    return channel_name(meaning, str(definition.get("ChannelLabel", "")))


def _unit(definition: Any) -> float | None:
    """Return the millivolts of the sensitivity's unit; None where none is stated, 0 where it is no voltage."""
    units = definition.get("ChannelSensitivityUnitsSequence")
    if not units or not definition.get("ChannelSensitivity"):
        return None
    return millivolts(str(units[0].get("CodeValue", ""))) or 0.0
