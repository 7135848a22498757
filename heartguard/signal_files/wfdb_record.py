"""WFDB records (PhysioNet): a header of text, and signal files in the formats that ECGs are stored in.

Formats and their codes for lost samples are those of the WFDB Applications Guide, signal(5) and header(5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.errors import DamagedFileError, UnsupportedTypeError
from heartguard.signal_files.names import channel_name, millivolts
from heartguard.signal_files.recording import Channel, Recording, left_out

__all__ = ["Header", "SignalLine", "parse_header", "read_wfdb"]

_WHAT = "WFDB record"
"""Names the type in messages."""

_ASSUMED_GAIN = 200.0
"""Steps of a millivolt where the header states none, as header(5) has it."""

_MAX_SIGNALS = 64
"""Body surface maps have some hundred; what states more than these is no ECG of a few leads, or damaged."""

_MAX_PER_FRAME = 1000
"""Samples of a signal in one frame: ECGs have one, or a few beside slower signals."""

_SPEC = re.compile(r"(\d+)(?:x(\d+))?(?::\d+)?(?:\+(\d+))?")
"""Format, samples per frame, skew, and bytes before the samples, as in ``16x2:0+24``."""

_GAIN = re.compile(r"([-+.\deE]+)(?:\((-?\d+)\))?(?:/(\S+))?")
"""Steps per unit, the number at 0, and the unit, as in ``200(1024)/mV``."""


@dataclass(frozen=True)
class SignalLine:
    """One signal as its line of the header describes it."""

    file: str
    form: int
    per_frame: int
    offset: int
    gain: float
    zero: int
    unit: str
    name: str


@dataclass(frozen=True)
class Header:
    """A header: frames a second, their number if it is stated, and the signals."""

    rate_hz: float
    frames: int | None
    signals: tuple[SignalLine, ...]


def parse_header(text: str) -> Header:
    r"""Parse the text of a ``.hea`` file.

    Raises
    ------
    UnsupportedTypeError
        For a record of several segments.
    DamagedFileError
        If it is no header, or cut off.

    Examples
    --------
    >>> parse_header("r 1 500 5000\nr.dat 16 1000(0)/mV 16 0 0 0 0 V1\n").signals[0].name
    'V1'
    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    fields = lines[0].split() if lines else []
    if fields and "/" in fields[0]:
        raise UnsupportedTypeError(
            "This WFDB record is put together of several segments, which HeartGuard does not join. Open a segment."
        )
    try:
        count = int(fields[1])
        rate = float(fields[2].split("/")[0].split("(")[0]) if len(fields) > 2 else 250.0
        frames = int(fields[3]) if len(fields) > 3 else 0
        signals = tuple(_signal(line) for line in lines[1 : count + 1])
    except (IndexError, ValueError) as error:
        raise DamagedFileError("The WFDB header is damaged or cut off. Fetch the record again.") from error
    if not 0 < count <= _MAX_SIGNALS or len(signals) != count:
        raise DamagedFileError(f"The WFDB header states {count} signals and describes {len(signals)}.")
    return Header(rate, frames or None, signals)


def _signal(line: str) -> SignalLine:
    fields = line.split(None, 8)
    spec = _SPEC.fullmatch(fields[1])
    gain = _GAIN.fullmatch(fields[2]) if len(fields) > 2 else None
    if spec is None:
        raise ValueError(line)
    per_frame = int(spec[2] or 1)
    if not 0 < per_frame <= _MAX_PER_FRAME:
        raise ValueError(line)
    adc_zero = int(fields[4]) if len(fields) > 4 else 0
    zero = int(gain[2]) if gain and gain[2] else adc_zero
    name = fields[8] if len(fields) > 8 else ""
    unit = (gain[3] if gain else None) or "mV"
    return SignalLine(
        fields[0], int(spec[1]), per_frame, int(spec[3] or 0), float(gain[1]) if gain else 0.0, zero, unit, name
    )


def read_wfdb(header_text: str, files: Mapping[str, bytes]) -> Recording:
    """Read a record from its header and its signal files.

    Parameters
    ----------
    header_text : str
    files : mapping of str to bytes
        Content by name, without folders.

    Raises
    ------
    UnreadableFileError
        If a signal file is missing; the sentence names it.
    """
    header = parse_header(header_text)
    channels: list[Channel] = []
    for file in dict.fromkeys(signal.file for signal in header.signals):
        lines = [signal for signal in header.signals if signal.file == file]
        channels += _channels(header, lines, files[file])
    units = [signal.unit for signal in header.signals]
    others = [s.name or s.unit for s in header.signals if millivolts(s.unit) is None]
    voltage = [c for c, unit in zip(_in_order(channels, header), units, strict=True) if millivolts(unit) is not None]
    known = all(signal.gain != 0 for signal in header.signals if millivolts(signal.unit) is not None)
    return Recording(_WHAT, tuple(voltage), known, left_out(others))


