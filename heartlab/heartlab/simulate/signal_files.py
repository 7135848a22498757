"""Files of signals in every format that is read, from known integers: 5 µV a step unless a format has its own."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from heartguard.leads import LEADS, SAMPLES

__all__ = [
    "NUMBERS",
    "STEP_MV",
    "Counts",
    "aecg",
    "cardiosoft",
    "dicom_ecg",
    "ecg",
    "mortara",
    "muse",
    "mv",
    "philips",
    "wfdb",
    "wfdb_header",
    "wfdb_signals",
    "zipped",
]

STEP_MV = 0.005
"""What a step of most writers stands for."""

Counts = Mapping[str, np.ndarray]


def ecg(rate: int = 500, seconds: float = 10.0) -> dict[str, np.ndarray]:
    """Make twelve leads of whole steps, 72 beats a minute, that obey the laws of the limb leads exactly."""
    time = np.arange(round(rate * seconds)) / rate
    beat = np.zeros_like(time)
    for start in np.arange(0.4, seconds, 60 / 72):
        for height, after, width in ((0.12, -0.16, 0.022), (1.0, 0.0, 0.011), (-0.2, 0.03, 0.012), (0.3, 0.26, 0.045)):
            beat += height * np.exp(-0.5 * ((time - start - after) / width) ** 2)
    # Even numbers, so that the halves of the augmented leads are whole.
    one, two = (2 * np.round(beat * size / 2).astype(int) for size in (140, 220))
    leads = {"I": one, "II": two, "III": two - one}
    leads |= {"aVR": -(one + two) // 2, "aVL": one - two // 2, "aVF": two - one // 2}
    return leads | {f"V{k}": np.round(beat * (-120 + 70 * k)).astype(int) + k for k in range(1, 7)}


def mv(counts: Counts, step_mv: float = STEP_MV) -> np.ndarray:
    """Return what the twelve leads must be read as, shape (12, 5000), mV."""
    return np.array([counts[lead][:SAMPLES] * step_mv for lead in LEADS])


def _text16(values: np.ndarray) -> str:
    return base64.b64encode(values.astype("<i2").tobytes()).decode()


def muse(counts: Counts, rate: int = 500, lost: Mapping[str, slice] | None = None) -> bytes:
    """Write the eight leads that MUSE stores, with its document type and a median waveform before the rhythm."""
    leads = ""
    for lead in ("I", "II", *LEADS[6:]):
        values = counts[lead].astype(int).copy()
        values[(lost or {}).get(lead, slice(0, 0))] = -32768
        leads += (
            f"<LeadData><LeadByteCountTotal>{2 * len(values)}</LeadByteCountTotal>"
            f"<LeadSampleCountTotal>{len(values)}</LeadSampleCountTotal><LeadSampleSize>2</LeadSampleSize>"
            "<LeadAmplitudeUnitsPerBit>4.88</LeadAmplitudeUnitsPerBit>"
            f"<LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits><LeadID>{lead}</LeadID>"
            f"<WaveFormData>\n{_text16(values)}\n</WaveFormData></LeadData>"
        )
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE RestingECG SYSTEM "restecg.dtd"><RestingECG>'
        "<Waveform><WaveformType>Median</WaveformType></Waveform><Waveform><WaveformType>Rhythm</WaveformType>"
        f"<SampleBase>{rate}</SampleBase><SampleExponent>0</SampleExponent>{leads}</Waveform></RestingECG>"
    ).encode()


def aecg(counts: Counts, rate: int = 500, head: str = "") -> bytes:
    """Write an annotated ECG with an origin of 0.1 mV and steps of 5 µV."""
    sequences = (
        '<component><sequence><code code="TIME_ABSOLUTE"/><value xsi:type="GLIST_TS"><head value="20260101"/>'
        f'<increment value="{1 / rate}" unit="s"/></value></sequence></component>'
    )
    for lead, values in counts.items():
        digits = " ".join(str(value - 20) for value in values)
        sequences += (
            f'<component><sequence><code code="MDC_ECG_LEAD_{lead.upper()}"/><value xsi:type="SLIST_PQ">'
            f'<origin value="0.1" unit="mV"/><scale value="5" unit="uV"/><digits>{digits}</digits></value></sequence>'
            "</component>"
        )
    space = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<AnnotatedECG {space}><component><series><component><sequenceSet>'
        f"{sequences}</sequenceSet></component></series></component></AnnotatedECG>"
    ).encode()


def mortara(counts: Counts, rate: int = 500) -> bytes:
    """Write Mortara's XML."""
    channels = "".join(
        f'<CHANNEL NAME="{lead}" UNITS_PER_MV="200" SAMPLE_FREQ="{rate}" BITS="16" FORMAT="SIGNED" ENCODING="BASE64" '
        f'DURATION="{len(values)}" DATA="{_text16(values)}"/>'
        for lead, values in counts.items()
    )
    return f'<?xml version="1.0"?><ECG ACQUISITION_TIME="20260101120000">{channels}</ECG>'.encode()


def cardiosoft(counts: Counts, rate: int = 500) -> bytes:
    """Write CardioSoft's XML."""
    count = len(counts["I"])
    leads = "".join(
        f'<WaveformData lead="{lead}">{",".join(map(str, values))}</WaveformData>' for lead, values in counts.items()
    )
    return (
        f"<?xml version='1.0'?><CardiologyXML><StripData><SampleRate units='Hz'>{rate}</SampleRate>"
        f"<ChannelSampleCountTotal>{count}</ChannelSampleCountTotal><Resolution units='uVperLsb'>5</Resolution>{leads}"
        "</StripData></CardiologyXML>"
    ).encode()


