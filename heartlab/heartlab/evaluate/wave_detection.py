"""Whether P, QRS and T of every beat are found in every lead: against the marks of LUDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from heartguard.arrays import Doubles
from heartguard.leads import LEADS, SAMPLING_RATE_HZ
from heartguard.values import Measurements
from heartlab.data.ludb import Marks

__all__ = ["found_waves", "wave_table"]

TOLERANCE_S = 0.15
"""A wave is found where one is marked so near to its peak."""

PEAKS = {"P": "p_peak", "QRS": "r_peak", "T": "t_peak"}
"""Waves by their name in LUDB, and the mark of ours."""

REPEATS = 2000
"""Draws of the bootstrap over records."""


def found_waves(marks: Marks, beats: Doubles, measured: Measurements) -> Iterator[dict[str, Any]]:
    """Yield for each wave, over all leads of a record, how many are marked, found, given, and given rightly.

    Parameters
    ----------
    marks : dict
        From `heartlab.data.ludb.marks_of`.
    beats : ndarray, shape (n,)
        From `heartlab.data.ludb.beats_of`, samples: only between the first and the last are all waves marked.
    measured : Measurements
    """
    for wave, name in PEAKS.items():
        beyond = (
            TOLERANCE_S if wave == "QRS" else 0.0
        )  # in single leads the first and last beats peak beside the others
        first, last = beats[0] / SAMPLING_RATE_HZ - beyond, beats[-1] / SAMPLING_RATE_HZ + beyond
        counts = np.zeros(4, dtype=int)
        for lead in LEADS:
            true = marks.get(f"{lead} {wave}", np.empty((0, 3)))[:, 1] / SAMPLING_RATE_HZ
            own = getattr(measured.beats.leads[lead], name) if lead in measured.beats.leads else np.empty(0)
            own = np.concatenate([own, measured.beats.lone_p_s]) if wave == "P" else own
            asked, given = (peaks[(peaks >= first) & (peaks <= last)] for peaks in (true, own))
            counts += (asked.size, _near(asked, own), given.size, _near(given, true))
        yield {"wave": wave, **dict(zip(("marked", "found", "given", "right"), counts.tolist(), strict=True))}


def wave_table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return sensitivity and positive predictive value of each wave, per cent, with 95 % intervals over records."""
    table, lines = pd.DataFrame(rows), []
    for (part, wave), group in table.groupby(["part", "wave"], sort=False):
        line: dict[str, Any] = {"part": part, "wave": wave, "records": len(group)}
        for title, hit, among in (("sensitivity", "found", "marked"), ("ppv", "right", "given")):
            counts = group[[hit, among]].to_numpy(float)
            line[title] = _with_interval(counts)
        lines.append(line)
    return pd.DataFrame(lines)


def _near(peaks: Doubles, others: Doubles) -> int:
    """Return how many peaks have another one near."""
    known = others[np.isfinite(others)]
    return sum(bool(np.abs(known - peak).min(initial=np.inf) <= TOLERANCE_S) for peak in peaks)


def _with_interval(counts: Doubles) -> str:
    drawn = np.random.default_rng(0).integers(0, len(counts), (REPEATS, len(counts)))
    sums = counts[drawn].sum(axis=1)
    low, high = np.percentile(100 * sums[:, 0] / np.maximum(sums[:, 1], 1), [2.5, 97.5])
    hits, among = counts.sum(axis=0)
    return f"{100 * hits / max(among, 1):.1f} ({low:.1f} to {high:.1f}; {hits:.0f} of {among:.0f})"
