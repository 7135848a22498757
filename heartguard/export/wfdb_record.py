"""A record of WFDB, PhysioNet's format, with the beats as annotations, in one ZIP."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from heartguard import __version__
from heartguard.export.steps import as_steps, shown_leads
from heartguard.values import Measurements, Reading
from heartguard.vocabulary import DISCLAIMER

__all__ = ["to_wfdb"]

ANNOTATOR = "qrs"
"""Ending of the annotations: that of WFDB's own beat detectors, as ``atr`` is for those that people checked."""

_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
"""What the name of a record may not hold."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Date of the files in the ZIP, the earliest that it knows: the same reading gives the same bytes."""

_DOMINANT, _OTHER, _SPIKE = "N", "Q", "^"
"""Codes of WFDB: a beat of the prevailing shape, one that is not classified, a pacing spike."""


def to_wfdb(reading: Reading, name: str) -> bytes:
    """Return a ZIP with the header, the signals and the annotations of a record.

    Format 16, gain 1000/mV unless a signal needs a larger step; -32768 where the page shows nothing, which readers of
    WFDB give as NaN. Leads without anything to show are left out.

    Parameters
    ----------
    reading : Reading
    name : str
        What the record is called; characters that WFDB does not allow become dashes.
    """
    import wfdb

    record = _UNFIT.sub("-", name).strip("-") or "ecg"
    steps, rate = as_steps(shown_leads(reading.ecg)), reading.ecg.sampling_rate_hz
    count = len(steps.leads)
    with TemporaryDirectory() as folder:
        wfdb.wrsamp(
            record,
            fs=rate,
            units=["mV"] * count,
            sig_name=list(steps.leads),
            d_signal=steps.values.astype(np.int64),
            fmt=["16"] * count,
            adc_gain=[1000.0 / steps.microvolts] * count,
            baseline=[0] * count,
            comments=[f"HeartGuard {__version__}: {DISCLAIMER}", f"Quality of the tracing: {reading.quality:.2f}"],
            write_dir=folder,
        )
        samples, symbols = _annotations(reading.measurements, rate)
        if samples:
            wfdb.wrann(record, ANNOTATOR, np.array(samples), symbols, fs=rate, write_dir=folder)
        return _zipped(Path(folder))


def _annotations(measured: Measurements, rate: int) -> tuple[list[int], list[str]]:
    """Return samples and codes of the beats and the pacing spikes, in their order."""
    dominant = measured.dominant if measured.dominant.size else np.ones(len(measured.beats_s), bool)
    marks = [(at, _DOMINANT if own else _OTHER) for at, own in zip(measured.beats_s, dominant, strict=True)]
    marks += [(at, _SPIKE) for at in measured.spikes_s]
    ordered = sorted((round(float(at) * rate), code) for at, code in marks)
    return [sample for sample, _ in ordered], [code for _, code in ordered]


def _zipped(folder: Path) -> bytes:
    """Pack the files of a folder; the same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.writestr(zipfile.ZipInfo(path.name, _EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
