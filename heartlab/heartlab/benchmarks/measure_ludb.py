"""Compare HeartGuard's measurements with neurokit2's on LUDB, whose every wave cardiologists have marked.

    heartlab bench measure-ludb [--limit N]

Needs the shared data (see README) and, for the comparison only, ``pip install neurokit2``; HeartGuard itself does not
need it. Writes ``benchmarks/results/measure-ludb.csv``.

Truth: an interval runs from the earliest onset to the latest offset over the twelve leads of a beat, where the outer
quarter of the leads is left out as disagreement of the marking; of a record it is the median over its beats. neurokit2
measures one lead, which is what it is made for. ``tune`` are the records of even place, on which HeartGuard's constants
were chosen; ``held`` are the others.
"""

from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd
from scipy.signal import butter, sosfiltfilt
from tqdm import tqdm

from heartguard.leads import LAYOUTS, LEAD_INDEX, SAMPLING_RATE_HZ
from heartguard.measure import measure
from heartguard.values import Ecg
from heartlab.data.datasets import read_ludb_waves, read_signal
from heartlab.data.tables import write_table

VIEWS = (("12x1", "II", None), ("3x4+1", "II", (0.67, 25.0)), ("3x4+1", "III", (0.67, 25.0)))
"""Simulated pages: layout, rhythm lead (also neurokit2's lead), and the band of the recorder."""

TOLERANCE = 0.1 * SAMPLING_RATE_HZ
"""Greatest distance of matching beats, 0.1 s; chosen by hand."""

INTERVALS = ("pr_ms", "qrs_ms", "qt_ms")
"""Intervals that are compared."""


