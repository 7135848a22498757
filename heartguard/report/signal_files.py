"""The CSV files of a batch: one per input, written atomically, and older ones are kept under another name."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from heartguard.errors import OutputError
from heartguard.vocabulary import printable
from heartguard.warning import Warning, caution, note

__all__ = ["SignalFile", "SignalFolder"]

_LONGEST_STEM = 220
"""Bytes; file systems allow 255, and a number and endings follow."""


class SignalFile(NamedTuple):
    """The result of writing the signals of one file.

    Attributes
    ----------
    path : str or None
        The CSV; None where it could not be written.
    warning : Warning or None
        Why not, or that an older file was kept under another name.
    """

    path: str | None
    warning: Warning | None


class SignalFolder:
    """A folder for the CSV files of one run.

    Two inputs of one name get two files. ``ecg.csv`` always holds the result of the last run, so that a repeated batch
    has the same names. A file of an earlier run is renamed to ``ecg.older.csv`` (``ecg.older-2.csv`` and so on), with a
    note. A file with the same content is not touched.

    Parameters
    ----------
    folder : Path
        Made where it is not there.

    Raises
    ------
    OutputError
        If the path is a file, which is a mistake in the command. A folder that cannot be created or written to is
        reported with each answer instead.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[str] = set()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise OutputError(f"The folder {printable(str(folder))} cannot be made. Give --out another one.") from error
        except OSError:
            pass  # reported with each answer, which is printed nevertheless

    def write(self, stem: str, text: str) -> SignalFile:
        """Write one CSV under a temporary name and rename it when it is complete.

        Parameters
        ----------
        stem : str
            Name of the input without ending.
        text : str
        """
        path = self._folder / f"{self._free_name(stem)}.csv"
        part = path.with_suffix(".csv.part")
        try:
            if path.exists() and path.read_bytes() == text.encode():
                return SignalFile(str(path), None)
            part.write_bytes(text.encode())
            older = _keep(path)
            part.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            return SignalFile(None, _not_written(self._folder, error))
        return SignalFile(str(path), None if older is None else _kept(older))

    def _free_name(self, stem: str) -> str:
        """Return a name that no input of this run has, ignoring case, as some file systems do."""
        shown = "".join(c for c in stem if c.isprintable()) or "ecg"
        plain = shown.encode()[:_LONGEST_STEM].decode(errors="ignore")
        name, number = plain, 1
        while name.lower() in self._used:
            number += 1
            name = f"{plain}-{number}"
        self._used.add(name.lower())
        return name


def _keep(path: Path) -> Path | None:
    """Move the file of an earlier run out of the way, and return where it is now."""
    if not path.exists():
        return None
    older, number = path.with_suffix(".older.csv"), 1
    while older.exists():
        number += 1
        older = path.with_suffix(f".older-{number}.csv")
    path.rename(older)
    return older


def _kept(older: Path) -> Warning:
    return note("file.signals_kept", f"A file of that name with other signals was there; it is now {older.name}.")


def _not_written(folder: Path, error: OSError) -> Warning:
    why = os.strerror(error.errno) if error.errno else "the disk does not take it"
    return caution(
        "file.signals_not_written",
        f"The signals could not be written to {printable(str(folder))} ({why}). Check the room and the right to write "
        "there, or give --out another folder.",
    )
