"""The shared data folder: clinic pages, phone photos and 12-lead signals, and which of them are held back.

The folder is never part of the repository. Its sources and licences stand in its own README and in the model card.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import io
import lzma
import os
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import resample_poly

from heartguard.arrays import Floats
from heartguard.leads import LEADS, PAGE_SECONDS, SAMPLING_RATE_HZ
from heartlab.checkout import CHECKOUT

HELD_BACK_FOLD = 10
"""PTB-XL's own test fold; no model is trained on it and no constant is tuned on it."""

PACKED_DIFFERENCES = [LEADS.index(lead) for lead in ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")]
"""Leads that the packed files hold as first differences."""

PACKED_RESIDUALS = [LEADS.index(lead) for lead in ("III", "aVR", "aVL", "aVF")]
"""Leads that the packed files hold as residuals of Einthoven's and Goldberger's equations."""


def data_folder() -> Path | None:
    """Return the shared data folder, or None where there is none.

    The environment variable ``HEARTGUARD_DATA`` names it; else it is ``shared/data`` beside the repository.
    """
    named = os.environ.get("HEARTGUARD_DATA")
    folder = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def _require_folder() -> Path:
    folder = data_folder()
    if folder is None:
        raise FileNotFoundError("The shared ECG data is not here: set HEARTGUARD_DATA to its folder.")
    return folder


def shared_script(name: str) -> ModuleType:
    """Return a script of the data folder as a module, such as ``eval_ludb``, which draws and judges pages of LUDB.

    Raises
    ------
    FileNotFoundError
        If there is no data folder, or no such script in it.
    """
    folder = _require_folder()
    path = folder / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"The script {path} is not here.")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(folder))  # it imports its neighbour
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    return module


def load_pages() -> pd.DataFrame:
    """Return `pages.csv` with one more column, `path`, the file of each page.

    Raises
    ------
    FileNotFoundError
        If there is no data folder.
    """
    folder = _require_folder() / "pages"
    pages = pd.read_csv(folder / "pages.csv")
    pages["path"] = pages["page_id"].map(lambda page_id: folder / f"{page_id}.webp")
    return pages


def originals() -> pd.DataFrame:
    """Return the rows of `load_pages` that exist in full size too, `path` being the full-size JPG."""
    folder = _require_folder() / "originals"
    paths = {path.stem: path for path in sorted(folder.glob("*.jpg"))}
    pages = load_pages()
    chosen = pages[pages["page_id"].isin(list(paths))].copy()
    chosen["path"] = chosen["page_id"].map(paths.__getitem__)
    return chosen.reset_index(drop=True)


def load_photos() -> pd.DataFrame:
    """Return `photos.csv` with the column `path`; `read_photo_signal` gives the truth of a `signal_row`."""
    folder = _require_folder() / "photos"
    photos = pd.read_csv(folder / "photos.csv")
    photos["path"] = photos["image"].map(lambda image: folder / image)
    return photos


def scan_files() -> list[Path]:
    """Return the pages of many makers without a truth, in the order of their names."""
    return sorted((_require_folder() / "scans").iterdir())


def load_signal_index() -> pd.DataFrame:
    """Return `signals.csv`, one row a record, indexed by its place and with the column `record_id`."""
    return _signal_index(_require_folder()).copy()


def load_measure_only() -> pd.DataFrame:
    """Return the records of PTB-XL on which answers are measured alone: `measure-only.csv`."""
    return pd.read_csv(_require_folder() / "signals" / "measure-only.csv")


def load_extra_labels() -> pd.DataFrame:
    """Return `held-extra-labels.csv`: single statements, age and sex (0 male, 1 female) of records without them."""
    return pd.read_csv(_require_folder() / "signals" / "held-extra-labels.csv")


def leaf_statements(index: pd.DataFrame) -> list[set[str] | None]:
    """Return the SCP-ECG statements of rows of `load_signal_index`; None where only superclasses are known."""
    extra = load_extra_labels().set_index("record_id")["statements"].dropna()
    named = zip(index["record_id"], index["scp_codes"], strict=True)
    found = [set(ast.literal_eval(scp)) if isinstance(scp, str) else extra.get(record) for record, scp in named]
    return [set(one.split(";")) if isinstance(one, str) else one for one in found]


def load_more_signals() -> pd.DataFrame:
    """Return `signals-more.csv`, one row a record; `read_more_signal` reads one."""
    return pd.read_csv(_require_folder() / "signals" / "signals-more.csv")


def read_more_signal(shard: str, row: int, fs: int) -> Floats:
    """Return one record of `load_more_signals` at 500 Hz, shape (12, 5000), mV."""
    return to_500hz(_millivolts(read_shard(_require_folder() / "signals" / shard)[row]), fs)


@functools.lru_cache(maxsize=2)
def _signal_index(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "signals" / "signals.csv")


@functools.lru_cache(maxsize=2)
def _places(folder: Path) -> dict[str, tuple[str, int, int]]:
    index = _signal_index(folder)
    places = zip(index["shard"], index["row"], index["fs"], strict=True)
    return {
        record: (str(shard), int(row), int(fs))
        for record, (shard, row, fs) in zip(index["record_id"], places, strict=True)
    }


