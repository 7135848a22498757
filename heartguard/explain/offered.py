"""Which explanations the app offers: those that beat chance in the committed table of their tests."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from heartguard.explain.maps import MAP_METHODS

TABLE = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "explain.csv"
"""Written by ``make bench-explain``: method, test, value, low, high, pages, seconds, model."""

BY_LEAD = ("deletion by lead over random", "insertion by lead over random")
"""Tests whose 95 % interval must lie above 0; positive is better than chance in all of them."""

BY_PIXEL = ("deletion by pixel over random", "insertion by pixel over random")
"""What a map must pass beside them that claims to tell waves apart."""


def trials_of(table: Path = TABLE) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Return the rows of the table by (method, test); empty where there is no table."""
    if not table.exists():
        return {}
    with table.open(newline="", encoding="utf-8") as file:
        return {(row["method"], row["test"]): row for row in csv.DictReader(file)}


def beats_chance(method: str, trials: Mapping[tuple[str, str], Mapping[str, str]]) -> bool:
    """Tell whether a map was tested and its intervals lie above chance in every test of what it claims."""
    tests = BY_LEAD + BY_PIXEL if MAP_METHODS[method].tells_waves else BY_LEAD
    return all((method, test) in trials and float(trials[method, test]["low"]) > 0 for test in tests)


def offered_maps(table: Path = TABLE) -> tuple[str, ...]:
    """Return the maps that may be shown, in the order of `MAP_METHODS`; none without a table."""
    trials = trials_of(table)
    return tuple(name for name in MAP_METHODS if beats_chance(name, trials))
