"""The formats of a Reading as files, each with its ending and what it needs to be written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from heartguard.report import to_csv, to_json
from heartguard.values import Reading

__all__ = ["FORMATS", "Format"]


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes
    ----------
    title : str
        What it is, in a sentence for the app.
    ending : str
        Of the file's name.
    media_type : str
    needs : str
        Module without which it cannot be written; empty where HeartGuard has all.
    """

    title: str
    ending: str
    media_type: str
    write: Callable[[Reading, str], bytes]
    needs: str = ""

    @property
    def available(self) -> bool:
        """Whether what it needs is installed."""
        return not self.needs or find_spec(self.needs) is not None


def _csv(reading: Reading, _name: str) -> bytes:
    return to_csv(reading.ecg).encode()


def _json(reading: Reading, _name: str) -> bytes:
    return json.dumps(to_json(reading), indent=2, ensure_ascii=False).encode()


def _wfdb(reading: Reading, name: str) -> bytes:
    from heartguard.export.wfdb_record import to_wfdb

    return to_wfdb(reading, name)


def _dicom(reading: Reading, _name: str) -> bytes:
    from heartguard.export.dicom_waveform import to_dicom

    return to_dicom(reading)


def _fhir(reading: Reading, _name: str) -> bytes:
    from heartguard.export.fhir_bundle import to_fhir

    return to_fhir(reading)


FORMATS = {
    "csv": Format("Signals (CSV): every lead in mV, 500 samples a second", ".csv", "text/csv", _csv),
    "json": Format("Reading (JSON): all that was read, with beats and marks", ".json", "application/json", _json),
    "wfdb": Format("Signals and beats (WFDB, in a ZIP)", "-wfdb.zip", "application/zip", _wfdb, "wfdb"),
    "dicom": Format("Signals, beats and measurements (DICOM)", ".dcm", "application/dicom", _dicom),
    "fhir": Format("Measurements and signals (FHIR R4B)", ".fhir.json", "application/fhir+json", _fhir, "fhir"),
}
"""By the word of ``heartguard read --formats``."""
