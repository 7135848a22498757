"""Simulated pages of every kind with their truth, in a folder that a judge of drawn pages reads.

    python -m heartlab.train.sheets --cache DIR --out DIR --count 120

The records are those of the check split: no network has learned from them.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import lzma
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from heartguard.arrays import Floats
from heartguard.leads import LEAD_INDEX, LEADS, PAGE_SECONDS, PAPER_SPEED_MM_PER_S, SAMPLING_RATE_HZ
from heartguard.measure.measuring import measure
from heartguard.values import Ecg
from heartlab.simulate.recorders import SimulatedSheet, simulate_sheet
from heartlab.simulate.recorders.views import CreasedView, FlatView
from heartlab.train.structure.records import load_pool

__all__ = ["drawn_signals", "is_usual", "make_sheets", "read_table", "row_of"]

FIRST_SEED = 20_000_000
"""Of pages that judge; those of lessons and check begin elsewhere."""

_USUAL_FORMS = ("3x4", "6x2", "12x1")
"""Rows by columns of nearly all pages that recorders print."""

_IRREGULAR = 0.1
"""Coefficient of variation of RR from which a rhythm is called irregular here; sinus rhythm stays below."""


def drawn_signals(sheet: SimulatedSheet, signals_mv: Floats) -> Floats:
    """Return the signals as the page shows them, shape (12, samples), mV: after the recorder's filter and limits."""
    out = np.array(signals_mv, np.float32)
    plan = sheet.plan
    for piece in sheet.scene.pieces:
        for stretches in (plan.arrangement.rows[piece.row],):
            for column, stretch in enumerate(stretches):
                if stretch.label != piece.lead or stretch.start_s != piece.start_s:
                    continue
                x = plan.column_x(column, len(stretches))
                at = np.round(stretch.start_s * SAMPLING_RATE_HZ + (piece.points[:, 0] - x) / plan.speed * 500)
                sign = -1 if stretch.inverted else 1
                mv = sign * (piece.baseline - piece.points[:, 1]) / plan.gain(stretch.lead)
                inside = (at >= 0) & (at < out.shape[1])
                out[LEAD_INDEX[stretch.lead], at[inside].astype(int)] = mv[inside]
    return out


def row_of(sheet: SimulatedSheet, name: str, drawn: Floats, number: int) -> dict[str, Any]:
    """Return a page's truth under the columns of the judge's table."""
    plan = sheet.plan
    arrangement = plan.arrangement
    leads, starts, inverted = [], {}, []
    labels = [s.label for row in arrangement.rows for s in row]
    for row in arrangement.rows:
        for column, stretch in enumerate(row):
            leads.append([stretch.label, stretch.start_s, stretch.end_s])
            if len(row) > 1:
                starts[stretch.label] = round(column * arrangement.seconds / len(row), 4)
            if stretch.inverted:
                inverted.append(stretch.label)
    measured = measure(Ecg(drawn, np.ones(len(LEADS), np.float32)))
    rate = 60_000 / measured.rr_ms if measured.rr_ms else None
    beats = measured.beats_s
    mean = 60 * (len(beats) - 1) / (beats[-1] - beats[0]) if len(beats) > 2 else rate
    return {
        "image": name,
        "group": sheet.kind,
        "program": "simulate_sheet",
        "style": f"seed {sheet.seed}",
        "record_id": f"sheet-{number}",
        "layout": _layout(arrangement.name, labels, bool(inverted)),
        "leads": json.dumps(leads),
        "page_start": json.dumps(starts),
        "inverted": json.dumps(sorted(set(inverted))),
        "process": "{}",
        "speed_mm_s": plan.speed,
        "gain_mm_mv": plan.gains[0] if len(set(plan.gains)) == 1 else json.dumps(plan.gains),
        "has_scale": "true",
        "turned_deg": 0,
        "hr_bpm": round(rate, 1) if rate else "",
        "hr_mean_bpm": round(mean, 1) if mean else "",
        "hr_window_bpm": "",
        "rr_irregular": "true" if (measured.rr_variation or 0) > _IRREGULAR else "false",
        "signal_row": number,
    }


def _layout(name: str, labels: list[str], cabrera: bool) -> str:
    if cabrera:
        return f"{name} Cabrera"
    first = [label for label in dict.fromkeys(labels) if label in LEAD_INDEX]
    usual = [lead for lead in LEADS if lead in first]
    grouped = sorted(first) == sorted(usual)
    ordered = _by_column_or_row(name, labels)
    return name if grouped and ordered in (usual, first[:1]) else f"{name} (own)"


def _by_column_or_row(name: str, labels: list[str]) -> list[str]:
    shape = name.split("+", maxsplit=1)[0]
    if "x" not in shape or " " in shape:
        return labels[:1]
    rows, columns = (int(part) for part in shape.split("x"))
    grid = [labels[row * columns : (row + 1) * columns] for row in range(rows)]
    if rows == 2:
        return [label for row in grid for label in row]
    return [grid[row][column] for column in range(columns) for row in range(rows)]


