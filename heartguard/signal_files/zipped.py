"""A WFDB record in a ZIP: its header and its signal files together, as an app can be given them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

from heartguard.errors import DamagedFileError, FileTooLargeError, UnreadableFileError, UnsupportedTypeError
from heartguard.signal_files.recording import Recording
from heartguard.signal_files.wfdb_record import parse_header, read_wfdb

__all__ = ["holds_record", "read_zipped", "record_name", "wfdb_zip"]

MAX_UNPACKED = 60 * 2**20
"""Bytes of a header and its signal files: a little more than the largest file that is opened unpacked."""

_MAX_ENTRIES = 1000
"""Files in an archive; more are not looked through."""


def holds_record(data: bytes) -> bool:
    """Return whether a ZIP holds a WFDB header; False also for what is no readable ZIP."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.lower().endswith(".hea") for name in archive.namelist()[:_MAX_ENTRIES])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError):
        return False


def wfdb_zip(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a ZIP without compression; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def record_name(header_text: str) -> tuple[str, ...]:
    """Return the names of the signal files that a header names."""
    return tuple(dict.fromkeys(signal.file for signal in parse_header(header_text).signals))


def read_zipped(data: bytes) -> Recording:
    """Read the one record of a ZIP.

    Raises
    ------
    UnsupportedTypeError
        If it holds several records.
    UnreadableFileError
        If a file that the header names is missing.
    FileTooLargeError
        If it unpacks to more than `MAX_UNPACKED`.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()[:_MAX_ENTRIES]
        headers = [entry for entry in entries if entry.filename.lower().endswith(".hea")]
        if len(headers) != 1:
            raise UnsupportedTypeError(
                f"The ZIP holds {len(headers)} WFDB headers (.hea). Put one record into it: its header and its signals."
            )
        header = _content(archive, headers[0], MAX_UNPACKED).decode("utf-8", "replace")
        beside = {PurePosixPath(entry.filename).name: entry for entry in entries}
        files, left = {}, MAX_UNPACKED
        for name in record_name(header):
            if name not in beside:
                raise missing_file(name)
            files[name] = _content(archive, beside[name], left)
            left -= len(files[name])
    return read_wfdb(header, files)


def missing_file(name: str) -> UnreadableFileError:
    """Return the error that a file of a record did not come."""
    return UnreadableFileError(
        f"This is part of a WFDB record: its file {name} is missing. Keep the header (.hea) and the signals (.dat or "
        ".mat) in one folder, or put both into one ZIP and open that."
    )


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Return the content of an entry, unpacked no further than `most` bytes, whatever size it states."""
    if entry.flag_bits & 1:
        raise DamagedFileError("The ZIP is protected by a password. Unpack it and open the record.")
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise FileTooLargeError(
            f"The ZIP unpacks to more than {MAX_UNPACKED // 2**20} MB. Put a shorter part of the record into it."
        )
    return content
