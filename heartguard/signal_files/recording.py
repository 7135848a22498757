"""A recording as its file holds it: channels of numbers with their names, units and rates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles
from heartguard.errors import DamagedFileError, FileTooLargeError
from heartguard.leads import PAGE_SECONDS
from heartguard.warning import Warning, note

__all__ = ["MAX_CHANNELS", "Channel", "Recording", "left_out"]

MAX_CHANNELS = 24
"""The twelve leads and as many again; body-surface maps with more cannot be shown on a sheet. Chosen by hand."""

_RATES_HZ = (50.0, 50_000.0)
"""Slowest and fastest sampling rate: below it a QRS complex has four samples; no recorder samples faster."""

_LEAST_S = 1.0
"""Shorter recordings may contain no heart beat."""


@dataclass(frozen=True, eq=False)
class Channel:
    """One channel as stored.

    Attributes
    ----------
    name : str
        A name of `heartguard.leads.LEADS`, another lead's (``V4R``), the file's own, or empty.
    values : ndarray, shape (n,)
        Numbers as stored.
    rate_hz : float
    unit_mv : float
        Millivolts of a step of one.
    origin_mv : float
        Millivolts of a stored zero.
    missing : int or None
        The number that the format stores for a lost sample.
    """

    name: str
    values: NDArray[Any]
    rate_hz: float
    unit_mv: float
    origin_mv: float = 0.0
    missing: int | None = None

    @property
    def seconds(self) -> float:
        """Length of the channel."""
        return len(self.values) / self.rate_hz

    def mv(self, first: int, last: int) -> Doubles:
        """Return samples ``first`` to ``last - 1`` in mV; NaN where the sample is lost."""
        stored = self.values[max(first, 0) : max(last, 0)]
        scaled = stored.astype(np.float64) * self.unit_mv + self.origin_mv
        scaled[~np.isfinite(scaled)] = np.nan
        if self.missing is not None:
            scaled[stored == self.missing] = np.nan
        return scaled


@dataclass(frozen=True, eq=False)
class Recording:
    """All channels of a recording.

    Attributes
    ----------
    format : str
        Name of the file's format, for a sentence.
    channels : tuple of Channel
    units_known : bool
        False where the file does not state the size of a step, so that it was assumed.
    warnings : tuple of Warning

    Raises
    ------
    DamagedFileError
        Without a channel, or with a rate, a scale or a length that no ECG has.
    FileTooLargeError
        With more than `MAX_CHANNELS`.
    """

    format: str
    channels: tuple[Channel, ...]
    units_known: bool = True
    warnings: tuple[Warning, ...] = ()

    def __post_init__(self) -> None:
        if not self.channels:
            raise DamagedFileError(f"The {self.format} holds no channel of an ECG. Export the ECG again.")
        if len(self.channels) > MAX_CHANNELS:
            raise FileTooLargeError(
                f"The {self.format} holds {len(self.channels)} channels, more than the {MAX_CHANNELS} that HeartGuard "
                "opens. Export the twelve leads alone."
            )
        for channel in self.channels:
            _check(channel, self.format)

    @property
    def seconds(self) -> float:
        """Length of the longest channel."""
        return max(channel.seconds for channel in self.channels)

    @property
    def pages(self) -> int:
        """How many sheets of 10 s it fills; a rest of less than a second is left out."""
        return max(1, math.ceil((self.seconds - _LEAST_S) / PAGE_SECONDS))


def _check(channel: Channel, what: str) -> None:
    low, high = _RATES_HZ
    if not low <= channel.rate_hz <= high:
        raise DamagedFileError(
            f"The {what} states {channel.rate_hz:g} samples a second, which is no rate of an ECG "
            f"({low:g} to {high:g}). Export the ECG again."
        )
    if not (0 < channel.unit_mv < math.inf and math.isfinite(channel.origin_mv)):
        raise DamagedFileError(f"The {what} states no size of its steps that can be true. Export the ECG again.")
    if channel.seconds < _LEAST_S:
        raise DamagedFileError(
            f"The {what} holds {channel.seconds:.1f} s of signals, too short for a heart beat. Export the whole ECG."
        )


def left_out(names: Sequence[str]) -> tuple[Warning, ...]:
    """Return a note on the channels that are no voltage; empty without any.

    Examples
    --------
    >>> [said.text for said in left_out(["respiration", "SpO2"])]
    ['Channels that are no voltage were left out: respiration, SpO2.']
    """
    if not names:
        return ()
    return (note("file.other_channels", f"Channels that are no voltage were left out: {', '.join(names)}."),)