def _xli(values: np.ndarray) -> bytes:
    """Pack one channel: second differences, high bytes before low ones, each byte an LZW code of its own."""
    bent = 2 * values[1:-1] - values[:-2] - values[2:]
    stored = np.concatenate([values[:2], 64 + bent[1:], [64]]).astype(">i2").view(np.uint8).reshape(-1, 2)
    codes = "".join(f"{byte:010b}" for byte in stored.T.reshape(-1))
    body = bytes(int(codes[k : k + 8].ljust(8, "0"), 2) for k in range(0, len(codes), 8))
    return struct.pack("<iHh", len(body), 0, int(bent[0])) + body


def philips(counts: Counts, rate: int = 500, *, packed: bool = True) -> bytes:
    """Write Sierra's XML in UTF-16, with XLI or as it is."""
    leads = {lead: np.asarray(counts[lead]) for lead in LEADS}
    if packed:
        one, two, three = (leads[lead] for lead in ("I", "II", "III"))
        leads["III"] = two - one - three
        leads["aVR"] = -leads["aVR"] - (one + two) // 2
        leads["aVL"] = (one - three) // 2 - leads["aVL"]
        leads["aVF"] = (two + three) // 2 - leads["aVF"]
        body = base64.b64encode(b"".join(_xli(values) for values in leads.values())).decode()
    else:
        body = _text16(np.concatenate(list(leads.values())))
    milliseconds = round(1000 * len(counts["I"]) / rate)
    method = ' compression="XLI"' if packed else ""
    return (
        '<?xml version="1.0" encoding="utf-16"?><restingecgdata xmlns="http://www3.medical.philips.com">'
        f"<dataacquisition><signalcharacteristics><samplingrate>{rate}</samplingrate><resolution>5</resolution>"
        "</signalcharacteristics></dataacquisition><waveforms>"
        f'<parsedwaveforms dataencoding="Base64"{method} numberofleads="12" leadlabels="{" ".join(LEADS)}" '
        f'durationperchannel="{milliseconds}">{body}</parsedwaveforms></waveforms></restingecgdata>'
    ).encode("utf-16")


def dicom_ecg(counts: Counts, rate: int = 500, *, unit: str | None = "uV", padding: int | None = None) -> bytes:
    """Write a 12-lead ECG waveform object with a group of median beats, which is shorter, before the rhythm."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, TwelveLeadECGWaveformStorage, generate_uid

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = TwelveLeadECGWaveformStorage, generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    median = {lead: values[: rate + 100] for lead, values in counts.items()}
    dataset.WaveformSequence = [_group(part, rate, unit, padding) for part in (median, counts)]
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


NUMBERS = {"I": 1, "II": 2, "III": 61, "aVR": 62, "aVL": 63, "aVF": 64, **{f"V{k}": k + 2 for k in range(1, 7)}}


def _group(counts: Counts, rate: int, unit: str | None, padding: int | None) -> Any:
    from pydicom.dataset import Dataset

    group = Dataset()
    values = np.array(list(counts.values())).T.astype("<i2")
    group.NumberOfWaveformSamples, group.NumberOfWaveformChannels = values.shape
    group.SamplingFrequency, group.WaveformOriginality = rate, "ORIGINAL"
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    if padding is not None:
        group.WaveformPaddingValue = struct.pack("<h", padding)
    group.ChannelDefinitionSequence = []
    for lead in counts:
        channel, source, units = Dataset(), Dataset(), Dataset()
        source.CodeValue, source.CodingSchemeDesignator = f"2:{NUMBERS.get(lead, 0)}", "MDC"
        source.CodeMeaning = f"Lead {lead} (measured)"
        channel.ChannelSourceSequence = [source]
        channel.WaveformBitsStored = 16
        if unit is not None:
            units.CodeValue, units.CodingSchemeDesignator, units.CodeMeaning = unit, "UCUM", unit
            channel.ChannelSensitivity, channel.ChannelSensitivityUnitsSequence = "2.5", [units]
            channel.ChannelSensitivityCorrectionFactor, channel.ChannelBaseline = "2", "0"
        group.ChannelDefinitionSequence.append(channel)
    group.WaveformData = values.tobytes()
    return group


def wfdb_header(counts: Counts, rate: int = 500, form: str = "16", gain: str = "200(0)/mV", file: str = "r.dat") -> str:
    """Write the header of a WFDB record."""
    count = len(next(iter(counts.values())))
    lines = [f"# made for a test\nr {len(counts)} {rate} {count}"]
    lines += [f"{file} {form} {gain} 16 0 {values[0]} 0 0 {lead}" for lead, values in counts.items()]
    return "\n".join(lines) + "\n"


def wfdb_signals(counts: Counts, form: str = "16") -> bytes:
    """Pack the samples, which take turns, in format 16, 24, 32, 61, 80 or 212."""
    flat = np.array(list(counts.values())).T.reshape(-1).astype(np.int64)
    plain = {"16": "<i2", "61": ">i2", "32": "<i4"}
    if form in plain:
        return flat.astype(plain[form]).tobytes()
    if form == "80":
        return (flat + 128).astype(np.uint8).tobytes()
    if form == "24":
        return flat.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    first, second = (flat & 0xFFF).reshape(-1, 2).T
    return np.column_stack([first & 0xFF, first >> 8 | (second >> 8) << 4, second & 0xFF]).astype(np.uint8).tobytes()


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """Pack files, by their names, as a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def wfdb(counts: Counts, rate: int = 500, form: str = "16") -> bytes:
    """Write a WFDB record as a ZIP."""
    return zipped({"r/r.hea": wfdb_header(counts, rate, form), "r/r.dat": wfdb_signals(counts, form)})
