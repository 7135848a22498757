"""The command line: ``heartguard read | app``, and in a checkout ``train | convert | evaluate | leaderboard``."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from heartguard import __version__, cli_read
from heartguard.errors import HeartGuardError

EXIT_READ = 0
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

_APP = {"app": ("heartguard.launch", "open the app in the browser, served on this computer alone")}

_LAB = {
    "train": ("heartguard.lab.training", "train a model on the data folder and write its weights, spec and figures"),
    "convert": ("heartguard.lab.conversion", "write the light file of the shipped model and compare its answers"),
    "evaluate": ("heartguard.lab.evaluation", "measure the readings and the model on the data folder"),
    "leaderboard": ("heartguard.lab.leaderboard", "put the answers of all trained models into one table"),
}

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

_LAB_EXAMPLES = """
  heartguard train --help                     how to train a model
  heartguard evaluate --help                  how to measure one"""


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
    try:
        parser = build_parser(arguments[0] if arguments else None)
        taken_for_option = cli_read.file_like_option(arguments[1:]) if arguments[:1] == ["read"] else None
        if taken_for_option is not None:
            parser.error(taken_for_option)
        args = parser.parse_args(arguments)
        status: int = args.run(args)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except ModuleNotFoundError as error:
        print(f"This command needs the package {error.name}: pip install -e '.[train]' in a checkout", file=sys.stderr)
        return EXIT_FAILED
    except (HeartGuardError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED
    except BrokenPipeError:
        cli_read.drop_output(sys.stdout)  # Its reader (head, less) has gone.
        return EXIT_READ
    return status


def build_parser(command: str | None) -> argparse.ArgumentParser:
    """Build the parser; the options of a command are only imported when it is the one that is called."""
    has_lab = find_spec("heartguard.lab") is not None  # The wheel leaves the laboratory out.
    examples = _EXAMPLES + (_LAB_EXAMPLES if has_lab else "")
    parser = argparse.ArgumentParser(
        "heartguard", description=_DESCRIPTION, epilog=examples, formatter_class=_Formatter
    )
    parser.add_argument("--version", action="version", version=f"heartguard {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_read(commands)
    for name, (module, summary) in (_APP | _LAB if has_lab else _APP).items():
        sub = commands.add_parser(
            name, help=summary, description=summary.capitalize() + ".", formatter_class=_Formatter
        )
        if name == command:
            called = importlib.import_module(module)
            called.add_arguments(sub)
            sub.set_defaults(run=called.run)
    return parser


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keep the line breaks of descriptions and examples."""


def _add_read(commands: Any) -> None:
    read = commands.add_parser(
        "read",
        help="read ECG pages",
        description=cli_read.DESCRIPTION,
        epilog=cli_read.EPILOG,
        formatter_class=_Formatter,
    )
    cli_read.add_arguments(read)
