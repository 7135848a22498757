"""The command line: ``heartguard read | app``."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from heartguard import __version__, launch
from heartguard.errors import HeartGuardError, OutputError
from heartguard.leads import GAINS_MM_PER_MV, ORDERS, SHAPES, SPEEDS_MM_PER_S

EXIT_READ = 0
EXIT_FAILED = 1
EXIT_SOME_REJECTED = 3
EXIT_INTERRUPTED = 130

_DESCRIPTION = """\
HeartGuard reads a paper 12-lead ECG: it straightens the page, traces the leads, measures rate and intervals, and gives
the probabilities of four classes: Normal, MI (myocardial infarction), PMI (history of MI), HB (abnormal heartbeat).
The answer is the joint one of VGG16, which sees a drawing of the leads, and of a signal model (boosted trees on
measured waves and 1-D residual networks). For research and education; not a medical device."""

_EXAMPLES = """\
examples:
  heartguard read ecg.png                     read one page and print the answer
  heartguard read ecg.pdf --page 2            read the second page of a PDF
  heartguard read *.jpg --json > all.jsonl    one JSON object a line for each file, in order
  heartguard read *.jpg --out signals         also write the traced leads as CSV files
  heartguard app                              open the app in the browser"""

_READ_DESCRIPTION = """\
Read ECG pages: PNG, JPEG, WebP, TIFF, BMP, PDF, or DICOM (one picture, or a PDF in it). The type is found from the
content. A file that cannot be read is rejected with the reason, and the next one is read."""

_READ_EPILOG = """\
exit status:
  0  every file was read        3  some file was rejected        2  the command was not understood

examples:
  heartguard read ecg.png
  heartguard read scans/*.png --json --out signals > readings.jsonl"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name; by default those of the process.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # A file name may hold bytes that are no text.
    try:
        args = build_parser().parse_args(argv)
        status: int = args.run(args)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except HeartGuardError as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; keep the interpreter from flushing into it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_READ
    return status


def build_parser() -> argparse.ArgumentParser:
    """Build the parser."""
    parser = argparse.ArgumentParser(
        "heartguard", description=_DESCRIPTION, epilog=_EXAMPLES, formatter_class=_Formatter
    )
    parser.add_argument("--version", action="version", version=f"heartguard {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_read(commands)
    _add_app(commands)
    return parser


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keep the line breaks of descriptions and examples."""


def _add_read(commands: Any) -> None:
    read = commands.add_parser(
        "read", help="read ECG pages", description=_READ_DESCRIPTION, epilog=_READ_EPILOG, formatter_class=_Formatter
    )
    read.add_argument("files", nargs="+", metavar="FILE", help="picture, PDF or DICOM file of an ECG page")
    read.add_argument(
        "--json", action="store_true", help="print one JSON object a line for each file, and nothing else"
    )
    read.add_argument("--out", type=Path, metavar="DIR", help="write the traced leads of each file to DIR/<name>.csv")
    read.add_argument(
        "--page", type=_page_number, default=1, metavar="N", help="page of a PDF or TIFF, from 1 (default: 1)"
    )
    by_hand = read.add_argument_group("set by hand", "what HeartGuard otherwise finds by itself")
    by_hand.add_argument("--layout", choices=SHAPES, help="arrangement: rows x columns + rhythm strips")
    by_hand.add_argument("--order", choices=list(ORDERS), help="order of the limb leads")
    by_hand.add_argument("--speed", type=float, choices=SPEEDS_MM_PER_S, help="paper speed, mm/s")
    by_hand.add_argument("--gain", type=float, choices=GAINS_MM_PER_MV, help="gain, mm/mV")
    by_hand.add_argument(
        "--turn", type=int, choices=(0, 90, 180, 270), default=0, help="turn the picture clockwise, degrees"
    )
    read.set_defaults(run=_read)


def _add_app(commands: Any) -> None:
    summary = "open the app in the browser, served on this computer alone"
    app = commands.add_parser("app", help=summary, description=summary.capitalize() + ".", formatter_class=_Formatter)
    launch.add_arguments(app)
    app.set_defaults(run=launch.run)


def _page_number(text: str) -> int:
    with contextlib.suppress(ValueError):
        if int(text) >= 1:
            return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no page number; pages count from 1")


def _read(args: argparse.Namespace) -> int:
    signals = _SignalFolder(args.out) if args.out is not None else None
    output, sys.stdout = sys.stdout, sys.stderr  # Whatever a library prints must not get among the answers.
    try:
        rejected = 0
        for file in _progress(args.files):
            answer, was_read = _read_one(file, args, signals)
            rejected += not was_read
            output.write(answer)
            output.flush()
    finally:
        sys.stdout = output
    return EXIT_SOME_REJECTED if rejected else EXIT_READ


def _read_one(file: str, args: argparse.Namespace, signals: _SignalFolder | None) -> tuple[str, bool]:
    """Return the answer on one file, and whether it was read; no exception leaves here, so that a batch goes on."""
    from heartguard import read_ecg, report
    from heartguard.values import Corrections

    corrections = Corrections(args.turn // 90, None, args.layout, args.order, args.speed, args.gain)
    try:
        reading = read_ecg(file, page=args.page - 1, corrections=corrections)
        written = None if signals is None else signals.write(Path(file).stem, report.to_csv(reading.ecg))
    except Exception as error:
        if args.json:
            return _line({**report.rejected_json(file, error), "signals_csv": None}), False
        return report.rejected_text(file, error) + "\n", False
    if args.json:
        return _line({**report.to_json(reading, file=file), "signals_csv": written}), True
    return report.to_text(reading, file=file) + (f"  Signals           {written}\n" if written else "") + "\n", True


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, allow_nan=False) + "\n"


def _progress(files: Sequence[str]) -> Iterable[str]:
    if len(files) < 2 or not sys.stderr.isatty():
        return files
    from tqdm import tqdm

    bar: Iterable[str] = tqdm(files, unit="page", file=sys.stderr)
    return bar


class _SignalFolder:
    """Where the CSV files go; two inputs of one name do not overwrite each other."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"The folder {folder} cannot be made. Give --out another one.") from error
        self._folder = folder
        self._used: set[str] = set()

    def write(self, stem: str, text: str) -> str:
        """Write one CSV and return its path."""
        name, number = stem, 1
        while name.lower() in self._used:
            number += 1
            name = f"{stem}-{number}"
        self._used.add(name.lower())
        path = self._folder / f"{name}.csv"
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputError(
                f"The signals cannot be written to {path}. Check the right and the room there."
            ) from error
        return str(path)
