"""Pages of many makers without a known truth: what each was read as, beside what a person saw on its overlay.

    python benchmarks/scans.py [--only ecg00031.jpg] [--overlays DIR]

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
from heartguard.lab.datasets import scan_files
from heartguard.ui.overlays import draw_traces
from heartguard.values import Reading

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "scans.csv"
VERDICTS = HERE / "scans-verdicts.csv"
FACTS = ["file", "outcome", "layout", "strip", "scale", "as_photo", "quality", "answered", "reason"]


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


def earlier_rows() -> list[dict[str, Any]]:
    """Return the facts of the table as it stands."""
    table = pd.read_csv(RESULTS)
    return [{k: v for k, v in row.items() if pd.notna(v)} for row in table[FACTS].to_dict("records")]


def with_verdicts(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Join the facts with what a person saw; a verdict on another reading than this is marked."""
    facts = pd.DataFrame(rows, columns=FACTS)
    seen = pd.read_csv(VERDICTS, keep_default_na=False).rename(columns={"layout": "layout_seen"})
    table = facts.merge(seen, on="file", how="left", validate="one_to_one")
    changed = table["layout"].fillna("") != table["layout_seen"].fillna("")
    table.loc[changed, "verdict"] = "not looked at since it changed: " + table.loc[changed, "verdict"].fillna("")
    return table[["file", "what", *FACTS[1:-1], "verdict", "reason"]]


def main() -> None:
    """Read every page and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--overlays", type=Path, metavar="DIR", help="also write every page with its traces to DIR")
    parser.add_argument("--only", action="append", metavar="FILE", help="read only this one; may be given again")
    options = parser.parse_args()
    rows = [row for row in earlier_rows() if row["file"] not in options.only] if options.only else []
    for path in scan_files():
        if options.only and path.name not in options.only:
            continue
        row, reading = read_scan(path)
        rows.append(row)
        print(row["file"], row["outcome"], row.get("layout", ""), row.get("quality", ""), flush=True)
        if options.overlays and reading is not None:
            options.overlays.mkdir(parents=True, exist_ok=True)
            page = reading.page
            picture = draw_traces(page.image, reading.ecg.segments, page.px_per_mm, 0.9)
            cv2.imwrite(str(options.overlays / f"{path.stem}.png"), picture[..., ::-1])
    with_verdicts(sorted(rows, key=lambda row: row["file"])).to_csv(RESULTS, index=False)


if __name__ == "__main__":
    main()
