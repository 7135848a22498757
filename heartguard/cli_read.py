"""``heartguard read``: files from the command line, one answer each."""

from __future__ import annotations

import argparse
import contextlib
import glob
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from heartguard.cli_options import STDIN, check_formats, corrections_of
from heartguard.errors import OutputError
from heartguard.patient import Patient
from heartguard.vocabulary import printable

if TYPE_CHECKING:
    from heartguard.export import OutputFolder
    from heartguard.reading import Refused
    from heartguard.report import ReportOptions
    from heartguard.values import Reading
    from heartguard.warning import Warning

__all__ = ["drop_output", "run"]

EXIT_READ = 0
"""Every file was read."""

EXIT_NOT_WRITTEN = 1
"""An answer or its signals could not be written: the usual status of a failure."""

EXIT_SOME_REJECTED = 3
"""Some file was rejected; 2 is argparse's status for a command that it does not understand."""

_CSV_ALONE = ("csv",)
"""What is written without ``--formats``."""

_WILDCARDS = frozenset("*?[")
"""Characters of patterns, which the Windows shell leaves to the program."""


def run(args: argparse.Namespace) -> int:
    """Read the files of ``args`` one after the other and print an answer for each.

    Raises
    ------
    ModelError
        A model is missing or altered: no file could be read, and none is to blame.
    OutputError
        The answers cannot be written, or ``--out`` is no folder.
    """
    from heartguard.export import OutputFolder
    from heartguard.models import shared_models

    if sys.stdout is None:
        raise OutputError("There is no standard output to write the answers to. Send it to a file.")
    check_formats(args)
    folder = None if args.out is None else OutputFolder(args.out)
    output, sys.stdout = sys.stdout, sys.stderr  # Whatever a library prints must not get among the answers.
    status = EXIT_READ
    try:
        shared_models()
        files = _expanded(args.files)
        for group in _progress([files] if args.together else [[file] for file in files]):
            for answer in _answers(group, args, folder):
                _print(answer, output)
                status = max(status, answer.status)
    finally:
        sys.stdout = output
    return status


def drop_output(output: TextIO) -> None:
    """Keep the interpreter from flushing the rest of `output` at exit, where its pipe is closed or its disk full."""
    with contextlib.suppress(io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())


class _Answer(NamedTuple):
    text: str
    status: int
    aside: str = ""
    """A sentence for standard error, where a person is who sends the answers to a file."""


def _expanded(files: Sequence[str]) -> list[str]:
    """Replace wildcards that no shell has expanded, as Windows leaves them; a name that is a file stays as it is."""
    found: list[str] = []
    for file in files:
        is_pattern = bool(_WILDCARDS & set(file)) and not Path(file).exists()
        matches = sorted(glob.glob(file)) if is_pattern else []  # noqa: PTH207 (Path.glob takes no absolute pattern)
        found.extend(matches or [file])
    return found


def _answers(files: Sequence[str], args: argparse.Namespace, folder: OutputFolder | None) -> Iterator[_Answer]:
    """Yield the answer on every ECG of a file, or of files together; no exception leaves here: a batch goes on."""
    from heartguard.reading import Refused

    file = files[0]
    try:
        for found in _readings(files, args):
            if isinstance(found, Refused):
                yield _refusal(file, found.error, args, found.page + 1, found.pages)
            else:
                yield _answer(file, found, args, folder)
    except Exception as error:
        yield _refusal(file, error, args)


def _readings(files: Sequence[str], args: argparse.Namespace) -> Iterable[Reading | Refused]:
    """Return what is read: one ECG of several files that belong together, else every ECG of the only file."""
    from heartguard import reading

    corrections = corrections_of(args)
    sources = [_source(file) for file in files]
    names = ["standard input" if file == STDIN else None for file in files]
    if args.together:
        return [reading.read_together(sources, names=names, corrections=corrections)]
    page = None if args.page is None else args.page - 1
    return reading.read_ecgs(sources[0], name=names[0], page=page, alone=True, corrections=corrections)


def _refusal(
    file: str, error: BaseException, args: argparse.Namespace, page: int | None = None, pages: int | None = None
) -> _Answer:
    from heartguard import report

    if not args.json:
        return _Answer(report.rejected_text(file, error, page=page) + "\n", EXIT_SOME_REJECTED)
    row = {**report.rejected_json(file, error, page=page, pages=pages), "signals_csv": None, "exports": {}}
    return _Answer(_line(row), EXIT_SOME_REJECTED)


def _answer(file: str, reading: Reading, args: argparse.Namespace, folder: OutputFolder | None) -> _Answer:
    from heartguard import report
    from heartguard.report import ReportOptions

    paths: dict[str, str | None] = {}
    warning, patient = None, Patient(args.age, args.sex)
    if folder is not None:
        options = ReportOptions(args.language, patient, args.deidentify)
        paths, warning = _write(folder, _stem(file), reading, args.formats or _CSV_ALONE, options)
    status = EXIT_NOT_WRITTEN if None in paths.values() else EXIT_READ
    if warning is not None:
        reading = replace(reading, warnings=(*reading.warnings, warning))
    if args.json:
        aside = "" if warning is None else f"{printable(file)}: {warning}\n"
        more = {
            "signals_csv": paths.get("csv"),
            "exports": {name: path for name, path in paths.items() if name != "csv"},
        }
        return _Answer(_line({**report.to_json(reading, file=file, patient=patient), **more}), status, aside)
    where = "".join(f"  {'Written to':<17} {printable(path)}\n" for path in paths.values() if path is not None)
    return _Answer(report.to_text(reading, file=file, patient=patient) + where + "\n", status)


def _write(
    folder: OutputFolder, stem: str, reading: Reading, names: Sequence[str], options: ReportOptions
) -> tuple[dict[str, str | None], Warning | None]:
    """Write a reading in some formats; return where each is, and what is to be said of it."""
    from heartguard.export import FORMATS

    files = {FORMATS[name].ending: FORMATS[name].write(reading, stem, options) for name in names}
    written = folder.write(stem, files)
    return dict(zip(names, written.paths, strict=True)), written.warning


def _source(file: str) -> bytes | str:
    """Return the bytes of standard input, at most one more than the limit of a file, or the path itself."""
    if file != STDIN:
        return file
    from heartguard.intake import MAX_BYTES

    return b"" if sys.stdin is None else sys.stdin.buffer.read(MAX_BYTES + 1)


def _stem(file: str) -> str:
    return "stdin" if file == STDIN else Path(file).stem


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, allow_nan=False) + "\n"


def _print(answer: _Answer, output: TextIO) -> None:
    try:
        output.write(answer.text)
        output.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_output(output)
        why = os.strerror(error.errno) if error.errno else "the disk does not take it"
        raise OutputError(f"The answer could not be written ({why}). Send the output to another disk.") from error
    sys.stderr.write(answer.aside)


def _progress(groups: Sequence[Sequence[str]]) -> Iterable[Sequence[str]]:
    if len(groups) < 2 or not sys.stderr.isatty():
        return groups
    from tqdm import tqdm

    bar: Iterable[Sequence[str]] = tqdm(groups, unit="page", file=sys.stderr)
    return bar
