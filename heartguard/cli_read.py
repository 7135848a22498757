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

from heartguard.errors import OutputError
from heartguard.leads import GAINS_MM_PER_MV, ORDERS, ROWS, SHAPES, SPEEDS_MM_PER_S
from heartguard.printed import lead_named
from heartguard.vocabulary import printable

if TYPE_CHECKING:
    from heartguard.export import OutputFolder
    from heartguard.reading import Refused
    from heartguard.values import Corrections, Reading
    from heartguard.warning import Warning

__all__ = ["DESCRIPTION", "EPILOG", "add_arguments", "drop_output", "file_like_option", "run"]

EXIT_READ = 0
"""Every file was read."""

EXIT_NOT_WRITTEN = 1
"""An answer or its signals could not be written: the usual status of a failure."""

EXIT_SOME_REJECTED = 3
"""Some file was rejected; 2 is argparse's status for a command that it does not understand."""

DESCRIPTION = """\
Read ECG pages: PNG, JPEG, HEIC, WebP, TIFF, BMP, JPEG 2000, PPM, PDF, or DICOM (one picture, a PDF or waveforms in it);
and ECGs as signals: WFDB (.hea with .dat or .mat beside it, or both in a ZIP), the XML of aECG, MUSE, CardioSoft,
Philips and Mortara. The type is found from the content. A file that cannot be read is rejected with the reason, and the
next one is read."""
"""Shown by ``heartguard read --help``."""

EPILOG = """\
exit status:
  0  every file was read        3  some file was rejected
  1  an answer or its signals could not be written
  2  the command was not understood

examples:
  heartguard read ecg.png
  heartguard read ./-ecg.png                  a name that begins with a dash
  curl ... | heartguard read -                what comes through a pipe
  heartguard read scans/*.png --json --out signals > readings.jsonl
  heartguard read ecg.png --out files --formats csv,wfdb,dicom,fhir
  heartguard read --together limb.png chest.png        two pages of one ECG

Every page gets an answer of its own, and so does each of several ECGs on one page; --together reads the pages of one
ECG. DIR/<name>.csv holds the signals of the first ECG of a file in the last run, and
DIR/<name>-2.csv those of the second; a file that was there with others is kept as DIR/<name>.older.csv.
Seconds that a page does not show are empty in CSV, missing values in WFDB and DICOM, E in FHIR."""
"""Shown below the options."""

_STDIN = "-"
"""Name of standard input, by convention."""

_FORMATS = ("csv", "json", "wfdb", "dicom", "fhir")
"""Keys of `heartguard.export.FORMATS`, which the help must not import: it loads numpy."""

_CSV_ALONE = ("csv",)
"""What is written without ``--formats``."""

_WILDCARDS = frozenset("*?[")
"""Characters of patterns, which the Windows shell leaves to the program."""


def add_arguments(read: argparse.ArgumentParser) -> None:
    """Add the options of ``heartguard read``."""
    read.add_argument(
        "files", nargs="+", metavar="FILE", help="picture, PDF, DICOM or signal file of an ECG; - for what is piped in"
    )
    read.add_argument(
        "--json", action="store_true", help="print one JSON object a line for each file, and nothing else"
    )
    read.add_argument("--out", type=Path, metavar="DIR", help="write what was read of each file to DIR/<name>.csv")
    read.add_argument(
        "--formats",
        type=_formats,
        metavar="LIST",
        help=f"what --out writes, of {', '.join(_FORMATS)}, with commas between (default: csv)",
    )
    read.add_argument(
        "--page",
        type=_page_number,
        metavar="N",
        help="only this page of a PDF or TIFF, or these 10 s of signals, from 1 (default: every page with an ECG)",
    )
    read.add_argument(
        "--together",
        action="store_true",
        help="read all files, and all pages of documents, as one ECG: limb leads on one page, chest leads on another",
    )
    by_hand = read.add_argument_group("set by hand", "what HeartGuard otherwise finds by itself")
    by_hand.add_argument(
        "--layout",
        choices=(*SHAPES, ROWS),
        help=f"arrangement: rows x columns + rhythm strips; {ROWS!r}: every row is a lead of its own",
    )
    by_hand.add_argument("--order", choices=list(ORDERS), help="order of the limb leads")
    by_hand.add_argument("--speed", type=float, choices=SPEEDS_MM_PER_S, help="paper speed, mm/s")
    by_hand.add_argument("--gain", type=float, choices=GAINS_MM_PER_MV, help="gain, mm/mV")
    by_hand.add_argument(
        "--turn", type=int, choices=(0, 90, 180, 270), help="turn the picture clockwise, degrees; 0 leaves it as it is"
    )
    by_hand.add_argument("--mirror", action="store_true", help="exchange left and right, after the turn")
    by_hand.add_argument(
        "--lead",
        type=_lead_by_hand,
        action="append",
        metavar="NAME=LEAD",
        help="name a lead, such as 'row 1=V1', 'V3=V3R' or 'strip 1=V5'; may be given several times",
    )
    read.set_defaults(run=run)


