"""Trace every clinic page once, through the same rooms as the app, and keep the signals."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import heartguard
from heartguard.arrays import Floats
from heartguard.errors import HeartGuardError
from heartguard.intake import open_upload
from heartguard.leads import SAMPLES
from heartguard.page import PageModels, find_page, load_page_models
from heartguard.trace import LineNetwork, load_line_network, trace
from heartguard.values import Ecg
from heartguard.weights import models_folder
from heartlab.data.datasets import load_pages

log = logging.getLogger(__name__)

CHUNK = 70
"""Pages of one task of a process; chosen by hand."""

ROOMS = ("intake", "page", "trace")
"""Packages whose code decides the traces."""

NETWORKS = ("structure", "turn", "print", "line")
"""Models that decide the traces."""


@dataclass(frozen=True, eq=False)
class PageTraces:
    """Traced signals of pages, in the order of `page_ids`.

    Attributes
    ----------
    page_ids : ndarray of str, shape (n,)
    signals : ndarray, shape (n, 12, 5000), float16, mV
        All NaN for a page that could not be read.
    rhythm : ndarray of str, shape (n,)
        Lead of the strip, empty where there is none.
    quality : ndarray, shape (n, 12), float32
    """

    page_ids: NDArray[np.str_]
    signals: NDArray[np.float16]
    rhythm: NDArray[np.str_]
    quality: Floats

    def ecg(self, row: int) -> Ecg:
        """Return one page as an Ecg, without its picture."""
        return Ecg(
            signals=self.signals[row].astype(np.float32),
            quality=self.quality[row],
            rhythm_lead=str(self.rhythm[row]) or None,
        )

    def every(self, step: int) -> PageTraces:
        """Return every n-th page."""
        return PageTraces(*(getattr(self, name)[::step] for name in self.__dataclass_fields__))

    def rows_of(self, page_ids: Sequence[str]) -> NDArray[np.int64]:
        """Return the rows of pages.

        Raises
        ------
        KeyError
            If a page is not among them.
        """
        places = {str(page): row for row, page in enumerate(self.page_ids)}
        return np.array([places[page] for page in page_ids])


@lru_cache(maxsize=1)
def reading_networks() -> tuple[PageModels, LineNetwork]:
    """Return the shipped models that page and trace need, loaded once a process."""
    return load_page_models(models_folder()), load_line_network(models_folder())


def code_version() -> str:
    """Return a digest of the code and the networks that trace a page: it changes whenever the traces might."""
    home = Path(heartguard.__file__).parent
    digest = hashlib.sha256()
    specs = (models_folder() / f"{name}.json" for name in NETWORKS)
    code = [home / "leads.py", *(p for room in ROOMS for p in (home / room).rglob("*.py"))]
    for path in sorted([*code, *(spec for spec in specs if spec.exists())]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def load_traces(path: Path) -> PageTraces:
    """Read traces that `trace_pages` or another run has kept."""
    with np.load(path, allow_pickle=False) as kept:
        return PageTraces(
            kept["page_ids"].astype(str),
            kept["signals"].astype(np.float16),
            kept["rhythm"].astype(str),
            kept["quality"].astype(np.float32),
        )


def trace_pages(folder: Path, workers: int = 2, every: int = 1) -> PageTraces:
    """Trace the pages of the data folder, or go on where an interrupted run stopped.

    Parameters
    ----------
    folder : Path
        Where chunks of 70 pages are kept, by code version.
    workers : int
        Processes.
    every : int
        Only every n-th page; its chunks are kept apart from those of all pages.
    """
    pages = load_pages().iloc[::every]
    home = folder / f"traces-{code_version()}{f'-every-{every}' if every > 1 else ''}"
    home.mkdir(parents=True, exist_ok=True)
    chunks = [pages.iloc[at : at + CHUNK] for at in range(0, len(pages), CHUNK)]
    paths = [home / f"chunk-{number:03d}.npz" for number in range(len(chunks))]
    with ProcessPoolExecutor(workers) as pool:
        waiting = [(c, p) for c, p in zip(chunks, paths, strict=True) if not p.exists()]
        for done, _ in enumerate(pool.map(_trace_chunk, *zip(*waiting, strict=True)) if waiting else (), start=1):
            log.info("traced %d of %d chunks of pages", len(chunks) - len(waiting) + done, len(chunks))
    parts = [load_traces(path) for path in paths]
    return PageTraces(*(np.concatenate([getattr(p, name) for p in parts]) for name in PageTraces.__dataclass_fields__))


def _trace_chunk(pages: pd.DataFrame, path: Path) -> None:
    """Trace some pages into one file; a page that cannot be read becomes NaN."""
    import cv2

    cv2.setNumThreads(1)
    ecgs = [_trace_page(page) for page in pages["path"]]
    signals = np.stack([np.clip(ecg.signals[:, :SAMPLES], -30, 30).astype(np.float16) for ecg in ecgs])
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part,
        page_ids=pages["page_id"].to_numpy(str),
        signals=signals,
        rhythm=np.array([ecg.rhythm_lead or "" for ecg in ecgs]),
        quality=np.stack([ecg.quality for ecg in ecgs]),
    )
    part.replace(path)


def _trace_page(path: Path) -> Ecg:
    try:
        page_models, line = reading_networks()
        return trace(find_page(open_upload(path), page_models), line)
    except HeartGuardError as error:
        log.warning("%s could not be read: %s", path.stem, error)
        return Ecg(signals=np.full((12, SAMPLES), np.nan, np.float32), quality=np.zeros(12, np.float32))
