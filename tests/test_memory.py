"""Each in a process of its own, for what a C library keeps depends on all that was freed before."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc alone keeps freed memory so")

PROBE = """
from pathlib import Path
import numpy as np
from heartguard.memory import give_back, keep_arrays_out_of_pools

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
"""


def given_back(script: str) -> int:
    done = subprocess.run([sys.executable, "-c", PROBE + script], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_large_array_goes_back_as_soon_as_it_is_freed():
    script = """
keep_arrays_out_of_pools()
np.ones(30_000_000, np.uint8)  # By default glibc would take this for the size of what belongs into a pool.
large, last = np.ones(29_000_000, np.uint8), np.ones(1000, np.uint8)
before = resident()
del large
print(before - resident())
"""
    assert given_back(script) > 28_000_000
    assert given_back(script.replace("keep_arrays_out_of_pools()", "")) < 1_000_000


def test_small_blocks_go_back_when_asked():
    script = """
blocks = [np.ones(2_000, np.uint8) for _ in range(20_000)]
last = np.ones(2_000, np.uint8)  # Lies behind the others: the pool cannot shrink by itself.
del blocks
before = resident()
give_back()
print(before - resident())
"""
    assert given_back(script) > 30_000_000