def file_like_option(arguments: Sequence[str]) -> str | None:
    """Return a sentence where a word that would be taken for an option is the name of a file; None where none is."""
    for word in arguments[: arguments.index("--")] if "--" in arguments else arguments:
        if word.startswith("-") and word != _STDIN and Path(word).is_file():
            return f"the file {word!r} begins with a dash and would be taken for an option: write './{word}' instead"
    return None


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
    _check_formats(args)
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


def _page_number(text: str) -> int:
    with contextlib.suppress(ValueError):
        if int(text) >= 1:
            return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no page number; pages count from 1")


def _lead_by_hand(text: str) -> tuple[str, str]:
    name, equals, lead = (part.strip() for part in text.partition("="))
    if not (name and equals and lead_named(lead) == lead):
        raise argparse.ArgumentTypeError(f"{text!r} names no lead; write it as 'row 1=V1'")
    return name, lead


def _formats(text: str) -> tuple[str, ...]:
    """Return formats by their words, each once."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    unknown = next((name for name in names if name not in _FORMATS), None)
    if unknown is not None:
        raise argparse.ArgumentTypeError(f"{unknown!r} is no format; choose among {', '.join(_FORMATS)}")
    return names


def _check_formats(args: argparse.Namespace) -> None:
    """Raise a named error before anything is read where formats cannot be written."""
    from heartguard.export import FORMATS

    if args.formats is None:
        return
    if args.out is None:
        raise OutputError("--formats says what is written to a folder. Give the folder with --out DIR.")
    missing = [name for name in args.formats if not FORMATS[name].available]
    if missing:
        raise OutputError(
            f"{', '.join(missing)}: a library that writes it is not installed. Run: pip install 'heartguard[export]'"
        )


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

    corrections = _corrections(args)
    sources = [_source(file) for file in files]
    names = ["standard input" if file == _STDIN else None for file in files]
    if args.together:
        return [reading.read_together(sources, names=names, corrections=corrections)]
    page = None if args.page is None else args.page - 1
    return reading.read_ecgs(sources[0], name=names[0], page=page, alone=True, corrections=corrections)


def _corrections(args: argparse.Namespace) -> Corrections:
    """Return what was set by hand."""
    from heartguard.values import Corrections

    set_by_hand = args.mirror or args.turn is not None
    return Corrections(
        (args.turn or 0) // 90,
        None,
        args.layout,
        args.order,
        args.speed,
        args.gain,
        args.mirror if set_by_hand else None,
        tuple(args.lead or ()),
    )


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

    paths: dict[str, str | None] = {}
    warning = None
    if folder is not None:
        paths, warning = _write(folder, _stem(file), reading, args.formats or _CSV_ALONE)
    status = EXIT_NOT_WRITTEN if None in paths.values() else EXIT_READ
    if warning is not None:
        reading = replace(reading, warnings=(*reading.warnings, warning))
    if args.json:
        aside = "" if warning is None else f"{printable(file)}: {warning}\n"
        more = {
            "signals_csv": paths.get("csv"),
            "exports": {name: path for name, path in paths.items() if name != "csv"},
        }
        return _Answer(_line({**report.to_json(reading, file=file), **more}), status, aside)
    where = "".join(f"  {'Written to':<17} {printable(path)}\n" for path in paths.values() if path is not None)
    return _Answer(report.to_text(reading, file=file) + where + "\n", status)


def _write(
    folder: OutputFolder, stem: str, reading: Reading, names: Sequence[str]
) -> tuple[dict[str, str | None], Warning | None]:
    """Write a reading in some formats; return where each is, and what is to be said of it."""
    from heartguard.export import FORMATS

    written = folder.write(stem, {FORMATS[name].ending: FORMATS[name].write(reading, stem) for name in names})
    return dict(zip(names, written.paths, strict=True)), written.warning


def _source(file: str) -> bytes | str:
    """Return the bytes of standard input, at most one more than the limit of a file, or the path itself."""
    if file != _STDIN:
        return file
    from heartguard.intake import MAX_BYTES

    return b"" if sys.stdin is None else sys.stdin.buffer.read(MAX_BYTES + 1)


def _stem(file: str) -> str:
    return "stdin" if file == _STDIN else Path(file).stem


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
