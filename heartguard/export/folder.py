"""The files of a batch: those of each input, written atomically, and older ones are kept under another name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from heartguard.errors import OutputError
from heartguard.vocabulary import printable
from heartguard.warning import Warning, caution, note

__all__ = ["OutputFolder", "Written"]

_LONGEST_STEM = 220
"""Bytes; file systems allow 255, and a number and endings follow."""


class Written(NamedTuple):
    """The result of writing the files of one input.

    Attributes
    ----------
    paths : tuple of (str or None)
        A file for each ending, in their order; None where it could not be written.
    warning : Warning or None
        Why not, or that an older file was kept under another name.
    """

    paths: tuple[str | None, ...]
    warning: Warning | None


class OutputFolder:
    """A folder for the files of one run.

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

    def write(self, stem: str, files: Mapping[str, bytes]) -> Written:
        """Write files of one name, each under a temporary name that is changed when it is complete.

        Parameters
        ----------
        stem : str
            Name of the input without ending.
        files : mapping of str to bytes
            By their endings, such as ``.csv``.
        """
        name = self._free_name(stem)
        each = [self._write(name, ending, data) for ending, data in files.items()]
        warnings = (warning for _, warning in each if warning is not None)
        # That a file is missing counts more than that another was kept.
        first = min(warnings, key=lambda warning: warning.severity == "note", default=None)
        return Written(tuple(path for path, _ in each), first)

    def _write(self, name: str, ending: str, data: bytes) -> tuple[str | None, Warning | None]:
        path, part = self._folder / f"{name}{ending}", self._folder / f"{name}{ending}.part"
        try:
            if path.exists() and path.read_bytes() == data:
                return str(path), None
            part.write_bytes(data)
            older = _keep(path, name, ending)
            part.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            return None, _not_written(self._folder, error)
        return str(path), None if older is None else _kept(older)

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


def _keep(path: Path, name: str, ending: str) -> Path | None:
    """Move the file of an earlier run out of the way, and return where it is now."""
    if not path.exists():
        return None
    older, number = path.with_name(f"{name}.older{ending}"), 1
    while older.exists():
        number += 1
        older = path.with_name(f"{name}.older-{number}{ending}")
    path.rename(older)
    return older


def _kept(older: Path) -> Warning:
    return note("file.signals_kept", f"A file of that name with other content was there; it is now {older.name}.")


def _not_written(folder: Path, error: OSError) -> Warning:
    why = os.strerror(error.errno) if error.errno else "the disk does not take it"
    return caution(
        "file.signals_not_written",
        f"The files could not be written to {printable(str(folder))} ({why}). Check the room and the right to write "
        "there, or give --out another folder.",
    )
