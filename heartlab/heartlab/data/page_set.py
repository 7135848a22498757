"""The clinic pages with their labels and traces, for training by fold."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.arrays import Mask
from heartguard.drawing import LeadSegments, segment_leads
from heartlab.checkout import CACHE
from heartlab.data.datasets import load_pages
from heartlab.data.page_traces import PageTraces, load_traces, trace_pages
from heartlab.data.signal_labels import CLASSES

__all__ = ["PageSet", "Pages", "add_page_arguments", "is_plain", "load_traced_pages", "page_set"]


@dataclass(frozen=True, eq=False)
class PageSet:
    """The labelled pages in the order of the traces and of the feature bank.

    Attributes
    ----------
    table : DataFrame
        Rows of `pages.csv`, with one more column, `least_quality`: that of the worst traced lead.
    classes, folds : ndarray, shape (n,)
    readable : ndarray of bool, shape (n,)
        Pages on which at least one lead was traced; the others are never trained on, but always counted.
    """

    table: pd.DataFrame
    classes: NDArray[np.int64]
    folds: NDArray[np.int64]
    readable: Mask


@dataclass(frozen=True, eq=False)
class Pages:
    """The labelled pages, their traces, and where work on them is kept."""

    labelled: PageSet
    traces: PageTraces
    cache: Path

    def segments(self) -> Iterator[LeadSegments]:
        """Yield the lead segments of each page."""
        return (segment_leads(self.traces.ecg(row)) for row in range(len(self.traces.page_ids)))


def page_set(pages: pd.DataFrame, traces: PageTraces) -> PageSet:
    """Put labels beside traces."""
    table = pages.set_index("page_id").loc[[str(page) for page in traces.page_ids]].reset_index()
    table["least_quality"] = traces.quality.min(axis=1)
    classes = np.array([CLASSES.index(label) for label in table["label"]])
    readable: Mask = np.asarray(np.isfinite(traces.signals).any(axis=(1, 2)))
    return PageSet(table, classes, table["fold"].to_numpy(np.int64), readable)


def is_plain(table: pd.DataFrame) -> Mask:
    """Return which pages have the layout and band that every class has: 3x4 and 0.67-25 Hz."""
    plain: Mask = ((table["layout"] == "3x4") & (table["filter_hz"] == "0.67-25")).to_numpy(bool)
    return plain


def add_page_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that `load_traced_pages` reads."""
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="DIR", help="work that training keeps")
    parser.add_argument("--traces", type=Path, metavar="FILE", help="traced pages (.npz) instead of tracing them now")
    parser.add_argument("--threads", type=int, default=2, help="processor cores to use")


def load_traced_pages(args: argparse.Namespace, every: int = 1) -> Pages:
    """Return the labelled pages, or every n-th of them, with their traces, kept ones where the options name them."""
    traces = load_traces(args.traces).every(every) if args.traces else trace_pages(args.cache, args.threads, every)
    return Pages(page_set(load_pages(), traces), traces, args.cache)
