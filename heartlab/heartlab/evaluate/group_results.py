"""How the classifier does on parts of the pages: rate, rhythm lead, printed filter, grid tint, layout and quality."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.arrays import Doubles
from heartlab.metrics.classification import Labels, accuracy, bootstrap_interval, macro_f1

FEWEST_PAGES = 10
"""A part with fewer pages than this is left out."""

_MEASURES = {"accuracy": accuracy, "macro_f1": macro_f1}
"""Measures of each group."""

_REPEATS = 500
"""Draws of the bootstrap, fewer than for the main table as there are many groups."""


def group_results(table: pd.DataFrame, labels: Labels, shares: Doubles) -> dict[str, list[dict[str, Any]]]:
    """Return the figures of each part of the pages.

    Parameters
    ----------
    table : DataFrame
        Rows of `pages.csv`, and `least_quality` where it is known.
    labels : ndarray, shape (n,)
    shares : ndarray, shape (n, classes)
        Out of fold.

    Returns
    -------
    dict
        For each way to part the pages a list: ``part``, ``pages``, ``classes`` (how many of them occur), and
        ``accuracy`` and ``macro_f1`` (over the classes that occur) with 95 % intervals by bootstrap over header ids.
    """
    groups = table["group_id"].to_numpy(str)
    found = {}
    for title, parts in part_names(table).items():
        rows = []
        for name in dict.fromkeys(sorted(part for part in parts if part)):
            inside = parts == name
            if np.count_nonzero(inside) >= FEWEST_PAGES:
                rows.append({"part": _shown(name), **_figures(labels[inside], shares[inside], groups[inside])})
        found[title] = rows
    return found


def _figures(labels: Labels, shares: Doubles, groups: NDArray[np.str_]) -> dict[str, Any]:
    found: dict[str, Any] = {"pages": len(labels), "classes": len(np.unique(labels))}
    for name, measure in _MEASURES.items():
        low, high = bootstrap_interval(labels, shares, groups.tolist(), measure, repeats=_REPEATS)
        found[name] = {"value": measure(labels, shares), "low": low, "high": high}
    return found


def part_names(table: pd.DataFrame) -> dict[str, NDArray[np.str_]]:
    """Return for each way to part the pages the part of each page, empty where it is not known.

    What stands before ``|`` only puts the parts in order.
    """
    rate, tint = table["hr_printed"].to_numpy(float), table["grid_tint"].to_numpy(float)
    bands = ["1|under 60/min", "2|60 to 100/min", "3|over 100/min"]
    ways = {
        "Rate": np.where(np.isnan(rate), "4|no rate printed", np.take(bands, np.digitize(rate, [60, 100.5]))),
        "Rhythm lead": table["rhythm_lead"].fillna("").to_numpy(str),
        "Printed filter": np.array([f"{hz} Hz" if hz else "" for hz in table["filter_hz"].fillna("")]),
        "Grid tint": np.where(tint == 0, "1|no grid", np.where(tint <= 2.3, "2|up to 2.3", "3|over 2.3")),
        "Layout": table["layout"].str.replace("x", "×").to_numpy(str),
    }
    if "least_quality" in table:
        steps = ["1|under 0.95", "2|0.95 to 0.98", "3|0.98 and more"]
        ways["Worst lead"] = np.take(steps, np.digitize(table["least_quality"].to_numpy(float), [0.95, 0.98]))
    return ways


def _shown(name: str) -> str:
    return name.rpartition("|")[2]
