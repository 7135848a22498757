"""How much memory a process has needed."""

from __future__ import annotations

from pathlib import Path

__all__ = ["peak_memory_mb"]


def peak_memory_mb() -> float:
    """Return the greatest resident memory of this process so far, megabytes; Linux only.

    Not ``ru_maxrss``, which also counts the memory of the process that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024 / 1e6
