"""Tables of results: read, merged with new rows, and written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from heartlab.checkout import RESULTS

__all__ = ["merged", "read_table", "write_table"]

Rows = pd.DataFrame | Sequence[dict[str, Any]]


def read_table(name: str, folder: Path = RESULTS) -> pd.DataFrame:
    """Return a table of results, an empty one if it was never written; numbers come back as they were written."""
    path = folder / f"{name}.csv"
    return pd.read_csv(path, float_precision="round_trip") if path.exists() else pd.DataFrame()


def merged(fresh: Rows, kept: pd.DataFrame, key: Sequence[str], order: Sequence[Any] | None = None) -> pd.DataFrame:
    """Return new rows with those of an earlier table that were not measured again.

    Parameters
    ----------
    fresh : DataFrame or sequence of dict
        Its columns are those of the result.
    kept : DataFrame
        The earlier table; may be empty.
    key : sequence of str
        Columns that identify a row.
    order : sequence, optional
        Keys (tuples, or bare values of a single column) in the order of the result; rows about anything else are left
        out. By default earlier rows come first, both in the order that they have.

    Examples
    --------
    >>> kept = pd.DataFrame({"page": ["a", "b"], "db": [1, 2]})
    >>> merged([{"page": "b", "db": 5}], kept, ["page"], ["b", "a"]).to_dict("list")
    {'page': ['b', 'a'], 'db': [5, 1]}
    """
    new = pd.DataFrame(fresh)
    rows = kept.reindex(columns=new.columns).to_dict("records") + new.to_dict("records")
    by_key = {tuple(row[column] for column in key): row for row in rows}
    if order is None:
        measured = {tuple(row) for row in new[list(key)].itertuples(index=False)}
        chosen = [k for k in by_key if k not in measured] + [k for k in by_key if k in measured]
    else:
        asked = [value if isinstance(value, tuple) else (value,) for value in order]
        chosen = [k for k in asked if k in by_key]
    return pd.DataFrame([by_key[k] for k in chosen], columns=new.columns)


def write_table(rows: Rows, name: str, folder: Path = RESULTS) -> pd.DataFrame:
    """Write a table of results in one step, so that a reader never finds half of it; return it."""
    table = pd.DataFrame(rows)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.csv"
    part = path.with_suffix(".part")
    table.to_csv(part, index=False, lineterminator="\n")
    part.replace(path)
    return table
