from __future__ import annotations

import io
import lzma

import numpy as np
import pytest

from heartguard.leads import LEAD_INDEX
from heartlab.data import datasets

needs_data = pytest.mark.skipif(datasets.data_folder() is None, reason="the shared data folder is not here")


def test_the_data_is_beside_the_repository_unless_a_variable_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "CHECKOUT", tmp_path / "repository")
    monkeypatch.delenv("HEARTGUARD_DATA", raising=False)
    assert datasets.data_folder() is None
    beside, named = tmp_path / "shared" / "data", tmp_path / "elsewhere"
    for folder in (beside, named):
        folder.mkdir(parents=True)
    assert datasets.data_folder() == beside
    monkeypatch.setenv("HEARTGUARD_DATA", str(named))
    assert datasets.data_folder() == named


def pack(signals):
    """Pack int16 microvolts the way the shards are packed, written anew from their description."""
    packed = signals.copy()
    one, two = signals[:, 0].astype(int), signals[:, 1].astype(int)
    for row, derived in ((2, two - one), (3, -((one + two) // 2)), (4, one - two // 2), (5, two - one // 2)):
        packed[:, row] = signals[:, row] - derived.astype(np.int16)
    for row in (0, 1, 6, 7, 8, 9, 10, 11):
        packed[:, row, 1:] = np.diff(signals[:, row].astype(np.int16))
    buffer = io.BytesIO()
    np.save(buffer, packed)
    return lzma.compress(buffer.getvalue())


def test_packed_shard_round_trip_is_exact_even_where_differences_wrap(tmp_path):
    rng = np.random.default_rng(0)
    signals = rng.integers(-3000, 3000, (2, 12, 50)).astype(np.int16)
    signals[0, 6, :2] = (-32000, 32000)  # the difference does not fit into int16
    path = tmp_path / "shard.npy.xz"
    path.write_bytes(pack(signals))
    np.testing.assert_array_equal(datasets.read_shard(path), signals)


def test_a_shard_of_a_data_folder_is_read_by_its_index(tmp_path, monkeypatch):
    signals = np.arange(12 * 50, dtype=np.int16).reshape(1, 12, 50)
    (tmp_path / "signals").mkdir()
    (tmp_path / "signals" / "tiny.npy.xz").write_bytes(pack(signals))
    (tmp_path / "signals" / "signals.csv").write_text(
        "record_id,source,fs,samples,shard,row\nx-1,X,250,50,tiny.npy.xz,0\n"
    )
    monkeypatch.setenv("HEARTGUARD_DATA", str(tmp_path))
    millivolts, fs = datasets.read_signal("x-1")
    assert fs == 250
    assert millivolts.dtype == np.float32
    np.testing.assert_allclose(millivolts, signals[0] / 1000, atol=1e-6)
    with pytest.raises(KeyError):
        datasets.read_signal("x-2")


def test_resampling_keeps_time_and_amplitude_and_pads_with_nan():
    fs, frequency = 100, 3.0
    time = np.arange(4 * fs) / fs
    signals = np.tile(np.sin(2 * np.pi * frequency * time), (12, 1)).astype(np.float32)
    result = datasets.to_500hz(signals, fs)
    assert result.shape == (12, 5000)
    expected = np.sin(2 * np.pi * frequency * np.arange(2000) / 500)
    np.testing.assert_allclose(result[5, 100:1900], expected[100:1900], atol=0.01)
    assert np.isnan(result[:, 2000:]).all()


def test_no_folder_is_none_and_reading_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("HEARTGUARD_DATA", str(tmp_path / "nowhere"))
    assert datasets.data_folder() is None
    with pytest.raises(FileNotFoundError, match="HEARTGUARD_DATA"):
        datasets.load_pages()


@needs_data
def test_pages_and_originals_are_all_there():
    pages = datasets.load_pages()
    assert len(pages) == 1400
    assert pages["path"].map(lambda path: path.is_file()).all()
    assert pages.groupby("group_id")["fold"].nunique().max() == 1
    originals = datasets.originals()
    assert len(originals) == 24
    assert originals["label"].value_counts().to_dict() == {"Normal": 6, "MI": 6, "PMI": 6, "HB": 6}


@needs_data
def test_limb_leads_of_a_real_record_obey_einthoven():
    signals = datasets.read_record_500hz("ptb-xl-00001")
    assert signals.shape == (12, 5000)
    residual = signals[LEAD_INDEX["II"]] - signals[LEAD_INDEX["I"]] - signals[LEAD_INDEX["III"]]
    assert np.abs(residual).max() <= 0.0051


@needs_data
def test_held_back_records_share_no_patient_with_open_ones():
    held_back, open_records = datasets.held_back_signals(), datasets.open_signals()
    assert len(held_back) == 1095
    assert set(held_back["fs"]) == {500}
    assert not set(held_back["record_id"]) & set(open_records["record_id"])
    ptb_xl = open_records[open_records["source"] == "PTB-XL"]
    assert not set(held_back["patient_id"]) & set(ptb_xl["patient_id"])
    photographed = {f"ptb-xl-{number:05d}" for number in datasets.load_photos()["ptbxl_id"]}
    assert not photographed & set(open_records["record_id"])


@needs_data
def test_ludb_waves_name_records_of_the_index():
    waves = datasets.read_ludb_waves()
    assert set(waves["wave"]) == {"P", "QRS", "T"}
    assert set(waves["record_id"]) <= set(datasets.load_signal_index()["record_id"])
    marked = waves[(waves["onset"] >= 0) & (waves["offset"] >= 0)]
    assert (marked["onset"] <= marked["peak"]).mean() > 0.999


@needs_data
def test_thresholds_and_figures_of_statements_come_from_different_patients():
    one, other, both = datasets.calibration_signals(), datasets.measured_signals(), datasets.held_back_signals()
    assert set(other["record_id"]) <= set(datasets.load_measure_only()["record_id"])
    assert set(one["record_id"]) | set(other["record_id"]) <= set(both["record_id"])
    assert len(one) > 600
    assert len(other) == 400
    assert not set(one["patient_id"]) & set(other["patient_id"])
    assert not set(one["record_id"]) & datasets.photographed_records()