def is_usual(sheet: SimulatedSheet, *, creased: bool = False) -> bool:
    """Return whether a sheet is of the kind that most pages are.

    Such a page shows 10 s at 25 mm/s in a usual form and order on a grid, seen upright and, unless it was photographed
    or `creased` says so, on smooth paper.
    """
    plan, view = sheet.plan, sheet.view
    form = plan.arrangement.name.split("+", maxsplit=1)[0]
    if form not in _USUAL_FORMS or plan.speed != PAPER_SPEED_MM_PER_S or plan.arrangement.seconds != PAGE_SECONDS:
        return False
    if plan.medians or sheet.scene.grid is None or sheet.neighbour is not None or sheet.kind == "screen photo":
        return False
    labels = [stretch.label for row in plan.arrangement.rows for stretch in row]
    inverted = any(stretch.inverted for row in plan.arrangement.rows for stretch in row)
    if "(own)" in _layout(plan.arrangement.name, labels, inverted):
        return False
    return not isinstance(view, FlatView) or ((creased or not isinstance(view, CreasedView)) and _upright(view))


def _upright(view: FlatView) -> bool:
    """Return whether a page's left is left and its top is up."""
    return bool(view.plane[0, 0] > 0 and view.plane[1, 1] > 0)


def make_sheets(cache: Path, out: Path, count: int, first: int = FIRST_SEED, *, usual: bool = False) -> None:
    """Draw pages into a folder with their table and signals; pages that are there are kept.

    Parameters
    ----------
    cache, out : Path
        Folders of the records and of the pages.
    count : int
    first : int
        Seed before that of the first page.
    usual : bool
        Whether all are to be such as most pages are (`is_usual`).
    """
    out.mkdir(parents=True, exist_ok=True)
    pool = load_pool("check", cache)
    rows, signals, number, seed = [], [], 0, first
    while number < count:
        seed += 1
        mv = pool.draw(seed)
        sheet = simulate_sheet(mv, seed)
        if usual and not is_usual(sheet):
            continue
        drawn = drawn_signals(sheet, mv)
        row = row_of(sheet, f"sheet-{number:03d}.png", drawn, number)
        if not sheet.scene.pieces or not row["hr_bpm"]:
            continue
        path = out / row["image"]
        if not path.exists():
            cv2.imwrite(str(path), cv2.cvtColor(sheet.draw().image, cv2.COLOR_RGB2BGR))
        rows.append(row)
        signals.append(np.clip(np.round(drawn[:, :5000] * 1000), -32000, 32000).astype(np.int16))
        number += 1
    with (out / "rendered.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    _pack(np.stack(signals), out)


def _pack(signals: np.ndarray[Any, np.dtype[np.int16]], out: Path) -> None:
    """Keep signals as the judge unpacks them: six leads as left after derivation, differences in time."""
    independent = [0, 1, 6, 7, 8, 9, 10, 11]
    i, ii = signals[:, 0].astype(np.int32), signals[:, 1].astype(np.int32)
    derived = np.stack([ii - i, -((i + ii) // 2), i - ii // 2, ii - i // 2], axis=1).astype(np.int16)
    packed = signals.copy()
    packed[:, 2:6] -= derived
    packed[:, independent] = np.diff(signals[:, independent], axis=2, prepend=np.int16(0))
    buffer = io.BytesIO()
    np.save(buffer, packed)
    (out / "signals.npy.xz").write_bytes(lzma.compress(buffer.getvalue(), preset=1))
    with (out / "signals.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["record_id", "shard", "row"])
        writer.writerows([f"sheet-{k}", "signals.npy.xz", k] for k in range(len(signals)))


def read_table(folder: Path) -> tuple[list[dict[str, str]], Floats]:
    """Return the rows of a folder's table, and the signals of their pages, shape (n, 12, 5000), mV."""
    with (folder / "rendered.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    packed = np.load(io.BytesIO(lzma.decompress((folder / "signals.npy.xz").read_bytes())))
    independent = [0, 1, 6, 7, 8, 9, 10, 11]
    signals = packed.copy()
    signals[:, independent] = np.cumsum(packed[:, independent], axis=2, dtype=np.int16)
    i, ii = signals[:, 0].astype(np.int32), signals[:, 1].astype(np.int32)
    signals[:, 2:6] += np.stack([ii - i, -((i + ii) // 2), i - ii // 2, ii - i // 2], axis=1).astype(np.int16)
    return rows, np.asarray(signals / np.float32(1000), np.float32)


def main() -> int:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder of the records, outside of the repository")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="seed before the first page")
    parser.add_argument("--usual", action="store_true", help="only pages of the kind that most are")
    args = parser.parse_args()
    make_sheets(args.cache, args.out, args.count, args.first, usual=args.usual)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
