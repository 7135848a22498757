"""Pages that other programs drew or that are real, judged by the shared data's own scripts: right, silently wrong.

    heartlab bench independent [--readings DIR]

Needs the shared data (see README): `rendered/` with `eval_rendered.py`, `field/` and `files/` with `eval_field.py`,
whose heads define what is right, silently wrong and alarmed. Nothing was trained or set on these pages. Writes
``benchmarks/results/independent.csv``: a row a group of drawn pages, with and without those whose order of leads only
their print tells, and a row a set of real ones. With `--readings` a page that was read before is not read again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from heartlab.data.datasets import data_folder
from heartlab.data.tables import write_table

__all__ = ["add_arguments", "drawn_row", "real_row", "run"]

_REAL = ("field", "files")
"""Folders of real pages and files."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--readings", type=Path, help="folder where the readings are kept (default: a temporary one)")


def run(args: argparse.Namespace) -> int:
    """Judge all sets and write the table."""
    data = data_folder()
    if data is None:
        print("The shared data are not here.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        kept = Path(temporary) if args.readings is None else args.readings
        rows = []
        for own in (False, True):
            options = [] if own else ["--usual-order"]
            found = _judged(data, "eval_rendered.py", "rendered", kept / "rendered", options)
            rows += [drawn_row(group, own_orders=own) for group in found["groups"]]
        for folder in _REAL:
            rows.append(real_row(folder, _judged(data, "eval_field.py", folder, kept / folder, [])))
    print(write_table(rows, "independent").to_string(index=False))
    return 0


def _judged(data: Path, script: str, folder: str, readings: Path, options: list[str]) -> Any:
    """Return what a judge of the shared data says of one of its folders."""
    readings.mkdir(parents=True, exist_ok=True)
    verdict = readings / "verdict.json"
    paths = ["--readings", str(readings), "--json", str(verdict)]
    command = [sys.executable, str(data / script), str(data / folder), *paths, *options]
    # The judge of files ends with a status of its own where a bar is missed; none is set here.
    subprocess.run(command, check=True, stdout=sys.stderr, env=os.environ | {"HEARTGUARD_PYTHON": sys.executable})
    return json.loads(verdict.read_text(encoding="utf-8"))


def drawn_row(group: dict[str, Any], *, own_orders: bool) -> dict[str, Any]:
    """Return the row of a group of drawn pages.

    Examples
    --------
    >>> group = dict.fromkeys(("group", "n", "read", "layout_right", "db_own_mean", "db_own_p10", "rate_right"), 0.5)
    >>> group |= {"pages_other_name": 1, "right": 8, "silently_wrong": 1, "alarmed": 2, "brier": 0.1, "auroc": None}
    >>> drawn_row(group, own_orders=True)["read_percent"], drawn_row(group, own_orders=True)["orders"]
    (50.0, 'all')
    """
    return {
        "set": group["group"],
        "orders": "all" if own_orders else "usual",
        "pages": group["n"],
        "read_percent": round(100 * group["read"], 1),
        "layout_right_percent": round(100 * group["layout_right"], 1),
        "own_shift_mean_db": group["db_own_mean"],
        "own_shift_p10_db": group["db_own_p10"],
        "rate_right_percent": round(100 * group["rate_right"], 1),
        "pages_other_name": group["pages_other_name"],
        "right": group["right"],
        "silently_wrong": group["silently_wrong"],
        "alarmed": group["alarmed"],
        "brier": group["brier"],
        "auroc": group["auroc"],
    }


def real_row(name: str, verdicts: dict[str, list[Any]]) -> dict[str, Any]:
    """Return the row of a set of real pages from the judge's verdicts: word, reason, whether alarmed.

    Examples
    --------
    >>> row = real_row("field", {"a": ["right", "", True], "b": ["SILENT", "", False], "c": ["refused", "", False]})
    >>> row["right"], row["alarmed"], row["silently_wrong"], row["refused_rightly"], row["read_percent"]
    (1, 1, 1, 1, 66.7)
    """
    count = Counter(word for word, *_ in verdicts.values())
    refused = count["refused"] + count["refused wrongly"] + count["no answer"]
    return {
        "set": name,
        "orders": "all",
        "pages": len(verdicts),
        "read_percent": round(100 * (1 - refused / len(verdicts)), 1),
        "right": count["right"],
        "silently_wrong": count["SILENT"],
        "alarmed": sum(bool(alarmed) for _, _, alarmed in verdicts.values()),
        "warned": count["warned"],
        "unnamed": count["unnamed"],
        "refused_rightly": count["refused"],
        "refused_wrongly": count["refused wrongly"],
    }
