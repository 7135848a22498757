"""Read the same files with two checkouts, turn about, and put answers, seconds and memory beside each other.

    python tools/compare_versions.py ../before page1.webp page2.webp
    python tools/compare_versions.py ../before --list pages.txt --runs 3 --write benchmarks/results/same-answers.csv

Each checkout runs on its own ``.venv``. Seconds are those of the processor, which other work on the machine changes
less than those of the clock. Exit status 1 if an answer differs.
"""

from __future__ import annotations

import argparse
import csv
import filecmp
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]

COMPARED = ("status", "prediction", "measurements", "quality", "model", "layout", "tilt_deg", "rhythm_lead")
"""Keys of the JSON that say what was read; the others tell times, files and words."""

MB = 1024.0
"""KiB in a unit of memory: Linux gives the peak of a process in KiB."""


class Run(NamedTuple):
    """What one checkout made of the files.

    Attributes
    ----------
    answers : list of dict
        JSON objects, in the order of the files.
    seconds : float
        Of the processor, in user and kernel mode together.
    peak_mb : float
        Greatest resident memory.
    """

    answers: list[dict[str, Any]]
    seconds: float
    peak_mb: float


def main(argv: Sequence[str] | None = None) -> int:
    """Run the comparison and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path, help="the other checkout")
    parser.add_argument("files", nargs="*", help="pages to read")
    parser.add_argument("--list", type=Path, help="a text file with one page a line")
    parser.add_argument("--runs", type=int, default=1, help="how often each reads them (default: 1)")
    parser.add_argument("--write", type=Path, help="CSV file for the table")
    args = parser.parse_args(argv)
    listed = args.list.read_text(encoding="utf-8").split("\n") if args.list else []
    files = [str(Path(file).resolve()) for file in (*args.files, *listed) if file.strip()]
    with tempfile.TemporaryDirectory() as name:
        runs: dict[str, list[Run]] = {"before": [], "after": []}
        for number in range(args.runs):
            for which, checkout in (("before", args.before.resolve()), ("after", ROOT)):
                runs[which].append(read(checkout, files, Path(name) / which / str(number)))
        rows = table(runs, Path(name))
    for what, before, after in rows:
        print(f"{what:48} {before:>12} {after:>12}")
    if args.write:
        with args.write.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([("what", "before", "after"), *rows])
    return int(any(after for what, _, after in rows if what.startswith("different")))


def read(checkout: Path, files: Sequence[str], out: Path) -> Run:
    """Read files with a checkout; the signals go to a folder.

    Raises
    ------
    RuntimeError
        If the checkout gives other than one answer a file.
    """
    command = [
        str(checkout / ".venv" / "bin" / "python"),
        "-m",
        "heartguard",
        "read",
        *files,
        "--json",
        "--out",
        str(out),
    ]
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(command, cwd=checkout, stdout=printed, stderr=subprocess.DEVNULL)
        _, _, used = os.wait4(process.pid, 0)
        printed.seek(0)
        answers = [json.loads(line) for line in printed.read().decode().splitlines()]
    if len(answers) != len(files):
        raise RuntimeError(f"{checkout} gave {len(answers)} answers on {len(files)} files.")
    return Run(answers, used.ru_utime + used.ru_stime, used.ru_maxrss / MB)


def table(runs: dict[str, list[Run]], folder: Path) -> list[tuple[str, Any, Any]]:
    """Return rows of what was compared, before and after."""
    before, after = (runs[which][0].answers for which in ("before", "after"))
    old_signals, new_signals = folder / "before" / "0", folder / "after" / "0"
    names = sorted(path.name for path in old_signals.glob("*.csv"))
    _, changed, missing = filecmp.cmpfiles(old_signals, new_signals, names, shallow=False)
    rows: list[tuple[str, Any, Any]] = [("pages", len(before), len(after))]
    for key in COMPARED:
        differ = sum(old.get(key) != new.get(key) for old, new in zip(before, after, strict=True))
        rows.append((f"different: {key}", 0, differ))
    rows.append(("different: CSV of the signals", 0, len(changed) + len(missing)))
    apart = [difference(old.get("prediction"), new.get("prediction")) for old, new in zip(before, after, strict=True)]
    rows.append(("greatest difference of a probability", 0, round(max(apart, default=0.0), 6)))
    for what, field, scale in (
        ("processor seconds a page, median of the runs", "seconds", len(before)),
        ("peak memory, MB, median of the runs", "peak_mb", 1),
    ):
        values = (
            statistics.median(getattr(run, field) for run in runs[which]) / scale for which in ("before", "after")
        )
        rows.append((what, *(round(value, 3 if scale > 1 else 0) for value in values)))
    return rows


def difference(before: dict[str, Any] | None, after: dict[str, Any] | None) -> float:
    """Return the greatest difference of a probability of two predictions, of classes and findings.

    Examples
    --------
    >>> difference({"probabilities": {"MI": 0.5}, "findings": []}, {"probabilities": {"MI": 0.75}, "findings": []})
    0.25
    >>> difference(None, {"probabilities": {"MI": 0.75}, "findings": []})
    1.0
    """
    if before is None or after is None:
        return float(before is not after)
    old, new = (
        row["probabilities"] | {finding["statement"]: finding["probability"] for finding in row["findings"]}
        for row in (before, after)
    )
    return max((abs(old.get(name, 0) - new.get(name, 0)) for name in {*old, *new}), default=0.0)


if __name__ == "__main__":
    sys.exit(main())
