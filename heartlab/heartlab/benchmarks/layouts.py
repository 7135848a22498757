"""Pages of every arrangement with printed names: whether rows, columns, seconds and names are read as drawn.

    heartlab bench layouts [--pages 10] [--only "4x3"]

Draws simulated hearts on `heartlab.simulate.recorders.NAMED_PAGES`; needs no data. Writes
``benchmarks/results/layouts.csv``, a row an arrangement. A layout is right where every lead of the page is at its row
and its seconds, under its name or under none. Decibels are the mean over all drawn leads, at one shift of the whole
page of at most 0.25 s.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from heartguard.arrays import Doubles
from heartguard.errors import HeartGuardError
from heartguard.leads import SAMPLING_RATE_HZ, TIME_TOLERANCE, is_row_name
from heartguard.models import shared_models
from heartguard.traced import Stopwatch, TracedEcg, trace_ecgs
from heartlab.data.tables import merged, read_table, write_table
from heartlab.simulate.ecg import CONDITIONS, simulate_ecg
from heartlab.simulate.encoded import png
from heartlab.simulate.recorders import NAMED_PAGES, SimulatedSheet, print_named_page

__all__ = ["Judged", "add_arguments", "judge_layout", "row_of", "run"]

T = TypeVar("T")

_FIRST_SEED = 41_000_000
"""Of the pages of this benchmark; no network and no constant has seen one."""

_MAX_SHIFT = SAMPLING_RATE_HZ // 4
"""Samples by which a whole page may be shifted: where a page begins is known to a fraction of that."""

_STEP = 5
"""Samples between the shifts that are tried first."""

_FLOOR_DB = -10.0
"""Below this a signal has nothing to do with the truth; how much below tells nothing more."""

_RATES = (45.0, 120.0)
"""Beats a minute."""


class Judged(NamedTuple):
    """How one page was read: its layout, leads under another's name and without one, as shares, and decibels."""

    layout_right: bool
    misnamed: float
    unnamed: float
    db: float
    quality: float


def judge_layout(sheet: SimulatedSheet, traced: TracedEcg) -> Judged:
    """Compare what was read with what was drawn."""
    panels = sorted((segment.panel for segment in traced.ecg.segments), key=lambda panel: panel.x0)
    found = _by_place([(panel.row, panel) for panel in panels])
    drawn = _by_place([(piece.row, piece) for piece in sheet.scene.pieces])
    names = [found[place].label for place in drawn if place in found]
    wanted = [piece.lead for place, piece in drawn.items() if place in found]
    wrong = sum(name != lead and not is_row_name(name) for name, lead in zip(names, wanted, strict=True))
    unnamed = sum(map(is_row_name, names))
    longest = max(piece.end_s - piece.start_s for piece in sheet.scene.pieces)
    in_time = all(
        abs(found[place].start_s - piece.start_s) + abs(found[place].end_s - piece.end_s) < 2 * TIME_TOLERANCE * longest
        for place, piece in drawn.items()
        if place in found
    )
    right = set(found) == set(drawn) and not wrong and in_time
    return Judged(right, wrong / len(drawn), unnamed / len(drawn), _decibels(sheet, traced), traced.quality)


def _by_place(in_rows: Sequence[tuple[int, T]]) -> dict[tuple[int, int], T]:
    """Return what is in rows, each from the left, by row and column."""
    places = Counter[int]()
    found = {}
    for row, one in in_rows:
        found[row, places[row]] = one
        places[row] += 1
    return found


def _decibels(sheet: SimulatedSheet, traced: TracedEcg) -> float:
    wanted = _drawn_signals(sheet)
    got = {_drawn_as(traced, lead, sheet): lead for lead in wanted}
    signals = {lead: _signal_of(traced, name) for name, lead in got.items()}
    shifts = range(-_MAX_SHIFT, _MAX_SHIFT + 1, _STEP)
    top = max(shifts, key=lambda shift: _mean_db(wanted, signals, shift))
    return max(_mean_db(wanted, signals, shift) for shift in range(top - _STEP + 1, top + _STEP))


def _drawn_as(traced: TracedEcg, lead: str, sheet: SimulatedSheet) -> str:
    """Return what a drawn lead is called in the reading: its name, or that of its row where it has none."""
    rows = {piece.row for piece in sheet.scene.pieces if piece.lead.removeprefix("-") == lead}
    panels = [panel for panel in traced.page.panels if panel.row == min(rows)]
    return panels[0].lead if len(panels) == 1 and is_row_name(panels[0].lead) else lead


