"""The memory that all tabs hold together: no more than there is room for, and free once a session has ended."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator

from heartguard.sessions.reading_cache import MAX_BYTES
from heartguard.sessions.tab import Tab

__all__ = ["Room", "room_bytes"]

_SHARE, _LEAST_ROOM, _MOST_ROOM = 0.15, MAX_BYTES, 512 * 2**20
"""Part of the memory that all tabs together may hold, between one tab's bound and what fifty busy tabs hold: of the
690 MB of a free host the app and its networks take 400 and a reading 150 to 250 at its peak."""


class Room:
    """Bounds what all tabs hold together; who looked last keeps most. Safe to share between threads.

    Readings are packed first, then let go of, as they can be read again, the last one of each tab after all others,
    and at last files.

    Parameters
    ----------
    most_bytes : int
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._tabs: OrderedDict[str, weakref.ref[Tab]] = OrderedDict()
        self._changing = threading.RLock()

    def used(self, tab: Tab) -> None:
        """Mark a tab as looked at now, and make room for what it holds."""
        with self._changing:
            self._tabs[tab.token] = weakref.ref(tab)
            self._tabs.move_to_end(tab.token)
            tabs = list(self._alive())
            for make_room in (_rest, _drop_earlier, _drop_reading, _drop_file):
                for other in tabs if make_room is _drop_earlier else tabs[:-1]:
                    while self.nbytes > self._most_bytes and make_room(other):
                        pass

    def rest(self) -> None:
        """Pack all readings, since the next one needs the room."""
        for tab in self._alive():
            tab.readings.rest()

    def leave(self, session: str) -> None:
        """Let go of the readings of a session that has ended; a reload in time reads its files again."""
        for tab in self._alive():
            if tab.session == session:
                tab.leave()

    @property
    def nbytes(self) -> int:
        """Bytes that all tabs hold."""
        return sum(tab.nbytes for tab in self._alive())

    def _alive(self) -> Iterator[Tab]:
        """Yield the tabs that still are, the one not looked at for longest first."""
        with self._changing:
            found = [(token, tab()) for token, tab in self._tabs.items()]
            for token, tab in found:
                if tab is None:
                    del self._tabs[token]
        yield from (tab for _, tab in found if tab is not None)


def _rest(tab: Tab) -> bool:
    before = tab.readings.nbytes
    tab.readings.rest()
    return tab.readings.nbytes < before


def _drop_earlier(tab: Tab) -> bool:
    return len(tab.readings) > 1 and tab.readings.drop_oldest()


def _drop_reading(tab: Tab) -> bool:
    return tab.readings.drop_oldest()


def _drop_file(tab: Tab) -> bool:
    return tab.drop_file()


def room_bytes(limit: int | None) -> int:
    """Return how many bytes all tabs may hold together.

    Parameters
    ----------
    limit : int or None
        Of the memory of the app (`heartguard.memory.memory_limit`).

    Examples
    --------
    >>> room_bytes(690_000_000) // 10**6, room_bytes(2_700_000_000) // 10**6, room_bytes(None) // 10**6
    (103, 405, 536)
    """
    return _MOST_ROOM if limit is None else round(min(max(_SHARE * limit, _LEAST_ROOM), _MOST_ROOM))
