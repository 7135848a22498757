"""Giving files to the work list of the tab."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from heartguard.intake import GivenFile
from heartguard.sessions import Job, WorkList, shared_queue, shared_rate_limits
from heartguard.ui.shared.running import finished, read_chosen
from heartguard.ui.shared.session import Chosen, current_tab, room
from heartguard.values import Reading

__all__ = ["give", "work_list"]


def work_list() -> WorkList:
    """Return the work list of the tab, which is made at the first call."""
    tab = current_tab()
    if tab.work is None:
        tabs = room()

        def read(job: Job[Any], chosen: Chosen) -> Reading:
            reading = finished(tab, chosen, read_chosen(job, chosen, tabs))
            tab.readings.store(chosen.key, reading)
            return reading

        def holds(chosen: Chosen) -> bool:
            return chosen.key in tab.readings

        def may_begin() -> bool:
            return shared_rate_limits().readings.take(tab.session) is None

        tab.work = WorkList(shared_queue(), read, tab.ask, holds, may_begin)
    return tab.work


def give(files: Iterable[GivenFile]) -> None:
    """Add files to the work list of the tab: their readings begin."""
    from heartguard.document import document_pages

    work_list().add(files, document_pages)
    current_tab()  # from now on it is found after a reload
