"""Which explanations are shown: those that beat chance and depend on the weights in the committed test results."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from heartguard.explain.maps import MAP_METHODS
from heartguard.resources import shipped

TABLE = shipped("benchmarks", "results", "explain.csv")
"""Test results, written by ``make bench-explain``: method, test, value, low, high, pages, seconds, model."""

LEAD_SHAP, PIXEL_SHAP = "lead shap", "pixel shap"
"""Keys of the Shapley values in the table."""

BY_LEAD = ("deletion by lead over random", "insertion by lead over random")
"""Tests whose 95 % interval must be above 0; positive is better than chance in all of them."""

BY_PIXEL = ("deletion by pixel over random", "insertion by pixel over random")
"""Tests that a map which claims to tell waves apart must pass as well."""

SHUFFLED = "similarity, shuffled down to block1"
"""The model-randomisation sanity check: similarity of the explanation after every weight is shuffled."""

MAX_SIMILARITY = 0.5
"""Limit of that similarity's upper confidence bound: a higher one means that the map shows the input and not the
model. Chosen by hand."""

ValidationResults = Mapping[tuple[str, str], Mapping[str, str]]
"""Rows of the table by (method, test)."""


def validation_results(table: Path = TABLE) -> ValidationResults:
    """Return the rows of the table by (method, test); empty where there is no table."""
    if not table.exists():
        return {}
    with table.open(newline="", encoding="utf-8") as file:
        return {(row["method"], row["test"]): row for row in csv.DictReader(file)}


def chance_tests(method: str) -> tuple[str, ...]:
    """Return the tests against chance that a method must pass; more for one that claims to tell waves apart."""
    fine = MAP_METHODS[method].tells_waves if method in MAP_METHODS else method == PIXEL_SHAP
    return BY_LEAD + BY_PIXEL if fine else BY_LEAD


def beats_chance(method: str, results: ValidationResults) -> bool:
    """Return whether an explanation was tested and beats chance in each of its `chance_tests`."""
    return all((method, test) in results and float(results[method, test]["low"]) > 0 for test in chance_tests(method))


def passes_randomisation(method: str, results: ValidationResults) -> bool:
    """Return whether an explanation was seen to change once all weights of the network are shuffled."""
    return (method, SHUFFLED) in results and float(results[method, SHUFFLED]["high"]) < MAX_SIMILARITY


def is_validated(method: str, table: Path = TABLE) -> bool:
    """Return whether an explanation may be shown.

    A map as published is not, if the same map with the baseline subtracted may be shown.
    """
    results = validation_results(table)
    subtracted = method.removesuffix(" as published")
    return _passes(method, results) and (method == subtracted or not _passes(subtracted, results))


def shap_installed() -> bool:
    """Return whether the package shap is installed, which comes with the extra ``explain``."""
    return find_spec("shap") is not None


def validated_maps(table: Path = TABLE) -> tuple[str, ...]:
    """Return the maps that may be shown, in the order of `MAP_METHODS`; none without a table."""
    return tuple(name for name in MAP_METHODS if is_validated(name, table))


def _passes(method: str, results: ValidationResults) -> bool:
    return beats_chance(method, results) and passes_randomisation(method, results)
