"""The command line of the laboratory: ``heartlab train | convert | evaluate | leaderboard | bench``."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence

from heartguard.cli import EXIT_FAILED, exit_status

__all__ = ["build_parser", "main"]

_COMMANDS = {
    "train": ("heartlab.trainers", "train a model on the data folder and write its weights, spec and answers"),
    "convert": ("heartlab.export.conversion", "write the int8 file of the shipped model and compare its answers"),
    "evaluate": ("heartlab.evaluate.evaluation", "work out the figures of the classifier and its model card"),
    "leaderboard": ("heartlab.evaluate.leaderboard", "put the answers of all trained models into one table"),
    "bench": ("heartlab.bench", "run one of the benchmarks and write its table"),
}
"""Module and one line of help of each command."""

_DESCRIPTION = """\
The laboratory of HeartGuard: trains its models, compares them, and measures the readings. It works on a checkout with
the data folder (shared/data beside it, or where HEARTGUARD_DATA says)."""
"""Shown by ``heartlab --help``."""

_EXAMPLES = """\
examples:
  heartlab train --help              which models can be trained
  heartlab bench --help              which benchmarks there are
  heartlab bench digitise --help     what one of them measures, and its options"""
"""Shown below the commands."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name; by default those of the process.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        return exit_status(lambda: _run(arguments))
    except ModuleNotFoundError as error:
        extras = "pip install -e '.[explain]' -e './heartlab[keras,train,compare]'"
        print(f"This command needs the package {error.name}: {extras} in a checkout", file=sys.stderr)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
    return EXIT_FAILED


def _run(arguments: Sequence[str]) -> int:
    args = build_parser(arguments[0] if arguments else None).parse_args(arguments)
    status: int = args.run(args)
    return status


def build_parser(command: str | None) -> argparse.ArgumentParser:
    """Build the parser; the options of a command are only imported when it is the one that is called."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("heartlab", description=_DESCRIPTION, epilog=_EXAMPLES, formatter_class=formatter)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, (module, summary) in _COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=f"{summary.capitalize()}.", formatter_class=formatter)
        if name == command:
            called = importlib.import_module(module)
            called.add_arguments(sub)
            sub.set_defaults(run=called.run)
    return parser
