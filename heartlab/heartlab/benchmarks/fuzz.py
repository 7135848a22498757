"""Feed mutated files to ``read_ecg``: each must give a reading or a named error, none may crash or hang the process.

    heartlab bench fuzz-intake [--count 300] [--seed 20]

The files are made here from small drawings (every type that intake opens) and from the shipped samples, so nothing is
needed. Writes ``benchmarks/results/fuzz.csv``; exit status 1 if any file gave anything else.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections import Counter
from multiprocessing.connection import Connection
from typing import NamedTuple

from heartlab.data.tables import write_table
from heartlab.evaluate.mutations import Case, cases, drawn_files, sample_files

TIME_LIMIT_S = 120.0
"""A file that takes longer counts as a hang."""


class Outcome(NamedTuple):
    """The outcome of a file: reading, named error or other; with the layout, the error's class, or how it ended."""

    kind: str
    detail: str
    seconds: float = 0.0
    peak_mb: float = 0.0


def _work(pipe: Connection) -> None:
    """Read files in a process of its own until the pipe closes."""
    from heartguard import read_ecg
    from heartguard.errors import HeartGuardError, ModelError

    while True:
        try:
            name, data = pipe.recv()
        except EOFError:
            return
        start = time.perf_counter()
        try:
            reading = read_ecg(data, name=name)
            kind, detail = "reading", reading.page.layout.name
        except HeartGuardError as error:
            # A model that is not there is a fault of this run, not of the file.
            kind, detail = ("other" if isinstance(error, ModelError) else "named error"), type(error).__name__
        except Exception as error:
            kind, detail = "other", type(error).__name__
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        pipe.send(Outcome(kind, detail, time.perf_counter() - start, peak))


class Reader:
    """A process that reads files; a new one is started when it crashed or had to be stopped."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._start()

    def _start(self) -> None:
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def read(self, case: Case) -> Outcome:
        """Read one case; a crash or more than `TIME_LIMIT_S` seconds is an outcome of kind other."""
        try:
            self._pipe.send((case.name, case.data))
            if self._pipe.poll(TIME_LIMIT_S):
                outcome: Outcome = self._pipe.recv()
                return outcome
            end = "hang"
        except (EOFError, OSError):
            end = "crash"
        self._process.kill()
        self._process.join()
        self._start()
        return Outcome("other", end, TIME_LIMIT_S)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--count", type=int, default=300, help="files (default: 300)")
    parser.add_argument("--seed", type=int, default=20, help="of the damage (default: 20)")


def run(args: argparse.Namespace) -> int:
    """Run all cases, write the table, print the summary."""
    reader = Reader()
    outcomes = [(case, reader.read(case)) for case in cases(args.count, args.seed, drawn_files() | sample_files())]
    rows = [
        {
            "case": case.number,
            "source": case.source,
            "mutation": case.mutation,
            "bytes": len(case.data),
            "outcome": outcome.kind,
            "detail": outcome.detail,
        }
        for case, outcome in outcomes
    ]
    write_table(rows, "fuzz")
    return _summary(outcomes)


def _summary(outcomes: list[tuple[Case, Outcome]]) -> int:
    kinds = Counter(outcome.kind for _, outcome in outcomes)
    print(
        f"{len(outcomes)} files: " + ", ".join(f"{kinds[kind]} {kind}" for kind in ("reading", "named error", "other"))
    )
    for (kind, detail), number in Counter((o.kind, o.detail) for _, o in outcomes).most_common():
        print(f"  {number:4d}  {kind}: {detail}")
    print(
        f"slowest {max(o.seconds for _, o in outcomes):.1f} s, peak memory {max(o.peak_mb for _, o in outcomes):.0f} MB"
    )
    return 1 if kinds["other"] else 0
