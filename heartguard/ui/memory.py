"""Give freed memory back to the system: on a small server the app shares a few hundred megabytes among its visitors."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache

__all__ = ["give_back"]


def give_back() -> None:
    """Return what was freed to the system, where the C library keeps it otherwise.

    glibc keeps the pictures and maps that a reading is done with in the pool of the thread that made them, and every
    run of the app is a thread of its own, so that without this a few readings fill the memory of a small server
    (benchmarks/results/cloud-check.csv). It takes some milliseconds; other C libraries do not need it.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    if sys.platform != "linux":
        return None
    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found
