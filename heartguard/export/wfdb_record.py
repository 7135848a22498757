"""A record of WFDB, PhysioNet's format, with the beats as annotations, in one ZIP."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from heartguard import __version__
from heartguard.export.beat_codes import SPIKE, beat_codes, pacing_spikes
from heartguard.export.steps import as_steps, shown_leads
from heartguard.values import Reading
from heartguard.vocabulary import DISCLAIMER

__all__ = ["to_wfdb"]

ANNOTATOR = "qrs"
"""Ending of the annotations: that of WFDB's own beat detectors, as ``atr`` is for those that people checked."""

_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
"""What the name of a record may not hold."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Date of the files in the ZIP, the earliest that it knows: the same reading gives the same bytes."""

_WAVES = {
    **dict.fromkeys(("p_on", "qrs_on", "t_on"), "("),
    **dict.fromkeys(("p_off", "qrs_off", "t_off"), ")"),
    **{"p_peak": "p", "t_peak": "t"},
}
"""Codes of the marks of a beat over all leads; its own code stands at the R peak."""


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
        samples, symbols = _annotations(reading, rate)
        if samples:
            wfdb.wrann(record, ANNOTATOR, np.array(samples), symbols, fs=rate, write_dir=folder)
        return _zipped(Path(folder))


def _annotations(reading: Reading, rate: int) -> tuple[list[int], list[str]]:
    """Return samples and codes of the beats, their waves and the pacing spikes, in their order."""
    measured = reading.measurements
    marks = [(at, code.wfdb) for at, code in zip(measured.beats_s, beat_codes(measured), strict=True)]
    marks += [(at, SPIKE.wfdb) for at in pacing_spikes(reading)]
    for beat in range(len(measured.beats.kinds)):
        marks += [(at, _WAVES[name]) for name, at in measured.beats.marks.at(beat).items() if name in _WAVES]
    ordered = sorted((max(0, round(float(at) * rate)), code) for at, code in marks)
    return [sample for sample, _ in ordered], [code for _, code in ordered]


def _zipped(folder: Path) -> bytes:
    """Pack the files of a folder; the same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.writestr(zipfile.ZipInfo(path.name, _EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
