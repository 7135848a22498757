"""Each in a process of its own, for what a C library keeps depends on all that was freed before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from heartguard import memory
from heartguard.ui.shared.times import note_times

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
large, last = np.ones(29_000_000, np.uint8), np.ones(5_000_000, np.uint8)
before = resident()
del large
print(before - resident())
"""
    if given_back(script.replace("keep_arrays_out_of_pools()", "")) > 28_000_000:
        pytest.skip("the C library of this machine gives the array back by itself")
    assert given_back(script) > 28_000_000


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


def test_the_least_of_what_operator_container_and_machine_say_is_the_limit(monkeypatch, tmp_path: Path):
    limits = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "_CONTAINER_LIMITS", (str(limits), str(tmp_path / "missing")))
    monkeypatch.delenv(memory.LIMIT_VARIABLE, raising=False)
    machine = memory.memory_limit()
    assert machine is not None
    assert machine > 10**8
    limits.write_text("max\n")
    assert memory.memory_limit() == machine
    limits.write_text("94371840\n")
    assert memory.memory_limit() == 94371840
    monkeypatch.setenv(memory.LIMIT_VARIABLE, "50")
    assert memory.memory_limit() == 50_000_000


def test_times_are_written_where_the_operator_wants_them(monkeypatch, tmp_path: Path):
    monkeypatch.delenv("HEARTGUARD_TIMES", raising=False)
    note_times("reading", 1.0, {"total": 2.0})
    monkeypatch.setenv("HEARTGUARD_TIMES", str(tmp_path / "times"))
    note_times("reading", 1.5, {"page": 20.4, "total": 30.0})
    note_times("explanation", 0.0, {"total": 40.0})
    assert [json.loads(line) for line in (tmp_path / "times").read_text().splitlines()] == [
        {"what": "reading", "waiting": 1500, "page": 20, "total": 30},
        {"what": "explanation", "waiting": 0, "total": 40},
    ]
