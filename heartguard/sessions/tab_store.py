"""The tabs of a server that may be reloaded, by their tokens."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from heartguard.sessions.reading_cache import MAX_BYTES
from heartguard.sessions.tab import Tab

__all__ = ["FORGOTTEN_S", "MAX_TABS", "TabStore"]

MAX_TABS = 12
"""Tabs whose ECGs are kept for a reload, whoever they belong to: with `MAX_BYTES` of all of them together."""

FORGOTTEN_S = 30 * 60
"""A tab that nobody has looked at for so long is forgotten: a doctor comes back from a ward round of half an hour."""


class TabStore:
    """Tabs that may be reloaded, by their tokens: bounded in number and bytes, and forgotten after a while.

    Safe to share between threads: every session keeps its tab here, each from a thread of its own.

    Parameters
    ----------
    clock : callable, optional
        Returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tabs: OrderedDict[str, tuple[float, Tab]] = OrderedDict()
        self._changing = threading.RLock()

    def keep(self, tab: Tab) -> None:
        """Keep a tab that is looked at now, and let go of those that are too old or too many."""
        with self._changing:
            self._tabs[tab.token] = (self._clock(), tab)
            self._tabs.move_to_end(tab.token)
            while len(self._tabs) > 1 and self._oldest_must_go():
                self._tabs.popitem(last=False)

    def get(self, token: str) -> Tab | None:
        """Return the tab of a token; None where there is none, or none any more."""
        with self._changing:
            seen, tab = self._tabs.get(token, (0.0, None))
        return tab if tab is not None and self._clock() - seen < FORGOTTEN_S else None

    def _oldest_must_go(self) -> bool:
        seen = next(iter(self._tabs.values()))[0]
        total = sum(tab.nbytes for _, tab in self._tabs.values())
        return len(self._tabs) > MAX_TABS or total > MAX_BYTES or self._clock() - seen >= FORGOTTEN_S

    def __len__(self) -> int:
        return len(self._tabs)
