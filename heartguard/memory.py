"""Give freed memory back to the system: on a small server the app shares a few hundred megabytes among its visitors.

glibc keeps what a thread frees in a pool of that thread, and every run of the app is a thread of its own: without this
a few readings fill a server of 690 MB (benchmarks/results/cloud-check.csv). Other C libraries are left as they are.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from functools import cache
from pathlib import Path

__all__ = ["LIMIT_VARIABLE", "give_back", "keep_arrays_out_of_pools", "memory_limit"]

ARRAY_BYTES = 4_000_000
"""Maps of a page are larger, and what is not an array is smaller. A lower limit costs time and saves no more."""

LIMIT_VARIABLE = "HEARTGUARD_MEMORY_MB"
"""Environment variable by which an operator says how many megabytes the app may use, where the host does not."""

_CONTAINER_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Files in which Linux says what a container may use: of control groups of version 2 and 1."""

_M_MMAP_THRESHOLD = -3
"""glibc's number for: blocks of at least so many bytes are no part of a pool, and go back as soon as they are freed."""


@cache
def keep_arrays_out_of_pools() -> None:
    """Let large arrays go back to the system as soon as they are freed; by default glibc raises that limit to 32 MB."""
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_M_MMAP_THRESHOLD, ARRAY_BYTES)


def give_back(*, collect: bool = False) -> None:
    """Return to the system what else was freed; takes some milliseconds.

    Parameters
    ----------
    collect : bool
        Whether to look for unused objects that refer to each other too, which takes a tenth of a second and more.
    """
    if collect:
        gc.collect()
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def memory_limit() -> int | None:
    """Return how many bytes the app may use: the least of what operator, container and machine say; None if unknown."""
    stated = os.environ.get(LIMIT_VARIABLE, "")
    limits = [int(stated) * 10**6] if stated.isdigit() else []
    for path in map(Path, _CONTAINER_LIMITS):
        if path.is_file() and (text := path.read_text(encoding="ascii").strip()).isdigit():
            limits.append(int(text))
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return min(limits, default=None)


@cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None
