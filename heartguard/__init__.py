"""HeartGuard reads a paper 12-lead ECG: straightens the page, traces the leads, measures, classifies and explains.

``heartguard.read_ecg(source)`` is the one door. It is imported when it is first used, so that ``import heartguard``
costs nothing. Research and education only: not a medical device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heartguard.reading import read_ecg

__all__ = ["__version__", "read_ecg"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name != "read_ecg":
        raise AttributeError(f"module 'heartguard' has no attribute {name!r}")
    from heartguard.reading import read_ecg

    return read_ecg
