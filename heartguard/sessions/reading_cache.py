"""The last readings of a tab: the one that is looked at as it is, the others packed to a tenth."""

from __future__ import annotations

import pickle
import threading
import weakref
import zlib
from collections import OrderedDict
from dataclasses import dataclass

from heartguard.errors import HeartGuardError
from heartguard.sessions.view import View
from heartguard.values import Corrections, Reading

__all__ = ["MAX_BYTES", "MAX_READINGS", "HeldReading", "Key", "ReadingCache", "ReadingGoneError"]

MAX_READINGS = 6
"""As many as ECGs stand side by side (`heartguard.sessions.tab.MAX_ECGS`)."""

MAX_BYTES = 80 * 2**20
"""A photo of 12 megapixels as it is, and five packed ones; what falls out is read again."""

Key = tuple[str, View, Corrections]
"""Digest of the files, what of them, and what was set by hand. A process has one set of models and one drawing."""

_FAST = 1
"""Level of zlib: the pictures of a clean page go to a twentieth in 0.1 s, those of a noisy scan to a fifth in 0.2 s."""


class ReadingGoneError(HeartGuardError):
    """A reading was let go of, since others needed the room."""

    def __init__(self) -> None:
        super().__init__("This reading was let go of to make room for others. Open the ECG again: it is read anew.")


class ReadingCache:
    """The last readings, bounded in number and in bytes; the oldest goes first. Safe to share between threads."""

    def __init__(self, most: int = MAX_READINGS, most_bytes: int = MAX_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._used: tuple[Key, Reading] | None = None
        self._last: tuple[Key, weakref.ref[Reading]] | None = None
        """The same without keeping it, as others may pack it while a page still shows it."""
        self._packed: OrderedDict[Key, bytes] = OrderedDict()
        """By the last look, and empty bytes for one that was not packed yet."""
        self._changing = threading.RLock()

    def get(self, key: Key) -> Reading | None:
        """Return the reading of a key and mark it as used, or None."""
        with self._changing:
            used = self._used
            if used is not None and used[0] == key:
                return used[1]
            packed = self._packed.get(key)
            if not packed:
                return None
            reading: Reading = pickle.loads(zlib.decompress(packed))  # Of this process's own making.  # nosec B301
            self.put(key, reading, packed)
            return reading

    def put(self, key: Key, reading: Reading, packed: bytes = b"") -> None:
        """Keep a reading, pack the one before, and let go of the oldest ones beyond the bounds."""
        with self._changing:
            self.rest()
            self._used, self._last = (key, reading), (key, weakref.ref(reading))
            self._packed[key] = packed
            self._packed.move_to_end(key)
            while len(self._packed) > 1 and (len(self._packed) > self._most or self.nbytes > self._most_bytes):
                self._packed.popitem(last=False)

    def store(self, key: Key, reading: Reading) -> None:
        """Keep a reading that nobody looks at yet, packed, unless others would have to go for it."""
        packed = zlib.compress(pickle.dumps(reading), _FAST)
        with self._changing:
            if key not in self._packed and self.nbytes + len(packed) <= self._most_bytes:
                self._most = max(self._most, len(self._packed) + 1)  # bounded by the bytes alone
                self._packed[key] = packed
                self._packed.move_to_end(key, last=False)

    def __contains__(self, key: Key) -> bool:
        return key in self._packed

    def hold(self, reading: Reading) -> HeldReading:
        """Return what stands for a reading of this cache without keeping it in memory."""
        with self._changing:
            last = self._last
            return HeldReading(last[1], self, last[0]) if last and last[1]() is reading else _kept(reading)

    def drop(self, key: Key) -> None:
        """Let go of a reading, if it is kept."""
        with self._changing:
            if self._used is not None and self._used[0] == key:
                self._used = None
            self._packed.pop(key, None)

    def rest(self) -> None:
        """Pack the reading that was looked at, since another one needs the room."""
        with self._changing:
            if self._used is None:
                return
            key, reading = self._used
            if not self._packed.get(key):
                self._packed[key] = zlib.compress(pickle.dumps(reading), _FAST)
            self._used = None

    def drop_oldest(self) -> bool:
        """Let go of the reading that was not looked at for longest; False where there is none."""
        with self._changing:
            if not self._packed:
                return False
            key, _ = self._packed.popitem(last=False)
            if self._used is not None and self._used[0] == key:
                self._used = None
            return True

    def clear(self) -> None:
        """Let go of all."""
        while self.drop_oldest():
            pass

    @property
    def nbytes(self) -> int:
        """Bytes of the pictures that are held."""
        with self._changing:
            used = 0 if self._used is None else _nbytes(self._used[1])
            return used + sum(map(len, self._packed.values()))

    def __len__(self) -> int:
        return len(self._packed)


@dataclass(frozen=True)
class HeldReading:
    """Stands for a reading where only its name may be kept, as in what Streamlit keeps for a rerun of a fragment."""

    _alive: weakref.ref[Reading]
    _cache: ReadingCache | None
    _key: Key | None
    _own: Reading | None = None

    def get(self) -> Reading:
        """Return the reading, unpacked if it was packed.

        Raises
        ------
        ReadingGoneError
            If it was let go of.
        """
        found = self._alive()
        if found is None and self._cache is not None and self._key is not None:
            found = self._cache.get(self._key)
        if found is None:
            raise ReadingGoneError
        return found


def _kept(reading: Reading) -> HeldReading:
    """Return what stands for a reading of no cache, and keeps it."""
    return HeldReading(weakref.ref(reading), None, None, reading)


def _nbytes(reading: Reading) -> int:
    page = reading.page
    return reading.upload.image.nbytes + page.image.nbytes + page.ink.nbytes + reading.ecg.signals.nbytes
