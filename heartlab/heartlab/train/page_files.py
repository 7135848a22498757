"""Simulated pages of open records as files, one per page, made once: training data of the small networks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["make_page_files"]

log = logging.getLogger(__name__)

_RECORD_STEP = 7
"""Step through the records from page to page, so that few pages already cover all sources."""

Make = Callable[[int, str], Mapping[str, Any]]
"""Takes the number of a page and its record, and returns the arrays that are kept of it; a function of a module."""


def make_page_files(home: Path, records: Sequence[str], count: int, make: Make, jobs: int) -> list[Path]:
    """Make the pages that are not there yet; return the files of all.

    Parameters
    ----------
    home : Path
    records : sequence of str
        The pages take turns with them.
    count : int
    make : callable
    jobs : int
        Processes.
    """
    home.mkdir(parents=True, exist_ok=True)
    paths = [home / f"page-{k}.npz" for k in range(count)]
    todo = [(k, records[k * _RECORD_STEP % len(records)], path) for k, path in enumerate(paths) if not path.exists()]
    if todo:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            for done, _ in enumerate(pool.map(partial(_write, make), *zip(*todo, strict=True)), start=1):
                log.info("%d of %d pages", done, len(todo))
    return paths


def _write(make: Make, number: int, record_id: str, path: Path) -> None:
    import cv2

    cv2.setNumThreads(1)
    unfinished = path.with_suffix(".part.npz")
    np.savez_compressed(unfinished, **make(number, record_id))
    unfinished.rename(path)
