"""How much memory a process has needed."""

from __future__ import annotations

from pathlib import Path

__all__ = ["forget_peak_memory", "memory_mb", "peak_memory_mb", "share_mb", "status_mb"]


def peak_memory_mb() -> float:
    """Return the greatest resident memory of this process so far, megabytes; Linux only.

    Not ``ru_maxrss``, which also counts the memory of the process that started this one.
    """
    return status_mb("VmHWM")


def memory_mb() -> float:
    """Return the resident memory of this process now, megabytes; Linux only."""
    return status_mb("VmRSS")


def forget_peak_memory() -> None:
    """Let `peak_memory_mb` count from now on; Linux only."""
    # 5 resets the peak resident size alone, see proc(5).
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def status_mb(name: str, process: int | str = "self") -> float:
    """Return an entry of the status of a process, such as ``VmRSS``, megabytes; Linux only."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024 / 1e6


def share_mb(process: int) -> float:
    """Return the proportional share of a process, megabytes; Linux only.

    Its own memory, and of that which it shares with others, such as libraries, the part for one.
    """
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
    line = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024 / 1e6
