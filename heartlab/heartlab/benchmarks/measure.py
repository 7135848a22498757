"""Measure P, PR, QRS, QT, rate and wide complexes on LUDB, whose every wave cardiologists have marked.

    heartlab bench measure [--limit N]

Needs the shared data (see README) and, for the comparison only, neurokit2 and ecgdeli (``pip install -e
'./heartlab[compare]'``; what is not installed is left out). Writes ``benchmarks/results/measure.csv``. Pages drawn from
the same records are judged by the shared ``eval_ludb.py`` itself.

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

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LAYOUTS, LEAD_INDEX, LEADS, SAMPLING_RATE_HZ
from heartguard.measure import measure
from heartguard.values import Ecg
from heartlab.data.datasets import read_ludb_waves, read_signal
from heartlab.data.tables import write_table
from heartlab.evaluate.delineators import installed

INTERVALS = {"p": "p_ms", "pr": "pr_ms", "qrs": "qrs_ms", "qt": "qt_ms"}
"""Intervals by name, and their field of `heartguard.values.Measurements`."""

VIEWS: dict[str, tuple[str, tuple[float, float] | None]] = {
    "signals": ("12x1", None),
    "3x4+1": ("3x4+1", None),
    "3x4+1 0.05-40 Hz": ("3x4+1", (0.05, 40.0)),
    "3x4+1 0.67-25 Hz": ("3x4+1", (0.67, 25.0)),
}
"""What is shown of each record: layout and band."""

TOGETHER = 75
"""Samples within which QRS peaks are of one beat: 150 ms."""

LEAST_LEADS, RANK = 6, 3
"""Leads that must mark a beat or an edge; and which lead, from the outside, gives the global edge."""

WINDOWS = {"P": (-200, -20), "QRS": (-75, 75), "T": (40, 300)}
"""Where the peak of a wave is looked for, samples from the beat."""

WIDE_MS, NARROW_MS = 120.0, 110.0
"""From the first a complex is wide; below the second it is a false alarm to call it so."""

TRIM = 0.04
"""Share of the records farthest from the mean that the trimmed figures leave out."""

Marks = dict[str, Doubles]
"""By lead and wave, ``"II P"``: onset, peak, offset, samples, shape (n, 3); -1 where an edge is not marked."""


def marks_of(waves: pd.DataFrame) -> Marks:
    """Return the marks of one record."""
    columns = ["onset", "peak", "offset"]
    return {f"{lead} {wave}": part[columns].to_numpy(float) for (lead, wave), part in waves.groupby(["lead", "wave"])}


def beats_of(marks: Marks) -> Doubles:
    """Return the beats: the median of QRS peaks that are marked together, where six leads mark one.

    Examples
    --------
    >>> beats_of({f"{lead} QRS": np.array([[90.0, 100.0 + k, 120.0]]) for k, lead in enumerate(LEADS)})
    array([105.5])
    """
    peaks = sorted((peak, lead) for lead in LEADS for peak in marks.get(f"{lead} QRS", np.empty((0, 3)))[:, 1])
    groups: list[list[tuple[float, str]]] = []
    for peak in peaks:
        if not groups or peak[0] - groups[-1][0][0] >= TOGETHER:
            groups.append([])
        groups[-1].append(peak)
    whole = [group for group in groups if len({lead for _, lead in group}) >= LEAST_LEADS]
    return np.array([float(np.median([peak for peak, _ in group])) for group in whole])


def edges_of(marks: Marks, beats: Doubles, wave: str) -> tuple[float, float]:
    """Return global onset and end of a wave, samples from the beat; NaN where too few leads mark it."""
    found = [_of_lead(marks[f"{lead} {wave}"], beats, wave) for lead in LEADS if f"{lead} {wave}" in marks]
    onsets = np.sort([on for on, _ in found if np.isfinite(on)])
    ends = np.sort([off for _, off in found if np.isfinite(off)])
    on = onsets[RANK - 1] if onsets.size >= LEAST_LEADS else np.nan
    return float(on), float(ends[-RANK] if ends.size >= LEAST_LEADS else np.nan)


def _of_lead(waves: Doubles, beats: Doubles, wave: str) -> tuple[float, float]:
    """Return the median onset and end of a wave in one lead, samples from the beat; NaN for fewer than two beats."""
    first, last = WINDOWS[wave]
    nearest = []
    for before, beat, after in zip([-np.inf, *beats], beats, [*beats[1:], np.inf], strict=False):
        near = waves[(waves[:, 1] - beat >= first) & (waves[:, 1] - beat <= last)]
        near = near[(near[:, 1] > before) & (near[:, 1] < after)]
        if len(near):
            onset, _, offset = near[np.argmin(np.abs(near[:, 1] - beat))]
            nearest.append([edge - beat if edge >= 0 else np.nan for edge in (onset, offset)])
    table = np.array(nearest).reshape(-1, 2)
    enough = np.isfinite(table).sum(axis=0) >= 2
    on, off = (np.nanmedian(table[:, k]) if enough[k] else np.nan for k in (0, 1))
    return float(on), float(off)


def truth_of(marks: Marks) -> dict[str, float]:
    """Return p, pr, qrs and qt, ms, and the rate of one record; NaN where a wave is not marked."""
    beats = beats_of(marks)
    (p_on, p_off), (on, off), (_, t_off) = (edges_of(marks, beats, wave) for wave in WINDOWS)
    step = 1000.0 / SAMPLING_RATE_HZ
    rate = 60.0 * SAMPLING_RATE_HZ / float(np.mean(np.diff(beats))) if beats.size > 2 else np.nan
    found = {"p": p_off - p_on, "pr": on - p_on, "qrs": off - on, "qt": t_off - on}
    return {name: step * value for name, value in found.items()} | {"rate": rate}


def lawful(signals: Floats) -> Doubles:
    """Return the signals with limb leads in one scale, so that II = I + III; LUDB scales each to 1 mV.

    The scales of I, II and III are those by which the sum fits best; the largest limb lead keeps its 1 mV.
    """
    level = signals - np.median(signals, axis=1, keepdims=True)
    size = level[:3].std(axis=1)
    signed = level[:3] / size[:, None] * np.array([[1.0], [-1.0], [1.0]])
    scale = np.abs(np.linalg.svd(signed.T, full_matrices=False)[2][-1]) / size
    one, two = scale[0] * level[0], scale[1] * level[1]
    limbs = np.stack([one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2])
    return np.vstack([limbs / np.ptp(limbs, axis=1).max(), level[6:]])


def view(signals: Doubles, layout: str, band: tuple[float, float] | None) -> Ecg:
    """Return what a page of a layout and a recorder's band shows, with II as the rhythm lead."""
    if band:
        signals = sosfiltfilt(butter(2, band, "bandpass", fs=SAMPLING_RATE_HZ, output="sos"), signals)
    shown = np.full(signals.shape, np.nan, np.float32)
    plan = LAYOUTS[layout]
    width = signals.shape[1] // plan.columns
    for leads in plan.rows:
        for column, lead in enumerate(leads):
            part = slice(column * width, (column + 1) * width)
            shown[LEAD_INDEX[lead], part] = signals[LEAD_INDEX[lead], part]
    shown[LEAD_INDEX["II"]] = signals[LEAD_INDEX["II"]]
    return Ecg(shown, np.ones(12, np.float32), "II")


def by_heartguard(ecg: Ecg) -> dict[str, float]:
    """Measure with this package; NaN where it withholds a value."""
    found = measure(ecg)
    fields = {**INTERVALS, "rate": "heart_rate_bpm"}
    return {name: np.nan if (value := getattr(found, field)) is None else value for name, field in fields.items()}


def rows_of(record: str, place: int, marks: Marks) -> Iterator[dict[str, Any]]:
    """Yield one row for each view and method of a record: truth and answer."""
    signals, truth = lawful(read_signal(record)[0]), truth_of(marks)
    about = {"record": record, "part": ("tuned", "held")[place % 2], **{f"true_{k}": v for k, v in truth.items()}}
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--limit", type=int, help="only the first N records")


def run(args: argparse.Namespace) -> None:
    """Run the comparison and write the table."""
    warnings.simplefilter("ignore")  # the peers divide by zero
    waves = dict(tuple(read_ludb_waves().groupby("record_id", sort=False)))
    rows: list[dict[str, Any]] = []
    for place, record in enumerate(tqdm(list(waves)[: args.limit])):
        rows += rows_of(str(record), place, marks_of(waves[record]))
    print(write_table(summary(pd.DataFrame(rows)), "measure").T.to_string())
