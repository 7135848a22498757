"""``heartguard batch``: a folder of thousands of ECGs into a table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heartguard.batch import Progress

__all__ = ["DESCRIPTION", "EPILOG", "add_arguments", "run"]

EXIT_READ = 0
"""Every file has its rows, read or refused: one that cannot be read does not stop a batch."""

DESCRIPTION = """\
Read all files of a folder, by several processes of one thread each or on a Dask cluster, into a table of Parquet files
with a row for every ECG: class, probabilities, measurements, quality, or why it was refused. A batch that was stopped
or killed goes on where it was when the same command is given again."""
"""Shown by ``heartguard batch --help``."""

EPILOG = """\
examples:
  heartguard batch scans results                        one process
  heartguard batch scans results --workers 4
  heartguard batch scans results --scheduler tcp://10.0.0.1:8786
  python -c "import pandas; print(pandas.read_parquet('results')[['file', 'label', 'heart_rate_bpm']])"

It needs Dask: pip install 'heartguard[batch]'. To read everything again, name another folder for the results."""
"""Shown below the options."""


def add_arguments(batch: argparse.ArgumentParser) -> None:
    """Add the options of ``heartguard batch``."""
    batch.add_argument("folder", type=Path, metavar="IN", help="folder of the files, with those in it")
    batch.add_argument("out", type=Path, metavar="OUT", help="folder of the results")
    how = batch.add_mutually_exclusive_group()
    how.add_argument("--workers", type=_count, default=1, metavar="N", help="processes (default: 1)")
    how.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster, which sees the files by the same paths")
    batch.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read the folder of ``args``.

    Raises
    ------
    heartguard.errors.HeartGuardError
        If the folder has no files, Dask is missing, or the results cannot be written.
    """
    from heartguard.batch import ResultTable, files_in, run_batch

    files, table = files_in(args.folder), ResultTable(args.out)
    done = run_batch(files, table, workers=args.workers, scheduler=args.scheduler, on_progress=_show)
    sys.stderr.write("\n" if done.total else "")
    kept = len(files) - done.total
    before = f", {kept} were read before" if kept else ""
    print(f"{done.done} files in {done.seconds:.0f} s, {done.rejected} of them refused{before}: {args.out}")
    return EXIT_READ


def _count(text: str) -> int:
    if text.isdigit() and int(text) >= 1:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; give 1 or more")


def _show(progress: Progress) -> None:
    """Write how far the batch is over the line before."""
    left = progress.seconds_left
    time_left = "" if left is None else f", {round(left / 60)} min left" if left > 90 else f", {round(left)} s left"
    rate = f"{progress.per_minute:.0f} a minute"
    sys.stderr.write(f"\r{progress.done} of {progress.total} files, {rate}{time_left}, {progress.rejected} refused   ")
    sys.stderr.flush()
