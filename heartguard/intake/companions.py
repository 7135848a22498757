"""The other files of a WFDB record, which are looked for beside the one that was named."""

from __future__ import annotations

from pathlib import Path

from heartguard.errors import IntakeError, UnsupportedTypeError
from heartguard.intake.detect import kind_of
from heartguard.intake.source import Source, read_source
from heartguard.signal_files import record_name, wfdb_zip

__all__ = ["with_companions"]

_SIGNALS = (".dat", ".mat")
"""Endings of the signal files of WFDB, whose content is numbers alone."""


def with_companions(source: Source, data: bytes, name: str | None = None) -> bytes:
    """Return the whole WFDB record as a ZIP where `source` is a part of one; else the data as they are.

    Parameters
    ----------
    source : bytes, Path or str
    data : bytes
        Its content.
    name : str, optional
        Name of an upload, which has no folder to look in.

    Raises
    ------
    UnsupportedTypeError
        For the signals of a record whose header did not come.
    UnreadableFileError
        For a header whose signals are not beside it.
    """
    path = None if isinstance(source, bytes) else Path(source)
    header = data if _is_header(data) else _header_beside(path)
    if header is not None and path is not None:
        return _packed(path, header)
    if header is None and Path(name or path or "").suffix.lower() in _SIGNALS and not _known(data):
        raise UnsupportedTypeError(
            "This may be the signals of a WFDB record, which cannot be read without their header (.hea). Keep both in "
            "one folder, or put both into one ZIP and open that."
        )
    return data


def _known(data: bytes) -> bool:
    try:
        kind_of(data)
    except IntakeError:
        return False
    return True


def _is_header(data: bytes) -> bool:
    return _known(data) and kind_of(data) == "wfdb_header"


def _header_beside(path: Path | None) -> bytes | None:
    """Return the header beside a signal file, if it names that file."""
    if path is None or path.suffix.lower() not in _SIGNALS:
        return None
    beside = path.with_suffix(".hea")
    if not beside.is_file():
        return None
    header = read_source(beside)
    return header if _is_header(header) and path.name in _names(header) else None


def _names(header: bytes) -> tuple[str, ...]:
    return record_name(header.decode("utf-8", "replace"))


def _packed(path: Path, header: bytes) -> bytes:
    """Pack the header with those of its files that are in its folder; what is missing is named when it is read."""
    # A header may name no file outside its folder.
    files = [path.with_name(name) for name in _names(header) if Path(name).name == name]
    return wfdb_zip({"record.hea": header, **{file.name: read_source(file) for file in files if file.is_file()}})