def _signal_of(traced: TracedEcg, lead: str) -> Doubles | None:
    ecg = traced.ecg
    signal = ecg.lead(lead) if lead in ecg.shown else ecg.others.get(lead)
    return None if signal is None else np.asarray(signal, np.float64)


def _drawn_signals(sheet: SimulatedSheet) -> dict[str, Doubles]:
    """Return the signal of each lead, mV, as it is drawn, NaN where it is not; strips for all of their seconds."""
    plan = sheet.plan
    seconds = max(piece.end_s for piece in sheet.scene.pieces)
    drawn: dict[str, Doubles] = {}
    for piece in sheet.scene.pieces:
        lead = piece.lead.removeprefix("-")
        signal = drawn.setdefault(lead, np.full(round(seconds * SAMPLING_RATE_HZ), np.nan))
        first, last = (round(time * SAMPLING_RATE_HZ) for time in (piece.start_s, piece.end_s))
        up = (piece.baseline - piece.points[: last - first, 1]) / plan.gain(lead)
        signal[first:last] = -up if piece.lead.startswith("-") else up
    return drawn


def _mean_db(wanted: Mapping[str, Doubles], got: Mapping[str, Doubles | None], shift: int) -> float:
    return float(np.mean([_db(signal, got[lead], shift) for lead, signal in wanted.items()]))


def _db(wanted: Doubles, got: Doubles | None, shift: int) -> float:
    """Return decibels of one lead; what was not traced counts as its mean."""
    if got is None:
        return _FLOOR_DB
    count = min(len(wanted), len(got)) - _MAX_SHIFT
    x, y = wanted[_MAX_SHIFT:count], got[_MAX_SHIFT + shift : count + shift]
    shown = np.isfinite(x)
    x, y = x[shown] - x[shown].mean(), y[shown] - np.nanmean(y[shown]) if np.isfinite(y[shown]).any() else y[shown]
    error = np.sum((np.nan_to_num(y) - x) ** 2)
    return float(max(_FLOOR_DB, 10 * np.log10(np.sum(x**2) / max(error, 1e-9))))


def row_of(name: str, judged: list[Judged | None]) -> dict[str, Any]:
    """Return the row of an arrangement; None is a page that was refused.

    Examples
    --------
    >>> row_of("3x4", [Judged(True, 0.0, 0.0, 20.0, 0.9), None])["layout_right_percent"]
    50.0
    """
    read = [one for one in judged if one is not None]
    return {
        "arrangement": name,
        "pages": len(judged),
        "read": len(read),
        "layout_right_percent": 100 * sum(one.layout_right for one in read) / len(judged),
        "misnamed_percent": round(100 * float(np.mean([one.misnamed for one in read])), 1) if read else None,
        "unnamed_percent": round(100 * float(np.mean([one.unnamed for one in read])), 1) if read else None,
        "mean_db": round(float(np.mean([one.db for one in read])), 1) if read else None,
        "least_db": round(min(one.db for one in read), 1) if read else None,
        "quality_at_least_half": sum(one.quality >= 0.5 for one in read),
    }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--pages", type=int, default=10, help="pages of each arrangement (default: 10)")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this arrangement; may be given again")


def run(args: argparse.Namespace) -> None:
    """Draw and read all pages and write the table."""
    rows = []
    for name in NAMED_PAGES:
        if args.only and name not in args.only:
            continue
        judged = [_judged(name, number) for number in range(args.pages)]
        rows.append(row_of(name, judged))
        print(*rows[-1].values(), flush=True)
    write_table(merged(pd.DataFrame(rows), read_table("layouts"), ["arrangement"], list(NAMED_PAGES)), "layouts")


def _judged(name: str, number: int) -> Judged | None:
    page, seed = NAMED_PAGES[name], _FIRST_SEED + number
    rng = np.random.default_rng([seed, 1])
    seconds = 10 * np.ceil((page.seconds + 0.1) * 6 / 10)
    condition, rate = CONDITIONS[int(rng.integers(len(CONDITIONS)))], float(rng.uniform(*_RATES))
    ecg = simulate_ecg(condition, rate, seed, muscle_noise_mv=0.006, seconds=float(seconds))
    sheet = print_named_page(page, ecg.signals, seed)
    try:
        traced = trace_ecgs(png(sheet.draw().image), shared_models(), Stopwatch(), name=f"{name}-{number}.png")
    except HeartGuardError:
        return None
    return judge_layout(sheet, traced[0])
