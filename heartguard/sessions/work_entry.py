"""One ECG of the work list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from heartguard.sessions.chosen import Chosen
from heartguard.sessions.jobs import Job
from heartguard.sessions.work_summary import Summary

__all__ = ["Entry", "State"]

State = Literal["waiting", "reading", "read", "refused", "stopped"]


@dataclass(eq=False)
class Entry:
    """One ECG of the list.

    Attributes
    ----------
    word : str
        Of its address.
    chosen : Chosen
    pages : int
        Of its document.
    summary : Summary or None
        Once it was read.
    refused : str
        Why it could not be read; empty where it was, or not tried.
    stopped : bool
        Whether the doctor stopped it.
    job : Job or None
        What reads it.
    """

    word: str
    chosen: Chosen
    pages: int = 1
    summary: Summary | None = None
    refused: str = ""
    stopped: bool = False
    job: Job[Any] | None = None

    @property
    def busy(self) -> bool:
        """Whether it stands in the line or is being read."""
        return self.job is not None and self.job.state in ("waiting", "running")

    @property
    def state(self) -> State:
        """Where it is."""
        if self.busy and self.job is not None and self.job.state == "running":
            return "reading"
        if self.summary is not None:
            return "read"
        if self.refused:
            return "refused"
        return "stopped" if self.stopped else "waiting"
