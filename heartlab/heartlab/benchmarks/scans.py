"""Pages of many makers without a known truth: each reading, beside a person's verdict on its overlay.

    heartlab bench scans [--only ecg00031.jpg] [--overlays DIR]

Needs the shared data (see README). Writes ``benchmarks/results/scans.csv``. The columns `what` and `verdict` come from
``benchmarks/scans-verdicts.csv``, written by hand after looking at every overlay; a verdict holds for the reading whose
`layout` stands beside it there, and is marked where the reading has changed since. `--overlays` also writes each page
with its traces as a PNG, to look at; keep those out of the repository. With `--only` the other rows stay as they were.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import cv2
import pandas as pd

from heartguard import read_ecg
from heartguard.errors import HeartGuardError
from heartguard.values import Reading
from heartlab.checkout import CHECKOUT
from heartlab.data.datasets import scan_files
from heartlab.data.tables import merged, read_table, write_table
from heartlab.evaluate.overlay import draw_traces

VERDICTS = CHECKOUT / "benchmarks" / "scans-verdicts.csv"
"""A person's verdict on each reading."""

FACTS = ["file", "outcome", "layout", "strip", "scale", "as_photo", "quality", "answered", "reason"]
"""Columns of the table."""


def read_scan(path: Path) -> tuple[dict[str, Any], Reading | None]:
    """Read one page; return the facts of its row and, unless it was refused, the reading."""
    try:
        reading = read_ecg(path)
    except HeartGuardError as error:
        return {"file": path.name, "outcome": "refused", "reason": f"{type(error).__name__}: {error}"}, None
    page = reading.page
    return {
        "file": path.name,
        "outcome": "read",
        "layout": page.layout.name,
        "strip": reading.ecg.rhythm_lead,
        "scale": page.scale_source,
        "as_photo": page.bend is not None,
        "quality": round(reading.quality, 2),
        "answered": not reading.prediction.abstained,
        "reason": " ".join(warning.text for warning in reading.warnings),
    }, reading


def with_verdicts(facts: pd.DataFrame) -> pd.DataFrame:
    """Join the facts with a person's verdicts; a verdict on another reading than this is marked."""
    seen = pd.read_csv(VERDICTS, keep_default_na=False).rename(columns={"layout": "layout_seen"})
    table = facts.merge(seen, on="file", how="left", validate="one_to_one")
    changed = table["layout"].fillna("") != table["layout_seen"].fillna("")
    table.loc[changed, "verdict"] = "not looked at since it changed: " + table.loc[changed, "verdict"].fillna("")
    return table[["file", "what", *FACTS[1:-1], "verdict", "reason"]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--overlays", type=Path, metavar="DIR", help="also write every page with its traces to DIR")
    parser.add_argument("--only", action="append", metavar="FILE", help="read only this one; may be given again")


def run(args: argparse.Namespace) -> None:
    """Read every page and write the table."""
    rows, files = [], scan_files()
    for path in files:
        if args.only and path.name not in args.only:
            continue
        row, reading = read_scan(path)
        rows.append(row)
        print(row["file"], row["outcome"], row.get("layout", ""), row.get("quality", ""), flush=True)
        if args.overlays and reading is not None:
            _write_overlay(reading, args.overlays / f"{path.stem}.png")
    facts = merged(pd.DataFrame(rows, columns=FACTS), read_table("scans"), ["file"], [path.name for path in files])
    write_table(with_verdicts(facts), "scans")


def _write_overlay(reading: Reading, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    page = reading.page
    picture = draw_traces(page.image, reading.ecg.segments, page.px_per_mm, 0.9)
    cv2.imwrite(str(path), picture[..., ::-1])