def _in_order(channels: list[Channel], header: Header) -> list[Channel]:
    """Return the channels, which come file by file, in the order of the header."""
    files = list(dict.fromkeys(signal.file for signal in header.signals))
    places = sorted(range(len(channels)), key=lambda k: files.index(header.signals[k].file))
    ordered = dict(zip(places, channels, strict=True))
    return [ordered[k] for k in range(len(channels))]


def _channels(header: Header, lines: list[SignalLine], data: bytes) -> list[Channel]:
    """Return the channels of one signal file, whose samples take turns frame by frame."""
    form = lines[0].form
    if form not in _FORMS or any(line.form != form for line in lines):
        raise UnsupportedTypeError(
            f"The WFDB record stores its signals in format {form}, which HeartGuard cannot read; it reads formats "
            f"{', '.join(str(known) for known in sorted(_FORMS))}. Open the PDF or a picture of the ECG."
        )
    unpack, missing = _FORMS[form]
    samples = unpack(data[lines[0].offset :])
    width = sum(line.per_frame for line in lines)
    held = len(samples) // width
    frames = held if header.frames is None else header.frames
    if frames > held:
        raise DamagedFileError(
            f"{lines[0].file} should hold {frames} samples of each lead and holds {held}: it is cut off. "
            "Fetch the record again."
        )
    by_frame = samples[: frames * width].reshape(frames, width)
    channels, first = [], 0
    for line in lines:
        values = by_frame[:, first : first + line.per_frame].reshape(-1)
        first += line.per_frame
        channels.append(_channel(line, values, header.rate_hz * line.per_frame, missing))
    return channels


def _channel(line: SignalLine, values: NDArray[Any], rate: float, missing: int) -> Channel:
    step = (millivolts(line.unit) or 1.0) / (line.gain or _ASSUMED_GAIN)
    if step < 0:  # a channel that is stored upside down
        values, step, missing, zero = -values.astype(np.int64), -step, -missing, -line.zero
        return Channel(channel_name(line.name), values, rate, step, -zero * step, missing)
    return Channel(channel_name(line.name), values, rate, step, -line.zero * step, missing)


def _whole(dtype: str) -> Callable[[bytes], NDArray[Any]]:
    size = np.dtype(dtype).itemsize

    def unpack(data: bytes) -> NDArray[Any]:
        return np.frombuffer(data, dtype, len(data) // size)

    return unpack


def _format_80(data: bytes) -> NDArray[Any]:
    return np.frombuffer(data, np.uint8).astype(np.int16) - 128


def _format_24(data: bytes) -> NDArray[Any]:
    parts = np.frombuffer(data, np.uint8, len(data) // 3 * 3).reshape(-1, 3).astype(np.int32)
    # The sign is in the highest of the three bytes: moved up by eight bits and back, it fills the fourth.
    value = (parts[:, 0] << 8 | parts[:, 1] << 16 | parts[:, 2] << 24) >> 8
    return np.asarray(value, np.int32)


def _format_212(data: bytes) -> NDArray[Any]:
    """Two samples of 12 bits in three bytes; the second byte has the high halves of both."""
    parts = np.frombuffer(data, np.uint8, len(data) // 3 * 3).reshape(-1, 3).astype(np.int16)
    pairs = np.empty((len(parts), 2), np.int16)
    pairs[:, 0] = parts[:, 0] | (parts[:, 1] & 0x0F) << 8
    pairs[:, 1] = parts[:, 2] | (parts[:, 1] & 0xF0) << 4
    flat = pairs.reshape(-1)
    flat[flat > 2047] -= 4096
    # An odd number of samples ends in two bytes.
    if len(data) % 3 == 2:
        last = data[-2] | (data[-1] & 0x0F) << 8
        flat = np.append(flat, np.int16(last - 4096 if last > 2047 else last))
    return np.asarray(flat, np.int16)


_FORMS: dict[int, tuple[Callable[[bytes], NDArray[Any]], int]] = {
    16: (_whole("<i2"), -(2**15)),
    61: (_whole(">i2"), -(2**15)),
    32: (_whole("<i4"), -(2**31)),
    24: (_format_24, -(2**23)),
    80: (_format_80, -(2**7)),
    212: (_format_212, -(2**11)),
}
"""How the samples of each format are unpacked, and its code for a lost sample."""
