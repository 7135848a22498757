"""Rate and PR of rhythms that mislead a beat detector: records of PTB-XL drawn as pages and read back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from heartguard.arrays import Floats
from heartguard.errors import HeartGuardError
from heartguard.intake import open_upload
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure import measure
from heartguard.models import shared_models
from heartguard.page import find_page
from heartguard.trace import trace
from heartlab.data.datasets import load_more_signals, load_signal_index, read_more_signal, read_record_500hz
from heartlab.evaluate.proportions import share
from heartlab.simulate.usual_pages import CONDITIONS

__all__ = ["reference_rate", "rhythm_records", "rhythm_rows", "rhythm_table"]

RHYTHMS: dict[str, tuple[str, ...]] = {
    "pacing": ("PACE",),
    "bigeminy, trigeminy": ("BIGU", "TRIGU"),
    "second or third degree AV block": ("2AVB", "3AVB"),
    "flutter": ("AFLT",),
    "first degree AV block": ("1AVB",),
    "fibrillation": ("AFIB",),
}
"""Rhythms by the statements of PTB-XL; a record counts for the first that it has."""

WITHOUT_P = {"AFIB", "AFLT", "3AVB"}
"""Statements by which there is no P wave that belongs to the QRS complex; after ventricular pacing there may be one."""

PAGE = "clean 3x4+1"
"""Condition of the page."""

APART_BPM = 5.0
"""Rates that differ by more do not agree."""


def rhythm_records(most: int) -> Iterator[tuple[str, str, set[str], Floats]]:
    """Yield rhythm, name, statements and signals of at most so many records of each rhythm."""
    index = load_signal_index()
    more = load_more_signals()
    tables = (index[index["source"] == "PTB-XL"], more[(more["use"] == "measure") & (more["source"] == "PTB-XL")])
    rows = [row for table in tables for row in table.dropna(subset=["scp_codes"]).itertuples()]
    known = [(row, set(ast.literal_eval(str(row.scp_codes)))) for row in rows]
    seen: set[str] = set()
    for rhythm, codes in RHYTHMS.items():
        of_rhythm = [(row, found) for row, found in known if found & set(codes) and row.record_id not in seen]
        for row, found in islice(of_rhythm, most):
            seen.add(str(row.record_id))
            yield rhythm, str(row.record_id), found, _signals(row)


def _signals(row: Any) -> Floats:
    if hasattr(row, "use"):
        return read_more_signal(str(row.shard), int(row.row), int(row.fs))
    return read_record_500hz(str(row.record_id))


def reference_rate(signals: Floats) -> tuple[float, bool]:
    """Return the rate by two libraries, beats a minute, and whether they agree.

    The medians over the leads of wfdb's xqrs and of neurokit2's two detectors are compared; the median of the three is
    the reference.
    """
    import neurokit2 as nk
    from wfdb.processing import xqrs_detect

    def rate(peaks: Any) -> float:
        gaps = np.diff(np.asarray(peaks, dtype=float))
        return 60.0 * SAMPLING_RATE_HZ / float(gaps.mean()) if gaps.size else np.nan

    found = []
    for detector in ("xqrs", "neurokit", "pantompkins1985"):
        of_leads = []
        for lead in np.nan_to_num(signals).astype(float):
            try:
                if detector == "xqrs":
                    peaks = xqrs_detect(lead, fs=SAMPLING_RATE_HZ, verbose=False)
                else:
                    clean = nk.ecg_clean(lead, sampling_rate=SAMPLING_RATE_HZ, method=detector)
                    peaks = nk.ecg_findpeaks(clean, sampling_rate=SAMPLING_RATE_HZ, method=detector)["ECG_R_Peaks"]
            except (ValueError, IndexError, ZeroDivisionError):
                continue
            of_leads.append(rate(peaks))
        found.append(float(np.nanmedian(of_leads)) if np.isfinite(of_leads).any() else np.nan)
    return float(np.nanmedian(found)), bool(np.nanmax(found) - np.nanmin(found) <= APART_BPM)


def rhythm_rows(most: int) -> Iterator[dict[str, Any]]:
    """Yield the measured and the reference rate of each record, and whether PR is given and should be."""
    models = shared_models()
    for number, (rhythm, record, codes, signals) in enumerate(rhythm_records(most)):
        encoded, _ = CONDITIONS[PAGE](signals, number)
        row: dict[str, Any] = {"rhythm": rhythm, "record": record, "rate": np.nan, "pr": np.nan, "read": True}
        row["reference"], row["agreed"] = reference_rate(signals)
        row["without_p"] = bool(codes & WITHOUT_P)
        row["paced"] = "PACE" in codes
        try:
            found = measure(trace(find_page(open_upload(encoded), models.page), models.line))
        except HeartGuardError:
            row["read"] = False
        else:
            row["rate"] = np.nan if found.heart_rate_bpm is None else found.heart_rate_bpm
            row["pr"] = np.nan if found.pr_ms is None else found.pr_ms
        yield row


def rhythm_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one line a rhythm, and one of all: rates within 5/min, PR withheld without P, PR given with P."""
    lines = []
    for rhythm, group in [*rows.groupby("rhythm", sort=False), ("all", rows)]:
        near = (group["rate"] - group["reference"]).abs() <= APART_BPM
        agreed, given, paced = group["agreed"].astype(bool), group["pr"].notna(), group["paced"].astype(bool)
        without = group["without_p"].astype(bool)
        lines.append(
            {
                "rhythm": rhythm,
                "records": len(group),
                "read": share(int(group["read"].sum()), len(group)),
                "rate_within_5": share(int((near & agreed).sum()), int(agreed.sum())),
                "rate_within_5_libraries_differ": share(int((near & ~agreed).sum()), int((~agreed).sum())),
                "pr_withheld_without_p": share(int((~given & without).sum()), int(without.sum())),
                "pr_given_with_p": share(int((given & ~without & ~paced).sum()), int((~without & ~paced).sum())),
            }
        )
    return pd.DataFrame(lines)
