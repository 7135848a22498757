"""Records as a 3x4 page with a rhythm strip shows them, within a recorder's band, and what is said of them.

No page is drawn: with these signals hundreds of records are judged in minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.signal import butter, sosfiltfilt

from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.models import Models
from heartguard.values import Ecg
from heartlab.data.datasets import read_record_500hz
from heartlab.data.ecg_outputs import EcgOutputs, kept_outputs
from heartlab.data.ludb import page_view
from heartlab.data.page_traces import PageTraces

__all__ = ["as_page", "outputs_of_pages", "outputs_of_records"]

BAND_HZ = (0.05, 40.0)
"""A usual band of recorders, as in ``heartlab bench measure``."""


def as_page(record_id: str) -> Ecg:
    """Return what a 3x4 page with lead II as the rhythm strip shows of a record."""
    band = butter(2, BAND_HZ, "bandpass", fs=SAMPLING_RATE_HZ, output="sos")
    return page_view(sosfiltfilt(band, read_record_500hz(record_id).astype(np.float64)), "3x4+1")


def outputs_of_records(cache: Path, index: pd.DataFrame, models: Models) -> Iterator[EcgOutputs]:
    """Yield what is said of the records of an index, kept in the cache."""
    return kept_outputs(cache / "outputs-records.jsonl", list(index["record_id"]), as_page, models)


def outputs_of_pages(cache: Path, traces: PageTraces, names: list[str], models: Models) -> Iterator[EcgOutputs]:
    """Yield what is said of traced pages, kept in the cache."""

    def ecg_of(page: str) -> Ecg:
        return traces.ecg(int(traces.rows_of([page])[0]))

    return kept_outputs(cache / "outputs-pages.jsonl", names, ecg_of, models)
