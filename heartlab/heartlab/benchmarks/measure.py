"""Measure P, PR, QRS, QT, rate and wide complexes on LUDB, whose every wave cardiologists have marked.

    heartlab bench measure [--limit N] [--only intervals|waves|statements|rhythms ...] [--rhythms N]

Needs the shared data (see README) and, for the comparison only, neurokit2 and ecgdeli (``pip install -e
'./heartlab[compare]'``; what is not installed is left out). Writes ``benchmarks/results/measure.csv``. Pages drawn from
the same records are judged by the shared ``eval_ludb.py`` itself.

Beside it: ``measure-waves.csv``, P, QRS and T of each lead within 150 ms of LUDB's; ``measure-statements.csv``,
statements by the signals of PTB-XL records that nothing is fitted to; ``measure-rhythms.csv``, rate and PR of paced,
blocked, fluttering and fibrillating hearts drawn as pages and read back, the rate against neurokit2 and wfdb.

Truth, as the shared ``eval_ludb.py`` defines it: a beat is where six leads mark a QRS peak within 150 ms; in each lead
an onset or end is the median over its beats; the global onset is that of the third earliest lead, the global end that
of the third latest. ``tuned`` are the records of even place, on which constants were fitted; ``held`` the others. LUDB
scales each lead to 1 mV: its times count, not its heights. Errors are mean and SD, ms, of all and without the 4 %
farthest off.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.signal import butter, sosfiltfilt
from tqdm import tqdm

from heartguard.arrays import Doubles
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.measure import measure
from heartguard.values import Ecg
from heartlab.data.datasets import read_ludb_waves, read_signal
from heartlab.data.ludb import Marks, beats_of, lawful, marks_of, page_view, truth_of
from heartlab.data.tables import write_table
from heartlab.evaluate.delineators import installed
from heartlab.evaluate.rhythm_pages import rhythm_rows, rhythm_table
from heartlab.evaluate.statement_accuracy import stated_of, statement_table, test_records
from heartlab.evaluate.wave_detection import found_waves, wave_table

INTERVALS = {"p": "p_ms", "pr": "pr_ms", "qrs": "qrs_ms", "qt": "qt_ms"}
"""Intervals by name, and their field of `heartguard.values.Measurements`."""

VIEWS: dict[str, tuple[str, tuple[float, float] | None]] = {
    "signals": ("12x1", None),
    "3x4+1": ("3x4+1", None),
    "3x4+1 0.05-40 Hz": ("3x4+1", (0.05, 40.0)),
    "3x4+1 0.67-25 Hz": ("3x4+1", (0.67, 25.0)),
}
"""What is shown of each record: layout and band."""

PARTS = ("tuned", "held")
"""Records by their place: constants were fitted on those of even place."""

PARTS_OF_IT = ("intervals", "waves", "statements", "rhythms")
"""What this benchmark measures."""

WIDE_MS, NARROW_MS = 120.0, 110.0
"""From the first a complex is wide; below the second it is a false alarm to call it so."""

TRIM = 0.04
"""Share of the records farthest from the mean that the trimmed figures leave out."""


def view(signals: Doubles, layout: str, band: tuple[float, float] | None) -> Ecg:
    """Return what a page of a layout and a recorder's band shows, with II as the rhythm lead."""
    if band:
        signals = sosfiltfilt(butter(2, band, "bandpass", fs=SAMPLING_RATE_HZ, output="sos"), signals)
    return page_view(signals, layout)


def by_heartguard(ecg: Ecg) -> dict[str, float]:
    """Measure with this package; NaN where it withholds a value."""
    found = measure(ecg)
    fields = {**INTERVALS, "rate": "heart_rate_bpm"}
    return {name: np.nan if (value := getattr(found, field)) is None else value for name, field in fields.items()}


def rows_of(record: str, place: int, marks: Marks) -> Iterator[dict[str, Any]]:
    """Yield one row for each view and method of a record: truth and answer."""
    signals, truth = lawful(read_signal(record)[0]), truth_of(marks)
    about = {"record": record, "part": PARTS[place % 2], **{f"true_{k}": v for k, v in truth.items()}}
    for name, (layout, band) in VIEWS.items():
        ecg = view(signals, layout, band)
        methods: dict[str, Callable[[Ecg], dict[str, float]]] = {"HeartGuard": by_heartguard}
        methods |= installed() if layout == "12x1" else {}
        for method, measured in methods.items():
            yield {**about, "on": name, "method": method, **measured(ecg)}


