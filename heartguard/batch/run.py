"""The run of a batch on Dask: processes of this computer, or a cluster by its address."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heartguard.batch.rows import read_rows, rejected_row
from heartguard.batch.table import ResultTable
from heartguard.errors import HeartGuardError

__all__ = ["BatchError", "Progress", "files_in", "run_batch"]

_AHEAD = 3
"""Files in the hands of each worker: it never waits for the next, and a kill loses few."""

_PART_FILES, _PART_S = 50, 30.0
"""A part of the table is written after so many files or seconds: a kill loses half a minute of work at most."""

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Threads of a worker process: with one a core, more only wait for each other."""


class BatchError(HeartGuardError):
    """The batch cannot be run, whatever its files are."""


@dataclass(frozen=True)
class Progress:
    """How far a batch is.

    Attributes
    ----------
    done, rejected, total : int
        Files: read or refused in this run, those of them with nothing that could be read, and all of this run.
    seconds : float
        Since the first file was begun.
    """

    done: int
    rejected: int
    total: int
    seconds: float

    @property
    def per_minute(self) -> float:
        """Files a minute."""
        return 60 * self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until all are read, at this rate; None before the first is."""
        return (self.total - self.done) * self.seconds / self.done if self.done else None


def files_in(folder: Path) -> list[str]:
    """Return the files of a folder and of those in it, by name; hidden ones are left out.

    Raises
    ------
    BatchError
        If it is no folder, or has no files.
    """
    if not folder.is_dir():
        raise BatchError(f"There is no folder {folder}. Name the folder that holds the ECGs.")
    inside = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    found = sorted(str(folder / path) for path in inside if not any(part.startswith(".") for part in path.parts))
    if not found:
        raise BatchError(f"The folder {folder} has no files.")
    return found


def run_batch(
    files: Sequence[str],
    table: ResultTable,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    read: Callable[[str], list[dict[str, Any]]] = read_rows,
) -> Progress:
    """Read files that a table has no rows of yet, and add theirs.

    Parameters
    ----------
    files : sequence of str
    table : ResultTable
    workers : int, default 1
        Processes of this computer, with one thread each.
    scheduler : str, optional
        Address of a Dask cluster, such as ``tcp://10.0.0.1:8786``, instead; it must see the files by the same paths,
        and have HeartGuard installed.
    on_progress : callable, optional
        Called after every file.
    read : callable, optional
        Returns the rows of a file; runs on the workers.

    Raises
    ------
    BatchError
        If Dask is not installed, or the cluster does not answer.
    """
    known = table.files()
    left = [file for file in files if file not in known]
    began = written = time.monotonic()
    rows: list[dict[str, Any]] = []
    progress = Progress(0, 0, len(left), 0.0)
    try:
        with _client(workers, scheduler) as client:
            for number, found in enumerate(_results(client, left, read), start=1):
                rows += found
                rejected = progress.rejected + all(row["status"] == "rejected" for row in found)
                progress = Progress(number, rejected, len(left), time.monotonic() - began)
                if on_progress is not None:
                    on_progress(progress)
                if number % _PART_FILES == 0 or time.monotonic() - written > _PART_S:
                    table.write(rows)
                    rows, written = [], time.monotonic()
    finally:
        table.write(rows)
    return progress


def _results(
    client: Any, files: Sequence[str], read: Callable[[str], list[dict[str, Any]]]
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of each file as it is read, with few files on their way at a time.

    Dask blames a worker's death on all files in its hands. Those that were blamed twice are read again at the end, one
    at a time: a worker that dies then dies of its file.
    """
    from distributed import KilledWorker, as_completed

    waiting = iter(files)
    names: dict[str, str] = {}

    def submit(count: int) -> list[Any]:
        futures = []
        for file in [file for _, file in zip(range(count), waiting, strict=False)]:
            future = client.submit(read, file, pure=False, retries=1)
            names[future.key] = file
            futures.append(future)
        return futures

    running = as_completed(submit(_AHEAD * max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)))
    suspected: list[str] = []
    for future in running:
        file = names.pop(future.key)
        if isinstance(future.exception(), KilledWorker):
            suspected.append(file)
        else:
            yield _rows_of(future, file)
        for following in submit(1):
            running.add(following)
    for file in suspected:
        yield _rows_of(client.submit(read, file, pure=False, retries=1), file)


def _rows_of(future: Any, file: str) -> list[dict[str, Any]]:
    """Return the rows of a file; that of a refusal where its worker died of it more than once."""
    error = future.exception()
    rows: list[dict[str, Any]] = future.result() if error is None else [rejected_row(file, error)]
    return rows


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Any]:
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise BatchError("A batch needs Dask: pip install 'heartguard[batch]'.") from error
    if scheduler is not None:
        try:
            with Client(scheduler, timeout="20s") as client:
                yield client
        except (OSError, ValueError) as error:
            raise BatchError(f"No Dask cluster answers at {scheduler}. Check the address.") from error
        return
    settings = {"distributed.scheduler.allowed-failures": 1, "distributed.nanny.pre-spawn-environ": _ONE_THREAD}
    with (
        dask.config.set(settings),
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        Client(cluster) as client,
    ):
        yield client
