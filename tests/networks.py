"""The shipped models of the reading path, loaded once for all tests, and the two rooms that they are handed to."""

from __future__ import annotations

from functools import lru_cache

from heartguard.page import PageModels, find_page, load_page_models
from heartguard.trace import LineNetwork, load_line_network, trace
from heartguard.values import NO_CORRECTIONS, Corrections, Ecg, Page, Upload
from heartguard.weights import models_folder


@lru_cache(maxsize=1)
def page_models() -> PageModels:
    return load_page_models(models_folder())


@lru_cache(maxsize=1)
def line_network() -> LineNetwork:
    return load_line_network(models_folder())


def read_page(upload: Upload, corrections: Corrections = NO_CORRECTIONS) -> Page:
    return find_page(upload, page_models(), corrections)


def trace_page(page: Page, *, refined: bool = True) -> Ecg:
    return trace(page, line_network() if refined else None)
