"""Codes of beats by their kind, in WFDB and in DICOM."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heartguard.statements import statements
from heartguard.values import Measurements, Reading

__all__ = ["SPIKE", "BeatCode", "beat_codes", "pacing_spikes"]


class BeatCode(NamedTuple):
    """The code of a beat in WFDB; its number in DICOM's context group 3335, of MDC's partition 10, and its meaning."""

    wfdb: str
    mdc: int
    meaning: str


SPIKE = BeatCode("^", 4096, "Antibradycardia pace spike")

_NORMAL = BeatCode("N", 8240, "Dominant beat")
_EARLY = BeatCode("S", 8256, "Supraventricular premature contraction")
_VENTRICULAR = BeatCode("V", 8336, "Ventricular premature contraction (beat)")
_FUSED = BeatCode("F", 8352, "Fusion of ventricular and normal beat")
_PACED = BeatCode("/", 8736, "Unclassifiable beat")
_UNKNOWN = BeatCode("Q", 8736, "Unclassifiable beat")
"""The context group has no code of a paced beat; the spike before it has one."""


def beat_codes(measured: Measurements) -> list[BeatCode]:
    """Return the code of each beat.

    An ectopic beat of the prevailing shape is called supraventricular, one of another shape ventricular; where kinds
    are not known, beats of another shape are unclassified.

    Parameters
    ----------
    measured : Measurements

    Examples
    --------
    >>> measured = Measurements(beats_s=np.array([0.5, 1.3]), dominant=np.array([True, False]))
    >>> [code.wfdb for code in beat_codes(measured)]
    ['N', 'Q']
    """
    beats, count = measured.beats, len(measured.beats_s)
    if len(beats.kinds) != count:
        usual = measured.dominant if measured.dominant.size else np.ones(count, bool)
        return [_NORMAL if own else _UNKNOWN for own in usual]
    known = {"normal": _NORMAL, "fused": _FUSED, "paced": _PACED}
    return [
        known.get(kind) or (_EARLY if usual else _VENTRICULAR)
        for kind, usual in zip(beats.kinds, beats.usual_shape, strict=True)
    ]


def pacing_spikes(reading: Reading) -> list[float]:
    """Return the seconds of the pacing spikes; none where no statement tells of a pacemaker, as noise has spikes too.

    Parameters
    ----------
    reading : Reading

    Examples
    --------
    >>> from heartguard import read_ecg
    >>> from heartguard.samples import list_samples
    >>> pacing_spikes(read_ecg(list_samples()[0].path))
    []
    """
    paced = any(one.code.startswith("pacing.") for one in statements(reading).given)
    return [float(at) for at in reading.measurements.spikes_s] if paced else []
