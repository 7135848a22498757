"""A DICOM ECG waveform, 12-lead where the page shows just those, else general, with measurements and beats."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from hashlib import sha256
from io import BytesIO

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID, ExplicitVRLittleEndian, GeneralECGWaveformStorage, TwelveLeadECGWaveformStorage

from heartguard import __version__
from heartguard.export.beat_codes import SPIKE, BeatCode, beat_codes, pacing_spikes
from heartguard.export.codes import LEAD_NUMBERS, QUANTITIES, Quantity
from heartguard.export.steps import MISSING, Steps, as_steps, shown_leads
from heartguard.leads import LEADS
from heartguard.report import to_json
from heartguard.values import Reading
from heartguard.vocabulary import DISCLAIMER

__all__ = ["to_dicom"]

UNKNOWN_TIME = "19000101000000"
"""The standard demands a time of acquisition, and that of a paper ECG is not known: today's would be taken for it."""

_TWELVE_LEAD_SAMPLES = 16384
"""Most samples of a 12-lead waveform (PS3.3, A.34.3.4.5)."""

_UNSPECIFIED_LEAD = 0
"""Number of a row without a name (context group 3001)."""


def to_dicom(reading: Reading) -> bytes:
    """Return a DICOM file of the signals, with measurements, beats and spikes as annotations.

    The patient is left empty, the time of acquisition is 1900-01-01: neither is read from the page. The padding value
    -32768 stands where the page shows nothing. The same reading gives the same bytes and identifiers.

    Parameters
    ----------
    reading : Reading
    """
    leads = shown_leads(reading.ecg)
    steps = as_steps(leads)
    twelve = tuple(leads) == LEADS and len(steps.values) <= _TWELVE_LEAD_SAMPLES
    dataset = _patient_and_study(reading)
    dataset.SOPClassUID = TwelveLeadECGWaveformStorage if twelve else GeneralECGWaveformStorage
    dataset.SOPInstanceUID = _uid(reading, steps.values.tobytes())
    dataset.AcquisitionContextSequence = Items()
    dataset.WaveformSequence = Items([_group(steps, reading.ecg.sampling_rate_hz)])
    dataset.WaveformAnnotationSequence = Items(_annotations(reading))
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    written = BytesIO()
    dataset.save_as(written, enforce_file_format=True)
    return written.getvalue()


def _patient_and_study(reading: Reading) -> Dataset:
    """Return the attributes of patient, study, series and equipment; those that a page does not tell are empty."""
    dataset = Dataset()
    empty = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID")
    for name in (*empty, "AccessionNumber", "ReferringPhysicianName"):
        setattr(dataset, name, "")
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = _uid(reading, b"study"), _uid(reading, b"series")
    dataset.SeriesNumber = dataset.InstanceNumber = 1
    dataset.Modality, dataset.Manufacturer, dataset.SoftwareVersions = "ECG", "HeartGuard", __version__
    dataset.SeriesDescription = "ECG digitised from a page"
    dataset.ContentDate, dataset.ContentTime = UNKNOWN_TIME[:8], UNKNOWN_TIME[8:]
    dataset.AcquisitionDateTime = UNKNOWN_TIME
    return dataset


def _uid(reading: Reading, part: bytes) -> UID:
    """Return an identifier that the same content gets again, derived from a UUID (PS3.5, B.2)."""
    digest = sha256(reading.upload.sha256.encode() + bytes([reading.part]) + part).digest()
    return UID(f"2.25.{uuid.UUID(bytes=digest[:16], version=5).int}")


def _group(steps: Steps, rate: int) -> Dataset:
    """Return the multiplex group: all leads, sample by sample."""
    group = Dataset()
    group.MultiplexGroupLabel, group.WaveformOriginality = "RHYTHM", "DERIVED"
    group.NumberOfWaveformSamples, group.NumberOfWaveformChannels = steps.values.shape
    group.SamplingFrequency = rate
    group.ChannelDefinitionSequence = Items(_channel(lead, steps.microvolts) for lead in steps.leads)
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.add_new("WaveformPaddingValue", "OW", MISSING.to_bytes(2, "little", signed=True))
    group.add_new("WaveformData", "OW", np.ascontiguousarray(steps.values, "<i2").tobytes())
    return group


def _channel(lead: str, microvolts: int) -> Dataset:
    channel = Dataset()
    number = LEAD_NUMBERS.get(lead, _UNSPECIFIED_LEAD)
    meaning = "Unspecified lead" if number == _UNSPECIFIED_LEAD else f"Lead {lead}"
    channel.ChannelLabel = lead
    channel.ChannelSourceSequence = Items([_code(f"2:{number}", "MDC", meaning)])
    channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = microvolts, 1
    channel.ChannelSensitivityUnitsSequence = Items([_code("uV", "UCUM", "microvolt")])
    channel.ChannelBaseline, channel.ChannelSampleSkew = 0, 0
    channel.WaveformBitsStored = 16
    return channel


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def _annotations(reading: Reading) -> Iterable[Dataset]:
    """Yield what HeartGuard is, each measurement that was made, then beats and spikes."""
    said = _annotation()
    said.UnformattedTextValue = f"HeartGuard {__version__}. {DISCLAIMER} Quality {reading.quality:.0%}."
    yield said
    values = to_json(reading)["measurements"]
    for quantity in QUANTITIES:
        concept = _concept(quantity)
        if concept is not None and values[quantity.field] is not None:
            yield _measurement(concept, quantity.unit, values[quantity.field])
    for code, times in _points(reading).items():
        yield _moments(_code(f"10:{code.mdc}", "MDC", code.meaning), times, reading.ecg.sampling_rate_hz)


def _annotation() -> Dataset:
    annotation = Dataset()
    annotation.ReferencedWaveformChannels = [1, 0]  # every channel of the first group
    annotation.AnnotationGroupNumber = 1
    return annotation


def _concept(quantity: Quantity) -> Dataset | None:
    """Return the code of a measurement, MDC's first, as DICOM's own context groups have it; None without any."""
    meaning = f"{quantity.title} {quantity.method}".strip()
    if quantity.mdc is not None:
        return _code(f"2:{quantity.mdc}", "MDC", meaning)
    return None if quantity.loinc is None else _code(quantity.loinc, "LN", meaning)


def _measurement(concept: Dataset, unit: str, value: float) -> Dataset:
    annotation = _annotation()
    annotation.ConceptNameCodeSequence = Items([concept])
    annotation.MeasurementUnitsCodeSequence = Items([_code(unit, "UCUM", unit)])
    annotation.NumericValue = value
    return annotation


def _points(reading: Reading) -> dict[BeatCode, list[float]]:
    """Return the seconds of the beats and spikes by their codes."""
    measured, spikes = reading.measurements, pacing_spikes(reading)
    found: dict[BeatCode, list[float]] = {}
    for code, at in zip(beat_codes(measured), measured.beats_s.tolist(), strict=True):
        found.setdefault(code, []).append(at)
    return {**found, **({SPIKE: spikes} if spikes else {})}


def _moments(concept: Dataset, times: Sequence[float], rate: int) -> Dataset:
    annotation = _annotation()
    annotation.TemporalRangeType = "POINT" if len(times) == 1 else "MULTIPOINT"
    annotation.ReferencedSamplePositions = [round(at * rate) + 1 for at in times]  # counted from 1
    annotation.ConceptNameCodeSequence = Items([concept])
    return annotation
