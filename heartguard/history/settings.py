"""Whether anything is kept, where and for how long: said by the operator's environment alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from heartguard.errors import HeartGuardError

__all__ = ["DAYS_VARIABLE", "URL_VARIABLE", "HistorySettings", "history_settings"]

URL_VARIABLE, DAYS_VARIABLE = "HEARTGUARD_HISTORY", "HEARTGUARD_HISTORY_DAYS"
"""Names in the environment; Streamlit puts secrets of the top level there too."""

DEFAULT_DAYS = 365
"""Retention where the operator names none: a year. Chosen by hand; the law of the place decides."""

_ON, _OFF = ("on", "1", "true", "yes"), ("", "off", "0", "false", "no")


@dataclass(frozen=True)
class HistorySettings:
    """Where the history is, and how long a reading stays in it.

    Attributes
    ----------
    url : str
        Of SQLAlchemy, such as ``sqlite:////srv/heartguard.db`` or ``postgresql+psycopg://user@host/heartguard``.
    days : int
        After which a reading is deleted.
    """

    url: str
    days: int = DEFAULT_DAYS


def history_settings(environment: Mapping[str, str] | None = None) -> HistorySettings | None:
    """Return the settings of the history; None where it is off, which it is unless it was switched on.

    Parameters
    ----------
    environment : mapping of str to str, optional
        By default that of the process.

    Raises
    ------
    heartguard.errors.HeartGuardError
        If the retention period is no whole number of days.

    Examples
    --------
    >>> history_settings({}) is None
    True
    >>> history_settings({"HEARTGUARD_HISTORY": "sqlite:///h.db", "HEARTGUARD_HISTORY_DAYS": "30"})
    HistorySettings(url='sqlite:///h.db', days=30)
    """
    found = os.environ if environment is None else environment
    said = found.get(URL_VARIABLE, "").strip()
    if said.lower() in _OFF:
        return None
    days = found.get(DAYS_VARIABLE, str(DEFAULT_DAYS)).strip()
    if not days.isdecimal() or not int(days):
        raise HeartGuardError(
            f"{DAYS_VARIABLE} is {days!r}. Give the days after which readings are deleted, such as 365."
        )
    return HistorySettings(_default_url() if said.lower() in _ON else said, int(days))


def _default_url() -> str:
    """Return an SQLite file in the folder of the user's data."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return f"sqlite:///{Path(home) / 'heartguard' / 'history.db'}"
