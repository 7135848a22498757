"""Feed mutated files to ``read_ecg``: each gives a reading or a named error; none crashes, hangs or takes much memory.

    heartlab bench fuzz [--count 300] [--first 0] [--seed 20] [--log FILE]

The files are made here: a small drawing as every type of picture, ten seconds as every type of signals, and the shipped
samples, so nothing is needed. Thousands take hours, at low priority and in the background:

    nohup nice -n 19 heartlab bench fuzz --count 10000 --log fuzz.jsonl > fuzz.txt &

A run with ``--log`` may be ended at any moment: the same command goes on with the files that are not in its log. A long
run can be divided by ``--first`` too. A hang is `MOST_SECONDS` of the processor's time, or `TIME_LIMIT_S` by the
clock, since other work may keep the processor busy. Linux only. Writes ``benchmarks/results/fuzz.csv``; exit status 1
if any file gave anything else.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from heartlab.data.tables import write_table
from heartlab.evaluate.mutations import Case, cases, drawn_files, recorded_files, sample_files
from heartlab.metrics.memory import forget_peak_memory, peak_memory_mb

MOST_SECONDS = 10.0
"""Of the processor, of all its cores together: a photo of 12 megapixels takes 4."""

ENDED_SECONDS = 3 * MOST_SECONDS
"""Of the processor, after which a file is not waited for."""

TIME_LIMIT_S = 1800.0
"""By the clock: for what waits without working. On a machine whose load was 12, imports alone took minutes."""

NICE = 10
"""Priority: whoever works on the machine comes first."""

MOST_MB = 1200.0
"""Memory that a process may need for one file."""

_LOOK_S = 1.0
"""How often a process is looked at that does not answer."""

WRITTEN_EVERY = 50
"""Files after which the table is written: thousands take hours."""

KEPT = Path("heartguard-fuzz")
"""Folder in the working directory for the files that failed, so that they can be looked at."""


class Outcome(NamedTuple):
    """The outcome of a file: reading, named error or other; with the layout, the error's class, or how it ended.

    The seconds are those of the processor, and the megabytes the greatest memory of the process meanwhile.
    """

    kind: str
    detail: str
    seconds: float = 0.0
    peak_mb: float = 0.0


def _work(pipe: Connection) -> None:
    """Read files in a process of its own until the pipe closes, and keep memory as the app does."""
    from heartguard import read_ecg
    from heartguard.errors import HeartGuardError, ModelError
    from heartguard.memory import give_back, keep_arrays_out_of_pools
    from heartguard.models import shared_models

    keep_arrays_out_of_pools()
    shared_models()
    pipe.send("ready")
    while True:
        try:
            name, data = pipe.recv()
        except EOFError:
            return
        give_back(collect=True)
        forget_peak_memory()
        start = time.process_time()
        try:
            kind, detail = "reading", read_ecg(data, name=name).page.layout.name
        except HeartGuardError as error:
            # A model that is not there is a fault of this run, not of the file.
            kind, detail = ("other" if isinstance(error, ModelError) else "named error"), type(error).__name__
        except Exception as error:
            kind, detail = "other", type(error).__name__
        pipe.send(Outcome(kind, detail, time.process_time() - start, peak_memory_mb()))


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
        self._pipe.recv()

    def read(self, case: Case) -> Outcome:
        """Read one case; a crash, a hang and too much memory are outcomes of kind other."""
        try:
            self._pipe.send((case.name, case.data))
            if self._answers():
                return judged(self._pipe.recv())
            end = "hang"
        except (EOFError, OSError):
            end = "crash"
        self._process.kill()
        self._process.join()
        self._start()
        return Outcome("other", end, ENDED_SECONDS)

    def _answers(self) -> bool:
        """Wait for the answer on a file; False where none is to be expected."""
        begun, spent = time.monotonic(), _spent_s(self._process.pid)
        while not self._pipe.poll(_LOOK_S):
            if _spent_s(self._process.pid) - spent > ENDED_SECONDS or time.monotonic() - begun > TIME_LIMIT_S:
                return False
        return True


def _spent_s(process: int | None) -> float:
    """Return the seconds of the processor that a process has taken; 0 for one that has ended."""
    file = Path(f"/proc/{process}/stat")
    if not file.is_file():
        return 0.0
    user, system = file.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def judged(outcome: Outcome) -> Outcome:
    """Return an outcome, as one of kind other where it took too long or too much memory.

    Examples
    --------
    >>> judged(Outcome("reading", "3x4", 11.0, 500.0)).detail, judged(Outcome("reading", "3x4", 3.0, 500.0)).detail
    ('hang', '3x4')
    """
    if outcome.seconds > MOST_SECONDS:
        return outcome._replace(kind="other", detail="hang")
    return outcome._replace(kind="other", detail="memory") if outcome.peak_mb > MOST_MB else outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--count", type=int, default=300, help="files (default: 300)")
    parser.add_argument("--first", type=int, default=0, help="number of the first one (default: 0)")
    parser.add_argument("--seed", type=int, default=20, help="of the damage (default: 20)")
    parser.add_argument("--log", type=Path, help="file of outcomes, to which this run adds and with which it begins")


def run(args: argparse.Namespace) -> int:
    """Run all cases, write the table of their outcomes by source and damage, print the summary."""
    os.nice(NICE)
    outcomes = list[tuple[Case, Outcome]]()
    files = drawn_files() | recorded_files() | sample_files()
    for case, outcome in read_all(cases(args.count, args.seed, files, args.first), args.log, args.seed):
        outcomes.append((case._replace(data=b""), outcome))  # the files of thousands are gigabytes
        if outcome.kind == "other":
            KEPT.mkdir(exist_ok=True)
            (KEPT / f"{case.number} {case.mutation} {case.name}").write_bytes(case.data)
            print(f"{case.number} {case.source}, {case.mutation}: {outcome}", flush=True)
        if len(outcomes) % WRITTEN_EVERY == 0:
            write_table(table_of(outcomes), "fuzz")
    write_table(table_of(outcomes), "fuzz")
    return _summary(outcomes)


def read_all(made: Iterator[Case], log: Path | None, seed: int) -> Iterator[tuple[Case, Outcome]]:
    """Yield each case with its outcome, of a log where it is there, else read now and added to the log.

    A log is of one seed: with another one the files are others, and a log of both is refused.
    """
    known, reader = dict[int, Outcome](), None
    if log is not None and log.is_file():
        text = log.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]  # the run may have been ended in the midst of a line
        known = known_outcomes(whole, seed)
        log.write_text(whole, encoding="utf-8")
    for case in made:
        if case.number not in known:
            reader = reader or Reader()
            known[case.number] = reader.read(case)
            if log is not None:
                with log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([seed, case.number, *known[case.number]]) + "\n")
        yield case, known[case.number]


def known_outcomes(text: str, seed: int) -> dict[int, Outcome]:
    """Return the outcomes of a log by the numbers of their files.

    Examples
    --------
    >>> known_outcomes('[20, 7, "named error", "DamagedFileError", 0.1, 254.0]', 20)
    {7: Outcome(kind='named error', detail='DamagedFileError', seconds=0.1, peak_mb=254.0)}
    """
    rows = [json.loads(line) for line in text.splitlines()]
    if any(row[0] != seed for row in rows):
        raise SystemExit("The log is of another seed: give a new file, or the seed of the log.")
    return {number: Outcome(*outcome) for _, number, *outcome in rows}


def table_of(outcomes: list[tuple[Case, Outcome]]) -> pd.DataFrame:
    """Count the files of each source, damage and outcome, with the longest time and the greatest memory of one."""
    rows = [(case.source, case.mutation, *outcome) for case, outcome in outcomes]
    table = pd.DataFrame(rows, columns=["source", "mutation", "outcome", "detail", "seconds", "peak_mb"])
    by = table.groupby(["source", "mutation", "outcome", "detail"], sort=False)
    found = by.agg(files=("seconds", "size"), seconds=("seconds", "max"), peak_mb=("peak_mb", "max"))
    return found.round({"seconds": 1, "peak_mb": 0}).reset_index()


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