def trimmed(errors: Doubles) -> Doubles:
    """Return the errors without the share `TRIM` farthest from their mean."""
    order = np.argsort(np.abs(errors - errors.mean()))
    return errors[order[: errors.size - round(TRIM * errors.size)]]


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one line for each view, method and part: errors, and counts as "x of y"."""
    lines = []
    for (on, method, part), group in rows.groupby(["on", "method", "part"], sort=False):
        line: dict[str, Any] = {"on": on, "method": method, "part": part, "records": len(group)}
        for name in INTERVALS:
            error = (group[name] - group[f"true_{name}"]).dropna().to_numpy()
            if error.size:
                kept = trimmed(error)
                line[f"{name}_ms"] = f"{error.mean():+.1f} ± {error.std():.1f}"
                line[f"{name}_trimmed_ms"] = f"{kept.mean():+.1f} ± {kept.std():.1f}"
                line[f"{name}_mean_95"] = _interval(error)
            line[f"{name}_given"] = _count(group[name].notna(), group[f"true_{name}"].notna())
        wide = group.qrs >= WIDE_MS
        line["wide_found"] = _count(wide, group.true_qrs >= WIDE_MS)
        line["wide_false"] = _count(wide, group.true_qrs < NARROW_MS)
        line["pr_without_p"] = _count(group.pr.notna(), group.true_p.isna())
        line["rate_within_5"] = _count((group.rate - group.true_rate).abs() <= 5, group.true_rate.notna())
        lines.append(line)
    return pd.DataFrame(lines)


def _interval(errors: Doubles) -> str:
    """Return the 95 % interval of the mean error by 2000 bootstrap samples of the records."""
    drawn = np.random.default_rng(0).choice(errors, (2000, errors.size)).mean(axis=1)
    return "{:+.1f} to {:+.1f}".format(*np.percentile(drawn, [2.5, 97.5]))


def _count(hit: pd.Series[Any], among: pd.Series[Any]) -> str:
    return f"{int((hit & among).sum())} of {int(among.sum())}"


def intervals(limit: int | None) -> pd.DataFrame:
    """Compare intervals with LUDB's."""
    rows: list[dict[str, Any]] = []
    for place, (record, marks) in enumerate(tqdm(_records(limit))):
        rows += rows_of(record, place, marks)
    return write_table(summary(pd.DataFrame(rows)), "measure")


def waves(limit: int | None) -> pd.DataFrame:
    """Compare the waves of every beat with LUDB's."""
    rows: list[dict[str, Any]] = []
    for place, (record, marks) in enumerate(tqdm(_records(limit))):
        beats = beats_of(marks)
        if beats.size > 1:
            measured = measure(view(lawful(read_signal(record)[0]), "12x1", None))
            rows += [{"part": PARTS[place % 2], **row} for row in found_waves(marks, beats, measured)]
    return write_table(wave_table(rows), "measure-waves")


def statements(limit: int | None) -> pd.DataFrame:
    """Compare statements with those of PTB-XL's cardiologists."""
    records = test_records()[:limit]
    rows = [(stated_of(row.record_id, row.age, row.sex), row.truth) for row in tqdm(list(records.itertuples()))]
    return write_table(statement_table(rows), "measure-statements")


def _records(limit: int | None) -> list[tuple[str, Marks]]:
    waves = dict(tuple(read_ludb_waves().groupby("record_id", sort=False)))
    return [(str(record), marks_of(waves[record])) for record in list(waves)[:limit]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--limit", type=int, help="only the first N records")
    parser.add_argument("--only", nargs="+", choices=PARTS_OF_IT, default=PARTS_OF_IT, help="what to measure")
    parser.add_argument("--rhythms", type=int, default=20, metavar="N", help="at most N pages of each rhythm")


def run(args: argparse.Namespace) -> None:
    """Run what was asked for and write its tables."""
    warnings.simplefilter("ignore")  # the peers divide by zero
    parts: dict[str, Callable[[], pd.DataFrame]] = {
        "intervals": lambda: intervals(args.limit),
        "waves": lambda: waves(args.limit),
        "statements": lambda: statements(args.limit),
        "rhythms": lambda: write_table(rhythm_table(pd.DataFrame(tqdm(rhythm_rows(args.rhythms)))), "measure-rhythms"),
    }
    for name in args.only:
        print(parts[name]().T.to_string())
