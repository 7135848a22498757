"""History, off unless the operator switches it on: readings and reviews in a database, and who did what with them.

`History` and its errors are imported on first use, as they load SQLAlchemy, which the extra ``history`` brings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heartguard.history.settings import HistorySettings, history_settings

if TYPE_CHECKING:
    from heartguard.history.engine import HistoryError
    from heartguard.history.store import History, Kept

__all__ = ["History", "HistoryError", "HistorySettings", "Kept", "history_settings"]


def __getattr__(name: str) -> Any:
    if name not in ("History", "HistoryError", "Kept"):
        raise AttributeError(f"module 'heartguard.history' has no attribute {name!r}")
    from heartguard.history import store

    return getattr(store, name)
