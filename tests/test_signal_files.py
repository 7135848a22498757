"""Files that hold signals: each format is written from known numbers and read back; what is wrong is said."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from heartguard import errors
from heartguard.cli import main
from heartguard.intake import open_upload, page_count
from heartguard.leads import LEADS, SAMPLES
from heartguard.reading import read_ecg
from heartguard.signal_files import judge_recorded, read_signals, sheet_ecg, sheet_page, xml_text
from heartguard.values import Corrections, Ecg
from heartlab.simulate import signal_files as made

ONE_UV = 1e-3
COUNTS = made.ecg()
FORMATS = {
    "dicom": (made.dicom_ecg, made.STEP_MV),
    "wfdb": (made.wfdb, made.STEP_MV),
    "aecg": (made.aecg, made.STEP_MV),
    "muse": (made.muse, 0.00488),
    "cardiosoft": (made.cardiosoft, made.STEP_MV),
    "philips": (made.philips, made.STEP_MV),
    "mortara": (made.mortara, made.STEP_MV),
}
"""Writer of each kind, and mV of its steps."""


def read(data: bytes | Path) -> Ecg:
    return sheet_ecg(sheet_page(open_upload(data)))


def codes(ecg: Ecg) -> set[str]:
    return {warning.code for warning in ecg.warnings}


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_gives_its_signals_back(kind: str) -> None:
    write, step = FORMATS[kind]
    upload = open_upload(write(COUNTS))
    assert (upload.kind, upload.pages, upload.signals.rate_hz) == (kind, 1, pytest.approx(500))
    assert list(upload.signals.leads) == list(LEADS)
    ecg = sheet_ecg(sheet_page(upload))
    np.testing.assert_allclose(ecg.signals, made.mv(COUNTS, step), atol=ONE_UV / 10)
    quality, of_leads = judge_recorded(ecg, upload.signals)
    assert quality == 1.0
    assert of_leads.tolist() == [1.0] * 12


def test_the_command_line_reads_all_of_them_and_writes_what_the_files_hold(tmp_path, capsys) -> None:
    paths = [tmp_path / f"{kind}.bin" for kind in FORMATS]
    for path, (write, _) in zip(paths, FORMATS.values(), strict=True):
        path.write_bytes(write(COUNTS))
    assert main(["read", *map(str, paths), "--json", "--out", str(tmp_path / "out")]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["status"] for row in rows] == ["ok"] * len(FORMATS)
    assert [row["kind"] for row in rows] == list(FORMATS)
    for row, (_, step) in zip(rows, FORMATS.values(), strict=True):
        assert row["measurements"]["heart_rate_bpm"] == pytest.approx(72, abs=1)
        assert (row["quality"], row["layout"], row["rhythm_lead"]) == (1.0, "3x4+1", "II")
        table = np.genfromtxt(row["signals_csv"], delimiter=",", names=True)
        for lead, wanted in zip(LEADS, made.mv(COUNTS, step), strict=True):
            np.testing.assert_allclose(table[lead], wanted, atol=ONE_UV / 2 + 1e-6)


def test_only_formats_without_a_file_of_others_say_that_they_are_untested() -> None:
    said = {
        k
        for k, (write, _) in FORMATS.items()
        if any(w.code == "file.untested" for w in open_upload(write(COUNTS)).warnings)
    }
    assert said == {"aecg", "philips", "mortara"}


@pytest.mark.parametrize("form", ["16", "24", "32", "61", "80", "212"])
def test_wfdb_formats(form: str) -> None:
    counts = {lead: np.clip(values, -127, 127) for lead, values in COUNTS.items()}
    np.testing.assert_allclose(read(made.wfdb(counts, form=form)).signals, made.mv(counts), atol=ONE_UV / 10)


def test_philips_without_compression_and_at_1000_hz() -> None:
    counts = made.ecg(1000)
    signals = read(made.philips(counts, 1000, packed=False)).signals
    wanted = np.array([counts[lead][::2] * made.STEP_MV for lead in LEADS])
    assert np.abs(signals - wanted).max() < 0.01


@pytest.mark.parametrize("rate", [250, 360, 1000])
def test_other_rates_come_to_500_hz_in_time(rate: int) -> None:
    signals = read(made.wfdb(made.ecg(rate), rate)).signals
    wanted = made.mv(COUNTS)
    assert np.corrcoef(signals[1, 100:-100], wanted[1, 100:-100])[0, 1] > 0.999
    assert np.argmax(signals[1, :400]) == pytest.approx(np.argmax(wanted[1, :400]), abs=1)


def test_a_record_is_found_by_its_header_and_by_its_signals(tmp_path) -> None:
    (tmp_path / "r.hea").write_text(made.wfdb_header(COUNTS))
    (tmp_path / "r.dat").write_bytes(made.wfdb_signals(COUNTS))
    for name in ("r.hea", "r.dat"):
        np.testing.assert_allclose(read(tmp_path / name).signals, made.mv(COUNTS), atol=ONE_UV / 10)
    assert open_upload(tmp_path / "r.hea").sha256 == open_upload(tmp_path / "r.dat").sha256


def test_signals_in_a_mat_file_begin_after_its_header(tmp_path) -> None:
    (tmp_path / "r.hea").write_text(made.wfdb_header(COUNTS, form="16+24", gain="200/mV", file="r.mat"))
    (tmp_path / "r.mat").write_bytes(bytes(24) + made.wfdb_signals(COUNTS))
    np.testing.assert_allclose(read(tmp_path / "r.mat").signals, made.mv(COUNTS), atol=ONE_UV / 10)


def test_the_half_that_did_not_come_is_named(tmp_path) -> None:
    header, signals = made.wfdb_header(COUNTS), made.wfdb_signals(COUNTS)
    (tmp_path / "r.hea").write_text(header)
    for source in (header.encode(), tmp_path / "r.hea", made.zipped({"r.hea": header})):
        with pytest.raises(errors.UnreadableFileError, match=r"r\.dat is missing"):
            open_upload(source)
    with pytest.raises(errors.UnsupportedTypeError, match=r"without their header \(\.hea\)"):
        open_upload(signals, name="r.dat")


def test_a_header_reaches_no_file_outside_its_folder(tmp_path) -> None:
    (tmp_path / "secret.dat").write_bytes(made.wfdb_signals(COUNTS))
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "r.hea").write_text(made.wfdb_header(COUNTS, file="../secret.dat"))
    with pytest.raises(errors.UnreadableFileError, match="is missing"):
        open_upload(tmp_path / "inside" / "r.hea")


def test_files_of_the_reference_library_are_read(tmp_path) -> None:
    wfdb = pytest.importorskip("wfdb", reason="wfdb, the reference library, is not installed")
    signals = made.mv(COUNTS).T
    for form in ("16", "24", "32", "80", "212"):
        small = np.clip(signals, -0.6, 0.6)
        wfdb.wrsamp(
            f"ref{form}", fs=500, units=["mV"] * 12, sig_name=list(LEADS), p_signal=small, fmt=[form] * 12,
            adc_gain=[200.0] * 12, baseline=[0] * 12, write_dir=str(tmp_path),
        )  # fmt: skip
        np.testing.assert_allclose(read(tmp_path / f"ref{form}.hea").signals, small.T, atol=0.0026)


def test_long_recordings_are_pages_of_ten_seconds() -> None:
    counts = made.ecg(250, 25)
    data = made.wfdb(counts, 250)
    assert page_count(data) == 3
    second = read_signals(data, "wfdb", 1)
    assert (second.start_s, open_upload(data, page=1).pages) == (10.0, 3)
    assert np.abs(second.leads["II"][::2] - counts["II"][2500:5000] * made.STEP_MV).max() < 0.002
    last = read_signals(data, "wfdb", 2).leads["II"]
    assert np.isfinite(last[:2500]).all()
    assert np.isnan(last[2500:]).all()
    with pytest.raises(errors.PageNumberError, match="no page 4"):
        open_upload(data, page=3)


def test_lost_samples_are_empty() -> None:
    ecg = read(made.muse(COUNTS, lost={"V3": slice(1000, 1500)}))
    assert np.flatnonzero(np.isnan(ecg.lead("V3"))).tolist() == list(range(1000, 1500))
    assert "trace.gaps" in codes(ecg)
    counts = {**COUNTS, "II": np.where(np.arange(SAMPLES) < 50, -32768, COUNTS["II"])}
    assert np.isnan(read(made.dicom_ecg(counts, padding=-32768)).lead("II")).sum() == 50
    assert np.isnan(read(made.wfdb(counts)).lead("II")).sum() == 50


def test_missing_leads_stay_missing_and_others_keep_their_names() -> None:
    counts = {lead: COUNTS[lead] for lead in ("I", "II", "V2")} | {"V4R": COUNTS["V1"], "MLII": COUNTS["II"]}
    upload = open_upload(made.wfdb(counts))
    page = sheet_page(upload)
    ecg = sheet_ecg(page)
    assert set(ecg.shown) == {"I", "II", "V2"}
    assert list(ecg.others) == ["V4R", "MLII"]
    assert [panel.lead for panel in page.panels] == ["I", "II", "V2", "V4R", "MLII"]
    assert judge_recorded(ecg, upload.signals)[0] == 0.9  # no law can confirm these names


def test_channels_without_a_name_are_rows_and_no_voltage_is_left_out() -> None:
    text = made.wfdb_header({"I": COUNTS["I"], "PLETH": COUNTS["II"], "II": COUNTS["II"]}).splitlines()
    header = "\n".join([*text[:2], text[2], text[3].replace("/mV", "/NU"), re.sub(r" II$", "", text[4])]) + "\n"
    signals = made.wfdb_signals({"I": COUNTS["I"], "x": COUNTS["II"], "y": COUNTS["II"]})
    upload = open_upload(made.zipped({"r.hea": header, "r.dat": signals}))
    assert list(upload.signals.leads) == ["I", "row 2"]
    assert any("PLETH" in warning.text for warning in upload.warnings)


def test_the_sheet_fits_its_signals() -> None:
    page = sheet_page(open_upload(made.dicom_ecg(COUNTS)))
    ecg = sheet_ecg(page)
    assert page.layout.name == "3x4+1"
    assert page.image.shape[:2] == page.ink.shape
    for segment in ecg.segments:
        panel = segment.panel
        time = panel.start_s + (segment.x0 + np.arange(len(segment.y)) - panel.x0) / page.px_per_s
        drawn = (panel.baseline_y - segment.y) / page.px_per_mv
        wanted = np.interp(time, np.arange(SAMPLES) / 500, ecg.lead(panel.lead))
        np.testing.assert_allclose(drawn, wanted, atol=1e-4)
        rows = np.round(segment.y).astype(int)
        assert (page.ink[rows, segment.x0 + np.arange(len(rows))] > 0.4).mean() > 0.95
        dark = page.image[rows, segment.x0 + np.arange(len(rows))].max(axis=1) < 160
        assert dark.mean() > 0.95


def test_beats_are_measured_where_they_are_in_the_file() -> None:
    reading = read_ecg(made.aecg(COUNTS))
    wanted = np.arange(0.4, 10, 60 / 72)
    found = reading.measurements.beats_s
    assert np.abs(found[:, None] - wanted).min(axis=1).max() < 0.02
    assert len(found) >= len(wanted) - 2
    assert reading.quality == 1.0


def test_exchanged_leads_and_unknown_units_lower_the_quality() -> None:
    exchanged = {**COUNTS, "I": COUNTS["II"], "II": COUNTS["I"]}
    reading = read_ecg(made.mortara(exchanged))
    assert (reading.quality, reading.prediction.abstained) == (0.4, True)
    assert {"names.limb_law", "page.quality"} <= {w.code for w in reading.warnings}
    unknown = open_upload(made.dicom_ecg(COUNTS, unit=None))
    ecg = sheet_ecg(sheet_page(unknown))
    assert judge_recorded(ecg, unknown.signals)[0] == 0.4
    assert "scale.units_assumed" in codes(ecg)


def test_flat_leads_are_named() -> None:
    upload = open_upload(made.mortara({**COUNTS, "V5": np.zeros(SAMPLES)}))
    ecg = sheet_ecg(sheet_page(upload))
    assert any("V5" in w.text for w in ecg.warnings if w.code == "trace.flat")
    assert judge_recorded(ecg, upload.signals)[1][LEADS.index("V5")] == 0


@pytest.mark.parametrize(
    "corrections", [Corrections(quarter_turns=1), Corrections(gain_mm_per_mv=5.0), Corrections(layout="12x1")]
)
def test_settings_by_hand_are_refused(corrections: Corrections) -> None:
    with pytest.raises(errors.CorrectionError, match="holds the signals themselves"):
        read_ecg(made.aecg(COUNTS), corrections=corrections)


NOT_READ = {
    "Schiller's XML": b"<?xml version='1.0'?><examdescript><eventdata/></examdescript>",
    "SCP-ECG": bytes(16) + b"SCPECG" + bytes(200),
    "the ISHNE format": b"ISHNE1.0" + bytes(600),
    "EDF": b"0       " + b" " * 248,
}


@pytest.mark.parametrize("name", NOT_READ)
def test_signals_that_are_not_read_are_named(name: str) -> None:
    with pytest.raises(errors.UnsupportedTypeError, match=f"holds ECG signals in {re.escape(name)}, which HeartGuard"):
        open_upload(NOT_READ[name])


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "wfdb"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
def test_a_file_that_is_cut_off_is_refused_with_a_sentence(kind: str, share: float) -> None:
    data = FORMATS[kind][0](COUNTS)
    with pytest.raises(errors.IntakeError) as caught:
        open_upload(data[: int(share * len(data)) // 2 * 2])
    assert str(caught.value).endswith(".")


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
SHORT = {lead: values[:100] for lead, values in COUNTS.items()}
HOSTILE = {
    "entities": (lambda: made.aecg(COUNTS, head=BOMB), errors.DamagedFileError, "declares entities"),
    "external entity": (
        lambda: made.aecg(COUNTS, head='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        errors.DamagedFileError,
        "declares entities",
    ),
    "many elements": (
        lambda: b"<AnnotatedECG>" + b"<a/>" * 900_000 + b"</AnnotatedECG>",
        errors.FileTooLargeError,
        "larger than an ECG",
    ),
    "deep nesting": (
        lambda: b"<AnnotatedECG>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</AnnotatedECG>",
        errors.DamagedFileError,
        "deeper than",
    ),
    "no samples": (
        lambda: re.sub(rb"<WaveFormData>[^<]*", b"<WaveFormData>", made.muse(COUNTS)),
        errors.DamagedFileError,
        "should have 5000 samples and has 0",
    ),
    "Philips without samples": (
        lambda: re.sub(
            r'(ms="\d+">)[^<]*|(channel="\d+">)[^<]*', r"\1\2", made.philips(COUNTS).decode("utf-16")
        ).encode("utf-16"),
        errors.DamagedFileError,
        "samples were left out",
    ),
    "Philips of a day": (
        lambda: made.philips(COUNTS).decode("utf-16").replace('"10000"', '"86400000"').encode("utf-16"),
        errors.DamagedFileError,
        "a length or a number of leads",
    ),
    "not base64": (
        lambda: re.sub(rb'DATA="....', b'DATA="!!!!', made.mortara(COUNTS)),
        errors.DamagedFileError,
        "damaged",
    ),
    "a rate of zero": (lambda: made.mortara(COUNTS, 0), errors.DamagedFileError, "no rate of an ECG"),
    "infinite scale": (
        lambda: made.mortara(COUNTS).replace(b'UNITS_PER_MV="200"', b'UNITS_PER_MV="nan"'),
        errors.DamagedFileError,
        "no size of its steps",
    ),
    "too short": (lambda: made.aecg(SHORT), errors.DamagedFileError, "too short"),
    "a unit of pressure": (
        lambda: made.aecg(COUNTS).replace(b'unit="uV"', b'unit="mm[Hg]"'),
        errors.UnsupportedTypeError,
        "as a voltage",
    ),
    "WFDB cut off": (
        lambda: made.zipped({"r.hea": made.wfdb_header(COUNTS), "r.dat": made.wfdb_signals(COUNTS)[:9000]}),
        errors.DamagedFileError,
        "it is cut off",
    ),
    "WFDB of 10^12 samples": (
        lambda: made.zipped(
            {"r.hea": made.wfdb_header(COUNTS).replace("500 5000", "500 1000000000000"), "r.dat": b"12"}
        ),
        errors.DamagedFileError,
        "it is cut off",
    ),
    "WFDB in another format": (
        lambda: made.zipped({"r.hea": made.wfdb_header(COUNTS, form="310"), "r.dat": b"12"}),
        errors.UnsupportedTypeError,
        "in format 310",
    ),
    "WFDB of segments": (
        lambda: made.zipped({"r.hea": "r/3 2 500 5000\nr1 16\n"}),
        errors.UnsupportedTypeError,
        "several segments",
    ),
    "two records": (
        lambda: made.zipped({"a.hea": made.wfdb_header(COUNTS), "b.hea": made.wfdb_header(COUNTS)}),
        errors.UnsupportedTypeError,
        "holds 2 WFDB headers",
    ),
    "ZIP bomb": (
        lambda: made.zipped({"r.hea": made.wfdb_header(COUNTS), "r.dat": bytes(70 * 2**20)}),
        errors.FileTooLargeError,
        "unpacks to more than 60 MB",
    ),
    "more channels than a sheet shows": (
        lambda: made.wfdb({f"E{k}": COUNTS["I"] for k in range(40)}),
        errors.FileTooLargeError,
        "40 channels",
    ),
    "DICOM of more samples than it has": (
        lambda: made.dicom_ecg(COUNTS).replace((5000).to_bytes(4, "little"), (2**31).to_bytes(4, "little")),
        errors.DamagedFileError,
        "which its data does not have",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_bad_input_gets_a_sentence_of_its_own(name: str) -> None:
    make, error, said = HOSTILE[name]
    with pytest.raises(error, match=re.escape(said)):
        open_upload(make())


def test_samples_that_are_no_numbers_are_empty_not_drawn() -> None:
    data = made.aecg(COUNTS).replace(b"<digits>", b"<digits>nan inf ", 1)
    signal = open_upload(data).signals.leads["I"]
    assert np.isnan(signal[:2]).all()
    assert np.isfinite(signal[2:]).all()


def test_utf_16_without_its_mark_is_read() -> None:
    text = made.philips(COUNTS).decode("utf-16")
    assert open_upload(text.encode("utf-16-le")).kind == "philips"
    assert xml_text.parse_xml("<a xmlns='x'><b>µ</b></a>".encode("utf-16-be"), "file").findtext("b") == "µ"
