"""HeartGuard reads a paper 12-lead ECG: straightens the page, traces the leads, measures, classifies and explains.

``heartguard.read_ecg(source)`` is the one door. What it exports is imported when it is first used, so that
``import heartguard`` costs nothing. Research and education only: not a medical device.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heartguard.models import Models
    from heartguard.reading import read_ecg, read_ecgs, read_together
    from heartguard.values import Reading
    from heartguard.warning import Warning

__all__ = ["Models", "Reading", "Warning", "__version__", "read_ecg", "read_ecgs", "read_together"]

__version__ = "0.1.0"

_HOMES = {
    "Models": "models",
    "Reading": "values",
    "Warning": "warning",
    **dict.fromkeys(("read_ecg", "read_ecgs", "read_together"), "reading"),
}
"""Module of each public name: they are imported on first use, so that ``import heartguard`` is fast."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'heartguard' has no attribute {name!r}")
    return getattr(importlib.import_module(f"heartguard.{_HOMES[name]}"), name)
