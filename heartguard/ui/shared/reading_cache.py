"""The last readings of a tab: the one that is looked at as it is, the others packed to a tenth."""

from __future__ import annotations

import pickle
import zlib
from collections import OrderedDict

from heartguard.ui.shared.view import View
from heartguard.values import Corrections, Reading

__all__ = ["MAX_BYTES", "MAX_READINGS", "Key", "ReadingCache"]

MAX_READINGS = 6
"""As many as ECGs stand side by side (`heartguard.ui.shared.session.MAX_ECGS`)."""

MAX_BYTES = 80 * 2**20
"""A photo of 12 megapixels as it is, and five packed ones; what falls out is read again."""

Key = tuple[str, View, Corrections]
"""Digest of the files, what of them, and what was set by hand. A process has one set of models and one drawing."""

_FAST = 1
"""Level of zlib: the pictures of a clean page go to a twentieth in 0.1 s, those of a noisy scan to a fifth in 0.2 s."""


class ReadingCache:
    """The last readings, bounded in number and in bytes; the oldest goes first."""

    def __init__(self, most: int = MAX_READINGS, most_bytes: int = MAX_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._used: tuple[Key, Reading] | None = None
        self._packed: OrderedDict[Key, bytes] = OrderedDict()
        """By the last look, and empty bytes for one that was not packed yet."""

    def get(self, key: Key) -> Reading | None:
        """Return the reading of a key and mark it as used, or None."""
        used = self._used
        if used is not None and used[0] == key:
            return used[1]
        packed = self._packed.get(key)
        if not packed:
            return None
        reading: Reading = pickle.loads(zlib.decompress(packed))  # Of this process's own making.
        self.put(key, reading, packed)
        return reading

    def put(self, key: Key, reading: Reading, packed: bytes = b"") -> None:
        """Keep a reading, pack the one before, and let go of the oldest ones beyond the bounds."""
        self.rest()
        self._used = (key, reading)
        self._packed[key] = packed
        self._packed.move_to_end(key)
        while len(self._packed) > 1 and (len(self._packed) > self._most or self.nbytes > self._most_bytes):
            self._packed.popitem(last=False)

    def drop(self, key: Key) -> None:
        """Let go of a reading, if it is kept."""
        if self._used is not None and self._used[0] == key:
            self._used = None
        self._packed.pop(key, None)

    def rest(self) -> None:
        """Pack the reading that was looked at, since another one needs the room."""
        if self._used is None:
            return
        key, reading = self._used
        if not self._packed.get(key):
            self._packed[key] = zlib.compress(pickle.dumps(reading), _FAST)
        self._used = None

    @property
    def nbytes(self) -> int:
        """Bytes of the pictures that are held."""
        used = 0 if self._used is None else _nbytes(self._used[1])
        return used + sum(map(len, self._packed.values()))

    def __len__(self) -> int:
        return len(self._packed)


def _nbytes(reading: Reading) -> int:
    page = reading.page
    return reading.upload.image.nbytes + page.image.nbytes + page.ink.nbytes + reading.ecg.signals.nbytes
