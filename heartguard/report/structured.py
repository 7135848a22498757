"""A Reading as one JSON object; read and rejected files carry the same keys."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from heartguard.answers import joint_statements
from heartguard.errors import HeartGuardError
from heartguard.normal_ranges import reference_ranges
from heartguard.patient import UNKNOWN_PATIENT, Patient
from heartguard.report.beat_values import beats_json
from heartguard.report.prediction_values import no_prediction_json, prediction_json
from heartguard.report.review_values import review_json
from heartguard.report.rounding import rounded
from heartguard.report.statement_values import statements_json
from heartguard.review import Review
from heartguard.statements import Statements, statements
from heartguard.values import LeadWaves, Measurements, Page, Reading
from heartguard.vocabulary import DISCLAIMER, STAGES
from heartguard.wave_marks import Beats

_TIMED = (*STAGES, "total")
"""Keys of the timings."""

_DECIMALS = {
    "heart_rate_bpm": 1,
    "rr_ms": 0,
    "least_rate_bpm": 1,
    "greatest_rate_bpm": 1,
    "p_ms": 0,
    "pr_ms": 0,
    "qrs_ms": 0,
    "qt_ms": 0,
    "qtc_ms": 0,
    "qtc_fridericia_ms": 0,
    "qtc_framingham_ms": 0,
    "qtc_hodges_ms": 0,
    "axis_deg": 0,
    "p_axis_deg": 0,
    "t_axis_deg": 0,
    "sokolow_lyon_mv": 2,
    "cornell_mv": 2,
    "r_avl_mv": 2,
    "rr_variation": 3,
    "einthoven_residual_mv": 3,
}
"""Decimals of each measurement: no finer than it can be measured on paper."""

_NO_HALF_WIDTH = ("rr_variation", "einthoven_residual_mv")
_HALF_WIDTHS = (*(name for name in _DECIMALS if name not in _NO_HALF_WIDTH), "wave_mv", "st_mv")
"""Values whose uncertainty is given."""


def to_json(
    reading: Reading,
    *,
    file: str | None = None,
    patient: Patient = UNKNOWN_PATIENT,
    review: Review | None = None,
) -> dict[str, Any]:
    """Return a reading as plain values for ``json.dumps``.

    Parameters
    ----------
    reading : Reading
    file : str, optional
        Value of the key ``file``; by default the name of the upload.
    patient : Patient, optional
        Age and sex, for the statements.
    review : Review, optional
        What a doctor said of it: the key ``review``, beside the program's answer, which it leaves as it is.

    Returns
    -------
    dict
        Keys ``file, status, reason, prediction, measurements, beats, quality, timings_ms, model`` and more; None where
        a value is unknown. Times in ms, rate in beats per minute, axis in degrees, probabilities and quality 0 to 1.

    Examples
    --------
    >>> from heartguard.samples import list_samples
    >>> from heartguard import read_ecg
    >>> sample = list_samples()[0]
    >>> said = to_json(read_ecg(sample.path))
    >>> said["file"], said["status"], said["prediction"]["label"], said["measurements"]["heart_rate_bpm"]
    ('normal-3x4.png', 'ok', 'Normal', 72.1)
    """
    upload, page, prediction = reading.upload, reading.page, reading.prediction
    stated = statements(reading, patient)
    return {
        "file": upload.name if file is None else file,
        "status": "ok",
        "reason": None,
        "prediction": prediction_json(prediction),
        "measurements": _measured(reading.measurements, patient),
        "beats": beats_json(reading.measurements.beats),
        "statements": statements_json(stated, joint_statements(prediction.findings, stated)),
        "quality": rounded(reading.quality, 3),
        "timings_ms": {stage: rounded(reading.timings_ms.get(stage), 1) for stage in _TIMED},
        "model": prediction.model,
        "models": dict(reading.models),
        "page": upload.page + 1,
        "pages": upload.pages,
        "part": reading.part + 1,
        "parts": reading.parts,
        "sheets": [{"file": name, "page": page + 1} for name, page in reading.sheets],
        "kind": upload.kind,
        "sha256": upload.sha256,
        "layout": page.layout.name,
        "scale": _scale(page),
        "by_hand": [{"field": s.field, "set": s.given, "found": s.found} for s in reading.by_hand],
        "review": review_json(review),
        "tilt_deg": rounded(page.tilt_deg, 2),
        "rhythm_lead": reading.ecg.rhythm_lead,
        "warnings": [{"code": w.code, "severity": w.severity, "text": w.text} for w in reading.warnings],
        "error": None,
        "disclaimer": DISCLAIMER,
    }


def _scale(page: Page) -> dict[str, Any]:
    """Return the scale of the straight page, and the paper speed and gain that it was read at."""
    return {
        "px_per_mm": rounded(page.px_per_mm, 3),
        "speed_mm_s": page.paper_speed_mm_per_s,
        "gain_mm_mv": page.gain_mm_per_mv,
        "source": page.scale_source,
    }


def rejected_json(
    file: str, error: BaseException, *, page: int | None = None, pages: int | None = None
) -> dict[str, Any]:
    """Return the object of a file that was not read: the keys of `to_json`, None where nothing is known.

    Parameters
    ----------
    file : str
    error : BaseException
        A `heartguard.errors.HeartGuardError` gives its sentence as the reason; any other gives a general sentence. The
        name of its class is the value of ``error``.
    page, pages : int, optional
        Page of a document, from 1, and how many it has; None where the whole file was not read.

    Examples
    --------
    >>> from heartguard.errors import EmptyFileError
    >>> said = rejected_json("ecg.png", EmptyFileError("The file is empty."))
    >>> said["status"], said["reason"], said["error"], said["prediction"]["label"]
    ('rejected', 'The file is empty.', 'EmptyFileError', None)
    """
    return {
        "file": file,
        "status": "rejected",
        "reason": reason_of(error),
        "prediction": no_prediction_json(),
        "measurements": _measured(Measurements(), UNKNOWN_PATIENT),
        "beats": beats_json(Beats()),
        "statements": statements_json(Statements()),
        "quality": None,
        "timings_ms": dict.fromkeys(_TIMED),
        "model": None,
        "models": {},
        "page": page,
        "pages": pages,
        "part": None,
        "parts": None,
        "sheets": [],
        "kind": None,
        "sha256": None,
        "layout": None,
        "scale": dict.fromkeys(("px_per_mm", "speed_mm_s", "gain_mm_mv", "source")),
        "by_hand": [],
        "review": None,
        "tilt_deg": None,
        "rhythm_lead": None,
        "warnings": [],
        "error": type(error).__name__,
        "disclaimer": DISCLAIMER,
    }


def reason_of(error: BaseException) -> str:
    """Return the sentence for a person: that of a named error, or a general one.

    Examples
    --------
    >>> from heartguard.errors import EmptyFileError
    >>> reason_of(EmptyFileError("The file is empty."))
    'The file is empty.'
    >>> reason_of(KeyError("x"))
    'The file could not be read because of a fault of the program. Please report it, with the type of the file.'
    """
    if isinstance(error, HeartGuardError) and str(error):
        return str(error)
    return "The file could not be read because of a fault of the program. Please report it, with the type of the file."


def _measured(measurements: Measurements, patient: Patient) -> dict[str, Any]:
    values: dict[str, Any] = {key: rounded(getattr(measurements, key), n) for key, n in _DECIMALS.items()}
    return {
        **values,
        "beats_s": [round(float(beat), 3) for beat in measurements.beats_s],
        "dominant_beats": [bool(dominant) for dominant in measurements.dominant],
        "spikes_s": [round(float(spike), 3) for spike in measurements.spikes_s],
        "fiducials_s": {name: round(float(place), 3) for name, place in measurements.fiducials_s.items()},
        "leads": {lead: _lead(waves) for lead, waves in measurements.leads.items()},
        "uncertainty": {
            name: rounded(measurements.uncertainty.get(name), _half_decimals(name)) for name in _HALF_WIDTHS
        },
        "ranges": [entry._asdict() for entry in reference_ranges(patient)],
        "reasons": dict(measurements.missing_reasons),
    }


def _half_decimals(name: str) -> int:
    return 3 if name.endswith("_mv") else 1


def _lead(waves: LeadWaves) -> dict[str, Any]:
    """Return the waves of one lead: whole milliseconds, hundredths of a millivolt."""
    return {
        name: value if name == "beats" else rounded(value, 0 if name.endswith("_ms") else 2)
        for name, value in asdict(waves).items()
    }
