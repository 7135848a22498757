"""The formats of a Reading as files, each with its ending and what it needs to be written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from heartguard.report import ReportOptions, to_csv, to_html, to_json, to_note
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
    make : callable
        From the reading, the stem of the file's name and the options of reports, the bytes of the file.
    needs : str
        Module without which it cannot be written; empty where HeartGuard has all.
    extra : str
        Extra of HeartGuard that brings the module.
    """

    title: str
    ending: str
    media_type: str
    make: Callable[[Reading, str, ReportOptions], bytes]
    needs: str = ""
    extra: str = "export"

    @property
    def available(self) -> bool:
        """Whether what it needs is installed."""
        return not self.needs or find_spec(self.needs) is not None

    def write(self, reading: Reading, name: str, options: ReportOptions | None = None) -> bytes:
        """Return the bytes of the file.

        Parameters
        ----------
        reading : Reading
        name : str
            Stem of the file's name.
        options : ReportOptions, optional
            Of language, patient and picture, for the reports.
        """
        return self.make(reading, name, options or ReportOptions())


def _csv(reading: Reading, _name: str, _options: ReportOptions) -> bytes:
    return to_csv(reading.ecg).encode()


def _json(reading: Reading, _name: str, options: ReportOptions) -> bytes:
    return json.dumps(
        to_json(reading, patient=options.patient, review=options.review), indent=2, ensure_ascii=False
    ).encode()


def _wfdb(reading: Reading, name: str, _options: ReportOptions) -> bytes:
    from heartguard.export.wfdb_record import to_wfdb

    return to_wfdb(reading, name)


def _dicom(reading: Reading, _name: str, _options: ReportOptions) -> bytes:
    from heartguard.export.dicom_waveform import to_dicom

    return to_dicom(reading)


def _fhir(reading: Reading, _name: str, options: ReportOptions) -> bytes:
    from heartguard.export.fhir_bundle import to_fhir

    return to_fhir(reading, options.review)


def _pdf(reading: Reading, _name: str, options: ReportOptions) -> bytes:
    from heartguard.report.printed.pdf import to_pdf

    return to_pdf(reading, options)


def _html(reading: Reading, _name: str, options: ReportOptions) -> bytes:
    return to_html(reading, options).encode()


def _note(reading: Reading, _name: str, options: ReportOptions) -> bytes:
    return to_note(reading, options).encode()


FORMATS = {
    "pdf": Format("Report to print (PDF, A4, true to scale)", ".pdf", "application/pdf", _pdf, "reportlab", "report"),
    "html": Format("Report for a browser (HTML)", ".html", "text/html", _html),
    "txt": Format("Short note for the record (text)", ".txt", "text/plain", _note),
    "csv": Format("Signals (CSV): every lead in mV, 500 samples a second", ".csv", "text/csv", _csv),
    "json": Format("Reading (JSON): all that was read, with beats and marks", ".json", "application/json", _json),
    "wfdb": Format("Signals and beats (WFDB, in a ZIP)", "-wfdb.zip", "application/zip", _wfdb, "wfdb"),
    "dicom": Format("Signals, beats and measurements (DICOM)", ".dcm", "application/dicom", _dicom),
    "fhir": Format("Measurements, signals and review (FHIR R4B)", ".fhir.json", "application/fhir+json", _fhir, "fhir"),
}
"""By the word of ``heartguard read --formats``."""
