"""The records that simulated pages are drawn from: open ones alone, patients of lessons and check kept apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from heartguard.arrays import Floats
from heartlab.data.datasets import data_folder, open_signals, read_record_500hz
from heartlab.simulate.ecg import CONDITIONS, simulate_ecg

__all__ = ["RecordPool", "Split", "load_pool", "split_of"]

Split = Literal["lessons", "check"]

_CHECK_SHARE = 0.12
"""Share of the patients kept for checks; chosen by hand."""

_SIMULATED = 0.15
"""Share of pages from simulated hearts: rhythms and blocks that records have too few of."""

_COARSE = 0.25
"""Share of the records' pages from those of 100 Hz; half of the records are, but their peaks are blunt."""

_TWICE_UNDER_TWO_NAMES = (
    137,
    138,
    143,
    144,
    145,
    463,
    456,
    457,
    459,
    460,
    461,
    9823,
    2506,
    2507,
    1370,
    140,
    1371,
    13796,
)
"""PTB-XL records whose signal stands under two ids, of patients that differ: they belong to the lessons alone."""


@dataclass(frozen=True, eq=False)
class RecordPool:
    """Records at 500 Hz.

    Attributes
    ----------
    fine, coarse : ndarray, shape (n, 12, 5000), int16, microvolts
        Recorded at 500 Hz and at 100 Hz; after the end of a short record it begins anew.
    """

    fine: np.ndarray[tuple[int, int, int], np.dtype[np.int16]]
    coarse: np.ndarray[tuple[int, int, int], np.dtype[np.int16]]

    def draw(self, seed: int) -> Floats:
        """Return twelve leads, shape (12, 5000), float32, mV: a record, or a simulated heart."""
        rng = np.random.default_rng([seed, 20])
        if rng.random() < _SIMULATED or not len(self.fine):
            condition = CONDITIONS[int(rng.integers(len(CONDITIONS)))]
            return simulate_ecg(condition, float(rng.uniform(35, 170)), seed).signals
        records = self.coarse if rng.random() < _COARSE and len(self.coarse) else self.fine
        return np.asarray(records[int(rng.integers(len(records)))] / np.float32(1000), np.float32)


def split_of(patient: str) -> Split:
    """Return to which split a patient belongs, for ever the same."""
    digest = hashlib.sha256(patient.encode()).digest()
    return "check" if digest[0] < 256 * _CHECK_SHARE else "lessons"


def _usable() -> pd.DataFrame:
    """Return the open records without those of `measure-only.csv` and of LUDB, and with their split."""
    records, folder = open_signals(), data_folder()
    assert folder is not None
    closed = pd.read_csv(folder / "signals" / "measure-only.csv")
    held_patients = closed["patient_id"].dropna().map(str)
    same_patient = (records["source"] == "PTB-XL") & records["patient_id"].isin(held_patients)
    records = records[~records["record_id"].isin(closed["record_id"]) & ~same_patient & (records["source"] != "LUDB")]
    patients = records["source"] + " " + records["patient_id"].fillna(records["record_id"]).astype(str)
    twice = records["record_id"].isin([f"ptb-xl-{number:05d}" for number in _TWICE_UNDER_TWO_NAMES])
    split = patients.map(split_of).where(~twice, "lessons")
    return records.assign(split=split).reset_index(drop=True)


def load_pool(split: Split, cache: Path) -> RecordPool:
    """Return the records of a split, unpacked once into a cache folder.

    Raises
    ------
    FileNotFoundError
        If the shared data folder is not here.
    """
    parts = []
    for rate, name in ((500, "fine"), (100, "coarse")):
        path = cache / f"records-{split}-{name}.npy"
        if not path.exists():
            cache.mkdir(parents=True, exist_ok=True)
            records = _usable()
            chosen = records[(records["split"] == split) & (records["fs"] == rate)]
            np.save(path, _unpacked(chosen.sort_values("shard")["record_id"].tolist()))
        parts.append(np.load(path, mmap_mode="r"))
    return RecordPool(*parts)


def _unpacked(names: list[str]) -> np.ndarray[tuple[int, int, int], np.dtype[np.int16]]:
    out = np.zeros((len(names), 12, 5000), np.int16)
    for row, name in enumerate(names):
        signals = read_record_500hz(name)
        length = int(np.isfinite(signals).all(axis=0).sum())
        whole = np.take(signals, np.arange(signals.shape[1]) % max(1, length), axis=1)
        out[row] = np.clip(np.round(1000 * np.nan_to_num(whole)), -32000, 32000).astype(np.int16)
    return out
