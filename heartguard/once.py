"""What a process has once, made when it is first asked for, however many threads ask in the same moment.

`functools.cache` lets each of them make one: of the line in which readings wait, every session then had its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache, update_wrapper
from typing import Generic, TypeVar

__all__ = ["Once", "once"]

Made = TypeVar("Made")


class Once(Generic[Made]):
    """A function without arguments whose first result is the result of every call; see `once`.

    Parameters
    ----------
    make : callable
        What it raises is not kept: the next call tries again.
    """

    __wrapped__: Callable[[], Made]

    def __init__(self, make: Callable[[], Made]) -> None:
        self._cached = lru_cache(maxsize=1)(make)
        self._making = threading.RLock()
        update_wrapper(self, make)

    def __call__(self) -> Made:
        """Return what there is, or make it; who asks meanwhile waits."""
        with self._making:
            return self._cached()

    def cache_clear(self) -> None:
        """Forget it: the next call makes another one."""
        with self._making:
            self._cached.cache_clear()


def once(make: Callable[[], Made]) -> Once[Made]:
    """Decorate a function without arguments that makes something for the whole process.

    Examples
    --------
    >>> @once
    ... def numbers() -> list[int]:
    ...     return [1, 2]
    >>> numbers() is numbers()
    True
    """
    return Once(make)
