"""The table of a batch on disk: Parquet files, each written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from heartguard.errors import OutputError
from heartguard.vocabulary import CLASS_NAMES

__all__ = ["ResultTable"]

_TEXTS = ("file", "status", "error", "reason", "label", "sha256", "warnings", "json")
_WHOLE = ("page", "part")
"""Columns that are no number with decimals; the types are fixed, for a part in which a column is all empty."""


class ResultTable:
    """Parts ``part-00000.parquet`` and so on of one table, which pandas, Dask and DuckDB read by the folder's name.

    Parameters
    ----------
    folder : Path
        Made where it is missing.

    Raises
    ------
    OutputError
        If it cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"The folder {folder} for the results cannot be made. Name another one.") from error
        for left in folder.glob("*.writing"):  # by a run that was killed
            left.unlink()

    @property
    def parts(self) -> list[Path]:
        """Its files, in their order."""
        return sorted(self._folder.glob("part-*.parquet"))

    def files(self) -> set[str]:
        """Return the names of the files that it has rows of: they need not be read again."""
        from pyarrow import parquet

        return {name for part in self.parts for name in parquet.read_table(part, columns=["file"])["file"].to_pylist()}

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Add rows as one more part.

        Raises
        ------
        OutputError
            If the disk does not take it.
        """
        import pyarrow
        from pyarrow import parquet

        if not rows:
            return
        last = self.parts[-1].stem.removeprefix("part-") if self.parts else "-1"
        path = self._folder / f"part-{int(last) + 1:05d}.parquet"
        writing = path.with_suffix(".writing")
        try:
            with writing.open("wb") as file:
                parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema=_schema(rows[0])), file)
                file.flush()
                os.fsync(file.fileno())
            writing.replace(path)
        except OSError as error:
            raise OutputError(f"The results could not be written to {path}: {error.strerror}.") from error


def _schema(row: dict[str, Any]) -> Any:
    import pyarrow

    kinds = {**dict.fromkeys(_TEXTS, pyarrow.string()), **dict.fromkeys(_WHOLE, pyarrow.int32())}
    kinds |= {"abstained": pyarrow.bool_(), **{f"p_{name}": pyarrow.float64() for name in CLASS_NAMES}}
    return pyarrow.schema([(name, kinds.get(name, pyarrow.float64())) for name in row])
