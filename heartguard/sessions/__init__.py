"""What the sessions of a server hold, whatever shows it: opened files, readings, jobs, work lists, and their bounds.

The work list is imported on first use, as it loads the intake, which the first screen spares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heartguard.sessions.chosen import Chosen, Place
from heartguard.sessions.jobs import GONE_S, LOST_S, Job, JobQueue, StoppedError, shared_queue
from heartguard.sessions.rate_limits import RateLimit, RateLimits, Wait, limits_of, shared_rate_limits
from heartguard.sessions.reading_cache import MAX_BYTES, MAX_READINGS, HeldReading, ReadingCache, ReadingGoneError
from heartguard.sessions.room import Room, room_bytes
from heartguard.sessions.surprises import log_surprise
from heartguard.sessions.tab import MAX_ECGS, MAX_EXPLAINED, Tab
from heartguard.sessions.tab_store import FORGOTTEN_S, MAX_TABS, TabStore
from heartguard.sessions.view import FIRST, Scope, View

if TYPE_CHECKING:
    from heartguard.sessions.work_entry import Entry
    from heartguard.sessions.work_list import WorkList
    from heartguard.sessions.work_summary import Summary, summary_of

__all__ = [
    "FIRST",
    "FORGOTTEN_S",
    "GONE_S",
    "LOST_S",
    "MAX_BYTES",
    "MAX_ECGS",
    "MAX_EXPLAINED",
    "MAX_READINGS",
    "MAX_TABS",
    "Chosen",
    "Entry",
    "HeldReading",
    "Job",
    "JobQueue",
    "Place",
    "RateLimit",
    "RateLimits",
    "ReadingCache",
    "ReadingGoneError",
    "Room",
    "Scope",
    "StoppedError",
    "Summary",
    "Tab",
    "TabStore",
    "View",
    "Wait",
    "WorkList",
    "limits_of",
    "log_surprise",
    "room_bytes",
    "shared_queue",
    "shared_rate_limits",
    "summary_of",
]


def __getattr__(name: str) -> Any:
    if name not in ("Entry", "Summary", "WorkList", "summary_of"):
        raise AttributeError(f"module 'heartguard.sessions' has no attribute {name!r}")
    from heartguard.sessions import work_list

    return getattr(work_list, name)
