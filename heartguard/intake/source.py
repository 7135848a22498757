"""Where the bytes come from: memory or a path, with every way a path can fail named."""

from __future__ import annotations

import hashlib
from pathlib import Path, PureWindowsPath

from heartguard.errors import EmptyFileError, UnreadableFileError
from heartguard.intake.limits import MAX_BYTES, check_bytes
from heartguard.vocabulary import printable

Source = bytes | Path | str

_LONGEST_NAME = 200
"""Characters kept of a file name; file systems allow 255 bytes."""

_LONGEST_SHOWN = 60  # in a sentence


def read_source(source: Source) -> bytes:
    """Return the bytes of `source`, at most `MAX_BYTES` of them.

    Raises
    ------
    UnreadableFileError
        The path is missing, no plain file, or may not be read.
    EmptyFileError, FileTooLargeError

    Examples
    --------
    >>> read_source(b"%PDF-1.7")
    b'%PDF-1.7'
    >>> read_source(b"")
    Traceback (most recent call last):
    ...
    heartguard.errors.EmptyFileError: The file is empty. ...
    """
    if source == "":
        raise UnreadableFileError("The name of the file is empty. Give the name of a picture, a PDF or a DICOM file.")
    data = source if isinstance(source, bytes) else _read_path(Path(source))
    if not data:
        raise EmptyFileError("The file is empty. It may not have been copied completely: fetch it again.")
    check_bytes(len(data))
    return data


def _read_path(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UnreadableFileError(f"{_shown(path)} is a folder. Give the files in it by name.")
        if not path.exists():
            raise UnreadableFileError(f"There is no file {_shown(path)}. Check its name and folder.")
        if not path.is_file():
            raise UnreadableFileError(f"{_shown(path)} is no plain file. Give a picture, a PDF or a DICOM file.")
        check_bytes(path.stat().st_size)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except PermissionError as error:
        raise UnreadableFileError(f"{_shown(path)} may not be read. Ask for the right to read it.") from error
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            f"{_shown(path)} cannot be read. Check its name and that its disk is there."
        ) from error


def _shown(path: Path) -> str:
    return printable(path.name[:_LONGEST_SHOWN] or str(path))


def file_name(source: Source, name: str | None) -> str:
    """Return the name to show: `name`, or that of the path, without folders and control characters.

    Examples
    --------
    >>> file_name("scans/ecg 7.png", None), file_name(b"...", None), file_name(b"%PDF", "../ecg.pdf")
    ('ecg 7.png', 'upload', 'ecg.pdf')
    """
    given = name if name is not None else ("upload" if isinstance(source, bytes) else str(source))
    last = PureWindowsPath(given).name
    return "".join(character for character in last if character.isprintable())[:_LONGEST_NAME] or "upload"


def digest(data: bytes, page: int) -> str:
    """Return the SHA-256 that names this page of these bytes; that of the first page is the file's own.

    Examples
    --------
    >>> digest(b"page", 0)[:12], digest(b"page", 1) == digest(b"page", 0)
    ('3660315a9af3', False)
    """
    content = hashlib.sha256(data)
    if page:
        content.update(f"#page={page}".encode())
    return content.hexdigest()
