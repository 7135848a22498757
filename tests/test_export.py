"""The formats of other programs: each file is opened again by another program than the one that wrote it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from heartguard import cli
from heartguard.arrays import Floats
from heartguard.export import FORMATS
from heartguard.export.beat_codes import beat_codes
from heartguard.export.codes import QUANTITIES
from heartguard.export.dicom_waveform import to_dicom
from heartguard.export.steps import MISSING, as_steps
from heartguard.intake import open_upload
from heartguard.leads import LEADS
from heartguard.report import ReportOptions
from heartguard.review import accept, reviewed
from heartguard.samples import list_samples
from heartguard.values import Measurements, Reading
from heartguard.wave_marks import BeatKind, Beats, WaveMarks
from tests.handmade import make_ecg, make_measurements, make_prediction, make_reading

BEATS_S, SPIKES_S = np.array([0.5, 1.3, 2.1]), np.array([0.45, 1.25])
HALF_STEP_MV = 0.0005


@pytest.fixture
def reading() -> Reading:
    """Make a reading by hand: three beats, of which two begin at a pacing spike, no PR interval."""
    marks, usual = WaveMarks(*9 * [np.full(3, np.nan)]), np.array([True, True, False])
    kinds = Beats(kinds=("paced", "paced", "normal"), usual_shape=usual, in_median=usual, marks=marks)
    measured = make_measurements(beats_s=BEATS_S, beats=kinds, spikes_s=SPIKES_S, p_axis_deg=61.0, pr_ms=None)
    measured = make_measurements(**{**vars(measured), "missing_reasons": {"pr_ms": "No P waves are seen."}})
    return make_reading(measurements=measured)


def signals_of(reading: Reading) -> Floats:
    return reading.ecg.signals


def unpacked(packed: bytes, folder: Path) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)
        return archive.namelist()


def test_wfdb_opens_in_wfdb_with_its_annotations(reading: Reading, tmp_path: Path) -> None:
    wfdb = pytest.importorskip("wfdb")
    names = unpacked(FORMATS["wfdb"].write(reading, "page 1 (copy)"), tmp_path)
    assert names == ["page-1-copy.dat", "page-1-copy.hea", "page-1-copy.qrs"]
    record = wfdb.rdrecord(str(tmp_path / "page-1-copy"))
    assert (record.fs, tuple(record.sig_name), set(record.units)) == (500, LEADS, {"mV"})
    np.testing.assert_allclose(record.p_signal.T, signals_of(reading), atol=HALF_STEP_MV)
    assert np.isnan(record.p_signal[1250:, 0]).all(), "lead I is shown for 2.5 s"
    beats = wfdb.rdann(str(tmp_path / "page-1-copy"), "qrs")
    assert beats.sample.tolist() == [225, 250, 625, 650, 1050]
    assert beats.symbol == ["^", "/", "^", "/", "N"]


def test_beats_have_the_codes_of_their_kinds() -> None:
    kinds: tuple[BeatKind, ...] = ("normal", "ectopic", "ectopic", "fused", "paced")
    usual = np.array([True, True, False, False, False])
    measured = Measurements(beats_s=np.arange(5.0), beats=Beats(kinds=kinds, usual_shape=usual))
    assert "".join(code.wfdb for code in beat_codes(measured)) == "NSVF/"
    assert [code.mdc for code in beat_codes(measured)] == [8240, 8256, 8336, 8352, 8736]


def test_heartguard_reads_its_own_wfdb_and_dicom_again(reading: Reading) -> None:
    pytest.importorskip("wfdb")
    for name in ("wfdb", "dicom"):
        found = open_upload(FORMATS[name].write(reading, "ecg"), name=f"ecg{FORMATS[name].ending}").signals
        assert found is not None
        assert (tuple(found.leads), found.rate_hz, found.units_known) == (LEADS, 500, True)
        np.testing.assert_allclose(np.array(list(found.leads.values())), signals_of(reading), atol=2 * HALF_STEP_MV)


def test_dicom_opens_in_pydicom(reading: Reading) -> None:
    dataset = pydicom.dcmread(io.BytesIO(to_dicom(reading)))
    assert dataset.SOPClassUID.name == "12-lead ECG Waveform Storage"
    group = dataset.WaveformSequence[0]
    stored = dataset.waveform_array(0)
    shown = np.isfinite(signals_of(reading)).T
    np.testing.assert_allclose(stored[shown] / 1000, signals_of(reading).T[shown], atol=HALF_STEP_MV)
    assert set(stored[~shown].tolist()) == {int.from_bytes(group.WaveformPaddingValue, "little", signed=True)}
    codes = [channel.ChannelSourceSequence[0].CodeValue for channel in group.ChannelDefinitionSequence]
    assert codes == ["2:1", "2:2", "2:61", "2:62", "2:63", "2:64", "2:3", "2:4", "2:5", "2:6", "2:7", "2:8"]
    assert (dataset.PatientName, dataset.PatientID) == ("", "")


def annotated(reading: Reading) -> dict[str, Any]:
    """Return values and sample positions of the annotations of a DICOM file, by the code of what they are."""
    found = {}
    for item in pydicom.dcmread(io.BytesIO(to_dicom(reading))).WaveformAnnotationSequence:
        if "ConceptNameCodeSequence" in item:
            value = item.get("NumericValue", item.get("ReferencedSamplePositions"))
            found[item.ConceptNameCodeSequence[0].CodeValue] = value
    return found


def test_dicom_holds_measurements_and_beats(reading: Reading) -> None:
    found = annotated(reading)
    assert (found["8867-4"], found["2:16156"], found["2:16132"], found["2:16128"]) == (72, 88, 45, 61)
    assert "2:15872" not in found, "PR is withheld"
    assert found["10:8736"] == [251, 651], "samples are counted from 1"
    assert (found["10:4096"], found["10:8240"]) == ([226, 626], 1051)


def test_spikes_without_a_pacemaker_are_not_exported(reading: Reading) -> None:
    noisy = replace(reading, measurements=replace(reading.measurements, beats=Beats()))
    assert noisy.measurements.spikes_s.size == 2
    assert "10:4096" not in annotated(noisy)


@pytest.mark.parametrize("kind", ["twelve", "rows"])
def test_dicom_passes_a_validator(reading: Reading, kind: str, tmp_path: Path) -> None:
    validator = shutil.which("dciodvfy")
    if validator is None:
        pytest.skip("dciodvfy, of Debian's package dicom3tools, is not installed")
    if kind == "rows":
        row = np.zeros(5000, np.float32)
        reading = make_reading(ecg=make_ecg(others={"V4R": row, "row 2": row}), measurements=Measurements())
    (tmp_path / "ecg.dcm").write_bytes(to_dicom(reading))
    said = subprocess.run([validator, tmp_path / "ecg.dcm"], capture_output=True, text=True, check=False)
    lines = (said.stdout + said.stderr).splitlines()
    assert ("TwelveLeadECG" if kind == "twelve" else "GeneralECG") in lines
    assert [line for line in lines if line.startswith("Error")] == []


def test_a_general_waveform_takes_leads_beyond_the_twelve_and_rows_without_a_name() -> None:
    signals = np.full((12, 20000), np.nan, np.float32)
    signals[1] = 1.0
    others = {"V4R": np.full(20000, 0.5, np.float32), "row 2": np.full(20000, -0.5, np.float32)}
    dataset = pydicom.dcmread(io.BytesIO(to_dicom(make_reading(ecg=make_ecg(signals=signals, others=others)))))
    assert dataset.SOPClassUID.name == "General ECG Waveform Storage"
    channels = dataset.WaveformSequence[0].ChannelDefinitionSequence
    named = [(channel.ChannelLabel, channel.ChannelSourceSequence[0].CodeValue) for channel in channels]
    assert named == [("II", "2:2"), ("V4R", "2:12"), ("row 2", "2:0")]
    assert dataset.waveform_array(0)[0].tolist() == [1000, 500, -500]


def test_the_same_reading_gives_the_same_bytes_and_another_other_identifiers(reading: Reading) -> None:
    for form in FORMATS.values():
        if form.available:
            assert form.write(reading, "ecg") == form.write(reading, "ecg")
    other = make_reading(ecg=make_ecg(signals=2 * make_ecg().signals))
    one, two = (pydicom.dcmread(io.BytesIO(to_dicom(which))) for which in (reading, other))
    assert one.StudyInstanceUID == two.StudyInstanceUID
    assert one.SOPInstanceUID != two.SOPInstanceUID


def observations(reading: Reading) -> dict[str, Any]:
    """Return the Observations of a FHIR file as another library reads them, by the text or LOINC code of each."""
    bundles = pytest.importorskip("fhirclient.models.bundle")
    pytest.importorskip("fhir.resources.R4B")
    bundle = bundles.Bundle(json.loads(FORMATS["fhir"].write(reading, "ecg")), strict=True)
    found = [entry.resource for entry in bundle.entry if entry.resource.resource_type == "Observation"]
    return {one.code.text or one.code.coding[0].code: one for one in found}


def test_fhir_opens_in_fhirclient_with_loinc_and_ucum(reading: Reading) -> None:
    found = observations(reading)
    rate, qtc, pr = found["Heart rate"], found["QTc interval (Fridericia)"], found["PR interval"]
    assert [coding.code for coding in rate.code.coding] == ["8867-4"]
    assert (rate.valueQuantity.value, rate.valueQuantity.code) == (72.0, "/min")
    assert [coding.code for coding in qtc.code.coding] == ["76634-5", "146964"]
    assert (qtc.valueQuantity.value, qtc.valueQuantity.system) == (404, "http://unitsofmeasure.org")
    assert pr.valueQuantity is None
    assert pr.dataAbsentReason.text == "No P waves are seen."
    assert {one.status for one in found.values()} == {"preliminary"}


def test_fhir_has_the_signals_with_e_where_nothing_is_shown(reading: Reading) -> None:
    study = observations(reading)["11524-6"]
    lead, data = study.component[0], study.component[0].valueSampledData
    assert (lead.code.text, lead.code.coding[0].code) == ("Lead I", "131329")
    assert (data.period, data.factor, data.origin.code) == (2, 1, "uV")
    values = data.data.split(" ")
    assert values == ["0"] * 1250 + ["E"] * 3750
    assert study.component[1].valueSampledData.data.split(" ") == ["100"] * 5000


def test_fhir_gives_the_answer_or_why_there_is_none(reading: Reading) -> None:
    answer = observations(reading)["8601-7"]
    assert answer.valueString == "Normal"
    assert answer.component[0].code.text.startswith("Class: ")
    withheld = make_reading(prediction=make_prediction(withheld="Leads are missing."))
    answer = observations(withheld)["8601-7"]
    assert (answer.valueString, answer.component) == (None, None)
    assert answer.dataAbsentReason.text == "Leads are missing."


def test_fhir_keeps_a_review_beside_the_answer_with_performer_and_note(reading: Reading) -> None:
    bundles = pytest.importorskip("fhirclient.models.bundle")
    pytest.importorskip("fhir.resources.R4B")
    said = reviewed(reading, "MI", measured={"qrs_ms": 124, "r_avl_mv": 1.2}, note="ST up in V2.", initials="AB")
    options = ReportOptions(review=said)
    bundle = bundles.Bundle(json.loads(FORMATS["fhir"].write(reading, "ecg", options)), strict=True)
    by_address = {entry.fullUrl: entry.resource for entry in bundle.entry}
    kinds = [one.resource_type for one in by_address.values()]
    assert (kinds.count("Practitioner"), kinds.count("DiagnosticReport"), kinds[0]) == (1, 1, "Device")
    final = [one for one in by_address.values() if getattr(one, "status", "") == "final"]
    review, qrs, avl = final
    assert (review.valueString, review.note[0].text) == ("Myocardial infarction", "ST up in V2.")
    assert by_address[review.performer[0].reference].name[0].text == "AB"
    assert by_address[review.derivedFrom[0].reference].valueString == "Normal", "the program's answer stands"
    assert {part.code.text: part.valueString for part in review.component}["Verdict on the class"] == "overruled"
    assert (qrs.valueQuantity.value, qrs.valueQuantity.code, qrs.code.coding[0].code) == (124, "ms", "8633-0")
    assert by_address[qrs.derivedFrom[0].reference].valueQuantity.value == reading.measurements.qrs_ms
    assert (avl.valueQuantity.value, avl.code.text) == (1.2, "R amplitude in aVL, by the reviewer")
    report = next(one for one in by_address.values() if one.resource_type == "DiagnosticReport")
    assert (report.status, len(report.result)) == ("amended", 4)
    assert report.conclusion == "Myocardial infarction (overruled; program: Normal, 90 %). ST up in V2."
    assert all(result.reference in by_address for result in report.result)


def test_fhir_says_that_an_accepted_answer_is_final_and_names_no_one_without_initials(reading: Reading) -> None:
    bundles = pytest.importorskip("fhirclient.models.bundle")
    pytest.importorskip("fhir.resources.R4B")
    options = ReportOptions(review=accept(reading))
    bundle = bundles.Bundle(json.loads(FORMATS["fhir"].write(reading, "ecg", options)), strict=True)
    found = {entry.resource.resource_type: entry.resource for entry in bundle.entry}
    assert (found["DiagnosticReport"].status, found["Practitioner"].name[0].text) == ("final", "Initials not given")


def test_loinc_codes_end_in_their_check_digits() -> None:
    for quantity in QUANTITIES:
        if quantity.loinc is not None:
            number, digit = quantity.loinc.split("-")
            doubled = [int(c) * (2 - place % 2) for place, c in enumerate(reversed(number))]
            assert (10 - sum(value // 10 + value % 10 for value in doubled)) % 10 == int(digit), quantity


def test_high_signals_get_larger_steps_and_none_takes_the_missing_value() -> None:
    steps = as_steps({"I": np.array([-32.768, 0, np.nan], np.float32)})
    assert (steps.microvolts, steps.values[:, 0].tolist()) == (2, [-16384, 0, MISSING])


def test_the_command_writes_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wfdb = pytest.importorskip("wfdb")
    pytest.importorskip("fhir.resources.R4B")
    sample = list_samples()[0].path
    assert cli.main(["read", str(sample), "--json", "--out", str(tmp_path), "--formats", ",".join(FORMATS)]) == 0
    row = json.loads(capsys.readouterr().out)
    stem = sample.stem
    assert {path.name for path in tmp_path.iterdir()} == {stem + form.ending for form in FORMATS.values()}
    assert Path(row["signals_csv"]).name == f"{stem}.csv"
    assert {name: Path(path).name for name, path in row["exports"].items()} == {
        name: stem + form.ending for name, form in FORMATS.items() if name != "csv"
    }
    unpacked((tmp_path / f"{stem}-wfdb.zip").read_bytes(), tmp_path)
    beats, marks = row["measurements"]["beats_s"], wfdb.rdann(str(tmp_path / stem), "qrs")
    assert marks.symbol.count("N") == marks.symbol.count("t") == len(beats)
    first = row["beats"]["list"][1]["marks_s"]
    wanted = [("(", first["p_on"]), ("p", first["p_peak"]), (")", first["p_off"]), ("(", first["qrs_on"])]
    found = list(zip(marks.symbol, (marks.sample / 500).tolist(), strict=True))
    assert [found[place] for place in range(found.index(wanted[0]), found.index(wanted[0]) + 4)] == wanted
    annotated = pydicom.dcmread(tmp_path / f"{stem}.dcm").WaveformAnnotationSequence[-1]
    assert len(annotated.ReferencedSamplePositions) == len(beats)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--formats", "csv"], "Give the folder with --out"),
        (["--formats", "fhir", "--out", "x"], "fhir: a library that writes it is not installed. Run: pip install "),
        (["--formats", "pdf", "--out", "x"], "'heartguard[report]'"),
        (["--formats", "pdf,wfdb", "--out", "x"], "'heartguard[export,report]'"),
    ],
)
def test_formats_that_cannot_be_written_are_said_before_anything_is_read(
    arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("heartguard.export.formats.find_spec", lambda name: None)
    assert cli.main(["read", "none.png", *arguments]) == 1
    assert sentence in capsys.readouterr().err


def test_an_unknown_format_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["read", "a.png", "--out", "x", "--formats", "csv,edf"])
    assert stopped.value.code == 2
    assert "'edf' is no format; choose among pdf, html, txt, csv, json, wfdb, dicom, fhir" in capsys.readouterr().err