@functools.lru_cache(maxsize=8)
def read_shard(path: Path) -> NDArray[np.int16]:
    """Unpack one shard of signals.

    Parameters
    ----------
    path : Path
        An xz-compressed ``.npy``, int16, shape (records, 12, samples), leads in the order of `heartguard.leads.LEADS`:
        I, II and V1-V6 as first differences in time, the other limb leads as residuals of Einthoven's and Goldberger's
        equations.

    Returns
    -------
    ndarray, shape (records, 12, samples), int16, microvolts
    """
    packed: NDArray[np.int16] = np.load(io.BytesIO(lzma.decompress(path.read_bytes())))
    signals = packed.copy()
    # int16 sums wrap around exactly as the differences did
    signals[:, PACKED_DIFFERENCES] = np.cumsum(packed[:, PACKED_DIFFERENCES], axis=2, dtype=np.int16)
    one, two = signals[:, 0].astype(np.int32), signals[:, 1].astype(np.int32)
    derived = np.stack([two - one, -((one + two) // 2), one - two // 2, two - one // 2], axis=1)
    signals[:, PACKED_RESIDUALS] += derived.astype(np.int16)
    return signals


def _millivolts(microvolts: NDArray[np.int16]) -> Floats:
    return np.divide(microvolts, 1000, dtype=np.float32)


def read_signal(record_id: str) -> tuple[Floats, int]:
    """Return one record as (millivolts of shape (12, samples), float32; its sampling rate in Hz).

    Raises
    ------
    KeyError
        If no record has this name.
    """
    folder = _require_folder()
    shard, row, fs = _places(folder)[record_id]
    return _millivolts(read_shard(folder / "signals" / shard)[row]), fs


def read_photo_signal(signal_row: int) -> Floats:
    """Return the millivolts, shape (12, 5000), 500 Hz, that were printed for one photo of `load_photos`."""
    shard = read_shard(_require_folder() / "photos" / "signals-500hz.npy.xz")
    return _millivolts(shard[signal_row])


def to_500hz(signals_mv: Floats, fs: int, seconds: float = PAGE_SECONDS) -> Floats:
    """Resample to 500 Hz and cut to the first `seconds`; a shorter record is followed by NaN.

    Parameters
    ----------
    signals_mv : ndarray, shape (12, samples), mV
    fs : int
        Sampling rate in Hz.
    seconds : float

    Returns
    -------
    ndarray, shape (12, 500 * seconds), float32, mV
    """
    samples = round(seconds * SAMPLING_RATE_HZ)
    head = signals_mv[:, : int(np.ceil(seconds * fs)) + fs]  # one second more keeps the filter's edge outside
    if fs != SAMPLING_RATE_HZ:
        divisor = np.gcd(SAMPLING_RATE_HZ, fs)
        head = resample_poly(head, SAMPLING_RATE_HZ // divisor, fs // divisor, axis=1, padtype="line")
    result = np.full((len(head), samples), np.nan, np.float32)
    count = min(samples, head.shape[1])
    result[:, :count] = head[:, :count]
    return result


def read_record_500hz(record_id: str, seconds: float = PAGE_SECONDS) -> Floats:
    """Return one record at 500 Hz, shape (12, 500 * seconds), float32, mV; NaN after the end of a shorter one."""
    return to_500hz(*read_signal(record_id), seconds=seconds)


def held_back_signals() -> pd.DataFrame:
    """Return the records that digitisation and statements are measured on and that nothing is trained on.

    The rule: PTB-XL, its test fold `HELD_BACK_FOLD`, recorded at 500 Hz, the full 10 s; in the order of `record_id`.
    The records behind `load_photos` are held back too, whatever their fold; `open_signals` leaves both out.
    """
    index = load_signal_index()
    rule = (index["source"] == "PTB-XL") & (index["strat_fold"] == HELD_BACK_FOLD)
    rule &= (index["fs"] == SAMPLING_RATE_HZ) & (index["samples"] == SAMPLING_RATE_HZ * PAGE_SECONDS)
    return index[rule].sort_values("record_id").reset_index(drop=True)


def calibration_signals() -> pd.DataFrame:
    """Return the part of `held_back_signals` that sets thresholds: no patient of `measured_signals` or of a photo."""
    index, measured = held_back_signals(), load_measure_only()
    closed = index["record_id"].isin([*measured["record_id"], *photographed_records()])
    closed |= index["patient_id"].isin([*measured["patient_id"].dropna(), *index.loc[closed, "patient_id"]])
    return index[~closed].reset_index(drop=True)


def measured_signals() -> pd.DataFrame:
    """Return the part of `held_back_signals` on which answers are measured: the records of `load_measure_only`."""
    index = held_back_signals()
    return index[index["record_id"].isin(load_measure_only()["record_id"])].reset_index(drop=True)


def open_signals() -> pd.DataFrame:
    """Return the records that may be trained on: no patient of `held_back_signals` or of a photo is among them."""
    index = load_signal_index()
    closed = (index["source"] == "PTB-XL") & (index["strat_fold"] == HELD_BACK_FOLD)
    closed |= index["record_id"].isin(photographed_records())
    patients = set(index.loc[closed, "patient_id"].dropna())
    closed |= (index["source"] == "PTB-XL") & index["patient_id"].isin(list(patients))
    return index[~closed].reset_index(drop=True)


def photographed_records() -> set[str]:
    """Return the records behind `load_photos`."""
    return {f"ptb-xl-{number:05d}" for number in load_photos()["ptbxl_id"]}


def read_ludb_waves() -> pd.DataFrame:
    """Return LUDB's hand-marked waves: `record_id, lead, wave, onset, peak, offset`.

    `wave` is P, QRS or T; the others are sample numbers at 500 Hz, -1 where a border was not marked.
    """
    return pd.read_csv(_require_folder() / "signals" / "ludb-waves.csv.xz")
