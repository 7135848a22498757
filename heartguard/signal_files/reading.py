"""Which module reads which kind of file with signals."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from heartguard.signal_files.aecg import read_aecg
from heartguard.signal_files.cardiosoft import read_cardiosoft
from heartguard.signal_files.dicom_waveform import read_dicom_waveform
from heartguard.signal_files.mortara import read_mortara
from heartguard.signal_files.muse import read_muse
from heartguard.signal_files.philips import read_philips
from heartguard.signal_files.recording import Recording
from heartguard.signal_files.window import signals_of
from heartguard.signal_files.zipped import missing_file, read_zipped
from heartguard.signal_files.zipped import record_name as _named_files
from heartguard.values import RecordedSignals

__all__ = ["READERS", "read_recording", "read_signals"]


def _header_alone(data: bytes) -> Recording:
    """Refuse a header that came without its signals."""
    raise missing_file(_named_files(data.decode("utf-8", "replace"))[0])


READERS: Mapping[str, Callable[[bytes], Recording]] = {
    "dicom": read_dicom_waveform,
    "wfdb": read_zipped,
    "wfdb_header": _header_alone,
    "aecg": read_aecg,
    "muse": read_muse,
    "cardiosoft": read_cardiosoft,
    "philips": read_philips,
    "mortara": read_mortara,
}
"""Reader of each kind that `heartguard.intake.detect` tells."""


def read_recording(data: bytes, kind: str) -> Recording:
    """Read all channels of a file of a known kind, as they are stored."""
    return READERS[kind](data)


def read_signals(data: bytes, kind: str, page: int = 0) -> RecordedSignals:
    """Read 10 s of the leads of a file.

    Parameters
    ----------
    data : bytes
    kind : str
        Key of `READERS`.
    page : int, default 0
        Which 10 s, from 0.

    Returns
    -------
    RecordedSignals
        mV at 500 Hz; NaN where samples are lost.

    Raises
    ------
    heartguard.errors.IntakeError
        One of its subclasses.
    """
    return signals_of(read_recording(data, kind), page)
