"""The command line: ``heartguard read | deidentify | batch | history | app``."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from heartguard import __version__, cli_batch, cli_deidentify, cli_history, cli_options, cli_read, launch
from heartguard.errors import HeartGuardError

EXIT_READ = 0
"""The command did what was asked."""

EXIT_FAILED = 1
"""The usual status of a failure."""

EXIT_INTERRUPTED = 130
"""128 + SIGINT, as shells report Ctrl+C."""

_DESCRIPTION = """\
HeartGuard reads a paper 12-lead ECG: it straightens the page, traces the leads, measures rate and intervals, and gives
the probabilities of four classes: Normal, MI (myocardial infarction), PMI (history of MI), HB (abnormal heartbeat).
The answer is the joint one of VGG16, which sees a drawing of the leads, and of a signal model (boosted trees on
measured waves and 1-D residual networks). For research and education; not a medical device."""
"""Shown by ``heartguard --help``."""

_EXAMPLES = """\
examples:
  heartguard read ecg.png                     read one page and print the answer
  heartguard read ecg.pdf --page 2            read the second page of a PDF
  heartguard read --together a.png b.png      read two pages as one ECG
  heartguard read *.jpg --json > all.jsonl    one JSON object a line for each file, in order
  heartguard read *.jpg --out signals         also write the traced leads as CSV files
  heartguard deidentify ecg.png --out shared  write the page without what names the patient
  heartguard batch scans results --workers 4  read a folder of thousands into a table
  heartguard app                              open the app in the browser"""
"""Shown below the options."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name; by default those of the process.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # A file name may hold bytes that are no text.
    return exit_status(lambda: _run(arguments))


def exit_status(command: Callable[[], int]) -> int:
    """Run a command and return its exit status; an interruption or an error of our own is one line on stderr.

    Parameters
    ----------
    command : callable
        Returns the exit status.
    """
    try:
        return command()
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except HeartGuardError as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED
    except BrokenPipeError:
        cli_read.drop_output(sys.stdout)  # Its reader (head, less) has gone.
        return EXIT_READ


def _run(arguments: Sequence[str]) -> int:
    parser = build_parser()
    taken_for_option = cli_options.file_like_option(arguments[1:]) if arguments[:1] == ["read"] else None
    if taken_for_option is not None:
        parser.error(taken_for_option)
    args = parser.parse_args(arguments)
    status: int = args.run(args)
    return status


def build_parser() -> argparse.ArgumentParser:
    """Build the parser."""
    parser = argparse.ArgumentParser(
        "heartguard", description=_DESCRIPTION, epilog=_EXAMPLES, formatter_class=_Formatter
    )
    parser.add_argument("--version", action="version", version=f"heartguard {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_read(commands)
    _add_deidentify(commands)
    _add_batch(commands)
    _add_history(commands)
    _add_app(commands)
    return parser


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keep the line breaks of descriptions and examples."""


def _add_read(commands: Any) -> None:
    read = commands.add_parser(
        "read",
        help="read ECG pages",
        description=cli_options.DESCRIPTION,
        epilog=cli_options.EPILOG,
        formatter_class=_Formatter,
    )
    cli_options.add_arguments(read)
    read.set_defaults(run=cli_read.run)


def _add_deidentify(commands: Any) -> None:
    deidentify = commands.add_parser(
        "deidentify",
        help="write pages without what names the patient",
        description=cli_deidentify.DESCRIPTION,
        epilog=cli_deidentify.EPILOG,
        formatter_class=_Formatter,
    )
    cli_deidentify.add_arguments(deidentify)


def _add_batch(commands: Any) -> None:
    batch = commands.add_parser(
        "batch",
        help="read a folder of thousands into a table",
        description=cli_batch.DESCRIPTION,
        epilog=cli_batch.EPILOG,
        formatter_class=_Formatter,
    )
    cli_batch.add_arguments(batch)


def _add_history(commands: Any) -> None:
    history = commands.add_parser(
        "history",
        help="what a history that is switched on keeps",
        description=cli_history.DESCRIPTION,
        epilog=cli_history.EPILOG,
        formatter_class=_Formatter,
    )
    cli_history.add_arguments(history)


def _add_app(commands: Any) -> None:
    summary = "open the app in the browser, served on this computer alone"
    app = commands.add_parser("app", help=summary, description=summary.capitalize() + ".", formatter_class=_Formatter)
    launch.add_arguments(app)
    app.set_defaults(run=launch.run)