def beats_of(waves: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the QRS marks of each beat that at least four leads mark."""
    qrs = waves[waves.wave == "QRS"].sort_values("peak")
    groups = np.split(np.arange(len(qrs)), np.flatnonzero(np.diff(qrs.peak) > 60) + 1)
    return [qrs.iloc[group] for group in groups if len(group) >= 4]


def inner(values: pd.Series[Any], last: bool) -> float:
    """Return the earliest (or latest) value after leaving out the outer quarter."""
    ordered = np.sort(values)
    cut = max(0, round(ordered.size / 4) - 1)
    return float(ordered[ordered.size - 1 - cut] if last else ordered[cut])


def truth_of(waves: pd.DataFrame) -> dict[str, Any]:
    """Return R peaks (samples) and intervals (ms) of one record; NaN where a wave is not marked in most beats."""
    plausible = (waves.peak - waves.onset).between(0, 110) & (waves.offset - waves.peak).between(0, 160)
    waves = waves[plausible]
    rows = []
    for qrs in beats_of(waves):
        peak, onset = float(qrs.peak.median()), inner(qrs.onset, last=False)
        after = waves[
            (waves.wave == "T") & (waves.onset > peak) & (waves.peak < peak + 300) & (waves.offset < peak + 340)
        ]
        before = waves[(waves.wave == "P") & (waves.peak < peak - 20) & (waves.peak > peak - 180)]
        rows.append(
            {
                "peak": peak,
                "qrs_ms": 2 * (inner(qrs.offset, last=True) - onset),
                "qt_ms": 2 * (inner(after.offset, last=True) - onset) if len(after) >= 4 else np.nan,
                "pr_ms": 2 * (onset - inner(before.onset, last=False)) if len(before) >= 4 else np.nan,
            }
        )
    table = pd.DataFrame(rows)
    found: dict[str, Any] = {name: table[name].median() for name in INTERVALS}
    found["pr_ms"] = found["pr_ms"] if table.pr_ms.notna().mean() > 0.5 else np.nan
    found["peaks"] = table.peak.to_numpy()
    return found


def view(signals: np.ndarray, layout: str, rhythm_lead: str, band: tuple[float, float] | None) -> Ecg:
    """Return the Ecg that a page of a layout and a recorder's band shows."""
    if band:
        signals = sosfiltfilt(butter(2, band, "bandpass", fs=SAMPLING_RATE_HZ, output="sos"), signals)
    shown = np.full(signals.shape, np.nan, np.float32)
    plan = LAYOUTS[layout]
    width = signals.shape[1] // plan.columns
    for leads in plan.rows:
        for column, lead in enumerate(leads):
            part = slice(column * width, (column + 1) * width)
            shown[LEAD_INDEX[lead], part] = signals[LEAD_INDEX[lead], part]
    shown[LEAD_INDEX[rhythm_lead]] = signals[LEAD_INDEX[rhythm_lead]]
    return Ecg(shown, np.ones(12, np.float32), rhythm_lead)


def by_heartguard(ecg: Ecg) -> dict[str, Any]:
    """Measure with this package."""
    found = measure(ecg)
    intervals = {name: getattr(found, name) for name in INTERVALS}
    return {"peaks": found.beats_s * SAMPLING_RATE_HZ, **intervals}


def by_neurokit(ecg: Ecg) -> dict[str, Any]:
    """Measure the rhythm lead with neurokit2: its own cleaning and R peaks, delineation by discrete wavelets."""
    import neurokit2 as nk

    assert ecg.rhythm_lead is not None
    clean = nk.ecg_clean(ecg.lead(ecg.rhythm_lead).astype(float), sampling_rate=SAMPLING_RATE_HZ)
    peaks = nk.ecg_peaks(clean, sampling_rate=SAMPLING_RATE_HZ)[1]["ECG_R_Peaks"]
    try:
        marks = nk.ecg_delineate(clean, peaks, sampling_rate=SAMPLING_RATE_HZ, method="dwt")[1]
    except (ValueError, IndexError, ZeroDivisionError, TypeError):
        return {"peaks": peaks}
    at = {name: np.asarray(places, dtype=float) for name, places in marks.items()}
    onset = at["ECG_R_Onsets"]
    spans = {
        "pr_ms": onset - at["ECG_P_Onsets"],
        "qrs_ms": at["ECG_R_Offsets"] - onset,
        "qt_ms": at["ECG_T_Offsets"] - onset,
    }
    medians = {name: float(np.nanmedian(span)) if np.isfinite(span).any() else np.nan for name, span in spans.items()}
    return {"peaks": peaks, **{name: 2 * value for name, value in medians.items()}}


METHODS = {"heartguard": by_heartguard, "neurokit2": by_neurokit}
"""Methods that are compared."""


def matched(found: np.ndarray, true: np.ndarray) -> tuple[int, int]:
    """Return how many true beats were found, and how many were found within the marked part of the record."""
    inside = [peak for peak in found if true[0] - 2 * TOLERANCE < peak < true[-1] + 2 * TOLERANCE]
    taken: set[int] = set()
    for beat in true:
        distance = [abs(peak - beat) if i not in taken else np.inf for i, peak in enumerate(inside)]
        if distance and min(distance) <= TOLERANCE:
            taken.add(int(np.argmin(distance)))
    return len(taken), len(inside)


def measured_rows(limit: int | None) -> pd.DataFrame:
    """Return one row for each record, view and method."""
    waves = dict(tuple(read_ludb_waves().groupby("record_id", sort=False)))
    rows = []
    for place, record in enumerate(tqdm(list(waves)[:limit])):
        truth, signals = truth_of(waves[record]), read_signal(record)[0]
        for layout, rhythm_lead, band in VIEWS:
            ecg = view(signals, layout, rhythm_lead, band)
            for method, measured in METHODS.items():
                start = time.process_time()
                found = measured(ecg)
                spent = time.process_time() - start
                hits, inside = matched(np.asarray(found["peaks"]), truth["peaks"])
                row: dict[str, Any] = {
                    "part": ("tune", "held")[place % 2],
                    "view": f"{layout} {rhythm_lead}",
                    "method": method,
                }
                row |= {"beats": len(truth["peaks"]), "hits": hits, "found": inside, "cpu_ms": 1000 * spent}
                for name in INTERVALS:
                    value = found.get(name)
                    row[name] = np.nan if value is None else value - truth[name]
                row["pr_marked"] = np.isfinite(truth["pr_ms"])
                row["pr_given"] = found.get("pr_ms") is not None and np.isfinite(found["pr_ms"])
                rows.append(row)
    return pd.DataFrame(rows)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return sensitivity, positive predictive value, and mean ± SD of the errors."""
    lines = []
    for (shown, method, part), group in rows.groupby(["view", "method", "part"]):
        line: dict[str, Any] = {"view": shown, "method": method, "part": part, "records": len(group)}
        line["sensitivity"] = round(group.hits.sum() / group.beats.sum(), 4)
        line["ppv"] = round(group.hits.sum() / group.found.sum(), 4)
        for name in INTERVALS:
            line[f"{name}_n"] = int(group[name].notna().sum())
            line[f"{name}_error"] = f"{group[name].mean():+.1f} ± {group[name].std():.1f}"
            line[f"{name}_median_abs"] = round(group[name].abs().median(), 1)
        line["pr_given_without_p"] = f"{int((group.pr_given & ~group.pr_marked).sum())}/{int((~group.pr_marked).sum())}"
        line["cpu_ms"] = round(group.cpu_ms.median(), 1)
        lines.append(line)
    return pd.DataFrame(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--limit", type=int, help="only the first N records")


def run(args: argparse.Namespace) -> None:
    """Run the comparison and write the table."""
    warnings.simplefilter("ignore")
    print(write_table(summary(measured_rows(args.limit)), "measure-ludb").to_string(index=False))
