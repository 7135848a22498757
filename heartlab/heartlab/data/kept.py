"""Arrays that take long to work out, kept in files."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["kept_array"]

log = logging.getLogger(__name__)


def kept_array(path: Path, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """Return the array of a ``.npy`` file; where it is not there, make it and keep it, in one step."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npy")
        np.save(part, make())
        part.replace(path)
        log.info("%s kept", path.name)
    kept: NDArray[Any] = np.load(path)
    return kept
