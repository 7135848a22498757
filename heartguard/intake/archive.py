"""The files of a ZIP that is no WFDB record: each is opened as if it had been given alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from heartguard.errors import FileTooLargeError
from heartguard.intake.limits import MAX_BYTES
from heartguard.signal_files.zipped import holds_record

__all__ = ["GivenFile", "is_archive", "unpacked"]

MAX_FILES = 200
"""As the pages of a document (`heartguard.intake.limits.MAX_PAGES`)."""

MAX_UNPACKED = 200 * 2**20
"""Bytes of all files of an archive: four of the largest that are opened; bounds what a bomb can take."""

_ZIP = b"PK\x03\x04"


class GivenFile(NamedTuple):
    """A file's name and content."""

    name: str
    data: bytes


def is_archive(data: bytes) -> bool:
    """Return whether the content is a ZIP of files, and no WFDB record in a ZIP."""
    return data.startswith(_ZIP) and zipfile.is_zipfile(io.BytesIO(data)) and not holds_record(data)


def unpacked(file: GivenFile) -> Iterator[GivenFile]:
    """Yield the files of an archive in their order; any other file as it is.

    Hidden files and folders of macOS are passed over; archives in archives are not opened.

    Parameters
    ----------
    file : GivenFile

    Yields
    ------
    GivenFile

    Raises
    ------
    FileTooLargeError
        If the archive holds more than `MAX_FILES` files or unpacks to more than `MAX_UNPACKED` bytes; a file of its own
        that is too large is yielded cut, so that opening it says so.
    """
    if not is_archive(file.data):
        yield file
        return
    left = MAX_UNPACKED
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        entries = [entry for entry in archive.infolist() if _is_given(entry)]
        if len(entries) > MAX_FILES:
            raise FileTooLargeError(f"The ZIP holds {len(entries)} files; at most {MAX_FILES} are taken. Split it.")
        for entry in entries:
            data = _content(archive, entry)
            left -= len(data)
            if left < 0:
                raise FileTooLargeError(f"The ZIP unpacks to more than {MAX_UNPACKED // 2**20} MB. Split it.")
            yield GivenFile(PurePosixPath(entry.filename).name, data)


def _is_given(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    return not entry.is_dir() and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return the content of an entry, no further than one byte over the limit; none of a protected or damaged one."""
    try:
        with archive.open(entry) as content:
            return content.read(MAX_BYTES + 1)
    except (RuntimeError, zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError):
        return b""  # a password, a broken part, an unknown packing: opening nothing says that nothing is there
